"""Makes organizations, units, people and users for tests of every room."""

from itertools import count

from alcaide.common.models import User
from alcaide.common.trail import System
from alcaide.organization import services
from alcaide.organization.models import Grant, Organization, Person, Unit
from alcaide.organization.queries import root_unit

HOUSE = System("test")
_next = count(1)


def make_organization(name: str = "Almena Foods", currency: str = "EUR") -> Unit:
    """Found the organization once and return its top unit."""
    if not Organization.objects.exists():
        services.found(
            HOUSE, name=name, currency=currency, time_zone="Europe/Madrid",
            chief_email="chief@almena.example", chief_name="Inés Robledo",
        )  # fmt: skip
    return root_unit()


def make_unit(name: str | None = None, *, parent: Unit | None = None, kind: str = "plant") -> Unit:
    return services.add_unit(HOUSE, name=name or f"Unit {next(_next)}", kind=kind, parent=parent or make_organization())


def make_user(role: str | None = "chief", *, unit: Unit | None = None) -> User:
    """Make a user who holds a role in a unit (the top one by default), or none at all."""
    number = next(_next)
    user = User.objects.create_user(f"user{number}@almena.example", f"User {number}", "correct horse battery")
    if role:
        services.grant(HOUSE, user=user, role=role, unit=unit or make_organization())
    return user


def make_person(name: str | None = None, *, unit: Unit | None = None) -> Person:
    number = next(_next)
    return services.add_person(
        HOUSE, name=name or f"Person {number}", unit=unit or make_organization(), email=f"p{number}@almena.example"
    )


__all__ = ["HOUSE", "Grant", "make_organization", "make_person", "make_unit", "make_user"]
