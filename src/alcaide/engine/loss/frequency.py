"""How often a loss happens in a year: the distribution of the count."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from alcaide.engine.errors import EngineError
from alcaide.engine.loss.arrays import ComplexArray, FloatArray
from alcaide.engine.loss.atoms import check_total
from alcaide.engine.loss.severity import Severity, not_negative, positive


class Frequency:
    """The number of losses in a year."""

    def cumulants(self) -> tuple[float, float, float]:
        """Mean, variance and third central moment of the count; inf where one does not exist."""
        raise NotImplementedError

    @property
    def mean(self) -> float:
        """Expected number of losses a year."""
        return self.cumulants()[0]


class Counted(Frequency):
    """A count whose generating function is a plain formula (everything but Poisson)."""

    def generate(self, z: ComplexArray) -> ComplexArray:
        """E[z^N] for complex z with |z| <= 1."""
        raise NotImplementedError


@dataclass(frozen=True)
class Poisson(Frequency):
    """Losses at a rate a year; the rate is a number, or a distribution drawn once a year."""

    rate: float | Severity

    def __post_init__(self) -> None:
        if not isinstance(self.rate, Severity):
            not_negative("poisson rate", self.rate)

    def rate_cumulants(self) -> tuple[float, float, float]:
        """Mean, variance and third central moment of the rate itself."""
        if not isinstance(self.rate, Severity):
            return self.rate, 0.0, 0.0
        return cumulants_of(self.rate)

    def cumulants(self) -> tuple[float, float, float]:
        mean, variance, third = self.rate_cumulants()
        return mean, mean + variance, mean + 3 * variance + third


@dataclass(frozen=True)
class Binomial(Counted):
    """n chances a year, each of which happens with chance p."""

    n: int
    p: float

    def __post_init__(self) -> None:
        if self.n != int(not_negative("binomial n", self.n)):
            raise EngineError(f"binomial n must be a whole number, not {self.n:g}")
        if not 0 <= not_negative("chance p", self.p) <= 1:
            raise EngineError(f"chance p lies between 0 and 1, not {self.p:g}")

    def cumulants(self) -> tuple[float, float, float]:
        mean, fails = self.n * self.p, 1 - self.p
        return mean, mean * fails, mean * fails * (1 - 2 * self.p)

    def generate(self, z: ComplexArray) -> ComplexArray:
        return (1 + self.p * (z - 1)) ** int(self.n)


class Bernoulli(Binomial):
    """At most one loss a year, with chance p."""

    def __init__(self, p: float) -> None:
        super().__init__(1, p)


@dataclass(frozen=True)
class NegativeBinomial(Counted):
    """Poisson whose rate is gamma with this mean and shape: variance = mean + mean² / shape."""

    expected: float
    shape: float

    def __post_init__(self) -> None:
        not_negative("negative_binomial mean", self.expected)
        positive("negative_binomial shape", self.shape)

    def cumulants(self) -> tuple[float, float, float]:
        tilt = self.expected / self.shape
        variance = self.expected * (1 + tilt)
        return self.expected, variance, variance * (1 + 2 * tilt)

    def generate(self, z: ComplexArray) -> ComplexArray:
        if self.shape > 1e8:
            return np.exp(self.expected * (z - 1))  # the power would lose more digits than the mixing changes
        return np.asarray((1 + self.expected / self.shape * (1 - z)) ** -self.shape)


@dataclass(frozen=True)
class Counts(Counted):
    """A table: chances of 0, 1, 2, … losses a year."""

    chances: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.chances:
            raise EngineError("counts needs the chance of at least one number of losses")
        for chance in self.chances:
            not_negative("a chance of counts", chance)
        check_total("counts", self.chances)

    @cached_property
    def _shares(self) -> FloatArray:
        shares = np.array(self.chances, float)
        total = math.fsum(self.chances)
        return shares if abs(total - 1) < 1e-12 else shares / total

    def cumulants(self) -> tuple[float, float, float]:
        count = np.arange(self._shares.size)
        mean = math.fsum(self._shares * count)
        return (
            mean,
            math.fsum(self._shares * (count - mean) ** 2),
            math.fsum(self._shares * (count - mean) ** 3),
        )

    def generate(self, z: ComplexArray) -> ComplexArray:
        out = np.full_like(z, self._shares[-1])
        for share in self._shares[-2::-1]:
            out = out * z + share
        return out


def cumulants_of(law: Severity) -> tuple[float, float, float]:
    """Mean, variance and third central moment of a distribution from its raw moments."""
    first, second, third = (law.moment(i) for i in (1, 2, 3))
    if not math.isfinite(second):
        return first, math.inf, math.inf
    skewed = third - 3 * first * second + 2 * first**3 if math.isfinite(third) else math.inf
    return first, max(second - first**2, 0.0), skewed
