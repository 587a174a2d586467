"""Writes of units, people, grants and the appetite."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from alcaide.common.changes import note_change
from alcaide.common.models import User
from alcaide.common.permissions import CHIEF, ROLES, Refused, require
from alcaide.common.trail import Actor, audit, differences, write

from .models import CHANGE, GRANT, SET_APPETITE, Appetite, Grant, Organization, Person, Unit

ROOM = "organization"


class AlreadyFounded(RuntimeError):
    """The installation has an organization already."""


class UnitInUse(ValidationError):
    """The unit cannot move below itself."""


@write
def found(
    actor: Actor,
    *,
    name: str,
    currency: str,
    time_zone: str,
    chief_email: str,
    chief_name: str,
    is_example: bool = False,
) -> User:
    """Make the organization, its top unit and its first chief, who signs in by a one-time link.

    Once per installation; raises AlreadyFounded after that.
    """
    if Organization.objects.exists():
        raise AlreadyFounded(
            "This installation has an organization already. Use another ALCAIDE_HOME for a second one."
        )
    organization = Organization.objects.create(name=name, currency=currency, time_zone=time_zone, is_example=is_example)
    root = _add_unit(name=name, kind="company", parent=None)
    user = User.objects.create_user(chief_email, chief_name)
    Person.objects.create(name=chief_name, email=user.email, title=CHIEF.label, unit=root, user=user)
    Grant.objects.create(user=user, role=CHIEF.key, unit=root, from_on=timezone.now().date())
    audit(actor, "found", subject=organization.subject, after={"name": name, "currency": currency})
    audit(actor, "grant", subject=user.subject, after={"role": CHIEF.key, "unit": root.subject})
    note_change(ROOM, organization.subject)
    return user


@write
def add_unit(actor: Actor, *, name: str, kind: str, parent: Unit, country: str = "") -> Unit:
    """Add a unit below another. Needs the right to change units there."""
    require(actor, CHANGE, unit_id=parent.pk)
    unit = _add_unit(name=name, kind=kind, parent=parent, country=country)
    audit(actor, "add_unit", subject=unit.subject, after={"name": name, "kind": kind, "parent": parent.subject})
    note_change(ROOM, unit.subject)
    return unit


def _add_unit(*, name: str, kind: str, parent: Unit | None, country: str = "") -> Unit:
    unit = Unit(name=name.strip(), kind=kind, parent=parent, country=country)
    # The path holds the row's own number, known only after the first insert.
    unit.path = f"new/{unit.uid}"
    unit.save()
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    return unit


@write
def change_unit(actor: Actor, unit: Unit, *, opened_version: int, **values: Any) -> Unit:
    """Rename a unit or change its kind or country. Raises LostUpdate."""
    require(actor, CHANGE, unit_id=unit.pk)
    return _change(actor, "change_unit", unit, opened_version=opened_version, values=values)


@write
def add_person(
    actor: Actor, *, name: str, unit: Unit, email: str = "", title: str = "", joined_on: date | None = None
) -> Person:
    """Add a person to a unit."""
    require(actor, CHANGE, unit_id=unit.pk)
    person = Person.objects.create(
        name=name.strip(), unit=unit, email=email.strip().lower(), title=title, joined_on=joined_on
    )
    audit(actor, "add_person", subject=person.subject, after={"name": name, "unit": unit.subject, "title": title})
    return person


@write
def change_person(actor: Actor, person: Person, *, opened_version: int, **values: Any) -> Person:
    """Change a person's name, title, e-mail, unit or dates. Raises LostUpdate."""
    require(actor, CHANGE, unit_id=person.unit_id)
    if "unit" in values:
        require(actor, CHANGE, unit_id=values["unit"].pk)
    return _change(actor, "change_person", person, opened_version=opened_version, values=values)


@write
def let_sign_in(actor: Actor, person: Person) -> User:
    """Give a person a user, so that a one-time link can be made for them."""
    require(actor, GRANT, unit_id=person.unit_id)
    if person.user is not None:
        return person.user
    if not person.email:
        raise ValidationError({"email": f"{person.name} needs an e-mail address first."})
    person.user = User.objects.create_user(person.email, person.name)
    person.save(update_fields=["user"])
    audit(actor, "let_sign_in", subject=person.subject, after={"user": person.user.subject})
    return person.user


@write
def grant(actor: Actor, *, user: User, role: str, unit: Unit, until_on: date | None = None) -> Grant:
    """Grant a role in a unit and everything below. Nobody grants to themselves."""
    require(actor, GRANT, unit_id=unit.pk)
    if isinstance(actor, User) and actor.pk == user.pk:
        raise Refused("You may not grant a role to yourself. Ask another chief.")
    if role not in ROLES:
        raise ValidationError({"role": f"There is no role “{role}”."})
    made = Grant.objects.create(
        user=user, role=role, unit=unit, from_on=timezone.now().date(), until_on=until_on,
        granted_by=actor if isinstance(actor, User) else None,
    )  # fmt: skip
    audit(actor, "grant", subject=user.subject, after={"role": role, "unit": unit.subject, "until": until_on})
    return made


@write
def withdraw(actor: Actor, held: Grant) -> None:
    """Withdraw a granted role. The last chief's cannot be withdrawn."""
    require(actor, GRANT, unit_id=held.unit_id)
    others = Grant.objects.filter(role=CHIEF.key, withdrawn_at__isnull=True).exclude(pk=held.pk)
    if held.role == CHIEF.key and not others.exists():
        raise Refused("This is the last chief's role. Grant it to somebody else first.")
    held.withdrawn_at = timezone.now()
    held.save(update_fields=["withdrawn_at"])
    audit(actor, "withdraw", subject=held.user.subject, before={"role": held.role, "unit": held.unit.subject})


@write
def set_appetite(
    actor: Actor, *, unit: Unit, limit_minor: int, currency: str, chance: float, note: str = ""
) -> Appetite:
    """Set the sum that a year's loss may pass with at most this chance; the earlier one is kept."""
    require(actor, SET_APPETITE, unit_id=unit.pk)
    made = Appetite(
        unit=unit, limit_minor=limit_minor, currency=currency, chance=chance, note=note,
        set_by=actor if isinstance(actor, User) else None,
    )  # fmt: skip
    made.full_clean(exclude=["set_by"])
    made.save()
    audit(
        actor, "set_appetite", subject=made.subject,
        after={"unit": unit.subject, "limit_minor": limit_minor, "currency": currency, "chance": chance},
    )  # fmt: skip
    note_change(ROOM, made.subject)
    return made


def _change(actor: Actor, verb: str, row: Any, *, opened_version: int, values: dict[str, Any]) -> Any:
    before, after = differences({name: getattr(row, name) for name in values}, values)
    if not after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    row.full_clean()
    row.save_version(opened_version=opened_version, fields=list(after))
    audit(actor, verb, subject=row.subject, before=before, after=after)
    note_change(ROOM, row.subject)
    return row
