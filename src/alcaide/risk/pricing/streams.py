"""How a scenario of the inputs becomes streams of the engine."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from alcaide.engine import loss
from alcaide.engine.errors import EngineError

if TYPE_CHECKING:
    from alcaide.engine.loss import Factor, Stream

# What an exploit somewhere means for a host, by where it can be reached from: our judgement, as a 90 % range.
REACH_SHARES: Mapping[str, tuple[float, float]] = {
    "internet": (1.0, 1.0),
    "internal": (0.05, 0.3),
    "isolated": (0.001, 0.02),
    "unknown": (0.05, 1.0),
}
FLAWS = "/flaws"
FIRST_SCHEMA = "alcaide.run/1"

Scenario = Mapping[str, Any]
Range = tuple[float, float]


def knows_levels(inputs: Mapping[str, Any]) -> bool:
    """Tell whether a run of these inputs holds units and levels; runs of the first schema stay as they were."""
    return str(inputs.get("schema", FIRST_SCHEMA)) != FIRST_SCHEMA


def hazard(scenario: Scenario) -> Range | None:
    """Return how many flawed hosts in reach are worth an attack a year, low to high; None where none is."""
    pressure = scenario.get("pressure")
    if not scenario.get("through_flaw") or not pressure:
        return None
    ends = [worth(each) for each in pressure]
    low, high = math.fsum(low for low, _ in ends), math.fsum(high for _, high in ends)
    return (low, high) if high > 0 else None


def worth(host: Mapping[str, Any]) -> Range:
    """Return the chance a year that one flawed host is attacked, low to high, by where it can be reached from."""
    low, high = REACH_SHARES[host["reach"]]
    return host["low"] * low, host["high"] * high


def flaw_rate(scenario: Scenario) -> Range | None:
    """Return the 90 % range of events a year that come through open flaws, None where there are none."""
    held = hazard(scenario)
    if held is None:
        return None
    share = scenario["through_flaw"]
    low, high = loss.range_product((share["low"], share["high"]), held)
    return (low, high) if high > 0 else None


def stream_name(scenario: Scenario) -> str:
    """Return the name under which a scenario's draws are keyed; runs of the first schema keyed them by its uid."""
    return str(scenario.get("draw") or scenario["uid"])


def streams_of(
    scenario: Scenario, *, extra: Sequence[Mapping[str, Any]] = (), without: frozenset[str] = frozenset()
) -> "list[Stream]":
    """Return the streams of one scenario: what happens anyway, and what comes through open flaws.

    extra: effects of measures that are not in place, to be counted as if they were.
    without: measures in place that are left out.
    """
    effects = [each for each in scenario.get("in_place", []) if each["measure"] not in without]
    factors = tuple(factor_of(each["measure"], scenario["uid"], each) for each in [*effects, *extra])
    name = stream_name(scenario)
    size = scenario["loss"]
    rates = [(name, (scenario["frequency"]["low"], scenario["frequency"]["high"]))]
    through = flaw_rate(scenario)
    if through is not None:
        rates.append((name + FLAWS, through))
    return [
        loss.Stream(
            id=stream,
            rate_low=low,
            rate_high=high,
            loss_low=size["low"],
            loss_high=size["high"],
            weight=size["observations"],
            factors=factors,
            group=scenario["area"],
        )
        for stream, (low, high) in rates
    ]


def factor_of(measure: str, scenario: str, effect: Mapping[str, Any]) -> "Factor":
    """Return what a measure leaves of a scenario, under the one name by which its draws are known."""
    return loss.Factor(effect.get("draw") or f"{measure}>{scenario}", effect["low"], effect["high"])


def harm_streams(scenario: Scenario) -> "list[Stream]":
    """Return the same streams with people harmed in place of money."""
    harm = scenario.get("harm")
    if not harm or harm["high"] <= 0:
        return []
    low = max(harm["low"], harm["high"] / 1000)
    return [
        loss.Stream(
            id=each.id,
            rate_low=each.rate_low,
            rate_high=each.rate_high,
            loss_low=low,
            loss_high=harm["high"],
            weight=harm["observations"],
            factors=each.factors,
            group=each.group,
        )
        for each in streams_of(scenario)
    ]


def refusal(scenario: Scenario) -> str:
    """Return why the engine cannot price a scenario; empty where it can."""
    try:
        for streams in (streams_of(scenario), harm_streams(scenario)):
            if streams:
                loss.check_priced(streams)
    except EngineError as fault:
        named = (f"stream {stream_name(scenario)}{FLAWS}: ", f"stream {stream_name(scenario)}: ")
        return str(fault).removeprefix(named[0]).removeprefix(named[1])
    return ""
