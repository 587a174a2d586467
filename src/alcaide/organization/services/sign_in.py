"""Writes of who may sign in."""

from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.models import User
from alcaide.common.permissions import Refused, require
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import GRANT, Grant, Person
from alcaide.organization.queries import grants_in_force, the_organization

from .following import follow
from .people import AddressTaken
from .roles import keep_the_last, take_away
from .rows import refuse


@write
def let_sign_in(actor: Actor, person: Person) -> User:
    """Give a person a user, so that a one-time link can be made for them; a closed one is opened again.

    Needs the right to grant roles in the person's unit and wherever they hold one. Refused for who has left.
    """
    require(actor, GRANT, unit_id=person.unit_id)
    if person.left_on and person.left_on < timezone.localdate():
        raise refuse("", _("%(name)s has left. Take the day of leaving away first.") % {"name": person.name})
    user = person.user
    if user is None:
        user = person.user = _user_for(person)
        person.save(update_fields=["user"])
        audit(actor, "let_sign_in", subject=person.subject, before={"user": None}, after={"user": user.subject})
    _must_reach(actor, user)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        audit(actor, "let_sign_in", subject=person.subject, before={"active": False}, after={"active": True})
    follow(actor, [person])
    return user


@write
def make_sign_in_link(actor: Actor, person: Person) -> User:
    """Let a person in and record that a one-time link is handed to them; the caller writes the link."""
    user = let_sign_in(actor, person)
    audit(actor, "make_sign_in_link", subject=user.subject)
    return user


@write
def close_sign_in(actor: Actor, person: Person) -> list[Grant]:
    """Close a person's sign-in and withdraw every role they hold. Returns the withdrawn roles.

    Needs the right to grant roles in the person's unit and wherever they hold one. Nobody closes their own.
    Raises LastHolder for the last chief and the last administrator.
    """
    require(actor, GRANT, unit_id=person.unit_id)
    user = person.user
    if user is None:
        return []
    if isinstance(actor, User) and actor.pk == user.pk:
        raise Refused(_("You may not close your own sign-in. Ask another chief."))
    _must_reach(actor, user)
    held = list(Grant.objects.filter(user=user, withdrawn_at__isnull=True).select_related("unit", "user"))
    keep_the_last(held)
    for each in held:
        take_away(actor, each)
    if user.is_active:
        user.is_active = False
        user.save(update_fields=["is_active"])
        audit(actor, "close_sign_in", subject=person.subject, before={"active": True}, after={"active": False})
    return held


def _user_for(person: Person) -> User:
    if not person.email:
        raise refuse("email", _("%(name)s needs an e-mail address first.") % {"name": person.name})
    if User.objects.filter(email=person.email).exists():
        raise AddressTaken({"email": f"Somebody signs in with the address {person.email} already."})
    return User.objects.create_user(person.email, person.name, time_zone=the_organization().time_zone)


def _must_reach(actor: Actor, user: User) -> None:
    """Keep who grants roles in one unit from entering as somebody who holds a role in another."""
    for held in grants_in_force(user):
        require(actor, GRANT, unit_id=held.unit_id)
