"""Sends prices down as data: what a scenario and a flawed host cost a year, as the last run said."""

from typing import Any

from alcaide.common.models import Priced
from alcaide.common.money import Kind, from_engine
from alcaide.risk.models import Run
from alcaide.risk.pricing.streams import REACH_SHARES

LOSS = "loss_a_year"
FLAWS = "flaws_a_year"
AT_ONCE = 500


def write_prices(run: Run, inputs: dict[str, Any], results: dict[str, Any]) -> int:
    """Replace every price by this run's. Returns how many stand now."""
    rows = [*_scenarios(results), *_hosts(inputs, results)]
    Priced.objects.filter(figure__in=[LOSS, FLAWS]).delete()
    Priced.objects.bulk_create([_priced(run, *row) for row in rows], batch_size=AT_ONCE)
    return len(rows)


def _scenarios(results: dict[str, Any]) -> list[tuple[str, str, float, float, float]]:
    return [(f"risk.scenario:{row['uid']}", LOSS, row["mean"], *sorted(row["range"])) for row in results["scenarios"]]


def _hosts(inputs: dict[str, Any], results: dict[str, Any]) -> list[tuple[str, str, float, float, float]]:
    """Share what comes through flaws among the hosts, by how much each is worth to an attacker."""
    through = {row["uid"]: (row["through_flaws"], row["mean"], row["range"]) for row in results["scenarios"]}
    sums: dict[str, list[float]] = {}
    for scenario in inputs["scenarios"]:
        amount, mean, (low, high) = through[scenario["uid"]]
        weights = {each["uid"]: _weight(each) for each in scenario.get("pressure") or []}
        whole = sum(weights.values())
        if not amount or not whole or not mean:
            continue
        for uid, weight in weights.items():
            held = sums.setdefault(uid, [0.0, 0.0, 0.0])
            part = amount * weight / whole
            for place, value in enumerate((part, part * low / mean, part * high / mean)):
                held[place] += value
    return [
        (f"assets.asset:{uid}", FLAWS, mean, min(low, mean), max(high, mean)) for uid, (mean, low, high) in sums.items()
    ]


def _weight(each: dict[str, Any]) -> float:
    low, high = REACH_SHARES[each["reach"]]
    return (each["low"] * low + each["high"] * high) / 2


def _priced(run: Run, subject: str, figure: str, amount: float, low: float, high: float) -> Priced:
    minor = [from_engine(each, run.currency, Kind.EXPECTED).minor for each in (amount, low, high)]
    return Priced(
        subject=subject, figure=figure, amount_minor=minor[0], low_minor=minor[1], high_minor=minor[2],
        currency=run.currency, run=run.uid, at=run.at,
    )  # fmt: skip
