"""Writes of scenarios, their estimates, the effects of measures on them, and the budget."""

import math
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from alcaide.assets.models import Asset
from alcaide.common.changes import note_change
from alcaide.common.models import User
from alcaide.common.money import LARGEST_MINOR
from alcaide.common.permissions import require
from alcaide.common.search import index
from alcaide.common.trail import Actor, audit, differences, write
from alcaide.controls.models import Measure
from alcaide.organization.models import Unit
from alcaide.organization.queries import the_organization
from alcaide.risk.models import BASES, ESTIMATE, Budget, Effect, Estimate, Scenario

ROOM = "risk"
MOST_EVENTS_A_YEAR = 100_000.0


@write
def add_scenario(
    actor: Actor, *, name: str, area: str, unit: Unit, story: str = "", through_flaws: bool = False, **more: Any
) -> Scenario:
    """Add a scenario; it is priced once it has a frequency and a loss."""
    require(actor, ESTIMATE, unit_id=unit.pk)
    scenario = Scenario(name=name.strip(), area=area, unit=unit, story=story, through_flaws=through_flaws, **more)
    scenario.full_clean()
    scenario.save()
    audit(
        actor, "add_scenario", subject=scenario.subject,
        after={"name": name, "area": area, "unit": unit.subject, "through_flaws": through_flaws},
    )  # fmt: skip
    _tell(scenario)
    return scenario


@write
def change_scenario(actor: Actor, scenario: Scenario, *, opened_version: int, **values: Any) -> Scenario:
    """Change a scenario's words, area, unit, owner or reach. Raises LostUpdate."""
    require(actor, ESTIMATE, unit_id=scenario.unit_id)
    if "unit" in values:
        require(actor, ESTIMATE, unit_id=values["unit"].pk)
    before, after = differences({name: getattr(scenario, name) for name in values}, values)
    if not after:
        return scenario
    for name, value in after.items():
        setattr(scenario, name, value)
    scenario.full_clean()
    scenario.save_version(opened_version=opened_version, fields=list(after))
    audit(actor, "change_scenario", subject=scenario.subject, before=before, after=after)
    _tell(scenario)
    return scenario


@write
def set_reach(actor: Actor, scenario: Scenario, *, assets: list[Asset]) -> None:
    """Name the assets whose flaws lead to this scenario."""
    require(actor, ESTIMATE, unit_id=scenario.unit_id)
    before = sorted(str(each.uid) for each in scenario.assets.all())
    scenario.assets.set(assets)
    after = sorted(str(each.uid) for each in assets)
    audit(actor, "set_reach", subject=scenario.subject, before={"assets": before}, after={"assets": after})
    note_change(ROOM, scenario.subject)


@write
def retire(actor: Actor, scenario: Scenario) -> None:
    """Take a scenario out of the portfolio; its history stays."""
    require(actor, ESTIMATE, unit_id=scenario.unit_id)
    scenario.retired_at = timezone.now()
    scenario.save_version(opened_version=scenario.version, fields=["retired_at"])
    audit(actor, "retire_scenario", subject=scenario.subject, after={"retired_at": scenario.retired_at})
    note_change(ROOM, scenario.subject)


@write
def estimate(
    actor: Actor,
    scenario: Scenario,
    *,
    what: str,
    low: float,
    high: float,
    basis: str,
    observations: float,
    source: str,
) -> Estimate:
    """Give a 90 % range: events a year, people harmed, a share, or (for a loss) minor units of our currency.

    The earlier estimate stays as history. Refused: a reversed, negative or endless range, no source, no basis.
    """
    require(actor, ESTIMATE, unit_id=scenario.unit_id)
    _check_range(what, low, high)
    _check_grounds(basis, observations, source)
    made = Estimate(
        scenario=scenario, what=what, basis=basis, observations=observations, source=source.strip(),
        made_by=actor if isinstance(actor, User) else None, made_at=timezone.now(),
    )  # fmt: skip
    if what == "loss":
        made.low_minor, made.high_minor, made.currency = round(low), round(high), the_organization().currency
    else:
        made.low, made.high = low, high
    made.full_clean(exclude=["made_by"])
    made.save()
    audit(
        actor, "estimate", subject=scenario.subject,
        after={"what": what, "low": low, "high": high, "basis": basis, "observations": observations, "source": source},
    )  # fmt: skip
    note_change(ROOM, scenario.subject)
    return made


@write
def set_effect(
    actor: Actor, *, measure: Measure, scenario: Scenario, left_low: float, left_high: float, basis: str, source: str
) -> Effect:
    """Say what share of a scenario's frequency a measure leaves, as a 90 % range; replaces the earlier one."""
    require(actor, ESTIMATE, unit_id=scenario.unit_id)
    if not 0 < left_low <= left_high <= 1:
        raise ValidationError("What is left is a share above 0 and at most 1, the lower figure first.")
    _check_grounds(basis, 1.0, source)
    Effect.objects.filter(measure=measure, scenario=scenario, withdrawn_at__isnull=True).update(
        withdrawn_at=timezone.now()
    )
    made = Effect.objects.create(
        measure=measure, scenario=scenario, left_low=left_low, left_high=left_high, basis=basis,
        source=source.strip(), made_by=actor if isinstance(actor, User) else None,
    )  # fmt: skip
    audit(
        actor, "set_effect", subject=scenario.subject,
        after={"measure": measure.subject, "left_low": left_low, "left_high": left_high, "basis": basis},
    )  # fmt: skip
    note_change(ROOM, scenario.subject)
    return made


@write
def withdraw_effect(actor: Actor, effect: Effect) -> None:
    """Say that a measure has no effect on a scenario after all."""
    require(actor, ESTIMATE, unit_id=effect.scenario.unit_id)
    effect.withdrawn_at = timezone.now()
    effect.save(update_fields=["withdrawn_at"])
    audit(actor, "withdraw_effect", subject=effect.scenario.subject, before={"measure": effect.measure.subject})
    note_change(ROOM, effect.scenario.subject)


@write
def set_budget(actor: Actor, *, unit: Unit, sum_minor: int) -> Budget:
    """Set the cash a year that a plan may spend on new measures."""
    require(actor, ESTIMATE, unit_id=unit.pk)
    if not 0 <= sum_minor <= LARGEST_MINOR:
        raise ValidationError({"sum_minor": "A budget is a sum of nothing or more."})
    made = Budget.objects.create(
        unit=unit, sum_minor=sum_minor, currency=the_organization().currency,
        set_by=actor if isinstance(actor, User) else None,
    )  # fmt: skip
    audit(actor, "set_budget", subject=made.subject, after={"unit": unit.subject, "sum": made.sum})
    note_change(ROOM, made.subject)
    return made


def _check_range(what: str, low: float, high: float) -> None:
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValidationError({"low": "Both ends of the range are needed, as plain numbers."})
    if low > high:
        raise ValidationError({"low": f"The range runs backwards: {low:g} is more than {high:g}. Swap the two."})
    if low < 0 or (low == 0 and what != "harm"):
        raise ValidationError({"low": "The low end must be above zero: even the rarest event has some chance."})
    if what == "through_flaw" and high > 1:
        raise ValidationError({"high": "This is a share: at most 1."})
    if what == "frequency" and high > MOST_EVENTS_A_YEAR:
        raise ValidationError({"high": f"More than {MOST_EVENTS_A_YEAR:,.0f} events a year: check the unit."})
    if what == "loss" and high > LARGEST_MINOR:
        raise ValidationError({"high": "The sum is larger than any ledger can hold."})


def _check_grounds(basis: str, observations: float, source: str) -> None:
    if basis not in dict(BASES):
        raise ValidationError({"basis": "Choose what the range rests on: measured, sector or judgement."})
    if not (math.isfinite(observations) and observations > 0):
        raise ValidationError({"observations": "Say how many observed events the range is worth: one or more."})
    if not source.strip():
        raise ValidationError({"source": "Name the source: a report, a log, or the person who judged."})


def _tell(scenario: Scenario) -> None:
    note_change(ROOM, scenario.subject)
    index(
        scenario.subject, kind="risk.scenario", title=scenario.name, second=scenario.get_area_display(),
        words=scenario.story, unit_id=scenario.unit_id,
    )  # fmt: skip
