"""What doing one thing about open flaws takes off a year's expected loss, for thousands of things at once.

An action lowers the chance that a flaw of a host is exploited. In each scenario that the host is in reach of, that
lowers the hazard, so the rate of what comes through flaws, so its mean. Prices of two actions do not add up: where
both touch one host, or one scenario, each is priced as if it alone were done.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alcaide.engine import loss

from .derivation import Z90
from .portfolio import DRAWS, Inputs
from .streams import FLAWS, REACH_SHARES, hazard, stream_name, streams_of

AT_ONCE = 4_000
# Where next to nothing is left, what is left of a sum of floats is noise.
NOTHING = 1e-9
# How far apart the ends of what is left may lie at most; beyond, the low end is noise too.
WIDEST = 1e6

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Touch:
    """One host that something is done about: the chance a year that a flaw there is exploited, now and afterwards."""

    what: str
    host: str
    low: float
    high: float
    low_after: float
    high_after: float


@dataclass(frozen=True, slots=True)
class Removed:
    """Expected loss a year that goes away, with its 90 % range, money."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class _Scenario:
    """One scenario in which flaws lead to a loss: its hazard, the share of it that leads here, what one event costs."""

    low: float
    high: float
    share: tuple[float, float]
    worth: float
    """Mean loss of one event after measures, money."""
    worth_draws: Floats
    scores: Floats
    reach: Mapping[str, tuple[float, float]]
    """By host: what its place in the network leaves of a chance, low and high."""


def removed_by(inputs: Inputs, touches: Iterable[Touch]) -> dict[str, Removed]:
    """Return, for each action, what doing it alone removes a year; those that touch no scenario remove nothing.

    The mean is exact: the difference of the engine's means with the hazard lowered and without. The range comes from
    the same keyed draws as every range of the run. Memory grows with 4,000 actions times the draws, not with all.
    """
    scenarios = [found for each in inputs["scenarios"] if (found := _scenario(inputs, each)) is not None]
    kept = list(touches)
    names = list(dict.fromkeys(each.what for each in kept))
    by_name: dict[str, list[Touch]] = {}
    for each in kept:
        by_name.setdefault(each.what, []).append(each)
    found: dict[str, Removed] = {}
    for start in range(0, len(names), AT_ONCE):
        found |= _batch(scenarios, names[start : start + AT_ONCE], by_name)
    return found


def removed_together(inputs: Inputs, touches: Sequence[Touch]) -> Removed:
    """Return what doing all of them at once removes a year.

    touches: each host once, with what is left there when everything is done; the names do not matter.
    """
    hosts = [each.host for each in touches]
    if len(hosts) != len(set(hosts)):
        raise ValueError("Give each host once, with what is left there when everything is done.")
    together = [Touch("", each.host, each.low, each.high, each.low_after, each.high_after) for each in touches]
    return removed_by(inputs, together).get("", Removed(0.0, 0.0, 0.0))


def _batch(
    scenarios: Sequence[_Scenario], names: Sequence[str], by_name: Mapping[str, Sequence[Touch]]
) -> dict[str, Removed]:
    means, draws = np.zeros(len(names)), np.zeros((len(names), DRAWS))
    place = {name: at for at, name in enumerate(names)}
    for scenario in scenarios:
        falls = np.zeros((len(names), 2))
        for name in names:
            for each in by_name[name]:
                share = scenario.reach.get(each.host)
                if share is not None:
                    falls[place[name], 0] += (each.low - each.low_after) * share[0]
                    falls[place[name], 1] += (each.high - each.high_after) * share[1]
        touched = np.flatnonzero(falls.max(axis=1) > 0)
        if touched.size:
            mean, drawn = _fall(scenario, falls[touched])
            means[touched] += mean
            draws[touched] += drawn
    low, high = np.percentile(draws, [5, 95], axis=1)
    return {
        name: Removed(float(means[at]), min(float(low[at]), float(means[at])), max(float(high[at]), float(means[at])))
        for name, at in place.items()
    }


def _fall(scenario: _Scenario, falls: Floats) -> tuple[Floats, Floats]:
    """Return by how much a scenario's mean falls, and the same draw by draw: (k,) and (k, draws) money."""
    high = np.maximum(scenario.high - falls[:, 1], 0.0)
    high[high < NOTHING * scenario.high] = 0.0
    low = np.minimum(np.maximum(scenario.low - falls[:, 0], high / WIDEST), high)
    middle, spread = _rate(np.array([scenario.low]), np.array([scenario.high]), scenario.share)
    middle_left, spread_left = _rate(low, high, scenario.share)
    mean = (_mean(middle, spread) - _mean(middle_left, spread_left)) * scenario.worth
    now = middle[:, None] * np.exp(spread[:, None] * scenario.scores)
    left = middle_left[:, None] * np.exp(spread_left[:, None] * scenario.scores)
    # A wider belief about a smaller hazard may lie above the narrower one in a far draw; doing something never harms.
    return np.maximum(mean, 0.0), np.maximum((now - left) * scenario.worth_draws, 0.0)


def _rate(low: Floats, high: Floats, share: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return the lognormal rate of a hazard times a share: its median, and the spread of its logarithm."""
    some = high > 0
    safe_low, safe_high = np.where(some, low, 1.0), np.where(some, high, 1.0)
    middle = np.sqrt(safe_low) * np.sqrt(safe_high) * np.sqrt(share[0]) * np.sqrt(share[1])
    half = np.hypot(np.log(share[1] / share[0]), np.log(safe_high / safe_low)) / 2
    return np.where(some, middle, 0.0), np.where(some, half / Z90, 0.0)


def _mean(middle: Floats, spread: Floats) -> Floats:
    return middle * np.exp(spread**2 / 2)


def _scenario(inputs: Inputs, scenario: Mapping[str, Any]) -> _Scenario | None:
    held = hazard(scenario)
    if held is None or scenario["through_flaw"]["high"] <= 0 or held[0] <= 0:
        return None
    flaws = next((each for each in streams_of(scenario) if each.id == stream_name(scenario) + FLAWS), None)
    if flaws is None:
        return None
    one = _with_rate(flaws, low=1.0, high=1.0)
    # A rate whose logarithm is standard normal, at one unit of money each: its draws are the scores themselves.
    bare = loss.Stream(id=flaws.id, rate_low=np.exp(-Z90), rate_high=np.exp(Z90), loss_low=1.0, loss_high=1.0)
    return _Scenario(
        low=held[0], high=held[1], share=(scenario["through_flaw"]["low"], scenario["through_flaw"]["high"]),
        worth=float(loss.means([one])[0]),
        worth_draws=loss.stream_draws([one], seed=inputs["seed"], draws=DRAWS)[:, 0],
        scores=np.log(loss.stream_draws([bare], seed=inputs["seed"], draws=DRAWS)[:, 0]),
        reach={each["uid"]: REACH_SHARES[each["reach"]] for each in scenario["pressure"]},
    )  # fmt: skip


def _with_rate(stream: "loss.Stream", *, low: float, high: float) -> "loss.Stream":
    return loss.Stream(
        id=stream.id, rate_low=low, rate_high=high, loss_low=stream.loss_low, loss_high=stream.loss_high,
        weight=stream.weight, factors=stream.factors, group=stream.group,
    )  # fmt: skip
