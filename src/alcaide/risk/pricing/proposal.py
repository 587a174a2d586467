"""The plan of a run: which measures to buy under one budget, and what each is worth."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from alcaide.engine.loss import Factor, factor_draws, means, predictive, stream_draws
from alcaide.engine.plan import Measure, Plan, Problem, best, greedy

from .portfolio import BAD_YEAR, DRAWS, Inputs, curve, price_curve
from .streams import Stream, streams_of

GAP = 1e-4
SECONDS = 20.0


def propose(inputs: Inputs, *, budget: float, bad_year: float) -> dict[str, Any]:
    """Return the plan under a budget (cash a year), its proof, its curve, and each measure's worth.

    bad_year: the bad year of the run without the plan, to show the difference.
    """
    measures = [each for each in inputs["measures"] if each["effects"]]
    problem = _problem(inputs, measures, budget)
    first, proven = greedy(problem), best(problem, gap=GAP, seconds=SECONDS)
    rows = _rows(inputs, measures, bad_year)
    chosen = set(proven.chosen) if proven.feasible else set()
    priced = price_curve(inputs, _streams_with(inputs, [each for each in measures if each["uid"] in chosen]))
    return {
        "budget": budget,
        "feasible": proven.feasible,
        "reason": proven.reason,
        "chosen": sorted(chosen),
        "cost": proven.cost if proven.feasible else 0.0,
        "mean": priced.mean,
        "mean_range": list(priced.mean_range),
        "bad_year": priced.var[BAD_YEAR],
        "proof": _proof(first, proven),
        "curve": curve(priced),
        "measures": rows,
    }


def expected_left(factor: Factor) -> float:
    """Return the expected share that a measure leaves, over the belief about it."""
    one = Stream(id="one", rate_low=1.0, rate_high=1.0, loss_low=1.0, loss_high=1.0, factors=(factor,))
    return float(means([one])[0])


def _factor(measure: Mapping[str, Any], effect: Mapping[str, Any]) -> Factor:
    return Factor(f"{measure['uid']}>{effect['scenario']}", effect["low"], effect["high"])


def _problem(inputs: Inputs, measures: list[Mapping[str, Any]], budget: float) -> Problem:
    losses = {each["uid"]: float(means(streams_of(each)).sum()) for each in inputs["scenarios"]}
    wanted = {each["uid"] for each in measures}
    return Problem(
        losses=losses,
        measures=tuple(
            Measure(
                each["uid"],
                each["cost"],
                {one["scenario"]: expected_left(_factor(each, one)) for one in each["effects"]},
            )
            for each in measures
        ),
        budget=budget,
        exclusive=tuple((a, b) for kind, a, b in inputs["links"] if kind == "excludes" and {a, b} <= wanted),
        requires=tuple((a, b) for kind, a, b in inputs["links"] if kind == "needs" and {a, b} <= wanted),
        mandatory=tuple(each["uid"] for each in measures if each["mandatory"] or each["state"] == "adopted"),
    )


def _streams_with(inputs: Inputs, chosen: list[Mapping[str, Any]]) -> list[Stream]:
    extra: dict[str, list[dict[str, Any]]] = {}
    for measure in chosen:
        for effect in measure["effects"]:
            extra.setdefault(effect["scenario"], []).append(
                {"measure": measure["uid"], "low": effect["low"], "high": effect["high"]}
            )
    return [
        stream
        for scenario in inputs["scenarios"]
        for stream in streams_of(scenario, extra=extra.get(scenario["uid"], ()))
    ]


def _rows(inputs: Inputs, measures: list[Mapping[str, Any]], bad_year: float) -> list[dict[str, Any]]:
    """Return each measure alone: what it avoids with its range, per euro, its bad year, how often it is first."""
    streams = {each["uid"]: streams_of(each) for each in inputs["scenarios"]}
    flat = [stream for each in streams.values() for stream in each]
    drawn = stream_draws(flat, seed=inputs["seed"], draws=DRAWS)
    by_scenario: dict[str, np.ndarray] = {}
    place = 0
    for uid, each in streams.items():
        by_scenario[uid] = drawn[:, place : place + len(each)].sum(axis=1)
        place += len(each)
    means_of = {uid: float(means(each).sum()) for uid, each in streams.items()}
    avoided, rows = [], []
    for measure in measures:
        draws = np.zeros(DRAWS)
        mean = 0.0
        for effect in measure["effects"]:
            factor = _factor(measure, effect)
            left = factor_draws([factor], seed=inputs["seed"], draws=DRAWS)[:, 0]
            draws += by_scenario[effect["scenario"]] * (1 - left)
            mean += means_of[effect["scenario"]] * (1 - expected_left(factor))
        avoided.append(draws)
        rows.append(_row(inputs, measure, mean=mean, draws=draws, bad_year=bad_year))
    _count_firsts(rows, measures, avoided)
    return sorted(rows, key=lambda row: (-(math.inf if row["per_unit"] is None else row["per_unit"]), row["uid"]))


def _row(
    inputs: Inputs, measure: Mapping[str, Any], *, mean: float, draws: np.ndarray, bad_year: float
) -> dict[str, Any]:
    low, high = np.percentile(draws, [5, 95])
    alone = predictive(_streams_with(inputs, [measure]), systemic_cv=inputs["shared_swing"])
    return {
        "uid": measure["uid"], "name": measure["name"], "area": measure["area"], "state": measure["state"],
        "cost": measure["cost"], "avoids": mean, "range": [float(low), float(high)],
        "per_unit": mean / measure["cost"] if measure["cost"] > 0 else None,
        "bad_year": alone.var(BAD_YEAR) - bad_year,
        "first_in": 0, "draws": DRAWS,
    }  # fmt: skip


def _count_firsts(rows: list[dict[str, Any]], measures: list[Mapping[str, Any]], avoided: list[np.ndarray]) -> None:
    """Count in how many draws of the belief each measure has the most avoided per unit of cost."""
    if not rows:
        return
    costs = np.array([max(each["cost"], 1e-9) for each in measures])
    firsts = np.argmax(np.column_stack(avoided) / costs, axis=1)
    for place, row in enumerate(rows):
        row["first_in"] = int((firsts == place).sum())


def _proof(first: Plan, proven: Plan) -> dict[str, Any]:
    return {
        "bound": _finite(proven.bound), "gap": _finite(proven.gap), "rounds": proven.rounds,
        "left": _finite(proven.annual_loss), "greedy_left": _finite(first.annual_loss),
        "greedy_chosen": list(first.chosen),
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
