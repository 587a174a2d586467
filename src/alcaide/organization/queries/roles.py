"""Reads of roles: those of the house itself beside the built-in ones, and who could do what where on a day."""

import json
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from alcaide.common.models import TrailLine, TrailValue, User
from alcaide.common.permissions import ROLES, Permission, permissions
from alcaide.common.rights.queries import Holder
from alcaide.organization.models import OWN_PREFIX, CustomRole, Grant, Unit

from .clock import day_of, today

ROLE_VERBS = ("make_role", "change_role", "retire_role")
# What stands before the dot of a permission's key, in words.
ROOMS = {
    "assets": _("Assets"), "board": _("Board"), "common": _("All rooms"), "controls": _("Measures"),
    "exposure": _("Findings and exceptions"), "eyes": _("Two pairs of eyes"), "house": _("The installation"),
    "imports": _("Imports"), "jobs": _("Jobs"), "monitors": _("Monitors of people"),
    "organization": _("Organization"), "risk": _("Risk"), "threats": _("Threats"), "trail": _("Trail"),
}  # fmt: skip


def custom_roles() -> QuerySet[CustomRole]:
    """Return the house's own roles that are not retired."""
    return CustomRole.objects.filter(retired_at__isnull=True)


def role_names() -> dict[str, str]:
    """Return the words of every role by key, the built-in ones first; retired ones of the house too. One query."""
    own = dict(CustomRole.objects.order_by("label", "id").values_list("key", "label"))
    return {key: role.label for key, role in ROLES.items()} | own


def role_words_of(keys: Iterable[str]) -> dict[str, str]:
    """Return the words of these roles; asks nothing where all are built in."""
    wanted = set(keys)
    if wanted <= ROLES.keys():
        return {key: ROLES[key].label for key in wanted}
    known = role_names()
    return {key: known.get(key, key) for key in wanted}


def with_words(rows: Iterable[Grant]) -> list[tuple[Grant, str]]:
    """Return grants with the words of their roles."""
    held = list(rows)
    names, day = role_words_of(each.role for each in held), today()
    for each in held:
        each.begins_later = each.from_on > day  # type: ignore[attr-defined]  # a page says so
    return [(each, names[each.role]) for each in held]


def roles_carrying(permission: str) -> frozenset[str]:
    """Return the keys of the roles that carry a permission, the house's own among them. One query."""
    known = permissions()[permission]
    if known.takes_two:
        return known.roles
    own = custom_roles().values_list("key", "permissions")
    return known.roles | {key for key, carried in own if permission in carried}


def carried_by(role: str) -> frozenset[str]:
    """Return the permissions that a role carries, as far as this version knows them."""
    known = permissions()
    if role in ROLES:
        return frozenset(key for key, each in known.items() if role in each.roles)
    made = custom_roles().filter(key=role).first()
    return carried(made.permissions) if made else frozenset()


def carried(keys: Collection[str]) -> frozenset[str]:
    """Return what of these permissions a role of the house may carry: known ones that do not take two."""
    known = permissions()
    return frozenset(key for key in keys if key in known and not known[key].takes_two)


def may_be_carried() -> list[Permission]:
    """Return the permissions that a role of the house may carry, in the order of their keys."""
    return [each for key, each in sorted(permissions().items()) if not each.takes_two]


def by_room(carried: Iterable[Permission]) -> list[tuple[str, list[Permission]]]:
    """Return permissions under the words of their rooms, both in the order of the alphabet."""
    rooms: dict[str, list[Permission]] = {}
    for each in carried:
        room = each.key.partition(".")[0]
        rooms.setdefault(str(ROOMS.get(room, room)), []).append(each)
    return [(words, sorted(rooms[words], key=lambda each: str(each.label))) for words in sorted(rooms)]


def who_could(permission: str, unit_id: int | None, moment: datetime) -> list[Holder]:
    """Return who held a permission in a unit, or in any, at a moment, by grants as they stood then. Six queries.

    The roles built in are those of this version; what a role of the house carried is read from the trail.
    A sign-in that is closed now counts as it was then: closing one withdraws every grant.
    """
    roles = set(permissions()[permission].roles)
    roles |= {role for role, keys in carried_then(moment).items() if permission in keys}
    rows = held_then(moment).filter(role__in=roles).select_related("user__person", "unit", "granted_by")
    if unit_id is not None:
        path = Unit.objects.filter(pk=unit_id).values_list("path", flat=True).first()
        rows = rows.filter(unit__in=[int(part) for part in (path or "").strip("/").split("/") if part])
    names = role_names()
    return [
        Holder(held.user, held.role, names.get(held.role, held.role), held.unit, held)
        for held in rows.order_by("user__name", "user_id", "id")
    ]


def held_then(moment: datetime) -> QuerySet[Grant]:
    """Return the grants that held at a moment: made by then, begun, not over, not yet withdrawn."""
    day = day_of(moment)
    return Grant.objects.filter(
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=moment),
        Q(until_on__isnull=True) | Q(until_on__gte=day),
        created_at__lte=moment,
        from_on__lte=day,
    )


def carried_then(moment: datetime) -> dict[str, frozenset[str]]:
    """Return what each of the house's own roles carried at a moment, as the trail tells it; retired ones carry nothing.

    Three queries. What was erased from the trail since is not told any more, and then counts as carried by nobody.
    """
    keys = {role.subject: role.key for role in CustomRole.objects.all()}
    if not keys:
        return {}
    lines = TrailLine.objects.filter(subject__in=keys, verb__in=ROLE_VERBS, at__lte=moment)
    told = dict(lines.order_by("seq").values_list("subject", "verb"))
    kept = TrailValue.objects.filter(side="after", field="permissions", line__in=lines).order_by("line_id")
    then = dict(kept.values_list("line__subject", "value"))
    return {
        keys[subject]: carried(json.loads(value))
        for subject, value in then.items()
        if told.get(subject) != "retire_role"
    }


def may_do(user: User, moment: datetime | None = None) -> dict[str, list[Holder]]:
    """Return by permission where a user may do it now, or could at a moment, and through which grants."""
    rows = held_then(moment) if moment else Grant.objects.filter(user__is_active=True).filter(_now())
    held = list(rows.filter(user=user).select_related("unit").order_by("unit__path", "id"))
    names = role_words_of(each.role for each in held)
    if moment:
        own = carried_then(moment) if any(each.role.startswith(OWN_PREFIX) for each in held) else {}
    else:
        made = custom_roles().filter(key__in=[each.role for each in held])
        own = {role.key: carried(role.permissions) for role in made}
    found: dict[str, list[Holder]] = {}
    for key, permission in sorted(permissions().items()):
        for each in held:
            if each.role in permission.roles or key in own.get(each.role, frozenset()):
                found.setdefault(key, []).append(Holder(user, each.role, names[each.role], each.unit, each))
    return found


def _now(day: date | None = None) -> Q:
    day = day or today()
    return Q(withdrawn_at__isnull=True, from_on__lte=day) & (Q(until_on__isnull=True) | Q(until_on__gte=day))


def grants(user: Any) -> QuerySet[Grant]:
    """Return the grants in units that the user sees, withdrawn ones too."""
    return Grant.objects.visible_to(user).select_related("user", "user__person", "unit", "granted_by", "follows")
