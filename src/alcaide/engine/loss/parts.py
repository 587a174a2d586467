"""The two parts of a year's distribution: separate sums (atoms) and what has a density."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from alcaide.engine.loss.arrays import FloatArray, IntArray

_FAINT = 1e-15  # an atom below this is the transform's noise


@dataclass(frozen=True, eq=False)
class Atoms:
    """Years whose loss is a whole multiple of `step`: chance of each multiple.

    `slack` is how far, in money, a sum may stand from its true place: 0 where the lattice is exact.
    `total` is the chance of all such years, those beyond the table included.
    """

    step: float
    chances: FloatArray
    total: float
    slack: float = 0.0

    @cached_property
    def _sums(self) -> FloatArray:
        return np.cumsum(self.chances)

    @cached_property
    def _moments(self) -> FloatArray:
        return np.cumsum(self.chances * np.arange(self.chances.size))

    def _place(self, at: FloatArray) -> IntArray:
        where = np.floor((at + self.slack) / self.step + 1e-6)
        return np.clip(where, -1, self.chances.size - 1).astype(np.int64)

    def cdf(self, at: FloatArray) -> FloatArray:
        """P(S <= at and S on the lattice)."""
        where = self._place(at)
        return np.where(where < 0, 0.0, self._sums[np.maximum(where, 0)])

    def pmf(self, at: FloatArray) -> FloatArray:
        """P(S = at)."""
        if self.slack:
            return np.maximum(self.cdf(at) - self.cdf(at - 2 * self.slack - self.step), 0.0)
        place = at / self.step
        where = np.rint(place)
        found = (np.abs(place - where) < 1e-6) & (where >= 0) & (where < self.chances.size)
        return np.where(found, np.maximum(self.chances[np.where(found, where, 0).astype(np.int64)], 0.0), 0.0)

    def below(self, at: FloatArray) -> FloatArray:
        """E[(at - S)+; S on the lattice]."""
        where = np.maximum(self._place(at), 0)
        return np.where(at < 0, 0.0, np.maximum(at * self._sums[where] - self.step * self._moments[where], 0.0))

    def steps(self, top: float) -> tuple[FloatArray, FloatArray]:
        """Places up to top that carry weight, and the lattice's distribution function just after each."""
        where = np.flatnonzero(self.chances[: int(self._place(np.array(top))) + 1] > _FAINT)
        return np.asarray(where * self.step, float), self._sums[where]


@dataclass(frozen=True, eq=False)
class Smooth:
    """Years whose loss has a density, on a grid of step `step`.

    Matching moments makes the running sum at point k the mean of the distribution function over the cell above it, so
    it stands for the middle of that cell; between middles the curve is taken straight (second order in the step).
    """

    step: float
    chances: FloatArray
    shares: FloatArray

    @cached_property
    def places(self) -> FloatArray:
        """Sums at which the distribution function is known, as `shares`."""
        return np.concatenate([[0.0], (np.arange(self.chances.size) + 0.5) * self.step])

    @cached_property
    def _short(self) -> FloatArray:
        # E(k b - S)+ at each point of the grid
        return np.concatenate([[0.0], np.cumsum(np.cumsum(self.chances))]) * self.step

    def cdf(self, at: FloatArray) -> FloatArray:
        """P(S <= at and S has a density)."""
        return np.interp(at, self.places, self.shares, left=0.0)

    def below(self, at: FloatArray) -> FloatArray:
        """E[(at - S)+; S has a density]."""
        return np.interp(at, np.arange(self.chances.size + 1) * self.step, self._short)


def extrapolate(step: float, fine: FloatArray, coarse: FloatArray) -> Smooth:
    """Cancel the error in step² between a grid and one of twice its step (Richardson).

    fine: (n,) chances on a grid of this step.  coarse: (n / 2,) on twice the step.

    The coarse curve is straight between the middles of its cells, which shares each of its points 1 : 2 : 1 among three
    of the fine grid; that error, too, goes with step² and cancels. Where sizes are smaller than a cell there is nothing
    to cancel: the correction of the distribution function is held within half of what lies on either side, so that it
    never falls.
    """
    shared = np.zeros(2 * coarse.size + 1)
    shared[0:-1:2] += coarse / 2
    shared[1::2] += coarse / 4
    shared[1:-2:2] += coarse[1:] / 4
    # the share below zero goes back so that the mean stays: what is at zero stays there whole
    shared[0] += coarse[0] / 2
    shared[1] -= coarse[0] / 4
    shared = shared[: fine.size]
    room = np.maximum(fine, 0.0) / 2
    room = np.minimum(room, np.concatenate([room[1:], [0.0]]))
    shares = np.cumsum(np.maximum(fine, 0.0)) + np.clip(np.cumsum(fine - shared) / 3, -room, room)
    return Smooth(step, (4 * fine - shared) / 3, np.concatenate([[0.0], shares]))


@dataclass(frozen=True, eq=False)
class Rung:
    """A year's distribution for sums up to `top`."""

    top: float
    atoms: Atoms
    smooth: Smooth | None

    def cdf(self, at: FloatArray) -> FloatArray:
        """P(S <= at) for at up to top."""
        share = self.atoms.cdf(at)
        return share if self.smooth is None else share + self.smooth.cdf(at)

    def below(self, at: FloatArray) -> FloatArray:
        """E(at - S)+ for at up to top."""
        short = self.atoms.below(at)
        return short if self.smooth is None else short + self.smooth.below(at)

    @cached_property
    def reached(self) -> float:
        """P(S <= top)."""
        return float(self.cdf(np.array(self.top)))

    def quantile(self, share: float) -> float:
        """Smallest sum whose distribution function reaches share, which must not be above `reached`."""
        places, jumps = self.atoms.steps(self.top)
        if self.smooth is None:
            where = min(int(np.searchsorted(jumps, share)), max(places.size - 1, 0))
            return float(places[where]) if places.size else 0.0
        return self._mixed_quantile(self.smooth, share, places=places)

    def _mixed_quantile(self, smooth: Smooth, share: float, *, places: FloatArray) -> float:
        inside = smooth.places[smooth.places <= self.top]
        x = np.concatenate([inside, places])
        is_atom = np.concatenate([np.zeros(inside.size, bool), np.ones(places.size, bool)])
        order = np.lexsort((is_atom, x))
        x, is_atom = x[order], is_atom[order]
        after = np.maximum.accumulate(self.cdf(x))
        at = min(int(np.searchsorted(after, share)), x.size - 1)
        before = float(after[at] - self.atoms.pmf(x[at : at + 1])[0]) if is_atom[at] else float(after[at])
        if before < share or at == 0:
            return float(x[at])
        previous = float(after[at - 1])
        part = (share - previous) / (before - previous) if before > previous else 1.0
        return float(x[at - 1] + min(max(part, 0.0), 1.0) * (x[at] - x[at - 1]))


def middle_tilt(top: float, mean: float) -> float:
    """How hard to hold down what wraps round: harder where much of the year's law lies beyond the grid."""
    # wrapped mass shrinks by exp(-2 tilt), rounding grows by exp(tilt); past four means at most a quarter can wrap
    return 8.0 if math.isfinite(mean) and 2 * top >= 4 * mean else 11.0
