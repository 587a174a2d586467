"""A year's quantile with a few risks exchanged: what the rest adds is kept in Fourier space, not worked out again."""

from collections.abc import Sequence

import numpy as np

from alcaide.engine.loss.arrays import ComplexArray
from alcaide.engine.loss.distribution import EXACT, Aggregate
from alcaide.engine.loss.parts import Atoms, Rung
from alcaide.engine.loss.portfolio import Risk
from alcaide.engine.loss.year import OnGrids, Transform, at_zero


class Exchange:
    """A year of many risks, asked what its quantile were if some risks had other rates or sizes.

    Memory: one complex number for each value of the systemic factor and each frequency of the grids used.
    """

    def __init__(self, year: Aggregate) -> None:
        self._base = year
        self._held: dict[int, ComplexArray] = {}
        self._none: ComplexArray | None = None

    @staticmethod
    def serves(year: Aggregate) -> bool:
        """Whether a year can be kept so: losses with a density, and counts that are Poisson given their rate."""
        return year.is_smooth

    def var(self, share: float, *, old: Sequence[Risk], new: Sequence[Risk]) -> float:
        """Smallest sum that a year stays within with this chance once old risks are new ones, money."""
        target = share - EXACT
        zero = self._zero(old, new)
        if zero >= target:
            return 0.0
        base, index, rung = self._base, self._base.index_of(self._base.var(share)), None
        rung = self._rung(index, old, new, zero=zero)
        while rung.reached < target:
            index += 1
            rung = self._rung(index, old, new, zero=zero)
        while float(rung.cdf(np.array(base.top_of(index - 1)))) >= target:
            index -= 1
            rung = self._rung(index, old, new, zero=zero)
        return rung.quantile(target)

    def _zero(self, old: Sequence[Risk], new: Sequence[Risk]) -> float:
        of = at_zero(lambda _: 0.0)
        if self._none is None:
            self._none = self._base.year.given_factor(of)
        return float(self._mixed(self._none * self._ratio(of, old, new))[0].real)

    def _rung(self, index: int, old: Sequence[Risk], new: Sequence[Risk], *, zero: float) -> Rung:
        grids = self._base.grids_of(index)
        of = OnGrids(grids)
        if index not in self._held:
            self._held[index] = self._base.year.given_factor(of)
        transform = self._mixed(self._held[index] * self._ratio(of, old, new))
        return self._base.rung_from(index, transform, Atoms(1.0, np.array([zero]), zero))

    def _mixed(self, given: ComplexArray) -> ComplexArray:
        return np.asarray(np.einsum("k,kn->n", self._base.year.factor_weights, given))

    def _ratio(self, of: Transform, old: Sequence[Risk], new: Sequence[Risk]) -> ComplexArray:
        year = self._base.year
        found = np.ones((1, 1), complex)
        for was, comes in zip(old, new, strict=True):
            found = found * (year.one(comes, of) / year.one(was, of))
        return np.asarray(found)
