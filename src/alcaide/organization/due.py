"""What the organization wants decided: roles that run out, and people who left and can still get in."""

from collections.abc import Collection, Iterator
from datetime import timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common import words
from alcaide.common.counts import capped
from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Due, end_of
from alcaide.common.waiting import Many, in_units
from alcaide.organization.models import CHANGE, CHANGE_STAFF, GRANT, Grant, Liaison, Person
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
    role_words_of,
    things_of,
)
from alcaide.organization.queries.staff import SOON as QUALIFICATION_SOON

SOON = timedelta(days=14)
# From more on they are one thing to decide on, with a list of its own.
MOST_QUALIFICATIONS = 50


def due(user: User, *, about: Collection[str] | None = None) -> Iterator[Due]:
    """Yield what whoever grants roles must decide."""
    if about is None:
        yield from _singles(user)
    for kind in _kinds(user):
        yield from kind.singly(about)


def brief(user: User) -> Iterator[Due]:
    """Yield the most pressing of each kind, and one that stands for the rest."""
    yield from _singles(user)
    for kind in _kinds(user):
        yield from kind.briefly()


def _singles(user: User) -> Iterator[Due]:
    yield from _ending_qualifications(user)
    yield from _lists(user)
    units = scope_of(user).units_for(GRANT)
    if units:
        yield from _open_doors(units)


def _kinds(user: User) -> Iterator[Many]:
    if scope_of(user).units_for(CHANGE):
        yield Many("organization.liaisons", _liaisons_ending(user), _liaison, _more_liaisons, "users", Liaison.SUBJECT)
    if scope_of(user).units_for(GRANT):
        yield Many(
            "organization.roles", _roles_ending(user), _role, _more_roles, "user-shield", Grant.SUBJECT,
            last_day="until_on",
        )  # fmt: skip


def _ending_qualifications(user: User) -> Iterator[Due]:
    """Yield the qualifications that end within 60 days, or ended, of people for whom the user answers."""
    today = timezone.localdate()
    if not scope_of(user).allows(CHANGE_STAFF):
        return
    rows = qualifications(user).filter(in_units(user, CHANGE_STAFF, "person__unit"), ends_soon(today))
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


def _liaisons_ending(user: User) -> QuerySet[Liaison]:
    """Return the liaisons that end within two weeks, and those of people who left, for who names others."""
    ending = ending_liaisons(timezone.localdate(), SOON)
    return liaisons(user).filter(in_units(user, CHANGE), ending).order_by("id")


def _liaison(held: Liaison) -> Due:
    today = timezone.localdate()
    has_gone = held.person.left_on is not None and held.person.left_on < today
    until = (held.person.left_on if has_gone else held.until_on) or today
    told = {"name": held.person.name, "unit": held.unit.name, "day": words.day(until, today=today)}
    title, why = _("%(name)s stops speaking for %(unit)s"), _("Until %(day)s; name who follows")
    if has_gone:
        title, why = (
            _("%(unit)s has nobody to turn to for %(topic)s"),
            _("%(name)s left on %(day)s; name somebody else"),
        )
    return Due(
        subject=held.subject,
        title=title % {**told, "topic": held.topic},
        why=why % told,
        url=reverse("liaison", args=[held.uid]),
        act=_("Name one"),
        icon="users",
        at=end_of(until),
    )


def _more_liaisons(number: int) -> str:
    said = ngettext("%(n)s more liaison ends or has left", "%(n)s more liaisons end or have left", number)
    return said % {"n": words.count(number)}


def _lists(user: User) -> Iterator[Due]:
    """Yield the whole lists that wait for a second person's word, to those who may give it."""
    if not may_confirm_any(user):
        return
    for imported in lists_to_confirm(user).exclude(brought_by=user):
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


def _roles_ending(user: User) -> QuerySet[Grant]:
    today = timezone.localdate()
    ending = Grant.objects.filter(
        in_units(user, GRANT), in_force(today), until_on__lte=today + SOON, user__is_active=True
    )
    # Who left is told of once, with the sign-in; nobody renews a role of their own.
    ending = ending.exclude(user=user).exclude(user__person__left_on__lt=today)
    return ending.select_related("user", "unit").order_by("until_on", "id")


def _role(held: Grant) -> Due:
    today = timezone.localdate()
    until = held.until_on or today
    role = role_words_of([held.role])[held.role]
    return Due(
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


def _more_roles(number: int) -> str:
    return ngettext("%(n)s more role ends", "%(n)s more roles end", number) % {"n": words.count(number)}
