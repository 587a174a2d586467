"""Reads of units, people and grants."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, FilteredRelation, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import history, registries
from alcaide.common.counts import Count as Counted
from alcaide.common.counts import capped
from alcaide.common.histories import ToldPage, told_page
from alcaide.common.models import User
from alcaide.common.permissions import ADMINISTRATOR, CHIEF, ROLES, Hidden, Label, Role, Scope, scope_of
from alcaide.organization.models import OWN_PREFIX, SEE, Appetite, CustomRole, Grant, Organization, Person, Unit

from . import clock
from .clock import told_zone
from .roles import role_words_of

DAY = timedelta(days=1)
SUBJECT = re.compile(r"[a-z_]+\.[a-z_]+:[0-9a-f-]{36}")


class NotFounded(RuntimeError):
    """This installation has no organization yet; run `alcaide up` or found one first."""


def the_organization() -> Organization:
    """Return the organization of this installation. Raises NotFounded."""
    found = Organization.objects.order_by("id").first()
    if found is None:
        raise NotFounded(_("This installation has no organization yet. Run `alcaide up` to begin."))
    return found


def root_unit() -> Unit:
    """Return the unit at the top. Raises NotFounded."""
    found = Unit.objects.filter(parent__isnull=True).order_by("id").first()
    if found is None:
        raise NotFounded(_("This installation has no unit yet. Run `alcaide up` to begin."))
    return found


def units(user: Any) -> QuerySet[Unit]:
    """Return the units that the user sees, in tree order."""
    return Unit.objects.visible_to(user)


def people(user: Any) -> QuerySet[Person]:
    """Return the people that the user sees."""
    return Person.objects.visible_to(user).select_related("unit", "user")


def people_to_name(user: Any) -> QuerySet[Person]:
    """Return the people whom a user may name as somebody's owner or the like: seen, and working here."""
    return people(user).filter(works_here())


def below(unit: Unit) -> QuerySet[Unit]:
    """Return a unit and everything under it."""
    return Unit.objects.filter(path__startswith=unit.path)


def in_force(today: date | None = None) -> Q:
    """Return the condition for roles that are held today."""
    today = today or clock.today()
    return Q(withdrawn_at__isnull=True, from_on__lte=today) & (Q(until_on__isnull=True) | Q(until_on__gte=today))


def works_here(today: date | None = None) -> Q:
    """Return the condition for people who have not left; the day of leaving is still a day of work."""
    return Q(left_on__isnull=True) | Q(left_on__gte=today or timezone.localdate())


def has_ended(unit: Unit, today: date | None = None) -> bool:
    """Tell whether a unit's last day, or that of one above it, is over."""
    return unit.path.startswith(ended_paths(today))


def ended_paths(today: date | None = None) -> tuple[str, ...]:
    """Return the paths of the units whose last day is over; what begins with one of them has ended, too."""
    return tuple(Unit.objects.filter(until_on__lt=today or timezone.localdate()).values_list("path", flat=True))


def has_left(person: Person) -> bool:
    """Tell whether a person's last day of work is over."""
    return person.left_on is not None and person.left_on < timezone.localdate()


def can_still_enter() -> Q:
    """Return the condition for people who left and whose sign-in or role was not closed."""
    held = Grant.objects.filter(in_force()).values("user")
    return ~works_here() & (Q(user__is_active=True) | Q(user__in=held))


def grants_in_force(user: User) -> QuerySet[Grant]:
    """Return the roles that a user holds today."""
    return Grant.objects.filter(in_force(), user=user)


def grants_to_come(user: User) -> QuerySet[Grant]:
    """Return the roles that a user holds today, and those that begin later."""
    return Grant.objects.filter(user=user, withdrawn_at__isnull=True).exclude(until_on__lt=clock.today())


def grants_in(units: Iterable[Unit]) -> QuerySet[Grant]:
    """Return the roles that are held today in the units themselves, whoever holds them."""
    return (
        Grant.objects.filter(in_force(), unit__in=units)
        .select_related("user", "unit", "user__person")
        .order_by("user__name", "id")
    )


def grants_elsewhere(user: Any) -> list[Hidden]:
    """Return how many of the roles held today stand in units that the user does not see."""
    elsewhere = capped(Grant.objects.filter(in_force()).exclude(unit__in=scope_of(user).units_for(SEE)))
    return [Hidden("outside your units", elsewhere)] if elsewhere else []


# Somebody who can sign in holds each of these at the top without an end, always.
LASTING = (CHIEF, ADMINISTRATOR)


def lasting(role: Role) -> QuerySet[Grant]:
    """Return the grants of a role at the top that have no end and whose holder can sign in."""
    return Grant.objects.filter(
        in_force(), role=role.key, unit__parent__isnull=True, until_on__isnull=True, user__is_active=True
    )


def role_labels(users: Iterable[int]) -> dict[int, list[str]]:
    """Return the words of the roles that each user holds today, in the order in which roles are declared.

    One query, and one more where somebody holds a role of the house's own.
    """
    rows = list(Grant.objects.filter(in_force(), user__in=list(users)).values_list("user_id", "role").distinct())
    names = role_words_of(role for _, role in rows)
    order = {role: at for at, role in enumerate(ROLES)}
    found: dict[int, list[str]] = {}
    for user, role in sorted(rows, key=lambda row: (row[0], order.get(row[1], len(order)), names[row[1]])):
        found.setdefault(user, []).append(names[role])
    return found


def scope(user: User) -> Scope:
    """Return what a user may do where: each role's units with everything below them.

    One query, and a second for who holds a role that the house made itself. The days of grants are the
    organization's: what the query lets through a day early or late is sorted out by the zone it brings along.
    """
    around = timezone.now().date()
    lasts = Q(grants__until_on__isnull=True) | Q(grants__until_on__gte=around - DAY)
    begun = Q(grants__user=user, grants__withdrawn_at__isnull=True, grants__from_on__lte=around + DAY)
    zone = Subquery(Organization.objects.order_by("id").values("time_zone")[:1])
    rows = list(
        Unit.objects.annotate(held=FilteredRelation("grants", condition=begun & lasts), zone=zone)
        .order_by("path")
        .values_list("id", "path", "uid", "name", "held__role", "held__from_on", "held__until_on", "zone")
    )
    now = told_zone(rows[0][-1]) if rows else around
    units = {pk: (path, uid, name) for pk, path, uid, name, *_ in rows}
    tops = {(row[4], row[1]) for row in rows if row[4] and row[5] <= now and (row[6] is None or row[6] >= now)}
    by_role: dict[str, set[int]] = {}
    for role, top in tops:
        by_role.setdefault(role, set()).update(pk for pk, (path, _, _) in units.items() if path.startswith(top))
    seen = frozenset().union(*by_role.values())
    return Scope(
        {role: frozenset(ids) for role, ids in by_role.items()},
        all_units=frozenset(units),
        stands_in=seen.union(*({int(part) for part in top.strip("/").split("/")} for _, top in tops)),
        labels=tuple(Label(pk, str(uid), name) for pk, (_, uid, name) in units.items() if pk in seen),
        own=_own_roles(by_role),
    )


def _own_roles(held: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return what the house's own roles among these carry; retired ones nothing."""
    own = [role for role in held if role.startswith(OWN_PREFIX)]
    if not own:
        return {}
    rows = CustomRole.objects.filter(key__in=own, retired_at__isnull=True)
    return {key: frozenset(carried) for key, carried in rows.values_list("key", "permissions")}


def units_to_choose(user: Any) -> list[tuple[str, str]]:
    """Return the units that a list can be narrowed to, by public identifier, in tree order. No query of its own."""
    return [(label.uid, label.name) for label in scope_of(user).labels]


def role_words(user: User) -> str:
    """Return the user's first role in words, in the order in which roles are declared; then one of the house's own."""
    held = scope_of(user).units_by_role
    first = next((role.label for key, role in ROLES.items() if key in held), "")
    return first or next(iter(role_words_of(sorted(held)).values()), _("No role yet"))


def first_chief() -> User | None:
    """Return the first person who holds the chief's role, for the first sign-in link."""
    grant = Grant.objects.filter(role="chief", withdrawn_at__isnull=True, user__is_active=True).order_by("id").first()
    return grant.user if grant else None


def appetite_of(unit: Unit) -> Appetite | None:
    """Return the appetite in force: the unit's own newest, else that of the nearest unit above."""
    ids = [int(part) for part in unit.path.strip("/").split("/")]
    own = {each.unit_id: each for each in Appetite.objects.filter(unit_id__in=ids).order_by("id")}
    return next((own[pk] for pk in reversed(ids) if pk in own), None)


def tree_of(seen: Iterable[Unit]) -> list[tuple[Unit, int]]:
    """Return units in tree order with how many of the given ones stand above each: nothing unseen shows through."""
    found: list[tuple[Unit, int]] = []
    above: list[str] = []
    for unit in sorted(seen, key=lambda each: [int(part) for part in each.path.strip("/").split("/")]):
        while above and not unit.path.startswith(above[-1]):
            above.pop()
        found.append((unit, len(above)))
        above.append(unit.path)
    return found


def unit_words(unit: Unit) -> str:
    """Return a unit's name; where it stands deeper than just below the top, with the unit above it."""
    above = unit.parent
    return unit.name if above is None or above.parent_id is None else f"{unit.name}, {above.name}"


def person_words(person: Person) -> str:
    """Return a person's name with what tells two of the same name apart."""
    return f"{person.name} · {person.email or person.unit.name}"


def units_above(unit: Unit) -> list[Unit]:
    """Return the units above a unit, the top one first."""
    ids = [int(part) for part in unit.path.strip("/").split("/")[:-1]]
    by_id = Unit.objects.in_bulk(ids)
    return [by_id[pk] for pk in ids if pk in by_id]


def head_count(unit_ids: list[int]) -> dict[int, int]:
    """Return how many people work in each unit today, units without anyone left out."""
    rows = Person.objects.filter(works_here(), unit_id__in=unit_ids)
    return dict(rows.values_list("unit_id").annotate(people=Count("id")).order_by())


def people_below(unit: Unit, user: Any) -> Counted:
    """Count the people who work in a unit and everything below it, as far as the user sees them."""
    return capped(Person.objects.filter(works_here(), unit__path__startswith=unit.path).visible_to(user))


def told_of(user: Any, *subjects: str, before: str | None = None) -> ToldPage:
    """Return a page of what the trail tells of subjects that the user was let in to, the newest first.

    What the lines mention is named where the user may see it, and is otherwise only said to be of its kind.
    """
    lines = told_page(subjects, before)
    names: dict[str, str] = {}

    def name_of(mentioned: str) -> str:
        if mentioned not in names:
            known = registries.subject_of(mentioned, user)
            names[mentioned] = known.title if known else _name_of_user(mentioned)
        return names[mentioned]

    def named(text: str | None) -> str | None:
        return None if text is None else SUBJECT.sub(lambda found: name_of(found.group()), text)

    shown = [
        replace(
            line,
            fields=tuple(replace(each, before=named(each.before), after=named(each.after)) for each in line.fields),
        )
        for line in lines
    ]
    return ToldPage(shown, older=lines.older, is_newest=lines.is_newest)


def _name_of_user(mentioned: str) -> str:
    is_user = mentioned.startswith("common.user:")
    return history.names_of([mentioned])[mentioned] if is_user else history.subject_words(mentioned)


def unit_subject(uid: str, user: Any) -> registries.Subject | None:
    """Return a unit's name and page, None where the user may not see it."""
    found = _one(units(user), uid)
    return registries.Subject(found.name, reverse("unit", args=[found.uid])) if found else None


def person_subject(uid: str, user: Any) -> registries.Subject | None:
    """Return a person's name and page, None where the user may not see them."""
    found = _one(people(user), uid)
    return registries.Subject(found.name, reverse("person", args=[found.uid])) if found else None


def _one(rows: QuerySet[Any], uid: str) -> Any:
    try:
        return rows.filter(uid=uid).first()
    except ValidationError:
        return None
