"""How the expected loss of one scenario comes about, step by step; the steps multiply to exactly its figure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alcaide.engine import loss

from .streams import FLAWS, Range, hazard, stream_name, streams_of, worth

if TYPE_CHECKING:
    from alcaide.engine.loss import Factor

Scenario = Mapping[str, Any]
Z90 = 1.6448536269514722


@dataclass(frozen=True)
class Rate:
    """Events a year: the mean over the belief, and its 90 % range."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class HostShare:
    """What one flawed host adds: its chance a year of an exploit somewhere, and of an attack on it."""

    uid: str
    name: str
    reach: str
    chance: Range
    worth: Range
    flaws: int
    known: int
    unpriced: int


@dataclass(frozen=True)
class MeasureLeft:
    """What a measure in place leaves of the events: the mean over the belief, and its 90 % range."""

    uid: str
    name: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Derivation:
    """The steps from events and sums to an expected loss a year."""

    anyway: Rate
    through_flaws: Rate | None
    hazard: Range | None
    share: Range | None
    hosts: tuple[HostShare, ...]
    left: tuple[MeasureLeft, ...]
    each_time: float
    """Mean loss of one event, money."""
    harmed_each_time: float | None
    """Mean people harmed in one event, None where nobody estimated it."""

    @property
    def events(self) -> float:
        """Events a year before measures."""
        return self.anyway.mean + (self.through_flaws.mean if self.through_flaws else 0.0)

    @property
    def left_share(self) -> float:
        """What all measures in place leave together."""
        return math.prod(each.mean for each in self.left)

    @property
    def expected(self) -> float:
        """Expected loss a year, money."""
        return self.events * self.left_share * self.each_time

    @property
    def harmed(self) -> float | None:
        """People harmed a year, None where nobody estimated it."""
        return None if self.harmed_each_time is None else self.events * self.left_share * self.harmed_each_time


def derive(scenario: Scenario) -> Derivation:
    """Return the steps to the expected loss of one scenario of a run's inputs."""
    bare = {each.id: each for each in streams_of({**scenario, "in_place": []})}
    name = stream_name(scenario)
    base, flaws = bare[name], bare.get(name + FLAWS)
    share = scenario.get("through_flaw")
    hosts = (_host(each) for each in scenario.get("pressure") or [])
    return Derivation(
        anyway=Rate(base.rate_moment(1), base.rate_low, base.rate_high),
        through_flaws=Rate(flaws.rate_moment(1), flaws.rate_low, flaws.rate_high) if flaws else None,
        hazard=hazard(scenario),
        share=(share["low"], share["high"]) if share else None,
        hosts=tuple(sorted(hosts, key=lambda host: (-sum(host.worth), host.name))),
        left=tuple(_left(each) for each in scenario.get("in_place", [])),
        each_time=base.mean_loss(),
        harmed_each_time=_harmed(scenario),
    )


def what_is_left(low: float, high: float) -> float:
    """Return the mean share that a measure leaves whose 90 % range this is."""
    return _factor("one", low, high).moment(1)


@dataclass(frozen=True)
class Implied:
    """What a 90 % range says of one event or one year: half are below the median, 1 in 20 is above the last."""

    median: float
    mean: float
    one_in_20: float
    spread: float
    """Standard deviation of the logarithm; 0 where both ends are the same."""


def implied(low: float, high: float, *, observations: float = math.inf) -> Implied:
    """Return what a 90 % range implies as a lognormal, wider the fewer observations it is worth.

    Raises EngineError for a range that runs backwards or begins at nothing.
    """
    one = loss.Stream(id="range", rate_low=1.0, rate_high=1.0, loss_low=low, loss_high=high, weight=observations)
    median = math.sqrt(low) * math.sqrt(high)
    spread = math.hypot(one.sigma, one.unsure)
    # 5 % of a normal lie more than 1.645 standard deviations above its middle.
    return Implied(median, one.mean_loss(), median * math.exp(Z90 * spread), spread)


def _harmed(scenario: Scenario) -> float | None:
    harm = scenario.get("harm")
    if not harm:
        return None
    if harm["high"] <= 0:
        return 0.0
    return implied(max(harm["low"], harm["high"] / 1000), harm["high"], observations=harm["observations"]).mean


def _host(row: Mapping[str, Any]) -> HostShare:
    return HostShare(
        row["uid"], row["name"], row["reach"], (row["low"], row["high"]), worth(row),
        flaws=row["flaws"], known=row["known"], unpriced=row.get("unpriced", 0),
    )  # fmt: skip


def _left(effect: Mapping[str, Any]) -> MeasureLeft:
    mean = _factor(effect["measure"], effect["low"], effect["high"]).moment(1)
    return MeasureLeft(effect["measure"], effect["name"], mean, effect["low"], effect["high"])


def _factor(name: str, low: float, high: float) -> "Factor":
    return loss.Factor(name, low, high)
