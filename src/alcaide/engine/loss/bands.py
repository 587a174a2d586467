"""Loss curves given what was drawn: one sure compound Poisson for each draw, all at once on shared grids."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from alcaide.engine.loss.arrays import BoolArray, FloatArray
from alcaide.engine.loss.cubic import hermite
from alcaide.engine.loss.families import NARROWEST, Family, gather
from alcaide.engine.loss.grid import Grid, split_atoms
from alcaide.engine.loss.ladder import mixed_over_factor
from alcaide.engine.loss.stream import Stream

_SPAN = 8.0
_POINTS = 1024
_TILT = 9.0
_NODES_A_DECADE = 48
_LOWEST, _HIGHEST = -24, 24  # rungs below and above the scale
_FEW = 64  # streams up to which each is worked out by itself
_NEVER = 1e-11  # chance of a year within a sum, in every draw, below which no finer grid is built for it


@dataclass(frozen=True, eq=False)
class Drawn:
    """Streams with numbers drawn for them.

    rates: (draws, n) events a year.  middles: (draws, n) mean of the logarithm of one loss.
    """

    streams: tuple[Stream, ...]
    rates: FloatArray
    middles: FloatArray
    systemic_cv: float


class Bands:
    """Distribution functions of a year's loss, one for each draw."""

    def __init__(self, drawn: Drawn, *, scale: float, between: Callable[[], None] | None = None) -> None:
        """scale: a sum of the year's own size, money.  between: called before each stretch is worked out."""
        self._drawn = drawn
        self.scale = scale
        self._between = between
        self._fixed = np.array([s.is_fixed for s in drawn.streams])
        self._sums = np.array([s.loss_low for s in drawn.streams], float)
        # losses of nothing change nothing
        self._rates = np.where(self._fixed & (self._sums == 0), 0.0, drawn.rates)
        self._total = self._rates.sum(axis=1)
        self._none = mixed_over_factor(-self._total.astype(complex), drawn.systemic_cv).real
        self._rungs: dict[int, tuple[FloatArray, FloatArray]] = {}

    def exceedance(self, at: FloatArray) -> FloatArray:
        """P(S > at) in each draw.  at: (k,) money.  Returns (draws, k)."""
        out = np.ones((self._total.size, at.size))
        index = np.array([self._index(x) for x in at.tolist()])
        for rung in np.unique(index)[::-1].tolist():
            here = (index == rung) & (at >= 0)
            if here.any() and not self._is_never(rung):
                places, shares = self._rung(rung)
                out[:, here] = np.stack([1 - np.interp(at[here], places, row) for row in shares])
        return np.clip(out, 0.0, 1.0)

    def var(self, share: float) -> FloatArray:
        """VaR at this share in each draw, money.  Returns (draws,)."""
        out = np.zeros(self._total.size)
        open_rows = self._none < share
        index = 1
        while open_rows.any() and index < _HIGHEST:
            shares = self._rung(index)[1]
            found = open_rows & (shares[:, -1] >= share)
            for row in np.flatnonzero(found).tolist():
                out[row] = self._down(row, share, start=index)
            open_rows &= ~found
            index += 1
        out[open_rows] = self._rung(_HIGHEST)[0][-1]
        return out

    def _down(self, row: int, share: float, *, start: int) -> float:
        index = start
        while index > _LOWEST and self._rung(index - 1)[1][row, -1] >= share:
            index -= 1
        places, shares = self._rung(index)
        at = int(np.searchsorted(shares[row], share))
        if at == 0:
            return float(places[0])
        low, high = float(shares[row, at - 1]), float(shares[row, at])
        return float(places[at - 1] + (share - low) / max(high - low, 1e-300) * (places[at] - places[at - 1]))

    def _is_never(self, index: int) -> bool:
        """Whether a longer grid shows that hardly a year of any draw stays within this one's sums."""
        longer = min((built for built in self._rungs if built > index), default=None)
        if index in self._rungs or longer is None:
            return False
        places, shares = self._rungs[longer]
        within = int(np.searchsorted(places, self.scale * _SPAN**index)) + 1
        return bool((shares[:, min(within, places.size - 1)] < _NEVER).all())

    def _index(self, at: float) -> int:
        if at <= 0:
            return 0
        return int(min(max(math.ceil(math.log(at / self.scale, _SPAN) - 1e-12), _LOWEST), _HIGHEST))

    def _rung(self, index: int) -> tuple[FloatArray, FloatArray]:
        if index not in self._rungs:
            if self._between is not None:
                self._between()
            self._rungs[index] = self._build(self.scale * _SPAN**index)
        return self._rungs[index]

    def _build(self, top: float) -> tuple[FloatArray, FloatArray]:
        """Places (points + 1,) and distribution functions (draws, points + 1) up to top."""
        grid = Grid(top / (_POINTS - 2), _POINTS, _TILT)
        rated = self._spread(grid)
        decay = np.exp(-_TILT / _POINTS * np.arange(_POINTS))
        psi = np.fft.rfft(rated * decay, grid.length, axis=1) - self._total[:, None]
        smooth = (
            np.fft.irfft(mixed_over_factor(psi, self._drawn.systemic_cv) - self._none[:, None], grid.length, axis=1)[
                :, :_POINTS
            ]
            / decay
        )
        shares = np.cumsum(np.maximum(smooth, 0.0), axis=1) + self._none[:, None]
        places = np.concatenate([[0.0], (np.arange(_POINTS) + 0.5) * grid.step])
        return places, np.concatenate([self._none[:, None], shares], axis=1)

    def _spread(self, grid: Grid) -> FloatArray:
        """Rates of losses of each size on the grid, (draws, points), by local moment matching."""
        nodes = self._nodes(float(grid.sums[-1]))
        capped, passed = self._table(nodes)
        slope = np.diff(hermite(nodes, capped, passed, at=grid.sums), axis=1) / grid.step
        start = self._rates[:, ~self._fixed].sum(axis=1)
        out = -np.diff(slope, axis=1, prepend=start[:, None])
        for column in np.flatnonzero(self._fixed).tolist():
            one = split_atoms(self._sums[column : column + 1], np.ones(1), grid=grid)
            out += self._rates[:, column : column + 1] * one
        return out

    @staticmethod
    def _nodes(top: float) -> FloatArray:
        count = int(5 * _NODES_A_DECADE)
        return np.concatenate([[0.0], top * np.logspace(-5, 0, count)])

    def _table(self, nodes: FloatArray) -> tuple[FloatArray, FloatArray]:
        """sum of rate x E min(X, d) and of rate x P(X > d) at the nodes, each (draws, nodes)."""
        capped = np.zeros((self._total.size, nodes.size))
        passed = np.zeros_like(capped)
        passed[:, 0] = self._rates[:, ~self._fixed].sum(axis=1)
        sums = nodes[1:]
        if self._family is not None:
            capped[:, 1:], passed[:, 1:] = self._family.table(sums)
        log_sums = np.log(sums)
        for column in np.flatnonzero(self._alone).tolist():
            sigma = self._drawn.streams[column].sigma
            middle, rate = self._drawn.middles[:, column : column + 1], self._rates[:, column : column + 1]
            score = (log_sums - middle) / sigma
            beyond = rate * special.ndtr(-score)
            capped[:, 1:] += rate * np.exp(middle + sigma**2 / 2) * special.ndtr(score - sigma) + sums * beyond
            passed[:, 1:] += beyond
        return capped, passed

    @cached_property
    def _alone(self) -> BoolArray:
        """Which streams are worked out one by one: few of them, or too steep for a table."""
        spreads = np.array([s.sigma for s in self._drawn.streams])
        smooth = ~self._fixed
        return smooth if smooth.sum() <= _FEW else np.asarray(smooth & (spreads < NARROWEST))

    @cached_property
    def _family(self) -> Family | None:
        together = ~self._fixed & ~self._alone
        if not together.any():
            return None
        spreads = np.array([s.sigma for s in self._drawn.streams])[together]
        return gather(self._drawn.middles[:, together], spreads, self._rates[:, together])


def envelope(rows: FloatArray, around: Sequence[float] | FloatArray) -> tuple[FloatArray, FloatArray]:
    """5th and 95th percentile of each column, widened where the figure itself lies outside.

    rows: (draws, k).  around: (k,) figures.  Returns low and high, (k,) each.
    """
    low, high = np.quantile(rows, [0.05, 0.95], axis=0)
    figure = np.asarray(around, float)
    return np.minimum(low, figure), np.maximum(high, figure)
