"""A year's quantile with a few risks exchanged: what the rest adds is kept in Fourier space, not worked out again."""

from collections.abc import Sequence

import numpy as np

from alcaide.engine.loss.arrays import ComplexArray, IntArray
from alcaide.engine.loss.distribution import EXACT, Aggregate
from alcaide.engine.loss.parts import Atoms, Rung
from alcaide.engine.loss.portfolio import Risk
from alcaide.engine.loss.year import NearOnly, One, OnGrids, at_zero

_NOTHING = 1e-17  # share of the largest value of a transform that is less than its rounding


class Exchange:
    """A year of many risks, asked what its quantile were if some risks had other rates or sizes.

    Memory: one complex number for each value of the systemic factor and each frequency of the grids used.
    """

    def __init__(self, year: Aggregate) -> None:
        self._base = year
        self._held: dict[int, tuple[ComplexArray, IntArray]] = {}
        self._none: ComplexArray | None = None

    @staticmethod
    def serves(year: Aggregate) -> bool:
        """Whether a year can be kept so: losses with a density, and counts that are Poisson given their rate."""
        return year.is_smooth

    def var(self, share: float, *, old: Sequence[Risk], new: Sequence[Risk]) -> float:
        """Smallest sum that a year stays within with this chance once old risks are new ones, money."""
        target = share - EXACT
        one = self._base.year.one
        pairs = [(one(was), one(comes)) for was, comes in zip(old, new, strict=True)]
        zero = self._zero(pairs)
        if zero >= target:
            return 0.0
        base, index, rung = self._base, self._base.index_of(self._base.var(share)), None
        rung = self._rung(index, pairs, zero=zero)
        while rung.reached < target:
            index += 1
            rung = self._rung(index, pairs, zero=zero)
        while float(rung.cdf(np.array(base.top_of(index - 1)))) >= target:
            index -= 1
            rung = self._rung(index, pairs, zero=zero)
        return rung.quantile(target)

    def _zero(self, pairs: Sequence[tuple[One, One]]) -> float:
        of = at_zero(lambda _: 0.0)
        if self._none is None:
            self._none = self._base.year.given_factor(of)
        return float(self._mixed(self._none * self._base.year.ratio(pairs, of))[0].real)

    def _rung(self, index: int, pairs: Sequence[tuple[One, One]], *, zero: float) -> Rung:
        grids = self._base.grids_of(index)
        if index not in self._held:
            self._held[index] = self._near(self._base.year.given_factor(OnGrids(grids)))
        held, near = self._held[index]
        transform = np.zeros(sum(grid.points + 1 for grid in grids), complex)
        transform[near] = self._mixed(held * self._base.year.ratio(pairs, NearOnly(grids, near)))
        return self._base.rung_from(index, transform, Atoms(1.0, np.array([zero]), zero))

    def _near(self, given: ComplexArray) -> tuple[ComplexArray, IntArray]:
        """What is left of the rest of the year, and the frequencies at which anything is."""
        size = np.einsum("k,kn->n", self._base.year.factor_weights, np.abs(given))
        near = np.flatnonzero(size > _NOTHING * size.max())
        return np.ascontiguousarray(given[:, near]), near

    def _mixed(self, given: ComplexArray) -> ComplexArray:
        return np.asarray(np.einsum("k,kn->n", self._base.year.factor_weights, given))
