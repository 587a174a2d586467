"""What a year would cost without the measures in place, and with those that are adopted but not in place yet."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from alcaide.engine import loss

from .portfolio import BAD_YEAR, DRAWS, Between, Inputs, Results, curve, price_curve, range_around
from .streams import streams_of

if TYPE_CHECKING:
    from alcaide.engine.loss import Stream

INHERENT, PLANNED = "inherent", "planned"

Scenario = Mapping[str, Any]


def add_levels(inputs: Inputs, results: Results, *, between: Between | None = None) -> None:
    """Put beside each scenario, and beside the whole, its inherent and its planned figure with their ranges.

    Every level draws the same numbers: a draw of a rate, a size or a measure is keyed by its name, not by the level,
    so in each draw a level differs by its measures alone and lies above a lesser one. They are drawn anew for each
    level, which costs less than keeping them. The bands of all levels stand on the sums and grids of today's, so no
    difference is one of grids.
    """
    adopted = _adopted(inputs)
    rows = {row["uid"]: row for row in results["scenarios"]}
    results["levels"] = {}
    for each in inputs["scenarios"]:
        rows[each["uid"]] |= _sides(each)
    for level in (INHERENT, PLANNED):
        by_scenario = level_streams(inputs, level)
        changed = {each["uid"] for each in inputs["scenarios"] if _differs(each, level, adopted)}
        for uid, row in rows.items():
            row[level] = _of(inputs, by_scenario[uid]) if uid in changed else _as_now(row)
        results["levels"][level] = _whole(inputs, by_scenario, results, between) if changed else _whole_as_now(results)


def level_streams(inputs: Inputs, level: str) -> "dict[str, list[Stream]]":
    """Return the streams of each scenario at a level, by its uid."""
    adopted = _adopted(inputs)
    return {each["uid"]: _streams(each, level, adopted) for each in inputs["scenarios"]}


def _sides(scenario: Scenario) -> dict[str, float]:
    """Return events a year after the measures in place, and the mean loss of one event."""
    streams = streams_of(scenario)
    return {
        "events": float(sum(each.rate_moment(1) for each in streams)),
        "each_time": float(streams[0].mean_loss()),
    }


def _adopted(inputs: Inputs) -> dict[str, list[dict[str, Any]]]:
    """Return, by scenario, what measures leave that are adopted and not in place yet."""
    found: dict[str, list[dict[str, Any]]] = {}
    for measure in inputs["measures"]:
        if measure["state"] == "adopted":
            for effect in measure["effects"]:
                found.setdefault(effect["scenario"], []).append({**effect, "measure": measure["uid"]})
    return found


def _streams(scenario: Scenario, level: str, adopted: Mapping[str, list[dict[str, Any]]]) -> "list[Stream]":
    if level == INHERENT:
        return streams_of({**scenario, "in_place": []})
    return streams_of(scenario, extra=adopted.get(scenario["uid"], ()))


def _differs(scenario: Scenario, level: str, adopted: Mapping[str, Any]) -> bool:
    return bool(scenario.get("in_place")) if level == INHERENT else scenario["uid"] in adopted


def _of(inputs: Inputs, streams: "list[Stream]") -> dict[str, Any]:
    mean = float(loss.means(streams).sum())
    draws = loss.stream_draws(streams, seed=inputs["seed"], draws=DRAWS).sum(axis=1)
    return {"mean": mean, "range": range_around(mean, draws)}


def _as_now(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"mean": row["mean"], "range": list(row["range"])}


def _whole(
    inputs: Inputs, by_scenario: "Mapping[str, list[Stream]]", results: Results, between: Between | None
) -> dict[str, Any]:
    streams = [stream for each in by_scenario.values() for stream in each]
    priced = price_curve(inputs, streams, like=results, between=between)
    return {
        "mean": priced.mean, "mean_range": list(priced.mean_range), "bad_year": priced.var[BAD_YEAR],
        "bad_year_range": list(priced.var_range[BAD_YEAR]), "curve": curve(priced), "differs": True,
    }  # fmt: skip


def _whole_as_now(results: Results) -> dict[str, Any]:
    same = ("mean", "mean_range", "bad_year", "bad_year_range")
    return {**{name: results[name] for name in same}, "curve": None, "differs": False}
