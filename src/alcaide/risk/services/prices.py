"""Sends prices down as data: what a scenario and a flawed host cost a year, as the last run said."""

from typing import Any

from alcaide.common.models import Priced
from alcaide.common.money import Kind, from_engine
from alcaide.controls.models import Measure
from alcaide.controls.queries import AVOIDS
from alcaide.organization.queries import root_unit
from alcaide.risk.models import Run
from alcaide.risk.pricing.streams import worth
from alcaide.risk.queries.priced import LOSS

FLAWS = "flaws_a_year"
AT_ONCE = 500

_Row = tuple[str, str, float, float, float]


def write_prices(run: Run, inputs: dict[str, Any], results: dict[str, Any]) -> int:
    """Replace every price by this run's. Returns how many stand now."""
    rows = [*_whole(results), *_scenarios(results), *_hosts(inputs, results), *_measures(results)]
    Priced.objects.filter(figure__in=[LOSS, FLAWS, AVOIDS]).delete()
    Priced.objects.bulk_create([_priced(run, *row) for row in rows], batch_size=AT_ONCE)
    return len(rows)


def _whole(results: dict[str, Any]) -> list[_Row]:
    """Return what everything together costs a year, held by the unit at the top."""
    if not results["scenarios"]:
        return []
    return [(root_unit().subject, LOSS, results["mean"], *sorted(results["mean_range"]))]


def _measures(results: dict[str, Any]) -> list[_Row]:
    """Return what each measure that could be chosen would avoid alone."""
    rows = results["plan"]["measures"] if results["plan"] else []
    return [(f"{Measure.SUBJECT}:{row['uid']}", AVOIDS, row["avoids"], *sorted(row["range"])) for row in rows]


def _scenarios(results: dict[str, Any]) -> list[_Row]:
    return [(f"risk.scenario:{row['uid']}", LOSS, row["mean"], *sorted(row["range"])) for row in results["scenarios"]]


def _hosts(inputs: dict[str, Any], results: dict[str, Any]) -> list[_Row]:
    """Share what comes through flaws among the hosts, by how much each is worth to an attacker."""
    through = {row["uid"]: (row["through_flaws"], row["mean"], row["range"]) for row in results["scenarios"]}
    sums: dict[str, list[float]] = {}
    for scenario in inputs["scenarios"]:
        amount, mean, (low, high) = through[scenario["uid"]]
        weights = {each["uid"]: sum(worth(each)) for each in scenario.get("pressure") or []}
        whole = sum(weights.values())
        if not amount or not whole or not mean:
            continue
        for uid, weight in weights.items():
            if not weight:
                continue
            held = sums.setdefault(uid, [0.0, 0.0, 0.0])
            part = amount * weight / whole
            for place, value in enumerate((part, part * low / mean, part * high / mean)):
                held[place] += value
    return [
        (f"assets.asset:{uid}", FLAWS, mean, min(low, mean), max(high, mean)) for uid, (mean, low, high) in sums.items()
    ]


def _priced(run: Run, subject: str, figure: str, amount: float, low: float, high: float) -> Priced:
    minor = [from_engine(each, run.currency, Kind.EXPECTED).minor for each in (amount, low, high)]
    return Priced(
        subject=subject, figure=figure, amount_minor=minor[0], low_minor=minor[1], high_minor=minor[2],
        currency=run.currency, run=run.uid, at=run.at,
    )  # fmt: skip
