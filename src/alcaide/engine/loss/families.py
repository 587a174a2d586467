"""Sums over many lognormal sizes by their scale family: sizes of one spread differ by a shift on the log scale.

A size with middle m and spread s is read between tabulated sizes: six neighbours in the spread, and for each of them
six neighbours in the middle (Lagrange). So thousands of sizes in hundreds of draws become weights on a few thousand
tabulated ones, which are worked out once and serve every grid.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from alcaide.engine.loss.arrays import FloatArray, IntArray

NARROWEST = 0.05
"""Sizes of a smaller spread are too steep for the table: they are worked out one by one."""

_POINTS = 6
_SPREAD_STEP = 0.125
_MIDDLE_STEP = 0.25  # times the spread, or itself where the spread is above 1
_AT_ONCE = 1 << 21  # numbers worked on at once


@dataclass(frozen=True, eq=False)
class Family:
    """Weights on tabulated sizes.

    middles, spreads: (m,) of the logarithm.  weights: (draws, m) events a year.
    """

    middles: FloatArray
    spreads: FloatArray
    weights: FloatArray

    def table(self, at: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Sum of weight x E min(X, d) and of weight x P(X > d).  at: (k,) money above 0.  Returns (draws, k) each."""
        middle, spread = self.middles[:, None], self.spreads[:, None]
        score = (np.log(at) - middle) / spread
        passed = special.ndtr(-score)
        capped = np.exp(middle + spread**2 / 2) * special.ndtr(score - spread) + at * passed
        # not BLAS: its sums may depend on the number of threads
        return np.einsum("dm,mk->dk", self.weights, capped), np.einsum("dm,mk->dk", self.weights, passed)


def gather(middles: FloatArray, spreads: FloatArray, rates: FloatArray) -> Family:
    """Put sizes on tabulated ones.

    Parameters
    ----------
    middles : FloatArray
        (draws, n) mean of the logarithm of one loss.
    spreads : FloatArray
        (n,) standard deviation of the logarithm, at least NARROWEST.
    rates : FloatArray
        (draws, n) events a year, the weight of each size.

    Returns
    -------
    Family

    Notes
    -----
    The step in the middle is a quarter of the spread, at most a quarter; six points then miss a normal distribution
    function by less than 2e-6. Memory: a few thousand numbers a draw, however many sizes.

    Examples
    --------
    >>> import numpy as np
    >>> from alcaide.engine.loss.families import gather
    >>> one = gather(np.array([[3.01]]), np.array([0.9]), np.array([[2.0]]))
    >>> one.table(np.array([20.0]))[1].round(4).tolist()
    [[1.0126]]
    """
    levels, shares = _near_spreads(spreads)
    known = np.unique(levels)
    parts = [_on_level(level, levels, shares, middles=middles, rates=rates) for level in known.tolist()]
    return Family(
        np.concatenate([places for places, _ in parts]),
        np.concatenate(
            [np.full(places.size, _spread_of(level)) for level, (places, _) in zip(known, parts, strict=True)]
        ),
        np.concatenate([weights for _, weights in parts], axis=1),
    )


def _on_level(
    level: int, levels: IntArray, shares: FloatArray, *, middles: FloatArray, rates: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Middles of one tabulated spread that sizes lie near, (m,), and their weights, (draws, m)."""
    rows, columns = np.nonzero(levels == level)
    share = shares[rows, columns]
    step = _MIDDLE_STEP * min(float(_spread_of(level)), 1.0)
    draws = middles.shape[0]
    first = math.floor(middles[:, rows].min() / step) - _POINTS // 2 + 1
    last = math.floor(middles[:, rows].max() / step) + _POINTS // 2
    width = last - first + 1
    found = np.zeros(draws * width)
    start = np.arange(draws)[:, None] * width - first
    length = max(_AT_ONCE // draws, 1)
    for begin in range(0, rows.size, length):
        near = slice(begin, begin + length)
        place = middles[:, rows[near]] / step
        low = np.floor(place)
        weight, where = rates[:, rows[near]] * share[near], low.astype(np.int64) + start
        for k, part in enumerate(_lagrange(place - low)):
            index = (where + (k - _POINTS // 2 + 1)).ravel()
            found += np.bincount(index, (weight * part).ravel(), minlength=found.size)
    weights = found.reshape(draws, width)
    used = np.flatnonzero(weights.any(axis=0))
    return np.asarray((used + first) * step, np.float64), weights[:, used]


def _lagrange(t: FloatArray) -> list[FloatArray]:
    """Weights of six neighbours a step apart for a place t steps above the third, 0 <= t <= 1."""
    at = [t - k for k in range(-_POINTS // 2 + 1, _POINTS // 2 + 1)]
    found = []
    for k in range(_POINTS):
        part = np.full_like(t, 1 / math.prod(k - o for o in range(_POINTS) if o != k))
        for o in range(_POINTS):
            if o != k:
                part *= at[o]
        found.append(part)
    return found


def _near_spreads(spreads: FloatArray) -> tuple[IntArray, FloatArray]:
    """Six tabulated spreads around each, as levels, and their weights: (n, 6) both."""
    level = np.where(spreads < 1, np.log(spreads), spreads - 1) / _SPREAD_STEP
    levels = np.floor(level).astype(np.int64)[:, None] + np.arange(-_POINTS // 2 + 1, _POINTS // 2 + 1)
    known = _spread_of(levels)
    weights = np.ones(levels.shape)
    for k in range(_POINTS):
        for o in range(_POINTS):
            if o != k:
                weights[:, k] *= (spreads - known[:, o]) / (known[:, k] - known[:, o])
    return levels, weights


def _spread_of(level: IntArray | int) -> FloatArray:
    """A constant ratio apart below 1, a constant step apart above."""
    at = np.asarray(level) * _SPREAD_STEP
    return np.asarray(np.where(at < 0, np.exp(np.minimum(at, 0.0)), 1 + at), np.float64)
