"""Writes of the roles that the house makes itself."""

import re
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.models import LostUpdate, User
from alcaide.common.permissions import ROLES, Refused, permissions, require, scope_of
from alcaide.common.search import fold
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import MAKE_ROLES, OWN_PREFIX, CustomRole, Grant
from alcaide.organization.queries import root_unit, today

from .roles import take_away
from .rows import check, refuse

LONGEST_KEY = 40


class LabelTaken(ValidationError):
    """Another role is called so."""


@write
def make_role(actor: Actor, *, label: str, description: str = "", permissions: Collection[str]) -> CustomRole:
    """Make a role from permissions. Needs the right to make roles in every unit, and each permission in every unit.

    So nobody makes a role that can do more than they can. What takes two roles together is carried by none.
    Raises LabelTaken.
    """
    require(actor, MAKE_ROLES, unit_id=root_unit().pk)
    label = " ".join(label.split())
    _label_must_be_free(label)
    carried = _must_be_held(actor, permissions)
    made = CustomRole(
        key=_key_for(label), label=label, description=description.strip(), permissions=carried,
        made_by=actor if isinstance(actor, User) else None,
    )  # fmt: skip
    check(made, fields={"label", "description"})
    made.save()
    audit(actor, "make_role", subject=made.subject, after={"label": label, "permissions": carried})
    return made


@write
def change_role(
    actor: Actor, role: CustomRole, *, opened_version: int, label: str, description: str, permissions: Collection[str]
) -> CustomRole:
    """Change what a role is called and carries. Whoever holds it gains and loses at once.

    What is added the actor must hold in every unit; what is taken away or stays needs nothing. Keys that this version
    does not know stay as they are. Raises LostUpdate, LabelTaken.
    """
    require(actor, MAKE_ROLES, unit_id=root_unit().pk)
    held = CustomRole.objects.select_for_update().get(pk=role.pk)
    if held.retired_at is not None:
        raise Refused(_("This role is retired. Make a new one."))
    if held.version != opened_version:
        raise LostUpdate(held, opened_version=opened_version, mine={"label": label})
    label = " ".join(label.split())
    _label_must_be_free(label, but=held)
    unknown = set(unknown_of(held))
    added = set(permissions) - set(held.permissions)
    _must_be_held(actor, added)
    carried = sorted((set(permissions) & set(held.permissions)) | added | unknown)
    before: dict[str, Any] = {"label": held.label, "description": held.description, "permissions": held.permissions}
    after: dict[str, Any] = {"label": label, "description": description.strip(), "permissions": carried}
    if before == after:
        return held
    held.label, held.description, held.permissions = label, description.strip(), carried
    check(held, fields={"label", "description"})
    held.save_version(opened_version=opened_version, fields=["label", "description", "permissions"])
    # What it carries is told whole each time: who could do what on a past day is read from here.
    audit(actor, "change_role", subject=held.subject, before=before, after=after)
    return held


@write
def retire_role(actor: Actor, role: CustomRole) -> int:
    """Retire a role: it carries nothing any more and every grant of it is withdrawn. Returns how many were."""
    require(actor, MAKE_ROLES, unit_id=root_unit().pk)
    held = CustomRole.objects.select_for_update().get(pk=role.pk)
    if held.retired_at is not None:
        return 0
    grants = list(Grant.objects.filter(role=held.key, withdrawn_at__isnull=True).select_related("user", "unit"))
    for each in grants:
        take_away(actor, each, why="the role is retired")
    held.retired_at = timezone.now()
    held.save(update_fields=["retired_at"])
    audit(actor, "retire_role", subject=held.subject, after={"retired": today(), "withdrawn": len(grants)})
    return len(grants)


def unknown_of(role: CustomRole) -> list[str]:
    """Return the keys of a role that this version does not know, or that no such role may carry."""
    known = permissions()
    return [key for key in role.permissions if key not in known or known[key].takes_two]


def _must_be_held(actor: Actor, wanted: Collection[str]) -> list[str]:
    known = permissions()
    if not set(wanted) <= known.keys():
        raise refuse("permissions", _("There is no such permission."))
    two = [known[key].label for key in wanted if known[key].takes_two]
    if two:
        words = ", ".join(sorted(two))
        raise refuse("permissions", _("Needs two roles together, so none carries it: %(words)s.") % {"words": words})
    if isinstance(actor, User):
        scope = scope_of(actor)
        lacking = sorted(known[key].label for key in wanted if not scope.covers_all(key))
        if lacking:
            words = ", ".join(lacking)
            raise Refused(_("You may not do this in every unit yourself: %(words)s.") % {"words": words})
    return sorted(wanted)


def _label_must_be_free(label: str, *, but: CustomRole | None = None) -> None:
    others = CustomRole.objects.filter(retired_at__isnull=True).exclude(pk=but.pk if but else 0)
    taken = [role.label for role in ROLES.values()] + list(others.values_list("label", flat=True))
    if fold(label) in map(fold, taken):
        raise LabelTaken({"label": _("Another role is called so.")})


def _key_for(label: str) -> str:
    stem = OWN_PREFIX + ("-".join(re.findall(r"[a-z0-9]+", " ".join(fold(label)))) or "role")
    stem = stem[: LONGEST_KEY - 4]
    taken = set(CustomRole.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}-{n}" for n in range(2, 999))) if key not in taken)
