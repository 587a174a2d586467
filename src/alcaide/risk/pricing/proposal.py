"""The plan of a run: which measures to buy under one budget, and what each is worth."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from alcaide.engine import loss
from alcaide.engine import plan as plans

from .portfolio import BAD_YEAR, DRAWS, Between, Inputs, curve, price_curve, range_around
from .streams import factor_of, streams_of

if TYPE_CHECKING:
    from alcaide.engine.loss import Aggregate, Factor, Stream
    from alcaide.engine.plan import Plan, Problem

GAP = 1e-4
SECONDS = 20.0
# Scenarios from which a measure's own bad year is made by exchanging what it touches, not by pricing all again.
MANY = 64

Measure = Mapping[str, Any]


def propose(inputs: Inputs, *, budget: float, bad_year: float, between: Between | None = None) -> dict[str, Any]:
    """Return the plan under a budget (cash a year), its proof, its curve, and each measure's worth.

    Every measure that is not in place yet takes part, also one that touches no scenario: it may be mandatory, or
    another may need it. bad_year: the bad year of the run without the plan, to show the difference.
    between: called between stretches of the work; what it raises ends it.
    """
    measures = inputs["measures"]
    problem = _problem(inputs, measures, budget)
    first = plans.greedy(problem)
    if between:
        between()
    proven = plans.best(problem, gap=GAP, seconds=SECONDS, between=between)
    chosen = set(proven.chosen) if proven.feasible else set()
    taken = [each for each in measures if each["uid"] in chosen]
    priced = price_curve(inputs, streams_with(inputs, taken), between=between)
    return {
        "budget": budget,
        "feasible": proven.feasible,
        "reason": _in_words(proven.reason, measures),
        "chosen": sorted(chosen),
        "cost": proven.cost if proven.feasible else 0.0,
        "mean": priced.mean,
        "mean_range": list(priced.mean_range),
        "bad_year": priced.var[BAD_YEAR],
        "proof": _proof(first, proven),
        "curve": curve(priced),
        "measures": _rows(inputs, measures, bad_year, between=between),
    }


def expected_left(factor: "Factor") -> float:
    """Return the expected share that a measure leaves, over the belief about it."""
    return factor.moment(1)


def _problem(inputs: Inputs, measures: list[Measure], budget: float) -> "Problem":
    links = inputs["links"]
    return plans.Problem(
        losses={each["uid"]: float(loss.means(streams_of(each)).sum()) for each in inputs["scenarios"]},
        measures=tuple(
            plans.Measure(
                each["uid"],
                each["cost"],
                {
                    one["scenario"]: expected_left(factor_of(each["uid"], one["scenario"], one))
                    for one in each["effects"]
                },
            )
            for each in measures
        ),
        budget=budget,
        exclusive=tuple((a, b) for kind, a, b in links if kind == "excludes"),
        requires=tuple((a, b) for kind, a, b in links if kind == "needs"),
        mandatory=tuple(each["uid"] for each in measures if is_settled(each)),
    )


def is_settled(measure: Measure) -> bool:
    """Tell whether the plan has no choice: the law asks for the measure, or it is adopted already."""
    return bool(measure["mandatory"]) or measure["state"] == "adopted"


def streams_with(inputs: Inputs, chosen: list[Measure]) -> "list[Stream]":
    """Return the streams of a run as they would be with these measures."""
    extra: dict[str, list[dict[str, Any]]] = {}
    for measure in chosen:
        for effect in measure["effects"]:
            extra.setdefault(effect["scenario"], []).append({**effect, "measure": measure["uid"]})
    return [
        stream
        for scenario in inputs["scenarios"]
        for stream in streams_of(scenario, extra=extra.get(scenario["uid"], ()))
    ]


def _rows(inputs: Inputs, measures: list[Measure], bad_year: float, *, between: Between | None) -> list[dict[str, Any]]:
    """Return each measure alone: what it avoids with its range, per euro, its bad year, how often it is first."""
    streams = {each["uid"]: streams_of(each) for each in inputs["scenarios"]}
    drawn = _drawn(streams, seed=inputs["seed"])
    means_of = {uid: float(loss.means(each).sum()) for uid, each in streams.items()}
    bad_years = _BadYears(inputs, streams, bad_year)
    avoided, rows = [], []
    for measure in measures:
        if between:
            between()
        draws = np.zeros(DRAWS)
        mean = 0.0
        for effect in measure["effects"]:
            factor = factor_of(measure["uid"], effect["scenario"], effect)
            left = loss.factor_draws([factor], seed=inputs["seed"], draws=DRAWS)[:, 0]
            draws += drawn[effect["scenario"]] * (1 - left)
            mean += means_of[effect["scenario"]] * (1 - expected_left(factor))
        avoided.append(draws)
        rows.append(_row(inputs, measure, mean=mean, draws=draws, bad_years=bad_years))
    _count_firsts(rows, avoided)
    return sorted(rows, key=lambda row: (-(math.inf if row["per_unit"] is None else row["per_unit"]), row["uid"]))


def _drawn(streams: "Mapping[str, list[Stream]]", *, seed: int) -> dict[str, np.ndarray]:
    """Return the draws of what each scenario costs a year."""
    drawn = loss.stream_draws([stream for each in streams.values() for stream in each], seed=seed, draws=DRAWS)
    found: dict[str, np.ndarray] = {}
    place = 0
    for uid, each in streams.items():
        found[uid] = drawn[:, place : place + len(each)].sum(axis=1)
        place += len(each)
    return found


class _BadYears:
    """Tells how the bad year moves with one measure; with many scenarios the rest of the year is kept between them."""

    def __init__(self, inputs: Inputs, streams: "Mapping[str, list[Stream]]", bad_year: float) -> None:
        self._inputs, self._streams, self._now = inputs, streams, bad_year
        self._scenarios = {each["uid"]: each for each in inputs["scenarios"]}
        self._year: Aggregate | None = None
        if len(streams) >= MANY:
            everything = [stream for each in streams.values() for stream in each]
            year = loss.predictive(everything, systemic_cv=inputs["shared_swing"])
            self._year = year if loss.Exchange.serves(year) else None
        self._kept = loss.Exchange(self._year) if self._year else None

    def moved_by(self, measure: Measure) -> float:
        """Return by how much the bad year moves if this measure alone is taken, money; below 0 where it helps."""
        if not measure["effects"]:
            return 0.0
        if self._year is None:
            streams = streams_with(self._inputs, [measure])
            return loss.predictive(streams, systemic_cv=self._inputs["shared_swing"]).var(BAD_YEAR) - self._now
        old: list[Stream] = []
        new: list[Stream] = []
        for effect in measure["effects"]:
            extra = [{**effect, "measure": measure["uid"]}]
            old += self._streams[effect["scenario"]]
            new += streams_of(self._scenarios[effect["scenario"]], extra=extra)
        return loss.var_if(self._year, BAD_YEAR, old=old, new=new, kept=self._kept) - self._year.var(BAD_YEAR)


def _row(inputs: Inputs, measure: Measure, *, mean: float, draws: np.ndarray, bad_years: _BadYears) -> dict[str, Any]:
    return {
        "uid": measure["uid"], "name": measure["name"], "area": measure["area"], "state": measure["state"],
        "cost": measure["cost"], "avoids": mean, "range": range_around(mean, draws),
        "per_unit": mean / measure["cost"] if measure["cost"] > 0 else None,
        "bad_year": bad_years.moved_by(measure),
        "first_in": 0, "draws": DRAWS,
    }  # fmt: skip


def _count_firsts(rows: list[dict[str, Any]], avoided: list[np.ndarray]) -> None:
    """Count in how many draws of the belief each measure has the most avoided per unit of cost."""
    if not rows:
        return
    per_unit = np.column_stack(avoided) / np.array([max(row["cost"], 1e-9) for row in rows])
    firsts = np.where(per_unit.max(axis=1) > 0, np.argmax(per_unit, axis=1), -1)
    for place, row in enumerate(rows):
        row["first_in"] = int((firsts == place).sum())


def _proof(first: "Plan", proven: "Plan") -> dict[str, Any]:
    return {
        "bound": _finite(proven.bound), "gap": _finite(proven.gap), "rounds": proven.rounds,
        "left": _finite(proven.annual_loss), "greedy_left": _finite(first.annual_loss),
        "greedy_chosen": list(first.chosen), "greedy_cost": _finite(first.cost),
    }  # fmt: skip


def _in_words(reason: str, measures: list[Measure]) -> str:
    """Put the names of measures where the engine, which knows no names, wrote their identifiers."""
    for each in measures:
        reason = reason.replace(f'"{each["uid"]}"', f"“{each['name']}”")
    return reason


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
