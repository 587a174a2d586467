"""Founding the organization of an installation."""

from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.changes import note_change
from alcaide.common.models import User
from alcaide.common.permissions import ADMINISTRATOR, CHIEF, EMPLOYEE
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import FollowRule, Grant, Organization, Person

from .people import tell_search as tell_of_person
from .rows import ROOM
from .units import put_below


class AlreadyFounded(RuntimeError):
    """The installation has an organization already."""


@write
def found(
    actor: Actor,
    *,
    name: str,
    currency: str,
    time_zone: str,
    chief_email: str,
    chief_name: str,
    is_example: bool = False,
    employees_by_rule: bool = False,
) -> User:
    """Make the organization, its top unit and its first chief, who signs in by a one-time link.

    The first chief is also the administrator, so that nobody is locked out before there is another.

    Once per installation; raises AlreadyFounded after that.
    """
    if Organization.objects.exists():
        raise AlreadyFounded(
            _("This installation has an organization already. Use another ALCAIDE_HOME for a second one.")
        )
    organization = Organization.objects.create(name=name, currency=currency, time_zone=time_zone, is_example=is_example)
    root = put_below(None, name=name, kind="company")
    user = User.objects.create_user(chief_email, chief_name, time_zone=time_zone)
    chief = Person.objects.create(name=chief_name, email=user.email, title=CHIEF.label, unit=root, user=user)
    tell_of_person(chief)
    for role in (CHIEF, ADMINISTRATOR):
        Grant.objects.create(user=user, role=role.key, unit=root, from_on=timezone.localdate())
    # Whoever is let in sees the house as an employee does, in their own unit, until somebody says otherwise.
    rule = FollowRule.objects.create(role=EMPLOYEE.key) if employees_by_rule else None
    audit(actor, "found", subject=organization.subject, after={"name": name, "currency": currency})
    for role in (CHIEF, ADMINISTRATOR):
        audit(actor, "grant", subject=user.subject, after={"role": role.key, "unit": root.subject})
    if rule is not None:
        audit(actor, "make_rule", subject=rule.subject, after={"role": EMPLOYEE.key})
    note_change(ROOM, organization.subject)
    return user
