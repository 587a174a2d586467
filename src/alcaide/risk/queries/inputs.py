"""Collects everything a run is computed from, as plain data that can be stored and run again."""

from typing import Any

from alcaide.assets.models import Asset
from alcaide.common.money import Kind, Money, to_engine
from alcaide.controls.models import Measure
from alcaide.controls.queries import choosable, links_among
from alcaide.exposure.queries import AssetPressure, pressure
from alcaide.organization.models import Organization
from alcaide.organization.queries import appetite_of, root_unit, the_organization
from alcaide.risk.models import Effect, Estimate, Scenario

from .scenarios import effects_in_force, estimates_in_force

SCHEMA = "alcaide.run/1"


def collect_inputs() -> dict[str, Any]:
    """Return the inputs of a run: scenarios with their estimates, flaws in reach, measures, appetite.

    A scenario without a frequency or a loss is left out and named under `unpriced`. The order is fixed by the
    public identifiers, so equal inputs are equal text.
    """
    organization = the_organization()
    rows = list(Scenario.objects.filter(retired_at__isnull=True).select_related("reach_unit").order_by("uid"))
    ids = [row.pk for row in rows]
    estimates = estimates_in_force(ids)
    effects = effects_in_force(ids)
    reach = _reach(rows)
    pressed = {each.asset_id: each for each in pressure(sorted({pk for found in reach.values() for pk in found}))}
    priced = [row for row in rows if {"frequency", "loss"} <= estimates.get(row.pk, {}).keys()]
    return {
        "schema": SCHEMA,
        "currency": organization.currency,
        "seed": seed_of(organization),
        "shared_swing": organization.shared_swing,
        "appetite": _appetite(),
        "scenarios": [
            _scenario(
                row, estimates[row.pk], effects=effects, pressed=[pressed[pk] for pk in reach[row.pk] if pk in pressed]
            )
            for row in priced
        ],
        "unpriced": [{"uid": str(row.uid), "name": row.name} for row in rows if row not in priced],
        "measures": _measures(effects, {row.pk for row in priced}),
        "links": _links(),
    }


def seed_of(organization: Organization) -> int:
    """Return the organization's seed: the same for every run, so that runs differ only by their inputs."""
    return organization.uid.int % 2**53


def _reach(rows: list[Scenario]) -> dict[int, list[int]]:
    """Return, by scenario, the assets through which flaws reach it: those named, and the hosts of its unit."""
    found: dict[int, set[int]] = {row.pk: set() for row in rows}
    driven = [row for row in rows if row.through_flaws]
    named = Scenario.assets.through.objects.filter(scenario__in=driven, asset__retired_at__isnull=True)
    for scenario_id, asset_id in named.values_list("scenario_id", "asset_id"):
        found[scenario_id].add(asset_id)
    hosts_of: dict[str, list[int]] = {}
    for row in driven:
        if row.reach_unit is None:
            continue
        path = row.reach_unit.path
        if path not in hosts_of:
            hosts = Asset.objects.filter(kind="host", retired_at__isnull=True, unit__path__startswith=path)
            hosts_of[path] = list(hosts.values_list("pk", flat=True))
        found[row.pk].update(hosts_of[path])
    return {pk: sorted(ids) for pk, ids in found.items()}


def _scenario(
    row: Scenario, estimates: dict[str, Estimate], *, effects: list[Effect], pressed: list[AssetPressure]
) -> dict[str, Any]:
    frequency = estimates["frequency"]
    by_uid = sorted(pressed, key=lambda each: str(each.uid))
    return {
        "uid": str(row.uid),
        "name": row.name,
        "area": row.area,
        "frequency": _range(frequency),
        "loss": _range(estimates["loss"]),
        "through_flaw": _optional(estimates, "through_flaw") if row.through_flaws else None,
        "harm": _optional(estimates, "harm"),
        "pressure": [_pressure(each) for each in by_uid if each.chance_high > 0] if row.through_flaws else None,
        "in_place": [
            {"measure": str(each.measure.uid), "name": each.measure.name, "low": each.left_low, "high": each.left_high}
            for each in sorted(effects, key=lambda each: str(each.measure.uid))
            if each.scenario_id == row.pk and _counts_since(each.measure, frequency)
        ],
    }


def _counts_since(measure: Measure, frequency: Estimate) -> bool:
    """A measure that stood when the frequency was estimated is in that estimate already."""
    return measure.state == "in_place" and measure.in_place_at is not None and measure.in_place_at > frequency.made_at


def _optional(estimates: dict[str, Estimate], what: str) -> dict[str, Any] | None:
    return _range(estimates[what]) if what in estimates else None


def _range(estimate: Estimate) -> dict[str, Any]:
    low, high = estimate.low, estimate.high
    if estimate.what == "loss":
        low, high = (
            to_engine(Money(minor or 0, estimate.currency, Kind.EXPECTED))
            for minor in (estimate.low_minor, estimate.high_minor)
        )
    return {
        "low": low, "high": high, "basis": estimate.basis, "observations": estimate.observations,
        "estimate": str(estimate.uid),
    }  # fmt: skip


def _pressure(each: AssetPressure) -> dict[str, Any]:
    return {
        "uid": str(each.uid), "name": each.name, "reach": each.reached_from, "low": each.chance_low,
        "high": each.chance_high, "flaws": each.flaws, "known": each.known_exploited,
    }  # fmt: skip


def _appetite() -> dict[str, float] | None:
    held = appetite_of(root_unit())
    return {"limit": to_engine(held.limit), "chance": held.chance} if held else None


def _measures(effects: list[Effect], priced: set[int]) -> list[dict[str, Any]]:
    by_measure: dict[int, list[Effect]] = {}
    for each in effects:
        if each.scenario_id in priced:
            by_measure.setdefault(each.measure_id, []).append(each)
    return [
        {
            "uid": str(row.uid), "name": row.name, "area": row.area, "state": row.state,
            "cost": to_engine(row.cost), "mandatory": row.mandatory,
            "effects": [
                {"scenario": str(each.scenario.uid), "low": each.left_low, "high": each.left_high, "basis": each.basis}
                for each in sorted(by_measure.get(row.pk, []), key=lambda each: str(each.scenario.uid))
            ],
        }
        for row in choosable().order_by("uid")
    ]  # fmt: skip


def _links() -> list[list[str]]:
    rows = links_among(list(choosable().values_list("pk", flat=True)))
    return sorted([each.kind, str(each.measure.uid), str(each.other.uid)] for each in rows)
