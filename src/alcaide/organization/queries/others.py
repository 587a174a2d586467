"""Who besides a person may answer for them, and what to do where nobody may: maker is not checker."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common.models import User
from alcaide.common.permissions import ROLES, permissions, scope_of
from alcaide.organization.models import GRANT, Grant, Unit

from .roles import roles_carrying
from .structure import in_force

MOST_NAMED = 3


@dataclass(frozen=True)
class Others:
    """Who may do something in a unit besides those who may not for having asked."""

    names: tuple[str, ...]
    roles: tuple[str, ...]
    """The words of the roles of which one lets a person do it."""
    unit: Unit
    url: str = ""
    """Where such a role is granted; empty where the reader may not grant it there."""

    @property
    def words(self) -> str:
        """Say who may, or what must happen first."""
        if self.names:
            named, more = self.names[:MOST_NAMED], len(self.names) - MOST_NAMED
            told = _either(named) if more <= 0 else _("%(names)s or %(n)s others") % {
                "names": ", ".join(named), "n": more,
            }  # fmt: skip
            return _("%(who)s may answer.") % {"who": told}
        told = _(
            "Nobody else may answer yet. Let a second person sign in, then grant them the role %(roles)s in %(unit)s."
        ) % {"roles": _either(self.roles), "unit": self.unit.name}
        return told if self.url else f"{told} {_('The chief security officer grants roles.')}"


def others_who_may(permission: str, unit: Unit, *, but: Collection[int], user: Any) -> Others:
    """Return who may do something in a unit besides the users `but`, as told to `user`. Two queries."""
    roles = roles_carrying(permission)
    above = [int(part) for part in unit.path.strip("/").split("/")]
    held = Grant.objects.filter(in_force(), role__in=roles, unit__in=above, user__is_active=True)
    rows = User.objects.filter(pk__in=held.exclude(user__in=list(but)).values("user")).order_by("name", "pk")
    return told_who_may(permission, unit, names=tuple(rows.values_list("name", flat=True)), user=user)


def told_who_may(permission: str, unit: Unit, *, names: tuple[str, ...], user: Any) -> Others:
    """Return those of these names as who may do something in a unit, as told to `user`. No query."""
    roles = permissions()[permission].roles
    labels = tuple(role.label for key, role in ROLES.items() if key in roles)
    url = f"{reverse('grant-new')}?unit={unit.uid}" if scope_of(user).allows(GRANT, unit.pk) else ""
    return Others(names, labels, unit, url)


def _either(names: Collection[str]) -> str:
    *first, last = names
    return _("%(first)s or %(last)s") % {"first": ", ".join(first), "last": last} if first else last
