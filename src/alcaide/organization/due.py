"""What the organization wants decided: roles that run out, and people who left and can still get in."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import words
from alcaide.common.models import User
from alcaide.common.permissions import ROLES, scope_of
from alcaide.common.registries import Due
from alcaide.organization.models import GRANT, Grant, Person
from alcaide.organization.queries import can_still_enter, in_force, role_labels

SOON = timedelta(days=14)


def due(user: User) -> Iterator[Due]:
    """Yield what whoever grants roles must decide."""
    units = scope_of(user).units_for(GRANT)
    if not units:
        return
    yield from _open_doors(units)
    yield from _ending_roles(units, user)


def _open_doors(units: frozenset[int]) -> Iterator[Due]:
    rows = list(Person.objects.filter(can_still_enter(), unit__in=units).select_related("user"))
    roles = role_labels(person.user_id for person in rows if person.user_id)
    today = timezone.localdate()
    for person in rows:
        left = person.left_on or today
        held = ", ".join(roles.get(person.user_id or 0, []))
        day = words.day(left, today=today)
        yield Due(
            subject=person.subject,
            title=_("%(name)s left and can still get in") % {"name": person.name},
            why=_("Left on %(day)s, still %(roles)s") % {"day": day, "roles": held}
            if held
            else _("Left on %(day)s, can still sign in") % {"day": day},
            url=reverse("person", args=[person.uid]),
            act=_("Close"),
            icon="user-off",
            at=_end_of(left),
        )


def _ending_roles(units: frozenset[int], user: User) -> Iterator[Due]:
    today = timezone.localdate()
    ending = Grant.objects.filter(in_force(today), unit__in=units, until_on__lte=today + SOON, user__is_active=True)
    # Who left is told of once, with the sign-in; nobody renews a role of their own.
    ending = ending.exclude(user=user).exclude(user__person__left_on__lt=today)
    for held in ending.select_related("user", "unit"):
        until = held.until_on or today
        role = ROLES[held.role].label if held.role in ROLES else held.role
        yield Due(
            subject=held.subject,
            title=_("%(name)s stops being %(role)s") % {"name": held.user.name, "role": role},
            why=_("In %(unit)s until %(day)s; let it end, or renew it")
            % {"unit": held.unit.name, "day": words.day(until, today=today)},
            url=reverse("grant-renew", args=[held.uid]),
            act=_("Renew"),
            icon="user-shield",
            at=_end_of(until),
            since=_end_of(until) - SOON,
        )


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
