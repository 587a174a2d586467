"""Writes of the roles that users hold."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import words
from alcaide.common.models import User
from alcaide.common.permissions import ROLES, Refused, require
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import GRANT, FollowRule, Grant, Unit
from alcaide.organization.queries import LASTING, custom_roles, has_ended, lasting, today

from .rows import refuse


class LastHolder(Refused):
    """Nobody would hold a role that the house cannot be without; somebody else needs it first."""


class RoleHeld(ValidationError):
    """The user holds this role in this unit already."""


@write
def grant(
    actor: Actor, *, user: User, role: str, unit: Unit, from_on: date | None = None, until_on: date | None = None
) -> Grant:
    """Grant a role in a unit and everything below, from today or a later day on. Nobody grants to themselves.

    Raises RoleHeld.
    """
    require(actor, GRANT, unit_id=unit.pk)
    if _is(actor, user):
        raise Refused(_("You may not grant a role to yourself. Ask another chief."))
    if role not in ROLES and not custom_roles().filter(key=role).exists():
        raise refuse("role", _("There is no role “%(role)s”.") % {"role": role})
    if not user.is_active:
        raise refuse("email", _("The sign-in of %(name)s is closed. Let them in again first.") % {"name": user.name})
    if has_ended(unit):
        raise refuse(
            "unit",
            _("%(name)s has ended, so no new role is granted there. Choose a unit that goes on.") % {"name": unit.name},
        )
    begins = from_on or today()
    if begins < today():
        raise refuse("from_on", _("A role begins today or later."))
    _end_must_come(begins, until_on)
    _must_be_new(user, role=role, unit=unit)
    return give(actor, user, role=role, unit=unit, from_on=begins, until_on=until_on)


def give(
    actor: Actor,
    user: User,
    *,
    role: str,
    unit: Unit,
    from_on: date,
    until_on: date | None = None,
    follows: FollowRule | None = None,
) -> Grant:
    """Write a granted role down; the verbs around it have asked."""
    made = Grant.objects.create(
        user=user, role=role, unit=unit, from_on=from_on, until_on=until_on, follows=follows,
        granted_by=actor if isinstance(actor, User) else None,
    )  # fmt: skip
    told = {"role": role, "unit": unit.subject, "from": from_on, "until": until_on}
    audit(actor, "grant", subject=user.subject, after=told | ({"by rule": follows.subject} if follows else {}))
    return made


@write
def renew(actor: Actor, held: Grant, *, until_on: date | None) -> Grant:
    """Let a role end on another day, or not at all. Nobody renews their own. Raises LastHolder.

    One that has run out is granted anew instead: who could do what on a past day is read from its days.
    """
    require(actor, GRANT, unit_id=held.unit_id)
    if _is(actor, held.user):
        raise Refused(_("You may not renew a role of your own. Ask another chief."))
    held = _as_it_stands(held)
    if held.until_on is not None and held.until_on < today():
        raise refuse("until_on", _("This role has run out. Grant it anew."))
    _end_must_come(held.from_on, until_on)
    if until_on is not None:
        keep_the_last([held])
    before, held.until_on, held.moved_on = held.until_on, until_on, None
    held.save(update_fields=["until_on", "moved_on"])
    audit(
        actor, "renew", subject=held.user.subject, before={"until": before},
        after={"role": held.role, "unit": held.unit.subject, "until": until_on},
    )  # fmt: skip
    return held


@write
def withdraw(actor: Actor, held: Grant) -> None:
    """Withdraw a granted role. Raises LastHolder for the last chief and the last administrator."""
    require(actor, GRANT, unit_id=held.unit_id)
    held = _as_it_stands(held)
    keep_the_last([held])
    take_away(actor, held)


def take_away(actor: Actor, held: Grant, *, why: str = "") -> None:
    """End a role now; the verbs around it have asked."""
    held.withdrawn_at = timezone.now()
    held.save(update_fields=["withdrawn_at"])
    told = {"role": held.role, "unit": held.unit.subject}
    audit(actor, "withdraw", subject=held.user.subject, before=told | ({"why": why} if why else {}))


def let_run_out(actor: Actor, held: Grant, *, last_day: date, why: str) -> bool:
    """Let a role end by itself on a day, unless it ends before; the verbs around it have asked.

    The last chief and the last administrator keep theirs. Returns whether it ends now.
    """
    if held.until_on is not None and held.until_on <= last_day:
        return False
    try:
        keep_the_last([held])
    except LastHolder:
        return False
    before, held.until_on, held.moved_on = held.until_on, max(last_day, held.from_on), today()
    held.save(update_fields=["until_on", "moved_on"])
    audit(
        actor, "let_run_out", subject=held.user.subject, before={"until": before},
        after={"role": held.role, "unit": held.unit.subject, "until": held.until_on, "why": why},
    )  # fmt: skip
    return True


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


def _as_it_stands(held: Grant) -> Grant:
    """Return a grant as it stands now, held until the write ends. Refused where somebody withdrew it meanwhile."""
    found = Grant.objects.select_for_update(of=("self",)).select_related("unit", "user").get(pk=held.pk)
    if found.withdrawn_at is not None:
        raise Refused(_("Somebody withdrew this role just now."))
    return found


def _end_must_come(from_on: date, until_on: date | None) -> None:
    if until_on is not None and until_on < today():
        raise refuse("until_on", _("A role ends today or later."))
    if until_on is not None and until_on < from_on:
        raise refuse("until_on", _("A role does not end before it begins."))


def _must_be_new(user: User, *, role: str, unit: Unit) -> None:
    """Refuse what is held already; a role of the same kind that has run out is put away."""
    same = Grant.objects.filter(user=user, role=role, unit=unit, withdrawn_at__isnull=True)
    standing = same.exclude(until_on__lt=today()).first()
    if standing is not None and standing.from_on > today():
        told = {"name": user.name, "day": words.day(standing.from_on, today=today())}
        raise RoleHeld(_("%(name)s gets this role there on %(day)s already.") % told)
    if standing is not None:
        raise RoleHeld(_("%(name)s holds this role there already.") % {"name": user.name})
    same.update(withdrawn_at=timezone.now())
