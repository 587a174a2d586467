"""Writes of scenarios, their estimates, the effects of measures on them, and the budget."""

import math
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.assets.models import Asset
from alcaide.common.changes import note_change
from alcaide.common.models import User
from alcaide.common.money import LARGEST_MINOR, Money
from alcaide.common.permissions import require
from alcaide.common.search import index
from alcaide.common.trail import Actor, audit, differences, write
from alcaide.common.words import money_full
from alcaide.controls.models import Measure
from alcaide.organization.models import Unit
from alcaide.organization.queries import the_organization
from alcaide.risk.models import BASES, ESTIMATE, NEVER, Budget, Effect, Estimate, Scenario
from alcaide.risk.models.scenario import any_draw_key
from alcaide.risk.pricing import refusal
from alcaide.risk.queries import ends_of, estimates_in_force, range_of

ROOM = "risk"
# The namespace of keys made of names (RFC 9562, version 5): any fixed one serves, as long as it never changes.
DRAWS = UUID("6f6d5f35-8f0c-5d4e-9a57-1c1d0a6c4b52")
MOST_EVENTS_A_YEAR = 100_000.0
MOST_HARMED = 1_000_000.0
LONGEST_SOURCE = 300
# Beyond this the mean lies above anything that the range itself holds, and every total rests on it alone.
WIDEST = 10_000.0


class Retired(ValidationError):
    """The scenario is out of the portfolio; nothing can be added to it."""


@write
def add_scenario(
    actor: Actor, *, name: str, area: str, unit: Unit, story: str = "", through_flaws: bool = False, **more: Any
) -> Scenario:
    """Add a scenario; it is priced once it has a frequency and a loss."""
    require(actor, ESTIMATE, unit_id=unit.pk)
    scenario = Scenario(name=name.strip(), area=area, unit=unit, story=story, through_flaws=through_flaws, **more)
    scenario.draw_key = _draw_key(unit, scenario.name)
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
def set_reach(
    actor: Actor,
    scenario: Scenario,
    *,
    opened_version: int,
    through_flaws: bool,
    unit: Unit | None,
    assets: list[Asset],
) -> Scenario:
    """Say whether open flaws make a scenario more frequent, and on which assets. Raises LostUpdate.

    Assets that the actor does not see stay in reach as they are; those that the actor names must be seen.
    """
    require(actor, ESTIMATE, unit_id=scenario.unit_id)
    _must_be_in_use(scenario)
    seen = Asset.objects.visible_to(actor)
    if seen.filter(pk__in=[each.pk for each in assets]).count() < len({each.pk for each in assets}):
        raise ValidationError({"assets": "One of these assets is gone or not yours to see. Load the page again."})
    before = _reach(scenario)
    unseen = scenario.assets.exclude(pk__in=seen.values("pk"))
    wanted = [*assets, *unseen]
    scenario.through_flaws, scenario.reach_unit = through_flaws, unit
    scenario.save_version(opened_version=opened_version, fields=["through_flaws", "reach_unit"])
    scenario.assets.set(wanted)
    audit(actor, "set_reach", subject=scenario.subject, before=before, after=_reach(scenario))
    note_change(ROOM, scenario.subject)
    return scenario


def _reach(scenario: Scenario) -> dict[str, Any]:
    return {
        "through_flaws": scenario.through_flaws,
        "unit": scenario.reach_unit.subject if scenario.reach_unit else None,
        "assets": sorted(str(uid) for uid in scenario.assets.values_list("uid", flat=True)),
    }


@write
def retire(actor: Actor, scenario: Scenario) -> None:
    """Take a scenario out of the portfolio; its history stays."""
    require(actor, ESTIMATE, unit_id=scenario.unit_id)
    if scenario.retired_at is not None:
        raise Retired(_("“%(name)s” is retired already; nothing was changed.") % {"name": scenario.name})
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
    _must_be_in_use(scenario)
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
    _must_be_priceable(scenario, made)
    made.save()
    Scenario.objects.filter(pk=scenario.pk).update(ranges_from=_ranges_from(scenario))
    ends = ends_of(made) if what == "loss" else (low, high)
    audit(
        actor, "estimate", subject=scenario.subject,
        after={
            "what": what, "low": ends[0], "high": ends[1], "basis": basis, "observations": observations,
            "source": made.source,
        },
    )  # fmt: skip
    note_change(ROOM, scenario.subject)
    return made


@write
def set_effect(
    actor: Actor, *, measure: Measure, scenario: Scenario, left_low: float, left_high: float, basis: str, source: str
) -> Effect:
    """Say what share of a scenario's frequency a measure leaves, as a 90 % range; replaces the earlier one."""
    require(actor, ESTIMATE, unit_id=scenario.unit_id)
    _must_be_in_use(scenario)
    if measure.state == "dropped":
        raise ValidationError(
            _("“%(name)s” was dropped. Propose it anew before you say what it leaves.") % {"name": measure.name}
        )
    if not 0 < left_low <= left_high <= 1:
        raise ValidationError(
            {"left_low": "What is left is a share above 0 and at most 100 %, the lower figure first."}
        )
    _check_grounds(basis, 1.0, source)
    draw_key = _draw_key_of_pair(measure, scenario)
    Effect.objects.filter(measure=measure, scenario=scenario, withdrawn_at__isnull=True).update(
        withdrawn_at=timezone.now()
    )
    made = Effect.objects.create(
        measure=measure, scenario=scenario, left_low=left_low, left_high=left_high, basis=basis,
        source=source.strip(), made_by=actor if isinstance(actor, User) else None, draw_key=draw_key,
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
    if effect.withdrawn_at is not None:
        raise ValidationError(_("This was withdrawn or replaced already; nothing was changed."))
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


def _draw_key(unit: Unit, name: str) -> str:
    """Return the key of a scenario's draws: the same wherever a unit and a scenario of these names are set up."""
    key = str(uuid5(DRAWS, f"{unit.name}\n{name}"))
    return any_draw_key() if Scenario.objects.filter(draw_key=key).exists() else key


def _draw_key_of_pair(measure: Measure, scenario: Scenario) -> str:
    """Return the key of what a measure leaves of a scenario: that of the pair's first effect, else a new one."""
    kept = Effect.objects.filter(measure=measure, scenario=scenario).order_by("id").values_list("draw_key", flat=True)
    if found := kept.first():
        return found
    key = str(uuid5(DRAWS, f"{measure.unit.name}\n{measure.name}\n{scenario.draw_key}"))
    return f"{measure.uid}>{scenario.uid}" if Effect.objects.filter(draw_key=key).exists() else key


def _ranges_from(scenario: Scenario) -> date:
    """Return the day of the oldest range in force, or the first of the calendar while there is no price."""
    held = estimates_in_force([scenario.pk]).get(scenario.pk, {})
    if not {"frequency", "loss"} <= held.keys():
        return NEVER
    made = (each.made_at for what, each in held.items() if what != "through_flaw" or scenario.through_flaws)
    return timezone.localdate(min(made))


def _must_be_priceable(scenario: Scenario, made: Estimate) -> None:
    """Refuse a range with which the engine could not price the scenario: it would leave every total without it."""
    held = {**estimates_in_force([scenario.pk]).get(scenario.pk, {}), made.what: made}
    if not {"frequency", "loss"} <= held.keys():
        return
    ranges = {what: range_of(each) for what, each in held.items() if what != "through_flaw"}
    why = refusal({"uid": str(scenario.uid), "name": scenario.name, "area": scenario.area, **ranges})
    if why:
        raise ValidationError({"observations": f"The engine cannot price these ranges together: {why}."})


def _check_range(what: str, low: float, high: float) -> None:
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValidationError({"low": "Both ends of the range are needed, as plain numbers."})
    if low > high:
        ends = [_written(what, each) for each in (low, high)]
        raise ValidationError({"low": f"The range runs backwards: {ends[0]} is more than {ends[1]}. Swap the two."})
    if low < 0 or (low == 0 and what != "harm"):
        raise ValidationError({"low": "The low end must be above zero: even the rarest event has some chance."})
    if low > 0 and high / low > WIDEST:
        raise ValidationError(
            {"high": f"The ends lie more than {WIDEST:,.0f}-fold apart. Split the scenario, or narrow the range."}
        )
    if what == "through_flaw" and high > 1:
        raise ValidationError({"high": "This is a share: at most 1."})
    if what == "frequency" and high > MOST_EVENTS_A_YEAR:
        raise ValidationError({"high": f"More than {MOST_EVENTS_A_YEAR:,.0f} events a year: check the unit."})
    if what == "loss" and high > LARGEST_MINOR:
        raise ValidationError({"high": "The sum is larger than any ledger can hold."})
    if what == "harm" and high > MOST_HARMED:
        raise ValidationError({"high": f"More than {MOST_HARMED:,.0f} people in one event: check the unit."})


def _written(what: str, value: float) -> str:
    if what != "loss":
        return f"{value:g}"
    currency = the_organization().currency
    return money_full(Money(round(value), currency).major, currency)


def _must_be_in_use(scenario: Scenario) -> None:
    if scenario.retired_at is not None:
        raise Retired(
            _("“%(name)s” is retired, so nothing can be added to it. Add a new scenario instead.")
            % {"name": scenario.name}
        )


def _check_grounds(basis: str, observations: float, source: str) -> None:
    if basis not in dict(BASES):
        raise ValidationError({"basis": "Choose what the range rests on: measured, sector or judgement."})
    if not (math.isfinite(observations) and observations >= 1):
        raise ValidationError({"observations": "Say how many observed events the range is worth: one or more."})
    if not source.strip():
        raise ValidationError({"source": "Name the source: a report, a log, or the person who judged."})
    if len(source.strip()) > LONGEST_SOURCE:
        raise ValidationError({"source": f"At most {LONGEST_SOURCE} letters; put the rest into the story."})


def _tell(scenario: Scenario) -> None:
    note_change(ROOM, scenario.subject)
    index(
        scenario.subject, kind="risk.scenario", title=scenario.name, second=scenario.get_area_display(),
        words=scenario.story, unit_id=scenario.unit_id,
    )  # fmt: skip
