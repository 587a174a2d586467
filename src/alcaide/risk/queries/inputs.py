"""Collects everything a run is computed from, as plain data that can be stored and run again."""

import hashlib
from typing import Any

from alcaide.assets.models import Asset
from alcaide.common.money import to_engine
from alcaide.controls.models import Measure
from alcaide.controls.queries import choosable, holding, links_among
from alcaide.exposure.queries import AssetPressure, pressure
from alcaide.organization.models import Organization
from alcaide.organization.queries import appetite_of, root_unit, the_organization
from alcaide.risk.models import Effect, Estimate, Run, Scenario
from alcaide.risk.pricing import refusal

from .currencies import in_ours, rates_used
from .scenarios import effects_in_force, ends_of, estimates_in_force

SCHEMA = "alcaide.run/2"
NEEDED = {"frequency": "how often it happens", "loss": "what it costs each time"}


def collect_inputs() -> dict[str, Any]:
    """Return the inputs of a run, with the rates of exchange that were taken where any was; see `_collected`."""
    with rates_used() as rates:
        inputs = _collected()
    return {**inputs, "rates": rates} if rates else inputs


def _collected() -> dict[str, Any]:
    """Return the inputs of a run: scenarios with their estimates, flaws in reach, measures, appetite.

    A scenario without a frequency or a loss, or one that the engine refuses, is left out and named under `unpriced`
    with its reason. The order is fixed by the keys of the draws, so equal inputs are equal text, here and elsewhere.
    Raises NoRate where a sum stands in a currency without a rate to the organization's.
    """
    organization = the_organization()
    rows = list(
        Scenario.objects.filter(retired_at__isnull=True).select_related("unit", "reach_unit").order_by("draw_key")
    )
    ids = [row.pk for row in rows]
    estimates = estimates_in_force(ids)
    effects = effects_in_force(ids)
    own_effects: dict[int, list[Effect]] = {}
    for effect in effects:
        own_effects.setdefault(effect.scenario_id, []).append(effect)
    reach = _reach(rows)
    pressed = {each.asset_id: each for each in pressure(sorted({pk for found in reach.values() for pk in found}))}
    found, unpriced = [], []
    for row in rows:
        held = estimates.get(row.pk, {})
        why = "; ".join(f"nobody said yet {words}" for what, words in NEEDED.items() if what not in held)
        if not why:
            near = [pressed[pk] for pk in reach[row.pk] if pk in pressed]
            own = own_effects.get(row.pk, [])
            made = _scenario(row, held, effects=own, pressed=near, currency=organization.currency)
            why = refusal(made)
        if why:
            unpriced.append({"uid": str(row.uid), "name": row.name, "why": why})
        else:
            found.append(made)
    priced = {each["uid"] for each in found}
    return {
        "schema": SCHEMA,
        "currency": organization.currency,
        "seed": seed_of(organization),
        "shared_swing": organization.shared_swing,
        "appetite": _appetite(organization.currency),
        "scenarios": found,
        "unpriced": unpriced,
        "measures": _measures(effects, priced, currency=organization.currency),
        "links": _links(),
    }


def seed_of(organization: Organization) -> int:
    """Return the organization's seed: the same for every run, so that runs differ only by their inputs.

    The first run makes it from the organization's name, so that the same organization set up twice draws alike; later
    runs take it from the run before, whatever the name is by then.
    """
    kept = Run.objects.order_by("-number").values_list("seed", flat=True).first()
    if kept is not None:
        return kept
    return int.from_bytes(hashlib.blake2b(organization.name.encode(), digest_size=8).digest(), "big") % 2**53


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
    row: Scenario,
    estimates: dict[str, Estimate],
    *,
    effects: list[Effect],
    pressed: list[AssetPressure],
    currency: str,
) -> dict[str, Any]:
    frequency = estimates["frequency"]
    by_uid = sorted(pressed, key=lambda each: str(each.uid))
    size = estimates["loss"]
    low, high = (in_ours(end, ours=currency, what=row.name, on=size.made_at.date()) for end in ends_of(size))
    return {
        "uid": str(row.uid),
        "draw": row.draw_key,
        "name": row.name,
        "area": row.area,
        "unit": str(row.unit.uid),
        "frequency": range_of(frequency),
        "loss": {**range_of(size), "low": low, "high": high},
        "through_flaw": _optional(estimates, "through_flaw") if row.through_flaws else None,
        "harm": _optional(estimates, "harm"),
        "pressure": [_pressure(each) for each in by_uid if each.flaws] if row.through_flaws else None,
        "clean": [str(each.uid) for each in by_uid if each.scanned_at and not each.flaws],
        "in_place": [
            _in_place(each)
            for each in sorted(effects, key=lambda each: each.draw_key)
            if _counts_since(each.measure, frequency)
        ],
    }


def _in_place(effect: Effect) -> dict[str, Any]:
    """Return what a measure in place leaves; where it drifted, also what was stated and the share that still holds.

    Of a share of effect 1 - left, the share held counts: 1 - held (1 - left). The ends are taken at their widest.
    """
    row = {
        "measure": str(effect.measure.uid),
        "draw": effect.draw_key,
        "name": effect.measure.name,
        "low": effect.left_low,
        "high": effect.left_high,
    }
    held = holding(effect.measure)
    if held.is_whole:
        return row
    return {
        **row,
        "low": 1 - held.high * (1 - effect.left_low),
        "high": 1 - held.low * (1 - effect.left_high),
        "stated": [effect.left_low, effect.left_high],
        "held": [held.low, held.high],
    }


def _counts_since(measure: Measure, frequency: Estimate) -> bool:
    """A measure that stood when the frequency was estimated is in that estimate already."""
    return measure.state == "in_place" and measure.in_place_at is not None and measure.in_place_at > frequency.made_at


def _optional(estimates: dict[str, Estimate], what: str) -> dict[str, Any] | None:
    return range_of(estimates[what]) if what in estimates else None


def range_of(estimate: Estimate) -> dict[str, Any]:
    """Return an estimate as the inputs of a run hold it: a loss in whole units of money."""
    low, high = estimate.low, estimate.high
    if estimate.what == "loss":
        low, high = (to_engine(end) for end in ends_of(estimate))
    return {
        "low": low, "high": high, "basis": estimate.basis, "observations": estimate.observations,
        "estimate": str(estimate.uid),
    }  # fmt: skip


def _pressure(each: AssetPressure) -> dict[str, Any]:
    return {
        "uid": str(each.uid), "name": each.name, "reach": each.reached_from, "low": each.chance_low,
        "high": each.chance_high, "flaws": each.flaws, "known": each.known_exploited, "unpriced": each.unpriced,
    }  # fmt: skip


def _appetite(currency: str) -> dict[str, float] | None:
    held = appetite_of(root_unit())
    if held is None:
        return None
    limit = in_ours(held.limit, ours=currency, what="The appetite", on=held.created_at.date())
    return {"limit": limit, "chance": held.chance}


def _measures(effects: list[Effect], priced: set[str], *, currency: str) -> list[dict[str, Any]]:
    by_measure: dict[int, list[Effect]] = {}
    for each in effects:
        if str(each.scenario.uid) in priced:
            by_measure.setdefault(each.measure_id, []).append(each)
    # By name, so that the plan weighs them in one order wherever it is made.
    rows = list(choosable().order_by("name", "uid"))
    return [
        {
            "uid": str(row.uid), "name": row.name, "area": row.area, "state": row.state,
            "cost": in_ours(row.cost, ours=currency, what=row.name),
            "mandatory": row.mandatory, "mandatory_why": row.mandatory_why,
            "effects": [
                {
                    "scenario": str(each.scenario.uid), "draw": each.draw_key, "low": each.left_low,
                    "high": each.left_high, "basis": each.basis,
                }
                for each in sorted(by_measure.get(row.pk, []), key=lambda each: each.draw_key)
            ],
        }
        for row in rows
    ]  # fmt: skip


def _links() -> list[list[str]]:
    rows = links_among(list(choosable().values_list("pk", flat=True)))
    return sorted([each.kind, str(each.measure.uid), str(each.other.uid)] for each in rows)
