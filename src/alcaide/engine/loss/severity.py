"""How large one loss is: the continuous kinds, and the contract that every kind keeps."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from alcaide.engine.errors import EngineError
from alcaide.engine.loss.arrays import FloatArray

_TINY = 1e-300  # stands in for zero under a logarithm


def finite(name: str, value: float) -> float:
    """Return value, refused in words unless it is a finite number."""
    if not math.isfinite(value):
        raise EngineError(f"{name} must be a finite number, not {value}")
    return value


def positive(name: str, value: float) -> float:
    """Return value, refused in words unless it is above zero."""
    if not finite(name, value) > 0:
        raise EngineError(f"{name} must be above zero, not {value:g}")
    return value


def not_negative(name: str, value: float) -> float:
    """Return value, refused in words if it is below zero."""
    if finite(name, value) < 0:
        raise EngineError(f"{name} must not be negative, not {value:g}")
    return value


class Severity:
    """The size of one loss, in money; never negative.

    A kind gives its raw moments, its partial moments below and above a sum, and its quantiles from both ends, so
    that layers and tails never come out of a difference of two large numbers.
    """

    @property
    def atoms(self) -> tuple[FloatArray, FloatArray] | None:
        """The separate sizes and their chances of a kind on a lattice; None for a kind with a density."""
        return None

    def moment(self, order: int) -> float:
        """E[X^order] for order 0..3; inf where it does not exist."""
        raise NotImplementedError

    def below(self, order: int, at: FloatArray) -> FloatArray:
        """E[X^order; X <= at] for order 0..2."""
        raise NotImplementedError

    def above(self, order: int, at: FloatArray) -> FloatArray:
        """E[X^order; X > at] for order 0..2."""
        raise NotImplementedError

    def quantile(self, share: FloatArray) -> FloatArray:
        """Smallest size with at least this chance of not being passed."""
        raise NotImplementedError

    def upper_quantile(self, share: FloatArray) -> FloatArray:
        """Size passed with this chance; keeps its digits where the chance is tiny."""
        raise NotImplementedError

    def limited(self, at: FloatArray) -> FloatArray:
        """E min(X, at): finite even where the mean is not."""
        return self.below(1, at) + at * self.above(0, at)

    def stop_loss(self, at: FloatArray) -> FloatArray:
        """E(X - at)+."""
        return np.maximum(self.above(1, at) - at * self.above(0, at), 0.0)

    @property
    def mean(self) -> float:
        """E[X], or inf."""
        return self.moment(1)

    @property
    def variance(self) -> float:
        """Var[X], or inf."""
        second = self.moment(2)
        return max(second - self.mean**2, 0.0) if math.isfinite(second) else math.inf


def _exp(power: float) -> float:
    return math.exp(power) if power < 709 else math.inf


@dataclass(frozen=True)
class Lognormal(Severity):
    """The logarithm of the size is normal with mean `mu` and standard deviation `sigma`."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        finite("lognormal mu", self.mu)
        positive("lognormal sigma", self.sigma)

    @classmethod
    def from_range(cls, low: float, high: float, *, ci: float = 0.9) -> "Lognormal":
        """Fit the curve that keeps the share `ci` of sizes between low and high, equal tails; low below high."""
        check_range("lognormal", low, high)
        positive("lognormal low", low)
        if not 0 < finite("lognormal ci", ci) < 1:
            raise EngineError(f"lognormal ci is a share between 0 and 1 (0.9 for a 90 % range), not {ci:g}")
        spread = math.log(high / low) / (2 * float(special.ndtri((1 + ci) / 2)))
        return cls(math.log(low) + math.log(high / low) / 2, spread)

    def moment(self, order: int) -> float:
        return _exp(order * self.mu + (order * self.sigma) ** 2 / 2)

    def _score(self, order: int, at: FloatArray) -> FloatArray:
        return (np.log(np.maximum(at, _TINY)) - self.mu) / self.sigma - order * self.sigma

    def below(self, order: int, at: FloatArray) -> FloatArray:
        return np.asarray(self.moment(order) * special.ndtr(self._score(order, at)))

    def above(self, order: int, at: FloatArray) -> FloatArray:
        return np.asarray(self.moment(order) * special.ndtr(-self._score(order, at)))

    def quantile(self, share: FloatArray) -> FloatArray:
        return np.exp(self.mu + self.sigma * special.ndtri(share))

    def upper_quantile(self, share: FloatArray) -> FloatArray:
        return np.exp(self.mu - self.sigma * special.ndtri(share))


@dataclass(frozen=True)
class Gamma(Severity):
    """Gamma with mean shape x scale."""

    shape: float
    scale: float

    def __post_init__(self) -> None:
        positive("gamma shape", self.shape)
        positive("gamma scale", self.scale)

    def moment(self, order: int) -> float:
        return self.scale**order * math.prod(self.shape + i for i in range(order))

    def below(self, order: int, at: FloatArray) -> FloatArray:
        return np.asarray(self.moment(order) * special.gammainc(self.shape + order, np.maximum(at, 0) / self.scale))

    def above(self, order: int, at: FloatArray) -> FloatArray:
        return np.asarray(self.moment(order) * special.gammaincc(self.shape + order, np.maximum(at, 0) / self.scale))

    def quantile(self, share: FloatArray) -> FloatArray:
        return np.asarray(self.scale * special.gammaincinv(self.shape, share))

    def upper_quantile(self, share: FloatArray) -> FloatArray:
        return np.asarray(self.scale * special.gammainccinv(self.shape, share))


class Exponential(Gamma):
    """Exponential: the gamma of shape 1, named by its mean."""

    def __init__(self, mean: float) -> None:
        super().__init__(1.0, positive("exponential mean", mean))


@dataclass(frozen=True)
class Uniform(Severity):
    """Every size between low and high equally likely."""

    low: float
    high: float

    def __post_init__(self) -> None:
        check_range("uniform", self.low, self.high)
        if self.low == self.high:
            raise EngineError("uniform low and high are the same: use fixed")

    def moment(self, order: int) -> float:
        return self._power_sum(order, self.low, self.high)

    def _power_sum(self, order: int, start: float | FloatArray, end: float | FloatArray) -> float:
        # (b^(k+1) - a^(k+1)) / (k+1) over the width, written without the cancellation
        terms = sum(start ** (order - i) * end**i for i in range(order + 1))
        return (end - start) * terms / ((order + 1) * (self.high - self.low))  # type: ignore[return-value]  # no int

    def below(self, order: int, at: FloatArray) -> FloatArray:
        return np.asarray(self._power_sum(order, self.low, np.clip(at, self.low, self.high)))

    def above(self, order: int, at: FloatArray) -> FloatArray:
        return np.asarray(self._power_sum(order, np.clip(at, self.low, self.high), self.high))

    def quantile(self, share: FloatArray) -> FloatArray:
        return self.low + (self.high - self.low) * share

    def upper_quantile(self, share: FloatArray) -> FloatArray:
        return self.high - (self.high - self.low) * share


@dataclass(frozen=True)
class Pareto(Severity):
    """Pareto type I: P(X > x) = (scale / x)^alpha from `scale` up. The mean is infinite for alpha <= 1."""

    scale: float
    alpha: float

    def __post_init__(self) -> None:
        positive("pareto scale", self.scale)
        positive("pareto alpha", self.alpha)

    def moment(self, order: int) -> float:
        return self.alpha * self.scale**order / (self.alpha - order) if self.alpha > order else math.inf

    def below(self, order: int, at: FloatArray) -> FloatArray:
        reach = np.log(np.maximum(at, self.scale) / self.scale)
        gap = self.alpha - order
        part = reach if gap == 0 else -np.expm1(-gap * reach) / gap
        return np.asarray(self.alpha * self.scale**order * part)

    def above(self, order: int, at: FloatArray) -> FloatArray:
        reach = np.log(np.maximum(at, self.scale) / self.scale)
        if self.alpha <= order:
            return np.full_like(reach, math.inf)
        return np.asarray(self.moment(order) * np.exp(-(self.alpha - order) * reach))

    def quantile(self, share: FloatArray) -> FloatArray:
        return self.scale * np.exp(-np.log1p(-share) / self.alpha)

    def upper_quantile(self, share: FloatArray) -> FloatArray:
        return self.scale * np.exp(-np.log(share) / self.alpha)


@dataclass(frozen=True)
class Pert(Severity):
    """Modified PERT: a beta between low and high whose weight on the mode is `gamma` (4 is the usual PERT).

    Vose, Risk Analysis (2008), appendix III: alpha = 1 + gamma (mode - low) / (high - low), beta likewise.
    """

    low: float
    mode: float
    high: float
    gamma: float = 4.0

    def __post_init__(self) -> None:
        check_range("pert", self.low, self.high)
        if not self.low <= finite("pert mode", self.mode) <= self.high:
            raise EngineError(f"pert mode {self.mode:g} must lie between low {self.low:g} and high {self.high:g}")
        not_negative("pert gamma", self.gamma)
        if self.low == self.high:
            raise EngineError("pert low and high are the same: use fixed")

    @property
    def alpha(self) -> float:
        """First parameter of the beta."""
        return 1 + self.gamma * (self.mode - self.low) / (self.high - self.low)

    @property
    def beta(self) -> float:
        """Second parameter of the beta."""
        return 1 + self.gamma * (self.high - self.mode) / (self.high - self.low)

    @cached_property
    def _beta_moments(self) -> tuple[float, ...]:
        out = [1.0]
        for i in range(3):
            out.append(out[-1] * (self.alpha + i) / (self.alpha + self.beta + i))
        return tuple(out)

    def _expand(self, order: int, shares: list[FloatArray]) -> FloatArray:
        width = self.high - self.low
        total = np.zeros(np.shape(shares[0]))
        for i in range(order + 1):
            total = total + math.comb(order, i) * self.low ** (order - i) * width**i * self._beta_moments[i] * shares[i]
        return total

    def moment(self, order: int) -> float:
        return float(self._expand(order, [np.ones(())] * (order + 1)))

    def _where(self, at: FloatArray) -> FloatArray:
        return np.clip((at - self.low) / (self.high - self.low), 0.0, 1.0)

    def below(self, order: int, at: FloatArray) -> FloatArray:
        x = self._where(at)
        return np.asarray(
            self._expand(order, [special.betainc(self.alpha + i, self.beta, x) for i in range(order + 1)])
        )

    def above(self, order: int, at: FloatArray) -> FloatArray:
        x = self._where(at)
        return np.asarray(
            self._expand(order, [special.betaincc(self.alpha + i, self.beta, x) for i in range(order + 1)])
        )

    def quantile(self, share: FloatArray) -> FloatArray:
        return self.low + (self.high - self.low) * special.betaincinv(self.alpha, self.beta, np.maximum(share, 1e-100))

    def upper_quantile(self, share: FloatArray) -> FloatArray:
        # the mirrored beta keeps its digits near the upper end; the inverse itself fails for shares below about 1e-125
        return self.high - (self.high - self.low) * special.betaincinv(self.beta, self.alpha, np.maximum(share, 1e-100))


def check_range(kind: str, low: float, high: float) -> None:
    """Refuse a range that is upside down, below zero or not finite."""
    not_negative(f"{kind} low", low)
    finite(f"{kind} high", high)
    if low > high:
        raise EngineError(f"{kind} low {low:g} is above high {high:g}: swap them")
