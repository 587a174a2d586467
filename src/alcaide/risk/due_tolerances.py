"""What waits about tolerated risks: requests to decide, days that come or passed, figures that rose."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.models import User
from alcaide.common.money import Kind, Money
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Dated, Due
from alcaide.common.words import day, money

from .models import ASK, Tolerance
from .queries import may_agree, tolerances_of
from .queries.tolerances import SOON, has_risen

MOST = 20
LEAD_DAYS = 14


def due_tolerances(user: User) -> Iterator[Due]:
    """Yield what this user can decide or ask anew."""
    for each in tolerances_of(user).filter(state="asked").exclude(asked_by=user).order_by("id")[:MOST]:
        if may_agree(user, each.scenario, above_appetite=each.above_appetite):
            yield _to_decide(each)
    soon = timezone.localdate() + SOON
    mine = _mine(user)
    for each in mine.filter(until__lte=soon).order_by("until", "id")[:MOST]:
        yield _to_renew(each)
    for each in mine.filter(has_risen(), until__gt=soon).order_by("-scenario__loss_minor", "id")[:MOST]:
        yield _risen(each)


def dated_tolerances(user: User, first: date, last: date) -> Iterator[Dated]:
    """Yield the days on which something tolerated is looked at again."""
    for each in _mine(user).filter(until__range=(first, last)).order_by("until", "id")[:MOST]:
        title = _("Tolerated until then: %(name)s") % {"name": each.scenario.name}
        yield Dated(each.subject, title, _url(each), each.until, lead_days=LEAD_DAYS)


def _mine(user: User) -> QuerySet[Tolerance]:
    """Return what is in force and this user may ask anew: by role there, or because they answer for it."""
    theirs = Q(scenario__unit__in=scope_of(user).units_for(ASK)) | Q(scenario__owner__user=user)
    return tolerances_of(user).filter(theirs, state="agreed", scenario__retired_at__isnull=True)


def _to_decide(each: Tolerance) -> Due:
    words = {"name": each.scenario.name, "until": day(each.until, today=timezone.localdate())}
    why = _("Above the appetite of %(unit)s") if each.above_appetite else _("Within the appetite of %(unit)s")
    return Due(
        each.subject, _("Tolerate “%(name)s” until %(until)s?") % words, why % {"unit": each.scenario.unit.name},
        _url(each), _("Decide"), "gavel", since=each.asked_at, money=each.loss,
    )  # fmt: skip


def _to_renew(each: Tolerance) -> Due:
    is_out = each.until < timezone.localdate()
    title = _("“%(name)s” is tolerated no longer") if is_out else _("“%(name)s”: what is tolerated ends")
    return Due(
        each.subject, title % {"name": each.scenario.name},
        _("Ask anew with today's figure, or do something about it"), _url(each), _("Look again"), "calendar-due",
        by=each.until, since=each.decided_at, money=_now(each),
    )  # fmt: skip


def _risen(each: Tolerance) -> Due:
    now = _now(each)
    sums = {"was": money(each.loss.major, each.currency), "now": money(now.major, now.currency)}
    return Due(
        each.subject, _("“%(name)s” costs more than was agreed to") % {"name": each.scenario.name},
        _("Tolerated at %(was)s, now %(now)s") % sums, _url(each), _("Look again"), "alert-triangle",
        since=each.scenario.priced_at, money=now,
    )  # fmt: skip


def _now(each: Tolerance) -> Money:
    scenario = each.scenario
    return Money(scenario.loss_minor, scenario.currency, Kind.EXPECTED) if scenario.loss_minor >= 0 else each.loss


def _url(each: Tolerance) -> str:
    return reverse("tolerance", args=[each.uid])
