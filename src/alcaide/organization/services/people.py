"""Writes of people."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from alcaide.common.changes import note_change
from alcaide.common.models import User
from alcaide.common.permissions import require
from alcaide.common.search import Doc, index_many
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import CHANGE, GRANT, Person, Unit
from alcaide.organization.queries import has_ended

from .following import follow, must_not_serve_oneself
from .found import tell_of_people
from .rows import ROOM, change, check, refuse


class AddressTaken(ValidationError):
    """Somebody else has this e-mail address."""


class NumberTaken(ValidationError):
    """Somebody else has this HR number."""


class ReportsInCircle(ValidationError):
    """The person would report to somebody who reports to them."""


@write
def add_person(
    actor: Actor, *, name: str, unit: Unit, email: str = "", title: str = "", joined_on: date | None = None, **more: Any
) -> Person:
    """Add a person to a unit. Needs the right to change people there. Raises AddressTaken, NumberTaken.

    more: hr_number, kind, place, manager, left_on, as far as they are known.
    """
    require(actor, CHANGE, unit_id=unit.pk)
    if has_ended(unit):
        raise refuse("unit", _("%(name)s has ended; choose a unit that goes on.") % {"name": unit.name})
    more = clean(more)
    person = Person(
        name=name.strip(), unit=unit, email=email.strip().lower(), title=title.strip(), joined_on=joined_on, **more
    )
    check(person, fields={"name", "email", "title", "joined_on", *(set(more) - {"manager"})})
    _address_must_be_free(person.email, person)
    _number_must_be_free(person.hr_number, person)
    _dates_must_follow(joined_on, person.left_on)
    person.save()
    told = {"name": person.name, "unit": unit.subject, "title": person.title, "joined_on": joined_on}
    told |= {key: value.subject if isinstance(value, Person) else value for key, value in more.items()}
    after = {key: value for key, value in told.items() if value or key == "title"}
    audit(actor, "add_person", subject=person.subject, after=after)
    note_change(ROOM, person.subject)
    # Nothing hangs on somebody new.
    _make_findable([person])
    return person


@write
def change_person(actor: Actor, person: Person, *, opened_version: int, **values: Any) -> Person:
    """Change a person's name, title, e-mail, unit, manager or dates; their sign-in takes the new name and address.

    Needs the right to change people in the old unit and the new one, and the right to grant roles where the address
    of a sign-in changes. Raises LostUpdate, AddressTaken, NumberTaken, ReportsInCircle.
    """
    require(actor, CHANGE, unit_id=person.unit_id)
    if "unit" in values and values["unit"] != person.unit:
        require(actor, CHANGE, unit_id=values["unit"].pk)
        if has_ended(values["unit"]):
            raise refuse("unit", _("%(name)s has ended; choose a unit that goes on.") % {"name": values["unit"].name})
    values = clean(values)
    if "email" in values:
        _address_must_be_free(values["email"], person)
    if "hr_number" in values:
        _number_must_be_free(values["hr_number"], person)
    if values.get("manager") is not None and values["manager"] != person.manager:
        _must_not_circle(person, values["manager"])
    _dates_must_follow(values.get("joined_on", person.joined_on), values.get("left_on", person.left_on))
    came_from = person.unit
    must_not_serve_oneself(actor, person, fields=[key for key in values if values[key] != getattr(person, key)])
    if change(actor, "change_person", person, opened_version=opened_version, values=values):
        _carry_to_user(actor, person)
        tell_search(person)
        follow(actor, [person], moved={person.pk: came_from} if person.unit_id != came_from.pk else None)
    return person


def clean(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as they are kept: addresses in small letters, HR numbers in capitals without doubled spaces."""
    cleaned = dict(values)
    if "email" in cleaned:
        cleaned["email"] = (cleaned["email"] or "").strip().lower()
    if "hr_number" in cleaned:
        cleaned["hr_number"] = " ".join((cleaned["hr_number"] or "").split()).upper()
    return cleaned


def tell_search(*people: Person) -> None:
    """Make people findable, and let what hangs on them follow their names and units."""
    _make_findable(people)
    tell_of_people(people)


def _make_findable(people: Iterable[Person]) -> None:
    """By name, title, address and HR number; not by the unit: its name would find all in it."""
    index_many(
        Doc(each.subject, Person.SUBJECT, each.name, each.title, f"{each.email} {each.hr_number}".strip(), each.unit_id)
        for each in people
    )


def circle_of(start: int, manager: int | None, *, reports_to: dict[int, int]) -> bool:
    """Tell whether a person who reported to that manager would, through others, report to themselves."""
    seen: set[int] = set()
    at = manager
    while at is not None and at not in seen:
        if at == start:
            return True
        seen.add(at)
        at = reports_to.get(at)
    return False


def reporting() -> dict[int, int]:
    """Return who reports to whom, by keys."""
    return {pk: manager for pk, manager in Person.objects.filter(manager__isnull=False).values_list("pk", "manager_id")}


def _must_not_circle(person: Person, manager: Person) -> None:
    if circle_of(person.pk, manager.pk, reports_to=reporting()):
        where = "themselves" if manager.pk == person.pk else f"{manager.name}, who reports to them"
        raise ReportsInCircle({"manager": f"{person.name} cannot report to {where}."})


def _address_must_be_free(email: str, person: Person) -> None:
    if not email:
        return
    taken = Person.objects.filter(email=email).exclude(pk=person.pk).exists()
    others = User.objects.filter(email=email).exclude(pk=person.user_id or 0)
    if taken or (person.user_id and others.exists()):
        raise AddressTaken({"email": f"Somebody else has the address {email} already."})


def _number_must_be_free(number: str, person: Person) -> None:
    if number and Person.objects.filter(hr_number=number).exclude(pk=person.pk).exists():
        raise NumberTaken({"hr_number": f"Somebody else has the HR number {number} already."})


def _dates_must_follow(joined: date | None, left: date | None) -> None:
    if joined and left and left < joined:
        raise refuse("left_on", _("Nobody leaves before joining: one of the two dates is wrong."))


def _carry_to_user(actor: Actor, person: Person) -> None:
    """Keep the sign-in's name and address those of the person."""
    user = person.user
    if user is None or (user.name, user.email) == (person.name, person.email):
        return
    if not person.email:
        raise refuse(
            "email", _("%(name)s signs in with this address. Close the sign-in first.") % {"name": person.name}
        )
    if user.email != person.email:
        require(actor, GRANT, unit_id=person.unit_id)
        audit(
            actor, "change_address", subject=user.subject, before={"email": user.email}, after={"email": person.email}
        )
    user.name, user.email = person.name, person.email
    user.save(update_fields=["name", "email"])
