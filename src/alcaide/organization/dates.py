"""The organization's dates: roles, qualifications and liaisons that end."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import cast

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.common import words
from alcaide.common.models import User
from alcaide.common.permissions import ROLES, scope_of
from alcaide.common.registries import Dated, DateKind
from alcaide.common.waiting import Days, in_units, told
from alcaide.organization.models import CHANGE_STAFF, GRANT, Grant, Liaison, Qualification
from alcaide.organization.queries import liaisons, qualifications

ROLE_ENDS, QUALIFIED_UNTIL = "organization.roles", "organization.qualifications"
LIAISON_ENDS = "organization.liaisons"
RENEWAL_DAYS = 60
"""A course and its certificate take about two months to come by."""
HANDOVER_DAYS = 14


def dates(user: User, first: date, last: date, *, about: Collection[str] | None = None) -> Iterator[Dated]:
    """Yield the days on which roles, qualifications and liaisons end, to whoever answers for them."""
    yield from told(*_kinds(user, first, last), about=about)


def date_kinds() -> Iterator[DateKind]:
    """Yield the kinds of this room's dates."""
    fixed = gettext_lazy("It was granted until that day. Renew it on its page.")
    yield DateKind(ROLE_ENDS, gettext_lazy("Ends of roles"), is_work=False, fixed=fixed)
    fixed = gettext_lazy("Whoever issued it set the day. Renew it, and enter what they issue.")
    yield DateKind(QUALIFIED_UNTIL, gettext_lazy("Qualifications that end"), fixed=fixed)
    fixed = gettext_lazy("Change its last day on its page, or name who follows.")
    yield DateKind(LIAISON_ENDS, gettext_lazy("Ends of liaisons"), is_work=False, fixed=fixed)


def _kinds(user: User, first: date, last: date) -> Iterator[Days]:
    span, works = (first, last), Q(person__left_on__isnull=True)
    if scope_of(user).allows(GRANT):
        rows = Grant.objects.filter(
            in_units(user, GRANT), withdrawn_at__isnull=True, until_on__range=span, user__is_active=True
        ).select_related("user")
        yield Days(
            Grant.SUBJECT, rows, "until_on", _role, _many_roles, reverse("organization"), lead_days=HANDOVER_DAYS,
            what=ROLE_ENDS, unit="unit_id",
        )  # fmt: skip
    if scope_of(user).allows(CHANGE_STAFF):
        held = qualifications(user).filter(in_units(user, CHANGE_STAFF, "person__unit"), works, until_on__range=span)
        yield Days(
            Qualification.SUBJECT, held, "until_on", _qualified, _many_qualified,
            f"{reverse('qualifications')}?view=soon", lead_days=RENEWAL_DAYS, what=QUALIFIED_UNTIL,
            unit="person__unit_id", owner="person_id",
        )  # fmt: skip
    yield Days(
        Liaison.SUBJECT, liaisons(user).filter(works, until_on__range=span), "until_on", _liaison, _many_liaisons,
        reverse("liaisons"), lead_days=HANDOVER_DAYS, what=LIAISON_ENDS, unit="unit_id", owner="person_id",
    )  # fmt: skip


def _role(held: Grant) -> Dated:
    role = ROLES[held.role].label if held.role in ROLES else held.role
    title = _("%(name)s stops being %(role)s") % {"name": held.user.name, "role": role}
    return Dated(
        held.subject, title, reverse("grant-renew", args=[held.uid]), cast(date, held.until_on),
        lead_days=HANDOVER_DAYS, unit=held.unit_id, discreet=_("A role ends"),
    )  # fmt: skip


def _qualified(held: Qualification) -> Dated:
    title = _("%(kind)s of %(name)s ends") % {"kind": held.kind, "name": held.person.name}
    return Dated(
        held.subject, title, reverse("qualification", args=[held.uid]), cast(date, held.until_on),
        lead_days=RENEWAL_DAYS, unit=held.person.unit_id, owner=held.person_id, discreet=_("A qualification ends"),
    )  # fmt: skip


def _liaison(held: Liaison) -> Dated:
    title = _("%(name)s stops speaking for %(unit)s") % {"name": held.person.name, "unit": held.unit.name}
    return Dated(
        held.subject, title, reverse("liaison", args=[held.uid]), cast(date, held.until_on), lead_days=HANDOVER_DAYS,
        unit=held.unit_id, owner=held.person_id, discreet=_("A liaison ends"),
    )  # fmt: skip


def _many_roles(number: int) -> str:
    return ngettext("%(n)s role ends", "%(n)s roles end", number) % {"n": words.count(number)}


def _many_qualified(number: int) -> str:
    return ngettext("%(n)s qualification ends", "%(n)s qualifications end", number) % {"n": words.count(number)}


def _many_liaisons(number: int) -> str:
    return ngettext("%(n)s liaison ends", "%(n)s liaisons end", number) % {"n": words.count(number)}
