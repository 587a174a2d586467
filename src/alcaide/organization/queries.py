"""Reads of units, people and grants."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from alcaide.common.models import User
from alcaide.common.permissions import ROLES, Scope

from .models import Appetite, Grant, Organization, Person, Unit


class NotFounded(RuntimeError):
    """This installation has no organization yet; run `alcaide up` or found one first."""


def the_organization() -> Organization:
    """Return the organization of this installation. Raises NotFounded."""
    found = Organization.objects.order_by("id").first()
    if found is None:
        raise NotFounded("This installation has no organization yet. Run `alcaide up` to begin.")
    return found


def root_unit() -> Unit:
    """Return the unit at the top. Raises NotFounded."""
    found = Unit.objects.filter(parent__isnull=True).order_by("id").first()
    if found is None:
        raise NotFounded("This installation has no unit yet. Run `alcaide up` to begin.")
    return found


def units(user: Any) -> QuerySet[Unit]:
    """Return the units that the user sees, in tree order."""
    return Unit.objects.visible_to(user)


def people(user: Any) -> QuerySet[Person]:
    """Return the people that the user sees."""
    return Person.objects.visible_to(user).select_related("unit", "user")


def below(unit: Unit) -> QuerySet[Unit]:
    """Return a unit and everything under it."""
    return Unit.objects.filter(path__startswith=unit.path)


def grants_in_force(user: User) -> QuerySet[Grant]:
    """Return the roles that a user holds today."""
    today = timezone.now().date()
    return Grant.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gte=today), user=user, withdrawn_at__isnull=True, from_on__lte=today
    )


def scope(user: User) -> Scope:
    """Return what a user may do where: each role's units with everything below them. Two queries."""
    held = list(grants_in_force(user).values_list("role", "unit__path"))
    if not held:
        return Scope()
    paths = Q()
    for _, path in held:
        paths |= Q(path__startswith=path)
    found = list(Unit.objects.filter(paths).values_list("id", "path"))
    by_role: dict[str, set[int]] = {}
    for role, top in held:
        by_role.setdefault(role, set()).update(pk for pk, path in found if path.startswith(top))
    return Scope({role: frozenset(ids) for role, ids in by_role.items()})


def role_words(user: User) -> str:
    """Return the user's first role in words, in the order in which roles are declared."""
    held = set(grants_in_force(user).values_list("role", flat=True))
    return next((role.label for key, role in ROLES.items() if key in held), "No role yet")


def first_chief() -> User | None:
    """Return the first person who holds the chief's role, for the first sign-in link."""
    grant = Grant.objects.filter(role="chief", withdrawn_at__isnull=True, user__is_active=True).order_by("id").first()
    return grant.user if grant else None


def appetite_of(unit: Unit) -> Appetite | None:
    """Return the appetite in force: the unit's own newest, else that of the nearest unit above."""
    ids = [int(part) for part in unit.path.strip("/").split("/")]
    own = {each.unit_id: each for each in Appetite.objects.filter(unit_id__in=ids).order_by("id")}
    return next((own[pk] for pk in reversed(ids) if pk in own), None)


def head_count(unit_ids: list[int]) -> dict[int, int]:
    """Return how many people work in each unit today, units without anyone left out."""
    today = timezone.now().date()
    rows = Person.objects.filter(Q(left_on__isnull=True) | Q(left_on__gte=today), unit_id__in=unit_ids)
    return dict(rows.values_list("unit_id").annotate(people=Count("id")).order_by())
