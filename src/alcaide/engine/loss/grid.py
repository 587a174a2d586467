"""Sizes on a grid, and the way to Fourier space and back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from alcaide.engine.loss.arrays import ComplexArray, FloatArray
from alcaide.engine.loss.severity import Severity


@dataclass(frozen=True)
class Grid:
    """The sums 0, step, 2 step, … (points - 1) step.

    Losses beyond the grid are left out whole, never piled on its end, so what is computed below its end is right.
    What wraps round in Fourier space is held down twice: the transform is twice as long as the grid, and `tilt`
    weighs point k by exp(-tilt k / points) on the way in and takes it out again on the way back.
    """

    step: float
    points: int
    tilt: float = 0.0

    @property
    def length(self) -> int:
        """Points of the transform."""
        return 2 * self.points

    @cached_property
    def sums(self) -> FloatArray:
        """The sums of the grid, one more at its end."""
        return self.step * np.arange(self.points + 1, dtype=float)

    @cached_property
    def _decay(self) -> FloatArray:
        return np.exp(-self.tilt / self.points * np.arange(self.points, dtype=float))

    def into(self, chances: FloatArray) -> ComplexArray:
        """Transform of chances on the grid."""
        return np.fft.rfft(chances * self._decay if self.tilt else chances, self.length)

    def back(self, transform: ComplexArray) -> FloatArray:
        """Chances on the grid from their transform."""
        chances = np.fft.irfft(transform, self.length)[: self.points]
        return chances / self._decay if self.tilt else chances


def spread(sizes: Sequence[Severity], weights: Sequence[float], *, grid: Grid) -> FloatArray:
    """Weighted sum of sizes on a grid by local moment matching.

    Returns (points,) chances; each size keeps its mean below the end of the grid.

    Notes
    -----
    p[k] = (2 L(k b) - L((k - 1) b) - L((k + 1) b)) / b with L(d) = E min(X, d), which is the second difference of the
    stop-loss transform (Gerber 1982; Klugman, Panjer, Willmot, Loss Models, section 9.6.5). Memory: two arrays of
    `points` numbers whatever the number of sizes.
    """
    out = np.zeros(grid.points)
    capped = np.zeros(grid.points + 1)
    total = 0.0
    for size, weight in zip(sizes, weights, strict=True):
        if weight == 0:
            continue
        if size.atoms is not None:
            out += weight * split_atoms(*size.atoms, grid=grid)
        else:
            capped += weight * size.limited(grid.sums)
            total += weight
    if total:
        slope = np.diff(capped) / grid.step
        out += -np.diff(slope, prepend=total)
    return out


def split_atoms(values: FloatArray, chances: FloatArray, *, grid: Grid) -> FloatArray:
    """Separate sizes on a grid, each shared between its two neighbours so that the mean is kept."""
    place = values / grid.step
    lower = np.floor(place + 1e-9)
    upper_share = np.clip(place - lower, 0.0, 1.0)
    inside = lower < grid.points
    where, share, chance = lower[inside].astype(np.int64), upper_share[inside], chances[inside]
    out = np.zeros(grid.points + 1)
    np.add.at(out, where, chance * (1 - share))
    np.add.at(out, where + 1, chance * share)
    return out[: grid.points]


def fast_length(points: float) -> int:
    """Smallest power of two at or above points."""
    return 1 << max(math.ceil(math.log2(max(points, 1))), 0)
