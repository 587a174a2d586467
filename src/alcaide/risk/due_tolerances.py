"""What waits about tolerated risks: requests to decide, days that come or passed, figures that rose."""

from collections.abc import Iterator
from datetime import date
from functools import partial

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common import eyes
from alcaide.common.models import User
from alcaide.common.money import Kind, Money
from alcaide.common.registries import Dated, Due
from alcaide.common.waiting import Days, Many, in_units
from alcaide.common.words import count, day, money
from alcaide.organization.queries import root_unit

from .models import ACCEPTANCE, ACCEPTANCE_ABOVE, ASK, Tolerance
from .queries import tolerances_of
from .queries.tolerances import SOON, has_risen

LEAD_DAYS = 14
TOLERATED = "risk.tolerated"


def kinds_of_tolerances(user: User) -> Iterator[Many]:
    """Yield what this user can decide or ask anew."""
    soon, mine = timezone.localdate() + SOON, _mine(user)
    many = partial(Many, icon="alert-triangle", subject=Tolerance.SUBJECT)
    asked = tolerances_of(user).filter(_may_agree(user), state="asked")
    yield many("risk.asked", asked.order_by("id"), _to_decide, _more_asked)
    ending = mine.filter(until__lte=soon).order_by("until", "id")
    yield many("risk.ending", ending, _to_renew, _more_ending, last_day="until")
    risen = mine.filter(has_risen(), until__gt=soon).order_by("-scenario__loss_minor", "id")
    yield many("risk.risen", risen, _risen, _more_risen)


def days_of_tolerances(user: User, first: date, last: date) -> Days:
    """Return the days on which something tolerated is looked at again."""
    rows, url = _mine(user).filter(until__range=(first, last)), reverse("tolerances")
    return Days(Tolerance.SUBJECT, rows, "until", _dated, _many_end, url, lead_days=LEAD_DAYS, what=TOLERATED,
                unit="scenario__unit_id", owner="scenario__owner_id")  # fmt: skip


def _dated(each: Tolerance) -> Dated:
    title = _("Tolerated until then: %(name)s") % {"name": each.scenario.name}
    return Dated(each.subject, title, _url(each), each.until, lead_days=LEAD_DAYS, unit=each.scenario.unit_id,
                 owner=each.scenario.owner_id)  # fmt: skip


def _may_agree(user: User) -> Q:
    """Return the condition for those that the user's roles let them agree to, as `may_agree` tells of one."""
    within = eyes.answerable(user, ACCEPTANCE, unit="scenario__unit") & Q(above_appetite=False)
    makers = eyes.answers_at(user, ACCEPTANCE_ABOVE, unit_id=root_unit().pk)
    return within if makers is None else within | Q(above_appetite=True) & makers


def _mine(user: User) -> QuerySet[Tolerance]:
    """Return what is in force and this user may ask anew: by role there, or because they answer for it."""
    theirs = in_units(user, ASK, "scenario__unit", or_of="scenario__owner__user")
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


def _more_asked(number: int) -> str:
    words = ngettext("%(n)s more risk is asked to be tolerated", "%(n)s more risks are asked to be tolerated", number)
    return words % {"n": count(number)}


def _more_ending(number: int) -> str:
    words = ngettext("%(n)s more risk is tolerated no longer, or not for long",
                     "%(n)s more risks are tolerated no longer, or not for long", number)  # fmt: skip
    return words % {"n": count(number)}


def _more_risen(number: int) -> str:
    words = ngettext("%(n)s more tolerated risk costs more than was agreed to",
                     "%(n)s more tolerated risks cost more than was agreed to", number)  # fmt: skip
    return words % {"n": count(number)}


def _many_end(number: int) -> str:
    words = ngettext("%(n)s tolerated risk is looked at again", "%(n)s tolerated risks are looked at again", number)
    return words % {"n": count(number)}
