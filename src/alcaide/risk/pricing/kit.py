"""A run as cases that the engine alone computes again: what went in, and what must come out within which tolerance."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .levels import INHERENT, PLANNED, level_streams
from .moves import taken_apart
from .portfolio import BAD_YEAR, DRAWS, Inputs
from .proposal import streams_with
from .streams import FLAWS, harm_streams, stream_name, streams_of, worth

if TYPE_CHECKING:
    from alcaide.engine.loss import Stream

SCHEMA = "alcaide.cases/1"
# Sums are exact but for the last digits of a float; a curve is read off a grid of the engine.
EXACT = {"rel": 1e-9}
ON_GRID = {"rel": 1e-6, "abs": 1e-9}
TOLERANCE = {**EXACT, "var": ON_GRID, "var_range": ON_GRID, "tvar": ON_GRID, "chance": ON_GRID, "curve": ON_GRID}
# A move is what is left of two larger sums; what is unexplained must be nothing beside the whole.
OF_THE_WHOLE = 1e-9

Case = dict[str, Any]
Results = Mapping[str, Any]


def cases_of(inputs: Inputs, results: Results, *, before: Inputs | None) -> dict[str, Any]:
    """Return the cases of a run: today, each level, the plan, harm, and the moves since the run before."""
    if not inputs["scenarios"]:
        return {"schema": SCHEMA, "cases": []}
    cases = [_today(inputs, results), *_levels(inputs, results), *_plan(inputs, results), *_harm(inputs, results)]
    if before is not None:
        cases += _moves(before, inputs, results)
    return {"schema": SCHEMA, "cases": cases}


def _today(inputs: Inputs, results: Results) -> Case:
    expected, together = _whole(results), _scenarios(inputs)
    expected["var"] = {level: var for level, (var, _tvar) in results["worst"].items()}
    expected["tvar"] = {level: tvar for level, (_var, tvar) in results["worst"].items()}
    expected["together"] = {row["uid"]: [row["mean"], *row["range"]] for row in results["scenarios"]}
    for unit, ids in _units(inputs, results).items():
        together[unit] = ids
        expected["together"][unit] = _figure(results["units"][unit])
    for area, held in results["areas"].items():
        name = f"area {area}"
        together[name] = [one for each in inputs["scenarios"] if each["area"] == area for one in together[each["uid"]]]
        expected["together"][name] = _figure(held)
    if results["beyond"]:
        beyond = results["beyond"]
        expected["chance"] = {str(beyond["limit"]): [beyond["chance"], *beyond["range"]]}
    streams = [_with_hosts(each) for each in inputs["scenarios"]]
    return _case("today", "What a year costs today", inputs, [one for some in streams for one in some], expected,
                 at=results["curve"]["at"], together=together, scale=results["grid"]["scale"])  # fmt: skip


def _levels(inputs: Inputs, results: Results) -> Iterable[Case]:
    said = {INHERENT: "Without the measures in place", PLANNED: "With the measures that are adopted, too"}
    for level, held in results.get("levels", {}).items():
        if not held["differs"]:
            continue
        streams = [one for some in level_streams(inputs, level).values() for one in some]
        expected = _whole(held)
        together = _scenarios(inputs)
        expected["together"] = {row["uid"]: _figure(row[level]) for row in results["scenarios"]}
        yield _case(level, said[level], inputs, list(map(_plain, streams)), expected,
                    at=held["curve"]["at"], together=together, scale=results["grid"]["scale"])  # fmt: skip


def _plan(inputs: Inputs, results: Results) -> Iterable[Case]:
    plan = results["plan"]
    if not plan or not plan["feasible"]:
        return
    taken = [each for each in inputs["measures"] if each["uid"] in set(plan["chosen"])]
    expected = _whole(plan)
    yield _case("plan", "With the proposed plan", inputs, list(map(_plain, streams_with(inputs, taken))), expected,
                at=plan["curve"]["at"], together={}, scale=None)  # fmt: skip


def _harm(inputs: Inputs, results: Results) -> Iterable[Case]:
    if not results["harm"]:
        return
    streams = [_plain(one) for each in inputs["scenarios"] for one in harm_streams(each)]
    given = {"streams": streams, "seed": inputs["seed"], "draws": DRAWS, "ask": {"mean": True, "mean_range": True}}
    yield {
        "id": "harm", "title": "People harmed a year", "kind": "streams", "input": given,
        "expected": {"mean": results["harm"]["mean"], "mean_range": results["harm"]["range"]}, "tolerance": EXACT,
    }  # fmt: skip


def _moves(before: Inputs, inputs: Inputs, results: Results) -> Iterable[Case]:
    held = {}
    apart = taken_apart(before, inputs)
    if [row["what"] for row, _same in apart] != [row["what"] for row in results["moves"]]:
        # An older version told the moves apart otherwise; its words cannot be asked of this one.
        return
    for place, (row, same) in enumerate(apart, 1):
        held[f"{place} {row['what']}"] = [{"before": _of(each.was), "after": _of(each.now)} for each in same]
    expected = {f"{place} {row['what']}": row["sum"] for place, row in enumerate(results["moves"], 1)}
    given = {
        "start": [one for each in before["scenarios"] for one in _of(each)],
        "end": [one for each in inputs["scenarios"] for one in _of(each)], "moves": held,
    }  # fmt: skip
    whole = OF_THE_WHOLE * max(abs(results["mean"]), 1.0)
    yield {
        "id": "moves", "title": "Why the expected loss moved since the run before", "kind": "moves", "input": given,
        "expected": {"end": results["mean"], "moves": expected, "unexplained": 0.0},
        "tolerance": {"rel": EXACT["rel"], "abs": whole},
    }  # fmt: skip


def _case(
    name: str, title: str, inputs: Inputs, streams: list[dict[str, Any]], expected: dict[str, Any], *,
    at: Sequence[float], together: Mapping[str, Sequence[str]], scale: float | None,
) -> Case:  # fmt: skip
    ask = {
        "mean": True, "mean_range": True, "curve": at, "together": together,
        **{name: list(map(float, expected.get(name, ()))) for name in ("var", "var_range", "tvar", "chance")},
    }  # fmt: skip
    given = {
        "streams": streams, "shared_swing": inputs["shared_swing"], "seed": inputs["seed"], "draws": DRAWS,
        "ask": {key: value for key, value in ask.items() if value},
    } | ({} if scale is None else {"scale": scale})  # fmt: skip
    return {
        "id": name, "title": title, "kind": "streams", "input": given, "expected": expected, "tolerance": TOLERANCE,
    }  # fmt: skip


def _whole(held: Results) -> dict[str, Any]:
    """Return what a level or a plan says of the whole, as the engine names it."""
    found = {
        "mean": held["mean"], "mean_range": held["mean_range"], "var": {str(BAD_YEAR): held["bad_year"]},
        "curve": {name: held["curve"][name] for name in ("chance", "low", "high")},
    }  # fmt: skip
    ends = held.get("bad_year_range")
    return {**found, "var_range": {str(BAD_YEAR): ends}} if ends else found


def _figure(held: Results) -> list[float]:
    return [held["mean"], *held["range"]]


def _scenarios(inputs: Inputs) -> dict[str, list[str]]:
    return {each["uid"]: [one.id for one in streams_of(each)] for each in inputs["scenarios"]}


def _units(inputs: Inputs, results: Results) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {unit: [] for unit in results.get("units", {})}
    for each in inputs["scenarios"]:
        if each.get("unit", "") in found:
            found[each["unit"]] += [one.id for one in streams_of(each)]
    return found


def _of(scenario: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    return [_plain(each) for each in streams_of(scenario)] if scenario else []


def _with_hosts(scenario: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Write a scenario's streams; the rate of what comes through flaws is left as its parts, host by host."""
    rows = [_plain(each) for each in streams_of(scenario)]
    for row in rows:
        if row["id"] == stream_name(scenario) + FLAWS:
            share = scenario["through_flaw"]
            hosts = [dict(zip(("low", "high"), worth(each), strict=True)) for each in scenario["pressure"]]
            row["rate"] = {"product": [{"low": share["low"], "high": share["high"]}, {"sum": hosts}]}
    return rows


def _plain(stream: "Stream") -> dict[str, Any]:
    return {
        "id": stream.id, "group": stream.group, "rate": {"low": stream.rate_low, "high": stream.rate_high},
        "loss": {"low": stream.loss_low, "high": stream.loss_high, "observations": stream.weight},
        "factors": [{"id": each.id, "low": each.low, "high": each.high} for each in stream.factors],
    }  # fmt: skip
