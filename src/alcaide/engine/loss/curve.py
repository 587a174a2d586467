"""The loss curve of many scenarios with sure rates, fast enough to follow a slider."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alcaide.engine.errors import EngineError
from alcaide.engine.loss.arrays import FloatArray
from alcaide.engine.loss.cubic import hermite
from alcaide.engine.loss.grid import Grid, split_atoms
from alcaide.engine.loss.ladder import mixed_over_factor
from alcaide.engine.loss.parts import Atoms, Rung, extrapolate
from alcaide.engine.loss.severity import Severity

_NODES_A_DECADE = 48
_DECADES = 14
_SCOUT = 1024
_TILT = 8.0
_ROOM = 4.0  # the grid ends this many times beyond the quantile it must reach


@dataclass(frozen=True, eq=False)
class Curve:
    """A year's loss of sure scenarios, asked as Aggregate is, up to `top`."""

    mean: float
    rung: Rung

    @property
    def lost_mass(self) -> float:
        """Chance of a year beyond the grid."""
        return max(1 - self.rung.reached, 0.0)

    def exceedance(self, at: FloatArray) -> FloatArray:
        """P(S > at).  at: (k,) money up to the grid's end.  Returns (k,)."""
        return 1 - self.rung.cdf(self._inside(at))

    def var(self, share: float) -> float:
        """Smallest sum that a year stays within with this chance, money."""
        if not 0 <= share < self.rung.reached:
            raise EngineError(f"{share:g} is not reached on this grid: ask the curve for a longer reach")
        return self.rung.quantile(share)

    def tvar(self, share: float) -> float:
        """Mean of the worst 1 - share of years, money; the tail beyond the grid is closed with the exact mean."""
        at = self.var(share)
        excess = self.mean - at + float(self.rung.below(np.array(at)))
        return at + max(excess, 0.0) / (1 - share)

    def _inside(self, at: FloatArray) -> FloatArray:
        at = np.asarray(at, float)
        if (at > self.rung.top).any():
            raise EngineError(f"the curve ends at {self.rung.top:g}: ask it for a longer reach")
        return at


class Prepared:
    """Sizes of losses, tabulated once, ready for any rates.

    Keeps E min(X, d) and P(X > d) of each size at a few hundred sums: two arrays of (sizes, nodes) numbers.
    """

    def __init__(self, sizes: Sequence[Severity]) -> None:
        if not sizes:
            raise EngineError("there is nothing to prepare: give at least one size")
        self._means = np.array([s.mean for s in sizes])
        self._squares = np.array([s.moment(2) for s in sizes])
        if not np.isfinite(self._squares).all():
            raise EngineError("a size without a finite spread cannot be prepared: use aggregate instead")
        self._atoms = [(i, *s.atoms) for i, s in enumerate(sizes) if s.atoms is not None]
        self._smooth = np.array([s.atoms is None for s in sizes])
        kept = [s for s in sizes if s.atoms is None]
        top = max((float(s.upper_quantile(np.array(1e-12))) for s in kept), default=1.0)
        self._nodes = np.concatenate([[0.0], top * np.logspace(-_DECADES, 0, _DECADES * _NODES_A_DECADE)])
        self._capped = np.array([s.limited(self._nodes) for s in kept]).reshape(len(kept), self._nodes.size)
        self._passed = np.array([s.above(0, self._nodes) for s in kept]).reshape(len(kept), self._nodes.size)

    def curve(
        self, rates: FloatArray, *, systemic_cv: float = 0.0, points: int = 1 << 13, reach: float = 0.999
    ) -> Curve:
        """Loss curve at these rates.

        Parameters
        ----------
        rates : FloatArray
            (sizes,) events a year.
        systemic_cv : float
            Coefficient of variation of a gamma factor on every rate.
        points : int
            Points of the grid, a power of two.
        reach : float
            Share of years that the grid must hold; it ends well beyond.

        Returns
        -------
        Curve

        Notes
        -----
        One compound Poisson: its rate of losses of each size is the sum over scenarios, so the number of scenarios
        costs one product of a vector and a table. The sums are read between nodes by a cubic through value and slope.

        Examples
        --------
        >>> import numpy as np
        >>> from alcaide.engine.loss import Exponential, prepare
        >>> curve = prepare([Exponential(10.0), Exponential(10.0)]).curve(np.array([1.0, 1.0]))
        >>> round(curve.var(0.9), 2)
        47.28
        """
        rates = np.asarray(rates, float)
        if rates.shape != self._means.shape or not (np.isfinite(rates).all() and (rates >= 0).all()):
            raise EngineError(f"give {self._means.size} rates, each a number of 0 or more")
        mean = math.fsum(rates * self._means)
        if mean == 0:
            return Curve(0.0, Rung(math.inf, Atoms(1.0, np.ones(1), 1.0), None))
        rated = _Rated(self, rates, systemic_cv)
        spread = math.sqrt(math.fsum(rates * self._squares) + (systemic_cv * mean) ** 2)
        top = mean + 12 * spread
        scout = rated.rung(top, points=_SCOUT)
        while scout.reached < reach:
            top *= 8
            scout = rated.rung(top, points=_SCOUT)
        while (far := scout.quantile(reach)) < top / 64:
            top = max(far * 16, top / 64)
            scout = rated.rung(top, points=_SCOUT)
        return Curve(mean, rated.rung(min(_ROOM * far, top), points=points))


class _Rated:
    """Prepared sizes with their rates."""

    def __init__(self, prepared: Prepared, rates: FloatArray, systemic_cv: float) -> None:
        self._nodes = prepared._nodes
        smooth = rates[prepared._smooth]
        # not BLAS: its sums may depend on the number of threads
        self._capped = np.einsum("i,ij->j", smooth, prepared._capped)
        self._passed = np.einsum("i,ij->j", smooth, prepared._passed)
        self._smooth_total = math.fsum(smooth)
        self._atoms = [(float(rates[i]), values, chances) for i, values, chances in prepared._atoms]
        self._cv = systemic_cv
        self._total = math.fsum(rates)
        self._none = float(mixed_over_factor(np.array([-self._total], complex), systemic_cv)[0].real)

    def rung(self, top: float, *, points: int) -> Rung:
        step = top / (points - 4)
        fine = self._smooth(Grid(step, points, _TILT))
        coarse = self._smooth(Grid(2 * step, points // 2, _TILT))
        return Rung(top, Atoms(1.0, np.array([self._none]), self._none), extrapolate(step, fine, coarse))

    def _smooth(self, grid: Grid) -> FloatArray:
        capped = hermite(self._nodes, self._capped, self._passed, at=grid.sums)
        rated = -np.diff(np.diff(capped) / grid.step, prepend=self._smooth_total)
        for rate, values, chances in self._atoms:
            rated += rate * split_atoms(values, chances, grid=grid)
        psi = grid.into(rated) - self._total
        return grid.back(mixed_over_factor(psi, self._cv) - self._none)


def prepare(sizes: Sequence[Severity]) -> Prepared:
    """Tabulate sizes once, to draw loss curves at any rates.

    Parameters
    ----------
    sizes : sequence of Severity
        One for each scenario, each with a finite spread.

    Returns
    -------
    Prepared

    Raises
    ------
    EngineError
        For no sizes, or one whose spread is infinite.

    Examples
    --------
    >>> from alcaide.engine.loss import Lognormal, prepare
    >>> type(prepare([Lognormal(10.0, 1.0)])).__name__
    'Prepared'
    """
    return Prepared(sizes)
