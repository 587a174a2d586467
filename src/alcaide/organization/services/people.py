"""Writes of people."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from alcaide.common.changes import note_change
from alcaide.common.models import User
from alcaide.common.permissions import require
from alcaide.common.search import index
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import CHANGE, GRANT, Person, Unit

from .rows import ROOM, change, check, refuse


class AddressTaken(ValidationError):
    """Somebody else has this e-mail address."""


@write
def add_person(
    actor: Actor, *, name: str, unit: Unit, email: str = "", title: str = "", joined_on: date | None = None
) -> Person:
    """Add a person to a unit. Needs the right to change people there. Raises AddressTaken."""
    require(actor, CHANGE, unit_id=unit.pk)
    person = Person(name=name.strip(), unit=unit, email=email.strip().lower(), title=title.strip(), joined_on=joined_on)
    check(person, fields={"name", "email", "title", "joined_on"})
    _address_must_be_free(person.email, person)
    person.save()
    audit(
        actor, "add_person", subject=person.subject,
        after={"name": person.name, "unit": unit.subject, "title": person.title},
    )  # fmt: skip
    note_change(ROOM, person.subject)
    tell_search(person)
    return person


@write
def change_person(actor: Actor, person: Person, *, opened_version: int, **values: Any) -> Person:
    """Change a person's name, title, e-mail, unit or dates; their sign-in takes the new name and address.

    Needs the right to change people in the old unit and the new one, and the right to grant roles where the address
    of a sign-in changes. Raises LostUpdate, AddressTaken.
    """
    require(actor, CHANGE, unit_id=person.unit_id)
    if "unit" in values:
        require(actor, CHANGE, unit_id=values["unit"].pk)
    if "email" in values:
        values["email"] = values["email"].strip().lower()
        _address_must_be_free(values["email"], person)
    _dates_must_follow(values.get("joined_on", person.joined_on), values.get("left_on", person.left_on))
    if change(actor, "change_person", person, opened_version=opened_version, values=values):
        _carry_to_user(actor, person)
        tell_search(person)
    return person


def tell_search(person: Person) -> None:
    """Make a person findable by name, title and address; not by the unit, whose name would find everybody in it."""
    index(
        person.subject, kind=Person.SUBJECT, title=person.name, second=person.title, words=person.email,
        unit_id=person.unit_id,
    )  # fmt: skip


def _address_must_be_free(email: str, person: Person) -> None:
    if not email:
        return
    taken = Person.objects.filter(email=email).exclude(pk=person.pk).exists()
    others = User.objects.filter(email=email).exclude(pk=person.user_id or 0)
    if taken or (person.user_id and others.exists()):
        raise AddressTaken({"email": f"Somebody else has the address {email} already."})


def _dates_must_follow(joined: date | None, left: date | None) -> None:
    if joined and left and left < joined:
        raise refuse("left_on", "Nobody leaves before joining: one of the two dates is wrong.")


def _carry_to_user(actor: Actor, person: Person) -> None:
    """Keep the sign-in's name and address those of the person."""
    user = person.user
    if user is None or (user.name, user.email) == (person.name, person.email):
        return
    if not person.email:
        raise refuse("email", f"{person.name} signs in with this address. Close the sign-in first.")
    if user.email != person.email:
        require(actor, GRANT, unit_id=person.unit_id)
        audit(
            actor, "change_address", subject=user.subject, before={"email": user.email}, after={"email": person.email}
        )
    user.name, user.email = person.name, person.email
    user.save(update_fields=["name", "email"])
