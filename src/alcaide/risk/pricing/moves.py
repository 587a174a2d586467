"""Why the expected loss moved between two runs, each move named and classed; the moves add up exactly."""

from collections.abc import Mapping
from typing import Any

from alcaide.engine.loss import means

from .streams import streams_of

VERIFIED, WORLD, OPINION, SCOPE = "verified action", "world", "revised opinion", "scope"

Inputs = Mapping[str, Any]
Scenario = Mapping[str, Any]


def moves(before: Inputs, after: Inputs) -> list[dict[str, Any]]:
    """Return the moves of the expected loss from one run's inputs to another's, largest first.

    Scenario by scenario one thing at a time is exchanged, in this order: opinion, what scans and feeds found,
    measures put in place. A scenario that is new or gone is a move of scope.
    """
    old = {each["uid"]: each for each in before["scenarios"]}
    new = {each["uid"]: each for each in after["scenarios"]}
    found: list[dict[str, Any]] = []
    for uid in sorted(old.keys() | new.keys()):
        if uid not in new:
            found.append(_move(f"{old[uid]['name']} retired", SCOPE, -_mean(old[uid]), uid))
        elif uid not in old:
            found.append(_move(f"{new[uid]['name']} counted", SCOPE, _mean(new[uid]), uid))
        else:
            found.extend(_scenario_moves(old[uid], new[uid]))
    return sorted((each for each in found if each["sum"] != 0), key=lambda each: (-abs(each["sum"]), each["what"]))


def _scenario_moves(old: Scenario, new: Scenario) -> list[dict[str, Any]]:
    found = []
    at = dict(old)
    level = _mean(at)
    for what, kind, change in _exchanges(old, new):
        at = {**at, **change}
        now = _mean(at)
        found.append(_move(what, kind, now - level, new["uid"]))
        level = now
    return found


def _exchanges(old: Scenario, new: Scenario) -> list[tuple[str, str, dict[str, Any]]]:
    name = new["name"]
    steps: list[tuple[str, str, dict[str, Any]]] = []
    opinion = {part: new.get(part) for part in ("frequency", "loss", "through_flaw") if new.get(part) != old.get(part)}
    if opinion:
        steps.append((f"{name} re-estimated", OPINION, opinion))
    steps.extend(_pressure_steps(old, new))
    if old.get("in_place") != new.get("in_place"):
        steps.extend(_measure_steps(old, new))
    return steps


def _pressure_steps(old: Scenario, new: Scenario) -> list[tuple[str, str, dict[str, Any]]]:
    was = {each["uid"]: each for each in old.get("pressure") or []}
    now = {each["uid"]: each for each in new.get("pressure") or []}
    steps: list[tuple[str, str, dict[str, Any]]] = []
    current = dict(was)
    for words, kind, pick in (
        ("Flaws fixed", VERIFIED, _fixed),
        ("Hosts scanned for the first time", SCOPE, lambda a, _: a is None),
        ("Flaws found or newly exploited", WORLD, lambda a, b: a != b),
    ):
        chosen = [uid for uid in sorted(was.keys() | now.keys()) if current.get(uid) != now.get(uid)]
        chosen = [uid for uid in chosen if pick(current.get(uid), now.get(uid))]
        if not chosen:
            continue
        for uid in chosen:
            if uid in now:
                current[uid] = now[uid]
            else:
                current.pop(uid)
        steps.append((_named(words, chosen, was, now), kind, {"pressure": [current[uid] for uid in sorted(current)]}))
    return steps


def _fixed(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> bool:
    """A flaw counts as fixed where a later scan finds fewer on the host and the chance fell."""
    if was is None:
        return False
    return now is None or (now["flaws"] < was["flaws"] and now["high"] <= was["high"])


def _named(words: str, uids: list[str], was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    first = (now.get(uids[0]) or was[uids[0]])["name"]
    return f"{words}: {first}" if len(uids) == 1 else f"{words}: {first} and {len(uids) - 1} more"


def _measure_steps(old: Scenario, new: Scenario) -> list[tuple[str, str, dict[str, Any]]]:
    was = {each["measure"]: each for each in old.get("in_place", [])}
    now = {each["measure"]: each for each in new.get("in_place", [])}
    steps: list[tuple[str, str, dict[str, Any]]] = []
    current = dict(was)
    for uid in sorted(was.keys() | now.keys()):
        if was.get(uid) == now.get(uid):
            continue
        if uid in now:
            current[uid] = now[uid]
        else:
            current.pop(uid)
        words = now[uid]["name"] if uid in now else f"{was[uid]['name']} no longer counted"
        kind = VERIFIED if uid in now and uid not in was else OPINION
        steps.append((words, kind, {"in_place": [current[each] for each in sorted(current)]}))
    return steps


def _mean(scenario: Scenario) -> float:
    return float(means(streams_of(scenario)).sum())


def _move(what: str, kind: str, amount: float, scenario: str) -> dict[str, Any]:
    return {"what": what, "kind": kind, "sum": amount, "scenario": scenario}
