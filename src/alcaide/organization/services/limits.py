"""Writes of the appetite: asked by one person, set when another approves it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from alcaide.common import eyes
from alcaide.common.changes import note_change
from alcaide.common.models import EyesOverride, EyesRequest, User
from alcaide.common.permissions import Refused
from alcaide.common.trail import Actor, System, audit, write
from alcaide.organization.models import APPETITE, Appetite, Unit
from alcaide.organization.queries import appetite_of

ROOM = "organization"


def ask_appetite(
    actor: User, *, unit: Unit, limit_minor: int, currency: str, chance: float, note: str = ""
) -> EyesRequest:
    """Ask that a unit's appetite be this; somebody else approves it. Raises Refused, ValidationError, EyesRefused."""
    made = Appetite(unit=unit, limit_minor=limit_minor, currency=currency, chance=chance, note=note)
    made.full_clean(exclude=["set_by"])
    standing = appetite_of(unit)
    given = {
        "limit_minor": limit_minor, "currency": currency, "chance": chance, "note": note,
        "instead_of": standing.subject if standing else None,
    }  # fmt: skip
    title = _("Change the appetite of %(unit)s") % {"unit": unit.name}
    why = note.strip() or _("No words were given.")
    return eyes.ask(actor, APPETITE, subject=unit.subject, unit_id=unit.pk, given=given, why=why, title=title)


@write
def set_appetite(
    actor: System, *, unit: Unit, limit_minor: int, currency: str, chance: float, note: str = ""
) -> Appetite:
    """Set the sum that a year's loss may pass with at most this chance; the earlier one is kept.

    For the house itself, such as when it is founded; a person asks with `ask_appetite`. Raises Refused.
    """
    if not isinstance(actor, System):
        raise Refused(_("A second person approves an appetite. Ask for it."))
    made = Appetite(unit=unit, limit_minor=limit_minor, currency=currency, chance=chance, note=note)
    return _set(actor, made)


def appetite_asked(request: EyesRequest, unit: Unit) -> Appetite:
    """Return what a request asks for, not saved."""
    given = request.given
    return Appetite(
        unit=unit, limit_minor=int(given["limit_minor"]), currency=given["currency"], chance=float(given["chance"]),
        note=given["note"],
    )  # fmt: skip


def appetite_before(made: Appetite) -> Appetite | None:
    """Return the unit's own appetite before one."""
    return Appetite.objects.filter(unit=made.unit_id, pk__lt=made.pk).order_by("-pk").first()


def appetite_fault(request: EyesRequest) -> str:
    """Return why what was asked can no longer be set: another was set meanwhile."""
    standing = appetite_of(_unit(request))
    if request.given["instead_of"] == (standing.subject if standing else None):
        return ""
    return _("Another appetite was set since this was asked. Refuse it; whoever asked may ask again.")


def apply_appetite(by: User, request: EyesRequest) -> str:
    """Set what was approved; whoever approves it is the second person, the one who asked has decided it."""
    made = appetite_asked(request, _unit(request))
    made.set_by = request.asked_by
    return _set(by, made).subject


def undo_appetite(by: User, row: EyesOverride) -> None:
    """Set the earlier appetite again, after the review of an emergency; both stay to be read."""
    made = Appetite.objects.get(uid=row.request.result.partition(":")[2]) if row.request else None
    before = appetite_before(made) if made is not None else None
    if made is None or before is None:
        raise ValidationError(_("There was no appetite before this one. Ask for another one instead."))
    if Appetite.objects.filter(unit=made.unit_id, pk__gt=made.pk).exists():
        raise ValidationError(_("Another appetite was set since. Agree or refer; nothing is left to undo."))
    note = _("Set again by the review of an emergency. %(note)s") % {"note": before.note}
    again = Appetite(
        unit=before.unit, limit_minor=before.limit_minor, currency=before.currency, chance=before.chance,
        note=note[:500], set_by=by,
    )  # fmt: skip
    _set(by, again)


def _unit(request: EyesRequest) -> Unit:
    return Unit.objects.get(uid=request.about.partition(":")[2])


def _set(actor: Actor, made: Appetite) -> Appetite:
    made.full_clean(exclude=["set_by"])
    made.save()
    audit(
        actor, "set_appetite", subject=made.subject,
        after={"unit": made.unit.subject, "limit": made.limit, "chance": made.chance, "note": made.note},
    )  # fmt: skip
    note_change(ROOM, made.subject)
    return made
