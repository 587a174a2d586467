"""What two pairs of eyes ask of this room: who holds what where, by whose grant, and who is away."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from alcaide.common.eyes.people import Away, Others, People
from alcaide.common.models import User
from alcaide.organization.models import Absence, Grant, Unit

from .others import told_who_may
from .roles import roles_carrying
from .structure import below, in_force


def _unit(unit_id: int | None) -> Unit | None:
    """Return the unit, or the top one; None before the organization is founded."""
    rows = Unit.objects.filter(pk=unit_id) if unit_id is not None else Unit.objects.filter(parent=None)
    return rows.order_by("pk").first()


def _grants(permission: str, unit_id: int | None) -> Any:
    unit = _unit(unit_id)
    above = [int(part) for part in unit.path.strip("/").split("/")] if unit else []
    return Grant.objects.filter(in_force(), role__in=roles_carrying(permission), unit__in=above, user__is_active=True)


def _holders(permission: str, unit_id: int | None) -> list[User]:
    held = _grants(permission, unit_id)
    return list(User.objects.filter(pk__in=held.values("user")).order_by("name", "pk"))


def _granted_since(user: User, permission: str, unit_id: int | None, givers: Collection[int], since: datetime) -> bool:
    held = _grants(permission, unit_id).filter(user=user)
    by_them = held.filter(granted_by__in=list(givers), created_at__gt=since)
    return by_them.exists() and not held.exclude(pk__in=by_them.values("pk")).exists()


def _words(permission: str, unit_id: int | None, names: tuple[str, ...], user: Any) -> Others:
    unit = _unit(unit_id)
    if unit is None:
        return Others(names, _("Found the organization first; then somebody else can be let in."))
    found = told_who_may(permission, unit, names=names, user=user)
    return Others(found.names, found.words, found.url)


def _within(unit_id: int) -> frozenset[int]:
    unit = _unit(unit_id)
    return frozenset(below(unit).values_list("pk", flat=True)) if unit else frozenset()


def _away(users: Collection[int], first: date, last: date) -> Mapping[int, Away]:
    rows = Absence.objects.filter(
        person__user__in=list(users), withdrawn_at__isnull=True, from_on__lte=last, until_on__gte=first
    )
    return {
        who: Away(who, begins, ends)
        for who, begins, ends in rows.order_by("-from_on").values_list("person__user_id", "from_on", "until_on")
    }


def _unit_name(unit_id: int | None) -> str:
    unit = _unit(unit_id)
    return unit.name if unit else ""


def people_of_eyes() -> People:
    """Return what the mechanism asks, answered by this room's tables."""
    return People(_holders, _words, _within, _granted_since, _away, _unit_name)
