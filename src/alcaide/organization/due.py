"""What the organization wants decided: roles that run out, and people who left and can still get in."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import words
from alcaide.common.counts import capped
from alcaide.common.models import User
from alcaide.common.permissions import ROLES, scope_of
from alcaide.common.registries import Due, end_of
from alcaide.organization.models import CHANGE, CHANGE_STAFF, GRANT, Grant, Person
from alcaide.organization.queries import (
    can_still_enter,
    confirmations_of,
    ending_liaisons,
    ends_soon,
    in_force,
    liaisons,
    lists_to_confirm,
    may_confirm_any,
    qualifications,
    role_labels,
    things_of,
)
from alcaide.organization.queries.staff import SOON as QUALIFICATION_SOON

SOON = timedelta(days=14)
MOST_LISTS = 10
# From more on they are one thing to decide on, with a list of its own.
MOST_QUALIFICATIONS = 50


def due(user: User) -> Iterator[Due]:
    """Yield what whoever grants roles must decide."""
    yield from _ending_qualifications(user)
    yield from _lists(user)
    yield from _ending_liaisons(user)
    units = scope_of(user).units_for(GRANT)
    if not units:
        return
    yield from _open_doors(units)
    yield from _ending_roles(units, user)


def _ending_qualifications(user: User) -> Iterator[Due]:
    """Yield the qualifications that end within 60 days, or ended, of people for whom the user answers."""
    units = scope_of(user).units_for(CHANGE_STAFF)
    today = timezone.localdate()
    if not units:
        return
    rows = qualifications(user).filter(ends_soon(today), person__unit__in=units)
    found = list(rows.order_by("ends_on", "id")[: MOST_QUALIFICATIONS + 1])
    if len(found) > MOST_QUALIFICATIONS:
        title = _("%(n)s qualifications end within 60 days, or have ended") % {"n": capped(rows)}
        why = _("The first is %(kind)s of %(name)s") % {"kind": found[0].kind, "name": found[0].person.name}
        url = f"{reverse('qualifications')}?view=soon"
        yield Due(
            "organization.qualification:soon", title, why, url, _("Open"), "certificate", by=found[0].ends_on,
            since=end_of(found[0].ends_on) - QUALIFICATION_SOON,
        )  # fmt: skip
        return
    for held in found:
        until = held.ends_on
        ended = until < today
        yield Due(
            subject=held.subject,
            title=(_("%(kind)s of %(name)s has ended") if ended else _("%(kind)s of %(name)s ends"))
            % {"kind": held.kind, "name": held.person.name},
            why=_("Held until %(day)s; renew it, or take it off the list") % {"day": words.day(until, today=today)},
            url=reverse("qualification", args=[held.uid]),
            act=_("Renew"),
            icon="certificate",
            by=until,
            since=end_of(until) - QUALIFICATION_SOON,
        )


def _ending_liaisons(user: User) -> Iterator[Due]:
    """Yield the liaisons that end within two weeks, and those of people who left, to who names others."""
    units, today = scope_of(user).units_for(CHANGE), timezone.localdate()
    rows = liaisons(user).filter(ending_liaisons(today, SOON), unit__in=units).order_by("id") if units else ()
    for held in rows[:MOST_LISTS] if units else ():
        has_gone = held.person.left_on is not None and held.person.left_on < today
        until = (held.person.left_on if has_gone else held.until_on) or today
        told = {"name": held.person.name, "unit": held.unit.name, "day": words.day(until, today=today)}
        yield Due(
            subject=held.subject,
            title=_("%(unit)s has nobody to turn to for %(topic)s") % {**told, "topic": held.topic}
            if has_gone
            else _("%(name)s stops speaking for %(unit)s") % told,
            why=(
                _("%(name)s left on %(day)s; name somebody else") if has_gone else _("Until %(day)s; name who follows")
            )
            % told,
            url=reverse("liaison", args=[held.uid]),
            act=_("Name one"),
            icon="users",
            at=end_of(until),
        )


def _lists(user: User) -> Iterator[Due]:
    """Yield the whole lists that wait for a second person's word, to those who may give it."""
    if not may_confirm_any(user):
        return
    for imported in lists_to_confirm(user).exclude(brought_by=user)[:MOST_LISTS]:
        if imported.counts.get("missing", 0) and not any(confirmations_of(imported, but_of=None)):
            number = words.count(imported.counts["missing"])
            yield Due(
                subject=imported.subject,
                title=_("A list would end %(n)s %(things)s") % {"n": number, "things": things_of(imported)},
                why=_("“%(name)s” needs a second person's word") % {"name": imported.file_name},
                url=reverse("people-lists"),
                act=_("Look"),
                icon="users",
                since=imported.created_at,
            )


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
            by=left,
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
            by=until,
            since=end_of(until) - SOON,
        )
