"""Sizes that fall on separate values: fixed, discrete, empirical. They sit on a lattice and come out exact."""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from alcaide.engine.errors import EngineError
from alcaide.engine.loss.arrays import FloatArray
from alcaide.engine.loss.severity import Severity, finite, not_negative

_EDGE = 1e-12  # a chance this close to a step of the distribution counts as on it


@dataclass(frozen=True)
class Discrete(Severity):
    """A few sizes, each with its chance; chances add up to 1."""

    values: tuple[float, ...]
    chances: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values or len(self.values) != len(self.chances):
            raise EngineError("discrete needs at least one size, and one chance for each size")
        for value, chance in zip(self.values, self.chances, strict=True):
            not_negative("a discrete size", value)
            not_negative("a discrete chance", chance)
        check_total("discrete", self.chances)

    @cached_property
    def atoms(self) -> tuple[FloatArray, FloatArray]:  # type: ignore[override]  # a property of the protocol, kept
        sizes, where = np.unique(np.array(self.values, float), return_inverse=True)
        chances = np.zeros(sizes.size)
        np.add.at(chances, where, np.array(self.chances, float))
        total = math.fsum(self.chances)
        return sizes, chances if abs(total - 1) < _EDGE else chances / total

    def moment(self, order: int) -> float:
        sizes, chances = self.atoms
        return math.fsum(chances * sizes**order)

    def below(self, order: int, at: FloatArray) -> FloatArray:
        sizes, chances = self.atoms
        sums = np.concatenate([[0.0], np.cumsum(chances * sizes**order)])
        return sums[np.searchsorted(sizes, at, side="right")]

    def above(self, order: int, at: FloatArray) -> FloatArray:
        sizes, chances = self.atoms
        sums = np.concatenate([np.cumsum((chances * sizes**order)[::-1])[::-1], [0.0]])
        return sums[np.searchsorted(sizes, at, side="right")]

    @cached_property
    def steps(self) -> FloatArray:
        """Chances of not passing each size, rising to 1."""
        steps = np.cumsum(self.atoms[1])
        steps[-1] = 1.0
        return steps

    def quantile(self, share: FloatArray) -> FloatArray:
        where = np.searchsorted(self.steps, np.asarray(share) - _EDGE)
        return self.atoms[0][np.minimum(where, self.steps.size - 1)]

    def quantile_after(self, share: FloatArray) -> FloatArray:
        """The size just to the right of a step at this chance."""
        where = np.searchsorted(self.steps, np.asarray(share) + _EDGE)
        return self.atoms[0][np.minimum(where, self.steps.size - 1)]

    def upper_quantile(self, share: FloatArray) -> FloatArray:
        return self.quantile(1 - np.asarray(share))


class Fixed(Discrete):
    """Every loss the same size."""

    def __init__(self, value: float) -> None:
        super().__init__((not_negative("fixed value", value),), (1.0,))


class Empirical(Discrete):
    """Sizes as they were seen, each equally likely; a size seen twice weighs twice."""

    def __init__(self, values: tuple[float, ...]) -> None:
        if not values:
            raise EngineError("empirical needs at least one size")
        super().__init__(tuple(values), (1 / len(values),) * len(values))


def check_total(what: str, chances: tuple[float, ...]) -> None:
    """Refuse chances that do not add up to 1 (within 1e-6, for thirds written with six digits)."""
    total = math.fsum(chances)
    if abs(finite(f"the sum of {what} chances", total) - 1) > 1e-6:
        raise EngineError(f"{what} chances add up to {total:g}; they must add up to 1")


def lattice_step(values: FloatArray) -> float:
    """Largest step of which every value is a whole multiple, read from the decimals as written.

    values: any sizes, money.  Returns 0.0 when all are zero.
    """
    step = Fraction(0)
    for value in np.unique(values):
        step = _common(step, _as_written(float(value)))
    return float(step)


def _as_written(value: float) -> Fraction:
    """The decimal, or the third or seventh, that a number was before it became a binary fraction."""
    simple = Fraction(value).limit_denominator(10_000)
    return simple if abs(float(simple) - value) <= 1e-14 * value else Fraction(repr(value))


def _common(a: Fraction, b: Fraction) -> Fraction:
    base = math.lcm(a.denominator, b.denominator)
    return Fraction(math.gcd(int(a * base), int(b * base)), base)
