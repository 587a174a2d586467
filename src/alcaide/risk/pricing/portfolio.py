"""The portfolio of a run: sums with ranges, the loss curve with its band, areas, scenarios, shares, harm."""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from alcaide.engine import loss

from .streams import FLAWS, harm_streams, knows_levels, stream_name, streams_of

if TYPE_CHECKING:
    from alcaide.engine.loss import Aggregate, Pricing, Stream

DRAWS = 200
BAD_YEAR = 0.95
LEVELS = (BAD_YEAR, 0.99)
CURVE_POINTS = 121
# The curve is drawn at least to the year that one in a thousand passes.
RARE_YEAR = 0.999
BASES = ("measured", "sector", "judgement")

Inputs = Mapping[str, Any]
Results = dict[str, Any]
Between = Callable[[], None]
"""Called between stretches of a long computation; what it raises ends it."""


def price_portfolio(inputs: Inputs, *, between: Between | None = None) -> Results:
    """Return every figure of a run. The same inputs give the same bits."""
    scenarios = inputs["scenarios"]
    streams = [stream for scenario in scenarios for stream in streams_of(scenario)]
    if not streams:
        return {**_nothing(), "units": {}} if knows_levels(inputs) else _nothing()
    priced = price_curve(inputs, streams, between=between)
    by_stream = {stream.id: place for place, stream in enumerate(streams)}
    rows = [_scenario_row(scenario, priced, by_stream) for scenario in scenarios]
    found = {
        "mean": priced.mean,
        "mean_range": list(priced.mean_range),
        "bad_year": priced.var[BAD_YEAR],
        "bad_year_range": list(priced.var_range[BAD_YEAR]),
        "worst": {str(level): [priced.var[level], priced.tvar[level]] for level in LEVELS},
        "beyond": _beyond(inputs, priced),
        "curve": curve(priced),
        "areas": _areas(priced, rows),
        "scenarios": rows,
        "shares": _shares(rows, scenarios),
        "harm": _harm(inputs),
        "grid": {
            "points": priced.grid_points,
            "step": priced.grid_step,
            "lost": priced.lost_mass,
            "scale": priced.scale,
        },
    }
    return {**found, "units": _units(scenarios, priced, by_stream)} if knows_levels(inputs) else found


def price_curve(
    inputs: Inputs, streams: "list[Stream]", *, like: Results | None = None, between: Between | None = None
) -> "Pricing":
    """Price streams with the run's shared swing, seed and appetite.

    like: figures of the same run whose sums and grids are taken, so that two curves differ by their streams alone.
    """
    appetite = inputs.get("appetite")
    return loss.price(
        streams,
        systemic_cv=inputs["shared_swing"],
        seed=inputs["seed"],
        draws=DRAWS,
        levels=LEVELS,
        at=np.array(like["curve"]["at"]) if like else lambda year: sums_to_show(inputs, year),
        beyond=[appetite["limit"]] if appetite else [],
        scale=like["grid"]["scale"] if like else None,
        between=between,
    )


def sums_to_show(inputs: Inputs, year: "Aggregate") -> np.ndarray:
    """Return the sums at which curves are drawn: from nothing to past the appetite and the year of one in a thousand.

    Few scenarios can cost far more than that year says; then the worst of their ranges is on the picture too.
    """
    appetite = inputs.get("appetite")
    each_year = [row["loss"]["high"] * max(1.0, row["frequency"]["high"]) for row in inputs["scenarios"]]
    highest = max(each_year, default=1.0)
    top = max(2.5 * appetite["limit"] if appetite else 0.0, 1.5 * highest, year.var(RARE_YEAR))
    return np.concatenate([[0.0], np.geomspace(top / 2000, top, CURVE_POINTS - 1)])


def curve(priced: "Pricing") -> dict[str, list[float]]:
    """Return a curve as plain lists: sums, chance of passing each, and the band."""
    return {
        "at": [float(x) for x in priced.at],
        "chance": [float(x) for x in priced.exceedance],
        "low": [float(x) for x in priced.exceedance_low],
        "high": [float(x) for x in priced.exceedance_high],
    }


def _scenario_row(scenario: Mapping[str, Any], priced: "Pricing", by_stream: Mapping[str, int]) -> dict[str, Any]:
    name = stream_name(scenario)
    base, flaws = by_stream[name], by_stream.get(name + FLAWS)
    mean = float(priced.stream_mean[base])
    draws = priced.draws_stream[:, base]
    through = 0.0
    if flaws is not None:
        through = float(priced.stream_mean[flaws])
        draws = draws + priced.draws_stream[:, flaws]
    return {
        "uid": scenario["uid"], "name": scenario["name"], "area": scenario["area"],
        "mean": mean + through, "range": range_around(mean + through, draws), "through_flaws": through,
    }  # fmt: skip


def range_around(mean: float, draws: np.ndarray) -> list[float]:
    """Return the 90 % range of draws, widened where needed so that it holds the figure beside which it stands."""
    low, high = np.percentile(draws, [5, 95])
    return [min(float(low), mean), max(float(high), mean)]


def _beyond(inputs: Inputs, priced: "Pricing") -> dict[str, Any] | None:
    appetite = inputs.get("appetite")
    if not appetite:
        return None
    limit = appetite["limit"]
    low, high = priced.chance_range[limit]
    return {"limit": limit, "accepted": appetite["chance"], "chance": priced.chance[limit], "range": [low, high]}


def _areas(priced: "Pricing", rows: list[dict[str, Any]]) -> dict[str, Any]:
    found = {}
    for area, mean in priced.group_mean.items():
        worst = max((row for row in rows if row["area"] == area), key=lambda row: row["mean"])
        found[area] = {"mean": mean, "range": list(priced.group_range[area]), "worst": worst["uid"]}
    return found


def _units(
    scenarios: list[Mapping[str, Any]], priced: "Pricing", by_stream: Mapping[str, int]
) -> dict[str, dict[str, Any]]:
    """Return what the scenarios of each unit cost together, without the units below it, by the unit's uid."""
    places: dict[str, list[int]] = {}
    for scenario in scenarios:
        name = stream_name(scenario)
        own = [by_stream[each] for each in (name, name + FLAWS) if each in by_stream]
        places.setdefault(scenario.get("unit", ""), []).extend(own)
    found = {}
    for unit, where in places.items():
        mean = float(priced.stream_mean[where].sum())
        found[unit] = {"mean": mean, "range": range_around(mean, priced.draws_stream[:, where].sum(axis=1))}
    return found


def _shares(rows: list[dict[str, Any]], scenarios: list[Mapping[str, Any]]) -> dict[str, float]:
    """Split the expected loss by what its inputs rest on: each input of a stream carries an equal part."""
    carried = dict.fromkeys(BASES, 0.0)
    by_uid = {scenario["uid"]: scenario for scenario in scenarios}
    for row in rows:
        scenario = by_uid[row["uid"]]
        base = row["mean"] - row["through_flaws"]
        for what in ("frequency", "loss"):
            carried[scenario[what]["basis"]] += base / 2
        if row["through_flaws"]:
            # The count of flaws is measured by the scan; their chance of exploitation is a sector figure.
            for basis in ("measured", "sector", scenario["through_flaw"]["basis"], scenario["loss"]["basis"]):
                carried[basis] += row["through_flaws"] / 4
    whole = sum(carried.values())
    return {basis: part / whole if whole else 0.0 for basis, part in carried.items()}


def _harm(inputs: Inputs) -> dict[str, Any] | None:
    streams = [stream for scenario in inputs["scenarios"] for stream in harm_streams(scenario)]
    if not streams:
        return None
    mean = math.fsum(loss.means(streams))
    draws = loss.stream_draws(streams, seed=inputs["seed"], draws=DRAWS).sum(axis=1)
    return {"mean": mean, "range": range_around(mean, draws)}


def _nothing() -> Results:
    return {
        "mean": 0.0, "mean_range": [0.0, 0.0], "bad_year": 0.0, "bad_year_range": [0.0, 0.0], "worst": {},
        "beyond": None, "curve": None, "areas": {}, "scenarios": [], "shares": dict.fromkeys(BASES, 0.0),
        "harm": None, "grid": None,
    }  # fmt: skip
