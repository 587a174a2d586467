"""Writes of qualifications and absences of people, and of liaisons of units."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.changes import note_change
from alcaide.common.models import StoredFile, User
from alcaide.common.permissions import Refused, require
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import CHANGE, CHANGE_STAFF, Absence, Liaison, Person, Qualification, Unit
from alcaide.organization.queries import has_ended

from .found import tell_of_liaisons, tell_of_qualifications
from .rows import ROOM, change, check, refuse

# What has no end sorts behind everything that has one.
NEVER = date(9999, 12, 31)


@write
def qualify(
    actor: Actor,
    person: Person,
    *,
    kind: str,
    from_on: date,
    until_on: date | None = None,
    number: str = "",
    issuer: str = "",
    file: StoredFile | None = None,
) -> Qualification:
    """Write down what a person may do. Needs the right to change such things in the person's unit."""
    require(actor, CHANGE_STAFF, unit_id=person.unit_id)
    _days_must_follow(from_on, until_on)
    made = Qualification(
        person=person, kind=kind.strip(), number=number.strip(), issuer=issuer.strip(), from_on=from_on,
        until_on=until_on, ends_on=until_on or NEVER, file=file, file_name=file.name[:200] if file else "",
    )  # fmt: skip
    check(made, fields={"kind", "number", "issuer", "from_on", "until_on"})
    made.save()
    audit(
        actor, "qualify", subject=made.subject,
        after={"person": person.subject, "kind": made.kind, "from": from_on, "until": until_on,
               "number": made.number, "issuer": made.issuer, "sha256": file.sha256 if file else ""},
    )  # fmt: skip
    tell_of_qualifications([made])
    note_change(ROOM, made.subject)
    return made


@write
def verify_qualification(actor: Actor, held: Qualification, *, opened_version: int) -> Qualification:
    """Say that one saw the paper. Nobody verifies their own. Raises LostUpdate."""
    require(actor, CHANGE_STAFF, unit_id=held.person.unit_id)
    if isinstance(actor, User) and held.person.user_id == actor.pk:
        raise Refused(_("You may not verify a qualification of your own. Ask somebody else to look at the paper."))
    values = {"verified_by": actor if isinstance(actor, User) else None, "verified_at": timezone.now()}
    for name, value in values.items():
        setattr(held, name, value)
    held.save_version(opened_version=opened_version, fields=list(values))
    audit(actor, "verify_qualification", subject=held.subject, after={"kind": held.kind, "person": held.person.subject})
    note_change(ROOM, held.subject)
    return held


@write
def withdraw_qualification(actor: Actor, held: Qualification, *, opened_version: int) -> Qualification:
    """Take a qualification off the list; its row and history stay. Raises LostUpdate."""
    require(actor, CHANGE_STAFF, unit_id=held.person.unit_id)
    change(
        actor, "withdraw_qualification", held, opened_version=opened_version, values={"withdrawn_at": timezone.now()}
    )
    tell_of_qualifications([held])
    return held


@write
def be_away(
    actor: Actor,
    person: Person,
    *,
    kind: str,
    from_on: date,
    until_on: date,
    from_noon: bool = False,
    until_noon: bool = False,
) -> Absence:
    """Write down when a person is away; only the kind, never a medical reason. Refused where another overlaps."""
    require(actor, CHANGE_STAFF, unit_id=person.unit_id)
    _days_must_follow(from_on, until_on)
    if from_on == until_on and from_noon and until_noon:
        raise refuse("until_noon", _("From noon to noon of one day is nobody's absence."))
    # The row of the person is held, so that two absences of the same days cannot both be written.
    Person.objects.select_for_update().get(pk=person.pk)
    made = Absence(
        person=person, kind=kind, from_on=from_on, until_on=until_on, from_noon=from_noon, until_noon=until_noon
    )
    check(made, fields={"kind", "from_on", "until_on"})
    standing = Absence.objects.filter(person=person, withdrawn_at__isnull=True, from_on__lte=until_on)
    for other in standing.filter(until_on__gte=from_on):
        if not _halves_meet(made, other) and not _halves_meet(other, made):
            raise refuse(
                "from_on",
                _("%(name)s is away from %(from_on)s to %(until_on)s already.")
                % {"name": person.name, "from_on": other.from_on, "until_on": other.until_on},
            )
    made.save()
    audit(
        actor, "be_away", subject=made.subject,
        after={"person": person.subject, "kind": kind, "from": from_on, "until": until_on, "days": made.days},
    )  # fmt: skip
    note_change(ROOM, made.subject)
    return made


@write
def take_back_absence(actor: Actor, held: Absence, *, opened_version: int) -> Absence:
    """Say that a person is there after all. Raises LostUpdate."""
    require(actor, CHANGE_STAFF, unit_id=held.person.unit_id)
    change(actor, "take_back_absence", held, opened_version=opened_version, values={"withdrawn_at": timezone.now()})
    return held


@write
def name_liaison(
    actor: Actor,
    unit: Unit,
    *,
    person: Person,
    topic: str,
    deputy: Person | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
) -> Liaison:
    """Name whom a unit turns to for a topic. Needs the right to change the unit. One at a time for each topic."""
    require(actor, CHANGE, unit_id=unit.pk)
    begins = from_on or timezone.localdate()
    _days_must_follow(begins, until_on)
    if has_ended(unit):
        raise refuse("unit", _("%(name)s has ended; it needs no liaison.") % {"name": unit.name})
    if deputy is not None and deputy.pk == person.pk:
        raise refuse("deputy", _("A deputy is somebody else."))
    for field, who in (("person", person), ("deputy", deputy)):
        if who is not None and who.left_on and who.left_on < timezone.localdate():
            raise refuse(field, _("%(name)s has left. Choose somebody who works here.") % {"name": who.name})
    Unit.objects.select_for_update().get(pk=unit.pk)
    same = Liaison.objects.filter(unit=unit, topic__iexact=topic.strip()).exclude(until_on__lt=begins)
    if until_on is not None:
        same = same.filter(from_on__lte=until_on)
    if found := same.select_related("person").first():
        raise refuse(
            "topic",
            _("%(name)s is the liaison of %(name_2)s for this already. End that first.")
            % {"name": found.person.name, "name_2": unit.name},
        )
    made = Liaison(unit=unit, person=person, deputy=deputy, topic=topic.strip(), from_on=begins, until_on=until_on)
    check(made, fields={"topic", "from_on", "until_on"})
    made.save()
    audit(
        actor, "name_liaison", subject=made.subject,
        after={"unit": unit.subject, "person": person.subject, "topic": made.topic, "from": begins, "until": until_on,
               "deputy": deputy.subject if deputy else ""},
    )  # fmt: skip
    tell_of_liaisons([made])
    note_change(ROOM, made.subject)
    return made


@write
def change_liaison(actor: Actor, held: Liaison, *, opened_version: int, **values: Any) -> Liaison:
    """Change a liaison's person, deputy or last day. Raises LostUpdate."""
    require(actor, CHANGE, unit_id=held.unit_id)
    _days_must_follow(held.from_on, values.get("until_on", held.until_on))
    if values.get("deputy", held.deputy) == values.get("person", held.person):
        raise refuse("deputy", _("A deputy is somebody else."))
    change(actor, "change_liaison", held, opened_version=opened_version, values=values)
    tell_of_liaisons([held])
    return held


def _days_must_follow(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise refuse("until_on", _("It does not end before it begins: one of the two dates is wrong."))


def _halves_meet(one: Absence, other: Absence) -> bool:
    """Tell whether one ends at noon of the day at whose noon the other begins."""
    return one.until_on == other.from_on and one.until_noon and other.from_noon
