"""Cubics through values and slopes at nodes (Hermite), read along the last axis."""

import numpy as np

from alcaide.engine.loss.arrays import FloatArray, IntArray


def hermite(nodes: FloatArray, value: FloatArray, slope: FloatArray, *, at: FloatArray) -> FloatArray:
    """Values between nodes.

    nodes: (m,) rising.  value, slope: (…, m).  at: (k,); beyond an end the last cubic goes on.  Returns (…, k).
    """
    left, width, t = _place(nodes, at)
    keep, move = (1 + 2 * t) * (1 - t) ** 2, width * t * (1 - t) ** 2
    other, back = t * t * (3 - 2 * t), width * t * t * (t - 1)
    right = left + 1
    return value[..., left] * keep + slope[..., left] * move + value[..., right] * other + slope[..., right] * back


def hermite_slope(nodes: FloatArray, value: FloatArray, slope: FloatArray, *, at: FloatArray) -> FloatArray:
    """Slopes between nodes.  As hermite."""
    left, width, t = _place(nodes, at)
    rise = (value[..., left + 1] - value[..., left]) / width
    keep, back = (1 - t) * (1 - 3 * t), t * (3 * t - 2)
    return 6 * t * (1 - t) * rise + slope[..., left] * keep + slope[..., left + 1] * back


def _place(nodes: FloatArray, at: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    left = np.clip(np.searchsorted(nodes, at, side="right") - 1, 0, nodes.size - 2)
    width = nodes[left + 1] - nodes[left]
    return left, width, (at - nodes[left]) / width
