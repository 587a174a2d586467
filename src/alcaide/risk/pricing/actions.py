"""What doing one thing about open flaws takes off a year's expected loss, for thousands of things at once.

An action lowers the chance that a flaw of a host is exploited. In each scenario that the host is in reach of, that
lowers the hazard, so the rate of what comes through flaws, so its mean. Prices of two actions do not add up: where
both touch one host, or one scenario, each is priced as if it alone were done.
"""

from array import array
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
Places = NDArray[np.int64]


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
    the same keyed draws as every range of the run. Memory grows with 4,000 actions times the draws, and with four
    numbers a touch.
    """
    names, falls = _falls_of(touches)
    near = [each for each in inputs["scenarios"] if _is_near(each, falls.places)]
    scenarios = [held for each in near if (held := _scenario(inputs, each)) is not None]
    reaches = [_reach(scenario, falls.places) for scenario in scenarios]
    found: dict[str, Removed] = {}
    for start in range(0, len(names), AT_ONCE):
        part = names[start : start + AT_ONCE]
        batch = falls if len(names) <= AT_ONCE else falls.of(start, start + len(part))
        found |= _batch(list(zip(scenarios, reaches, strict=True)), part, batch)
    return found


def removed_together(inputs: Inputs, touches: Sequence[Touch]) -> Removed:
    """Return what doing all of them at once removes a year, with its range.

    touches: each host once, with what is left there when everything is done; the names do not matter. Costs a few
    milliseconds for each scenario that reaches one of the hosts. Raises ValueError where a host comes twice.
    """
    hosts = [each.host for each in touches]
    if len(hosts) != len(set(hosts)):
        raise ValueError("Give each host once, with what is left there when everything is done.")
    together = [Touch("", each.host, each.low, each.high, each.low_after, each.high_after) for each in touches]
    return removed_by(inputs, together).get("", Removed(0.0, 0.0, 0.0))


@dataclass(frozen=True)
class _Falls:
    """By how much actions lower the chances of hosts, ordered by host: (touches,) each."""

    places: Mapping[str, int]
    """Where each host stands."""
    starts: Places
    """(hosts + 1,) where the touches of each host begin."""
    what: Places
    low: Floats
    high: Floats

    def of(self, first: int, after: int) -> "_Falls":
        """Keep the touches of some actions, counted from the first of them."""
        kept = np.flatnonzero((self.what >= first) & (self.what < after))
        starts = np.searchsorted(kept, self.starts)
        return _Falls(self.places, starts, self.what[kept] - first, self.low[kept], self.high[kept])

    def touching(self, hosts: Places) -> tuple[Places, Places]:
        """Return the touches of these hosts, and for each of them which of the hosts it is about."""
        counts = self.starts[hosts + 1] - self.starts[hosts]
        which = np.repeat(np.arange(hosts.size), counts)
        begins = np.cumsum(counts) - counts
        return self.starts[hosts][which] + np.arange(which.size) - begins[which], which


def _falls_of(touches: Iterable[Touch]) -> tuple[list[str], _Falls]:
    """Return the actions in their order, and what they do, as arrays; a touch is let go of once it is read."""
    names: dict[str, int] = {}
    places: dict[str, int] = {}
    what, host, low, high = array("q"), array("q"), array("d"), array("d")
    for each in touches:
        what.append(names.setdefault(each.what, len(names)))
        host.append(places.setdefault(each.host, len(places)))
        low.append(each.low - each.low_after)
        high.append(each.high - each.high_after)
    order = np.argsort(np.array(host, dtype=np.int64), kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(np.array(host, dtype=np.int64), minlength=len(places)))])
    whats, lows, highs = np.array(what, dtype=np.int64), np.array(low), np.array(high)
    return list(names), _Falls(places, starts.astype(np.int64), whats[order], lows[order], highs[order])


def _is_near(scenario: Mapping[str, Any], places: Mapping[str, int]) -> bool:
    """Tell whether a scenario reaches any of the touched hosts; most that an action does not concern end here."""
    return any(each["uid"] in places for each in scenario.get("pressure") or ())


def _reach(scenario: _Scenario, places: Mapping[str, int]) -> tuple[Places, Floats]:
    """Return the touched hosts in reach of a scenario, and what their places leave of a chance: (k,) and (k, 2)."""
    kept = [(place, share) for host, share in scenario.reach.items() if (place := places.get(host)) is not None]
    hosts = np.array([place for place, _ in kept], dtype=np.int64)
    return hosts, np.array([share for _, share in kept], dtype=np.float64).reshape(-1, 2)


def _batch(
    scenarios: Sequence[tuple[_Scenario, tuple[Places, Floats]]], names: Sequence[str], falls: _Falls
) -> dict[str, Removed]:
    means, draws = np.zeros(len(names)), np.zeros((len(names), DRAWS))
    for scenario, (hosts, shares) in scenarios:
        rows, which = falls.touching(hosts)
        what = falls.what[rows]
        sums = [
            np.bincount(what, weights=side[rows] * shares[which, place], minlength=len(names))
            for place, side in enumerate((falls.low, falls.high))
        ]
        fall: Floats = np.stack(sums, axis=1).astype(np.float64, copy=False)
        touched = np.flatnonzero(fall.max(axis=1) > 0)
        if touched.size:
            mean, drawn = _fall(scenario, fall[touched])
            means[touched] += mean
            draws[touched] += drawn
    low, high = np.percentile(draws, [5, 95], axis=1)
    return {
        name: Removed(float(means[at]), min(float(low[at]), float(means[at])), max(float(high[at]), float(means[at])))
        for at, name in enumerate(names)
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
