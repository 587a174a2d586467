"""Sends prices down as data: what scenarios, flawed hosts, measures and actions are worth, as the last run said."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from alcaide.assets.models import Asset
from alcaide.common import purging
from alcaide.common.models import Priced
from alcaide.common.money import Kind, from_engine
from alcaide.common.trail import Actor
from alcaide.controls.models import Measure
from alcaide.controls.queries import AVOIDS
from alcaide.exposure.models import Action
from alcaide.exposure.queries import action_pressure
from alcaide.exposure.services import take_prices
from alcaide.organization.queries import root_unit
from alcaide.risk.models import NO_BAND, NO_PRICE, Run, Scenario
from alcaide.risk.pricing import Removed, Touch, removed_by
from alcaide.risk.pricing.bands import band_of
from alcaide.risk.pricing.streams import worth
from alcaide.risk.queries.priced import LOSS

FLAWS = "flaws_a_year"
REMOVED = "removed_a_year"
AT_ONCE = 500
ON_SCENARIO = (
    "currency", "loss_minor", "loss_low_minor", "loss_high_minor", "inherent_minor", "planned_minor", "moved_minor",
    "moved_size_minor", "rate_band", "size_band", "priced_run", "priced_at",
)  # fmt: skip

_Row = tuple[str, str, float, float, float]


def write_prices(run: Run, inputs: dict[str, Any], results: dict[str, Any]) -> int:
    """Replace every price by this run's. Returns how many stand now."""
    rows = [*_whole(results), *_scenarios(results), *_hosts(inputs, results), *_measures(results)]
    purging.renew(Priced.objects.filter(figure__in=[LOSS, FLAWS, AVOIDS]))
    Priced.objects.bulk_create([_priced(run, *row) for row in rows], batch_size=AT_ONCE)
    _write_on_scenarios(run, results)
    return len(rows)


def priced_actions(inputs: Mapping[str, Any]) -> dict[str, Removed]:
    """Return, by uid, what each open action about flaws would remove a year if it alone were done."""
    hosts = {each["uid"] for scenario in inputs["scenarios"] for each in scenario.get("pressure") or ()}
    return removed_by(inputs, _touches(hosts)) if hosts else {}


def write_action_prices(actor: Actor, run: Run, prices: Mapping[str, Removed]) -> None:
    """Replace what every action removes, and let the room that holds the actions take it."""
    purging.renew(Priced.objects.filter(figure=REMOVED))
    rows = [(f"{Action.SUBJECT}:{uid}", REMOVED, each.mean, each.low, each.high) for uid, each in prices.items()]
    Priced.objects.bulk_create([_priced(run, *row) for row in rows], batch_size=AT_ONCE)
    take_prices(actor, run=run.uid, at=run.at)


def _touches(hosts: set[str]) -> Iterable[Touch]:
    assets = Asset.objects.values_list("pk", "uid")
    for each in action_pressure([pk for pk, uid in assets.iterator() if str(uid) in hosts]):
        yield Touch(str(each.action), str(each.asset), each.low, each.high, each.low_after, each.high_after)


def _write_on_scenarios(run: Run, results: dict[str, Any]) -> None:
    """Keep on each scenario what lists sort by; one that this run could not price has no price."""
    ids = {str(uid): pk for uid, pk in Scenario.objects.values_list("uid", "pk")}
    before = dict(Scenario.objects.values_list("pk", "loss_minor"))
    rows = [_on_scenario(run, row, was=before[ids[row["uid"]]]) for row in results["scenarios"] if row["uid"] in ids]
    keys = [ids[row["uid"]] for row in results["scenarios"] if row["uid"] in ids]
    nothing = {
        "loss_minor": NO_PRICE, "loss_low_minor": NO_PRICE, "loss_high_minor": NO_PRICE, "inherent_minor": NO_PRICE,
        "planned_minor": NO_PRICE, "moved_minor": 0, "moved_size_minor": 0, "rate_band": NO_BAND,
        "size_band": NO_BAND, "priced_run": None, "priced_at": None,
    }  # fmt: skip
    Scenario.objects.exclude(priced_run=None).update(**nothing)
    fields: list[Any] = [Scenario._meta.get_field(name) for name in ON_SCENARIO]
    table, write = connection.ops.quote_name(Scenario._meta.db_table), connection.ops.quote_name
    sets = ", ".join(f"{write(field.column)} = %s" for field in fields)
    # One prepared statement for all rows: ten thousand take a fifth of a second, a CASE for each column takes many.
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {sets} WHERE id = %s",  # noqa: S608  names of our own columns, values are parameters
            [
                [*(field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)), pk]
                for row, pk in zip(rows, keys, strict=True)
            ],
        )


def _on_scenario(run: Run, row: Mapping[str, Any], *, was: int) -> tuple[Any, ...]:
    sums = [row["mean"], *sorted(row["range"]), row["inherent"]["mean"], row["planned"]["mean"]]
    minor = [from_engine(each, run.currency, Kind.EXPECTED).minor for each in sums]
    moved = minor[0] - was if was != NO_PRICE else 0
    bands = band_of(row["events"]), band_of(row["each_time"])
    return (run.currency, *minor, moved, abs(moved), *bands, run.uid, run.at)


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
