"""Why the expected loss moved between two runs, each move named and classed; the moves add up exactly."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alcaide.engine import loss

from .streams import streams_of

VERIFIED, WORLD, OPINION, SCOPE = "verified action", "world", "revised opinion", "scope"

Inputs = Mapping[str, Any]
Scenario = Mapping[str, Any]
Host = Mapping[str, Any]
Effect = Mapping[str, Any]

# Of a move about more hosts than these no host is named as its cause: whose it is says the scenario.
MOST_CAUSES = 3
MEASURE, ASSET = "controls.measure", "assets.asset"


@dataclass(frozen=True)
class Step:
    """One thing exchanged in a scenario: its words, the hosts it is about, its kind, and the parts that change.

    causes: the measure or the hosts that moved, as subjects.
    """

    words: str
    kind: str
    change: dict[str, Any]
    hosts: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exchanged:
    """A step taken in one scenario: how far its mean moved, the scenario before and after; None where it is not."""

    step: Step
    amount: float
    uid: str
    was: Scenario | None
    now: Scenario | None


def moves(
    before: Inputs, after: Inputs, *, with_hosts: bool = False, with_causes: bool = False
) -> list[dict[str, Any]]:
    """Return the moves of the expected loss from one run's inputs to another's, largest first.

    Scenario by scenario one thing at a time is exchanged, in this order: opinion, what scans and feeds found,
    measures put in place; the same thing in several scenarios is one move. A scenario that is new or gone is a move
    of scope. with_hosts: each move also names its hosts, all of them. with_causes: each also carries the measures, or
    the few hosts, that moved, as subjects. Kept runs do without both, so that their results stay what they were.
    """
    return [row for row, _same in taken_apart(before, after, with_hosts=with_hosts, with_causes=with_causes)]


def taken_apart(
    before: Inputs, after: Inputs, *, with_hosts: bool = False, with_causes: bool = False
) -> list[tuple[dict[str, Any], list[Exchanged]]]:
    """Return the moves as `moves` does, each with the exchanges that it adds up."""
    old = {each["uid"]: each for each in before["scenarios"]}
    new = {each["uid"]: each for each in after["scenarios"]}
    waiting = {each["uid"] for each in after.get("unpriced", [])}
    found: list[Exchanged] = []
    for uid in sorted(old.keys() | new.keys()):
        if uid not in new:
            gone = "cannot be priced" if uid in waiting else "retired"
            step = Step(f"{old[uid]['name']} {gone}", SCOPE, {})
            found.append(Exchanged(step, -_mean(old[uid]), uid, old[uid], None))
        elif uid not in old:
            step = Step(f"{new[uid]['name']} counted", SCOPE, {})
            found.append(Exchanged(step, _mean(new[uid]), uid, None, new[uid]))
        else:
            found.extend(_scenario_moves(old[uid], new[uid]))
    rows = _merged(found, with_hosts=with_hosts, with_causes=with_causes)
    return sorted(rows, key=lambda each: (-abs(each[0]["sum"]), each[0]["what"]))


def _merged(
    found: list[Exchanged], *, with_hosts: bool, with_causes: bool
) -> Iterator[tuple[dict[str, Any], list[Exchanged]]]:
    """Put what happened in several scenarios together; what moved nothing is left out."""
    alike: dict[tuple[str, str], list[Exchanged]] = {}
    for each in found:
        if each.amount != 0:
            alike.setdefault((each.step.words, each.step.kind), []).append(each)
    for (words, kind), same in alike.items():
        hosts = sorted({host for each in same for host in each.step.hosts})
        total = 0.0
        # Added one by one: `sum` rounds otherwise from one Python to the next, and runs are compared by their bits.
        for each in same:
            total += each.amount
        scenarios = [each.uid for each in same]
        row: dict[str, Any] = {"what": _named(words, hosts), "kind": kind, "sum": total, "scenarios": scenarios}
        if with_hosts:
            row["hosts"] = hosts
        if with_causes:
            causes = sorted({cause for each in same for cause in each.step.causes})
            row["causes"] = causes if len(causes) <= MOST_CAUSES else []
        yield row, same


def _scenario_moves(old: Scenario, new: Scenario) -> Iterator[Exchanged]:
    at: Scenario = old
    level = _mean(at)
    for step in _exchanges(old, new):
        then = {**at, **step.change}
        now = _mean(then)
        yield Exchanged(step, now - level, new["uid"], at, then)
        at, level = then, now


def _exchanges(old: Scenario, new: Scenario) -> Iterator[Step]:
    opinion = {part: new.get(part) for part in ("frequency", "loss", "through_flaw") if new.get(part) != old.get(part)}
    if opinion:
        yield Step(f"{new['name']} re-estimated", OPINION, opinion)
    yield from _pressure_steps(old, new)
    if old.get("in_place") != new.get("in_place"):
        yield from _measure_steps(old, new)


@dataclass(frozen=True)
class _Look:
    """What is known of one host's flaws: its row, and whether a scan ever looked at it."""

    row: Host | None
    is_scanned: bool


def _pressure_steps(old: Scenario, new: Scenario) -> Iterator[Step]:
    was, now = _hosts(old), _hosts(new)
    nothing = _Look(None, is_scanned=False)
    current = dict(was)
    for words, kind, towards in _KINDS:
        chosen = []
        for uid in sorted(was.keys() | now.keys()):
            here, target = current.get(uid, nothing), now.get(uid, nothing)
            step = towards(here, target)
            if step is not None and step != here:
                chosen.append(uid)
                current[uid] = step
        if chosen:
            rows = [current[uid].row for uid in sorted(current)]
            about = [now.get(uid, nothing).row or was.get(uid, nothing).row for uid in chosen]
            hosts = tuple(row["name"] for row in about if row is not None)
            causes = tuple(f"{ASSET}:{uid}" for uid in chosen)
            yield Step(words, kind, {"pressure": [row for row in rows if row is not None]}, hosts, causes)


def _hosts(scenario: Scenario) -> dict[str, _Look]:
    found = {uid: _Look(None, is_scanned=True) for uid in scenario.get("clean") or []}
    return found | {each["uid"]: _Look(each, is_scanned=True) for each in scenario.get("pressure") or []}


def _reach_revised(here: _Look, target: _Look) -> _Look | None:
    if here.row is None or target.row is None or here.row["reach"] == target.row["reach"]:
        return None
    return _Look({**here.row, "reach": target.row["reach"]}, is_scanned=True)


def _fixed(here: _Look, target: _Look) -> _Look | None:
    """A flaw counts as fixed where a later scan of the host finds fewer and the chance fell."""
    if here.row is None or not target.is_scanned:
        return None
    if target.row is None or (target.row["flaws"] < here.row["flaws"] and target.row["high"] <= here.row["high"]):
        return target
    return None


def _first_scanned(here: _Look, target: _Look) -> _Look | None:
    return target if not here.is_scanned and target.is_scanned else None


def _out_of_reach(here: _Look, target: _Look) -> _Look | None:
    return target if here.is_scanned and not target.is_scanned else None


def _priced_first(here: _Look, target: _Look) -> _Look | None:
    """The same flaws, of which a feed now says something where none did before: more is counted, nothing happened."""
    if here.row is None or target.row is None or here.row["flaws"] != target.row["flaws"]:
        return None
    return target if target.row.get("unpriced", 0) < here.row.get("unpriced", 0) else None


def _found(here: _Look, target: _Look) -> _Look | None:
    return target if here != target else None


_KINDS: tuple[tuple[str, str, Callable[[_Look, _Look], _Look | None]], ...] = (
    ("Where it can be reached from, revised", OPINION, _reach_revised),
    ("Flaws fixed", VERIFIED, _fixed),
    ("Scanned for the first time", SCOPE, _first_scanned),
    ("No longer in reach", SCOPE, _out_of_reach),
    ("Flaws that a feed prices for the first time", SCOPE, _priced_first),
    ("Flaws found or newly exploited", WORLD, _found),
)


def _named(words: str, hosts: list[str]) -> str:
    """Name the hosts of a move: the first, and how many more."""
    if not hosts:
        return words
    return f"{words}: {hosts[0]}" if len(hosts) == 1 else f"{words}: {hosts[0]} and {len(hosts) - 1} more"


def _measure_steps(old: Scenario, new: Scenario) -> Iterator[Step]:
    was = {each["measure"]: each for each in old.get("in_place", [])}
    now = {each["measure"]: each for each in new.get("in_place", [])}
    current = dict(was)
    for uid in sorted(was.keys() | now.keys()):
        for words, kind, row in _measure_changes(was.get(uid), now.get(uid)):
            if row is None:
                current.pop(uid)
            else:
                current[uid] = row
            change = {"in_place": [current[each] for each in sorted(current)]}
            yield Step(words, kind, change, causes=(f"{MEASURE}:{uid}",))


def _measure_changes(was: Effect | None, now: Effect | None) -> Iterator[tuple[str, str, Effect | None]]:
    """Yield what happened to one measure, each with the row that then counts; drift is apart from opinion.

    Drift takes back what was verified, so it is of the same kind; a test that finds it working again gives it back.
    """
    if was == now:
        return
    if now is None:
        yield f"{was['name'] if was else ''} no longer counted apart", OPINION, None
        return
    name = str(now["name"])
    if was is None:
        yield name, VERIFIED, _stated(now)
    elif _stated(was) != _stated(now):
        yield f"{name} re-estimated", OPINION, _held_as(now, was)
    if (was or {}).get("held") != now.get("held"):
        less = _held(now) < _held(was or {})
        yield f"{name} drifted" if less else f"{name} holds more than before", VERIFIED, now


def _held(row: Effect) -> float:
    low, high = row.get("held", (1.0, 1.0))
    return float(low + high)


def _stated(row: Effect) -> Effect:
    """Return what a measure leaves as it was stated, as if it held wholly."""
    if "held" not in row:
        return row
    low, high = row["stated"]
    kept = {name: value for name, value in row.items() if name not in {"stated", "held"}}
    return {**kept, "low": low, "high": high}


def _held_as(row: Effect, other: Effect) -> Effect:
    """Return what a measure leaves as one row states it, held as much as another row says."""
    stated = _stated(row)
    if "held" not in other:
        return stated
    held_low, held_high = other["held"]
    return {
        **stated, "low": 1 - held_high * (1 - stated["low"]), "high": 1 - held_low * (1 - stated["high"]),
        "stated": [stated["low"], stated["high"]], "held": [held_low, held_high],
    }  # fmt: skip


def _mean(scenario: Scenario) -> float:
    return float(loss.means(streams_of(scenario)).sum())
