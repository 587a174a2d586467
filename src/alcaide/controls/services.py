"""Writes of measures: propose, change, adopt, put in place, drop."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from alcaide.common.changes import note_change
from alcaide.common.models import User
from alcaide.common.permissions import require
from alcaide.common.search import index
from alcaide.common.trail import Actor, audit, differences, write
from alcaide.organization.models import Unit
from alcaide.organization.queries import the_organization

from .models import ADOPT, CHANGE, Measure, MeasureLink

ROOM = "controls"


class WrongState(ValidationError):
    """The measure is not in the state that this step begins from."""


@write
def propose(actor: Actor, *, name: str, area: str, unit: Unit, cost_minor: int, currency: str, **more: Any) -> Measure:
    """Propose a measure with its cost in cash a year."""
    require(actor, CHANGE, unit_id=unit.pk)
    _same_currency(currency)
    _must_say_why(more)
    measure = Measure(name=name.strip(), area=area, unit=unit, cost_minor=cost_minor, currency=currency, **more)
    measure.full_clean(exclude=["adopted_by"])
    measure.save()
    audit(
        actor, "propose_measure", subject=measure.subject,
        after={"name": name, "area": area, "cost": measure.cost, "unit": unit.subject},
    )  # fmt: skip
    _tell(measure)
    return measure


@write
def change_measure(actor: Actor, measure: Measure, *, opened_version: int, **values: Any) -> Measure:
    """Change what a measure is or costs. A dropped one is left as it was. Raises LostUpdate."""
    require(actor, CHANGE, unit_id=measure.unit_id)
    if "unit" in values:
        require(actor, CHANGE, unit_id=values["unit"].pk)
    if measure.state == "dropped":
        raise WrongState(f"“{measure.name}” was dropped. Propose it anew to change it.")
    if "currency" in values:
        _same_currency(values["currency"])
    _must_say_why({"mandatory": measure.mandatory, "mandatory_why": measure.mandatory_why, **values})
    before, after = differences({name: getattr(measure, name) for name in values}, values)
    if not after:
        return measure
    for name, value in after.items():
        setattr(measure, name, value)
    measure.full_clean(exclude=["adopted_by"])
    measure.save_version(opened_version=opened_version, fields=list(after))
    audit(actor, "change_measure", subject=measure.subject, before=before, after=after)
    _tell(measure)
    return measure


@write
def link(actor: Actor, measure: Measure, *, kind: str, other: Measure) -> MeasureLink:
    """Say that a measure needs another, or that the two cannot stand side by side."""
    require(actor, CHANGE, unit_id=measure.unit_id)
    if measure.pk == other.pk:
        raise ValidationError({"other": "A measure cannot be bound to itself. Choose another one."})
    for each in MeasureLink.objects.filter(measure__in=[measure, other], other__in=[measure, other]):
        if each.kind == "excludes" or kind == "excludes" or each.measure_id == measure.pk:
            raise ValidationError({"other": f"The two are bound already: “{each.measure}” {each.kind} “{each.other}”."})
    made = MeasureLink(kind=kind, measure=measure, other=other)
    made.full_clean()
    made.save()
    audit(actor, "link_measures", subject=measure.subject, after={"kind": kind, "other": other.subject})
    note_change(ROOM, measure.subject)
    return made


@write
def unlink(actor: Actor, held: MeasureLink) -> None:
    """Take a rule between two measures away."""
    require(actor, CHANGE, unit_id=held.measure.unit_id)
    measure, before = held.measure, {"kind": held.kind, "other": held.other.subject}
    held.delete()
    audit(actor, "unlink_measures", subject=measure.subject, before=before)
    note_change(ROOM, measure.subject)


@write
def adopt(actor: Actor, measure: Measure) -> Measure:
    """Decide that a proposed measure will be done."""
    require(actor, ADOPT, unit_id=measure.unit_id)
    user = actor if isinstance(actor, User) else None
    return _step(actor, measure, "adopt", start="proposed", end="adopted", adopted_at=timezone.now(), adopted_by=user)


@write
def put_in_place(actor: Actor, measure: Measure) -> Measure:
    """Say that an adopted measure now stands; from here its effect counts in the figures."""
    require(actor, CHANGE, unit_id=measure.unit_id)
    return _step(actor, measure, "put_in_place", start="adopted", end="in_place", in_place_at=timezone.now())


@write
def drop(actor: Actor, measure: Measure) -> Measure:
    """Give up a measure that is proposed or adopted."""
    require(actor, ADOPT, unit_id=measure.unit_id)
    if measure.state not in {"proposed", "adopted"}:
        state = measure.get_state_display().lower()
        raise WrongState(f"“{measure.name}” is {state}; only a proposed or adopted measure can be dropped.")
    if measure.mandatory:
        raise WrongState(
            f"“{measure.name}” is mandatory: {measure.mandatory_why}. Take that mark away first, with the reason."
        )
    return _step(actor, measure, "drop_measure", start=measure.state, end="dropped")


def _step(actor: Actor, measure: Measure, verb: str, *, start: str, end: str, **stamps: Any) -> Measure:
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if measure.state != start:
        raise WrongState(f"“{measure.name}” is {measure.get_state_display().lower()} already; nothing was changed.")
    for name, value in {"state": end, **stamps}.items():
        setattr(measure, name, value)
    measure.save_version(opened_version=measure.version, fields=["state", *stamps])
    audit(actor, verb, subject=measure.subject, before={"state": start}, after={"state": end})
    _tell(measure)
    return measure


def _must_say_why(values: dict[str, Any]) -> None:
    if values.get("mandatory") and not str(values.get("mandatory_why", "")).strip():
        raise ValidationError({"mandatory_why": "Say which law, contract or decision asks for it."})


def _same_currency(currency: str) -> None:
    ours = the_organization().currency
    if currency != ours:
        raise ValidationError({"currency": f"Figures are kept in {ours}. Convert the sum first and name the rate."})


def _tell(measure: Measure) -> None:
    note_change(ROOM, measure.subject)
    index(
        measure.subject, kind="controls.measure", title=measure.name, second=measure.get_state_display(),
        words=measure.what, unit_id=measure.unit_id,
    )  # fmt: skip
