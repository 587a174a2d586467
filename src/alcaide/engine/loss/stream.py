"""What we believe about one way of losing money, and about the measures against it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special

from alcaide.engine.errors import EngineError
from alcaide.engine.loss.arrays import FloatArray
from alcaide.engine.loss.severity import Lognormal, not_negative

Z90 = float(special.ndtri(0.95))
"""A 90 % range reaches this many standard deviations to either side."""

_LEFT_AT_MOST = 0.02
_HALF_WIDTH = 8.0
_POINTS = 161


@dataclass(frozen=True)
class Factor:
    """What a measure leaves of a rate: a share above 0 and up to 1.

    low, high: 90 % belief on that share, equal ends for certainty. The same id draws the same value in every stream.

    The belief is normal in the log-odds of the share, so it never leaves 0..1. As log-odds have no end at 1, the upper
    end counts as at most 1 - 0.02 (1 - low): `high` of 1 says "perhaps it does next to nothing".
    """

    id: str
    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 < self.low <= self.high <= 1:
            raise EngineError(f"factor {self.id}: needs 0 < low <= high <= 1, not low {self.low:g}, high {self.high:g}")

    def normal(self) -> tuple[float, float]:
        """Mean and standard deviation of the log-odds.  Only for low < high."""
        high = min(self.high, 1 - _LEFT_AT_MOST * (1 - self.low))
        ends = math.log(self.low / (1 - self.low)), math.log(high / (1 - high))
        return (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / (2 * Z90)

    def values(self, score: FloatArray) -> FloatArray:
        """Shares left at these standard normal scores."""
        if self.low == self.high:
            return np.full_like(score, self.low)
        middle, spread = self.normal()
        return np.asarray(special.expit(middle + spread * score))

    def moment(self, order: int) -> float:
        """E[share^order] by the trapezoid rule over the normal score (error under 1e-12)."""
        return self.low**order if self.low == self.high else _moment(self.low, self.high, order)


@dataclass(frozen=True)
class Stream:
    """One way a scenario loses money: how often, how much each time, and what holds it down.

    rate_low, rate_high: 90 % belief on events a year (lognormal); equal ends for certainty.
    loss_low, loss_high: 90 % of losses lie between, money (lognormal); equal ends for a fixed sum.
    weight: how many observations the loss range is worth; the middle of the losses, on the log scale, is believed
    normal with variance sigma² / weight.
    factors: measures, each multiplying the rate.  group: any label to sum by.
    """

    id: str
    rate_low: float
    rate_high: float
    loss_low: float
    loss_high: float
    weight: float = math.inf
    factors: tuple[Factor, ...] = ()
    group: str = ""

    def __post_init__(self) -> None:
        _check_ends(self.id, "rate", low=self.rate_low, high=self.rate_high)
        _check_ends(self.id, "loss", low=self.loss_low, high=self.loss_high)
        if not self.weight > 0:
            raise EngineError(f"stream {self.id}: weight must be above zero, not {self.weight:g}")
        if len({f.id for f in self.factors}) < len(self.factors):
            raise EngineError(f"stream {self.id}: a factor is named twice")

    @property
    def is_fixed(self) -> bool:
        """Whether every loss is the same sum."""
        return self.loss_low == self.loss_high

    @property
    def sigma(self) -> float:
        """Spread of the logarithm of one loss; 0 for a fixed sum."""
        return 0.0 if self.is_fixed else math.log(self.loss_high / self.loss_low) / (2 * Z90)

    @property
    def middle(self) -> float:
        """Mean of the logarithm of one loss.  Only for a loss above zero."""
        return (math.log(self.loss_low) + math.log(self.loss_high)) / 2

    @property
    def unsure(self) -> float:
        """Standard deviation of the belief on `middle`."""
        return self.sigma / math.sqrt(self.weight)

    @property
    def rate_spread(self) -> float:
        """Standard deviation of the logarithm of the rate, factors aside."""
        return 0.0 if self.rate_low == self.rate_high else math.log(self.rate_high / self.rate_low) / (2 * Z90)

    @property
    def rate_middle(self) -> float:
        """Median of the rate, factors aside, events a year."""
        if self.rate_low == self.rate_high:
            return self.rate_low
        return math.sqrt(self.rate_low) * math.sqrt(self.rate_high)

    def rate_moment(self, order: int) -> float:
        """E[(rate x factors)^order], the factors taken as independent."""
        own = self.rate_middle**order * math.exp((order * self.rate_spread) ** 2 / 2)
        return own * math.prod(f.moment(order) for f in self.factors)

    def left_rate(self) -> float | Lognormal:
        """Rate after factors: a number if certain, else the lognormal of the same mean and variance."""
        mean, square = self.rate_moment(1), self.rate_moment(2)
        if mean == 0 or (self.rate_spread == 0 and all(f.low == f.high for f in self.factors)):
            return mean
        spread = math.log(square / mean**2)
        return Lognormal(math.log(mean) - spread / 2, math.sqrt(spread))

    def mean_loss(self) -> float:
        """Predictive mean of one loss, money."""
        return self.loss_low if self.is_fixed else math.exp(self.middle + (self.sigma**2 + self.unsure**2) / 2)


@lru_cache(maxsize=1 << 14)
def _moment(low: float, high: float, order: int) -> float:
    score = np.linspace(-_HALF_WIDTH, _HALF_WIDTH, _POINTS)
    weight = np.exp(-(score**2) / 2)
    return float(np.sum(weight * Factor("", low, high).values(score) ** order) / np.sum(weight))


def _check_ends(stream: str, what: str, *, low: float, high: float) -> None:
    not_negative(f"stream {stream}: {what}_low", low)
    not_negative(f"stream {stream}: {what}_high", high)
    if low > high:
        raise EngineError(f"stream {stream}: {what}_low {low:g} is above {what}_high {high:g}: swap them")
    if low == 0 and high > 0:
        raise EngineError(f"stream {stream}: {what}_low must be above zero when {what}_high is; give a small number")


def check_streams(streams: Sequence[Stream]) -> None:
    """Refuse an empty list, an id used twice, and a factor that means two things."""
    if not streams:
        raise EngineError("there is nothing to price: give at least one stream")
    if len({s.id for s in streams}) < len(streams):
        twice = sorted({s.id for s in streams if sum(s.id == other.id for other in streams) > 1})
        raise EngineError(f"stream ids must differ: {', '.join(twice)} is used twice")
    known: dict[str, Factor] = {}
    for factor in (f for s in streams for f in s.factors):
        if known.setdefault(factor.id, factor) != factor:
            raise EngineError(f"factor {factor.id} has two beliefs: the same id must mean the same share left")


def means(streams: Sequence[Stream]) -> FloatArray:
    """Predictive mean loss a year of each stream, in closed form.

    Parameters
    ----------
    streams : sequence of Stream

    Returns
    -------
    FloatArray
        (n,) money a year: E[rate] x product of E[factor] x E[loss].

    Examples
    --------
    >>> from alcaide.engine.loss import Stream, means
    >>> means([Stream("theft", 2, 2, 500, 500)]).tolist()
    [1000.0]
    """
    return np.array([s.rate_moment(1) * s.mean_loss() for s in streams], float)
