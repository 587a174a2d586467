"""Writes of the roles that users hold."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.models import User
from alcaide.common.permissions import ROLES, Refused, require
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import GRANT, Grant, Unit
from alcaide.organization.queries import LASTING, has_ended, in_force, lasting

from .rows import refuse


class LastHolder(Refused):
    """Nobody would hold a role that the house cannot be without; somebody else needs it first."""


class RoleHeld(ValidationError):
    """The user holds this role in this unit already."""


@write
def grant(actor: Actor, *, user: User, role: str, unit: Unit, until_on: date | None = None) -> Grant:
    """Grant a role in a unit and everything below. Nobody grants to themselves. Raises RoleHeld."""
    require(actor, GRANT, unit_id=unit.pk)
    if _is(actor, user):
        raise Refused(_("You may not grant a role to yourself. Ask another chief."))
    if role not in ROLES:
        raise refuse("role", _("There is no role “%(role)s”.") % {"role": role})
    if not user.is_active:
        raise refuse("email", _("The sign-in of %(name)s is closed. Let them in again first.") % {"name": user.name})
    if has_ended(unit):
        raise refuse(
            "unit",
            _("%(name)s has ended, so no new role is granted there. Choose a unit that goes on.") % {"name": unit.name},
        )
    _end_must_come(until_on)
    _must_be_new(user, role=role, unit=unit)
    made = Grant.objects.create(
        user=user, role=role, unit=unit, from_on=timezone.localdate(), until_on=until_on,
        granted_by=actor if isinstance(actor, User) else None,
    )  # fmt: skip
    audit(actor, "grant", subject=user.subject, after={"role": role, "unit": unit.subject, "until": until_on})
    return made


@write
def renew(actor: Actor, held: Grant, *, until_on: date | None) -> Grant:
    """Let a role end on another day, or not at all. Nobody renews their own. Raises LastHolder."""
    require(actor, GRANT, unit_id=held.unit_id)
    if _is(actor, held.user):
        raise Refused(_("You may not renew a role of your own. Ask another chief."))
    _end_must_come(until_on)
    if until_on is not None:
        keep_the_last([held])
    before, held.until_on = held.until_on, until_on
    held.save(update_fields=["until_on"])
    audit(
        actor, "renew", subject=held.user.subject, before={"until": before},
        after={"role": held.role, "unit": held.unit.subject, "until": until_on},
    )  # fmt: skip
    return held


@write
def withdraw(actor: Actor, held: Grant) -> None:
    """Withdraw a granted role. Raises LastHolder for the last chief and the last administrator."""
    require(actor, GRANT, unit_id=held.unit_id)
    keep_the_last([held])
    take_away(actor, held)


def take_away(actor: Actor, held: Grant) -> None:
    """End a role now; the verbs around it have asked."""
    held.withdrawn_at = timezone.now()
    held.save(update_fields=["withdrawn_at"])
    audit(actor, "withdraw", subject=held.user.subject, before={"role": held.role, "unit": held.unit.subject})


def keep_the_last(leaving: list[Grant]) -> None:
    """Refuse what would leave the top unit without a lasting chief or administrator who can sign in.

    Raises LastHolder.
    """
    going = {held.pk for held in leaving}
    for role in LASTING:
        if any(held.role == role.key and held.unit.parent_id is None for held in leaving):
            # Two who withdraw each other at once must not both succeed: the rows are held until the write ends.
            stays = set(lasting(role).select_for_update(of=("self",)).values_list("pk", flat=True))
            if not stays - going:
                raise LastHolder(
                    _("Nobody else is %(role)s of the whole house. Grant it to somebody else first, without an end.")
                    % {"role": role.label}
                )


def _is(actor: Actor, user: User) -> bool:
    return isinstance(actor, User) and actor.pk == user.pk


def _end_must_come(until_on: date | None) -> None:
    if until_on is not None and until_on < timezone.localdate():
        raise refuse("until_on", _("A role ends today or later."))


def _must_be_new(user: User, *, role: str, unit: Unit) -> None:
    """Refuse what is held already; a role of the same kind that has run out is put away."""
    same = Grant.objects.filter(user=user, role=role, unit=unit, withdrawn_at__isnull=True)
    if same.filter(in_force()).exists():
        raise RoleHeld(_("%(name)s holds this role there already.") % {"name": user.name})
    same.update(withdrawn_at=timezone.now())
