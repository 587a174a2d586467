"""What this room wants decided, its dates, and the line that dates every page's figures."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.common.counts import capped
from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Dated, DateKind, Due, end_of
from alcaide.common.waiting import Days, in_units, told
from alcaide.common.words import count, money, money_exactly
from alcaide.controls.models import ADOPT, Measure
from alcaide.controls.queries import prices_of
from alcaide.organization.models import Organization
from alcaide.organization.queries import root_unit

from .due_tolerances import TOLERATED, days_of_tolerances, kinds_of_tolerances
from .models import ESTIMATE, NEVER, SEE, Estimate, Proposal, Run, Scenario
from .queries import LOSS

REVIEW_AFTER = timedelta(days=365)
REVIEW_LEAD_DAYS = 7
REVIEWS = "risk.reviews"


@dataclass(frozen=True)
class AsOf:
    """What dates the figures of every page."""

    organization: str
    at: datetime | None
    run_label: str
    run_url: str
    may_see: bool = True
    """Whether the figures are for this reader; who may not see them is not told that there are none."""


def as_of(user: User) -> AsOf | None:
    """Return the organization and its newest run; None before there is an organization. Mostly one query."""
    names = Organization.objects.order_by("id").values("name")[:1]
    if scope_of(user).allows(SEE):
        run = Run.objects.order_by("-number").values("uid", "number", "at", house=Subquery(names)).first()
        if run is not None:
            return AsOf(
                run["house"], run["at"], _("run %(n)s") % {"n": run["number"]}, reverse("run", args=[run["uid"]])
            )
    held = names.first()
    return AsOf(held["name"], None, "", "", may_see=scope_of(user).allows(SEE)) if held else None


def due(user: User, *, about: Collection[str] | None = None) -> Iterator[Due]:
    """Yield what waits: scenarios without a price, ranges older than a year, a plan that nobody decided on."""
    if not Organization.objects.exists():
        return
    if about is None:
        yield from _whole(user)
    for kind in kinds_of_tolerances(user):
        yield from kind.singly(about)


def brief(user: User) -> Iterator[Due]:
    """Yield the most pressing of each kind, and one that stands for the rest."""
    if not Organization.objects.exists():
        return
    yield from _whole(user)
    for kind in kinds_of_tolerances(user):
        yield from kind.briefly()


def _whole(user: User) -> Iterator[Due]:
    yield from _unpriced(user)
    yield from _old(user)
    yield from _plan(user)


def dates(user: User, first: date, last: date, *, about: Collection[str] | None = None) -> Iterator[Dated]:
    """Yield the days on which ranges become a year old: scenario by scenario, or where they are many week by week."""
    rows = _mine(user).filter(ranges_from__gte=first - REVIEW_AFTER, ranges_from__lte=last - REVIEW_AFTER)
    reviews = Days(
        Scenario.SUBJECT, rows.only("uid", "name", "ranges_from", "unit_id", "owner_id"), "ranges_from", _review,
        _many_reviews, lead_days=REVIEW_LEAD_DAYS, url=f"{reverse('scenarios')}?sort=ranges", after=REVIEW_AFTER,
        what=REVIEWS, unit="unit_id", owner="owner_id",
    )  # fmt: skip
    yield from told(reviews, days_of_tolerances(user, first, last), about=about)


def date_kinds() -> Iterator[DateKind]:
    """Yield the kinds of this room's dates."""
    fixed = gettext_lazy("The range is a year old then. Estimate again, or say on its page that it still holds.")
    yield DateKind(REVIEWS, gettext_lazy("Reviews of estimates"), fixed=fixed)
    fixed = gettext_lazy("It was agreed to until that day. Ask anew for another one.")
    yield DateKind(TOLERATED, gettext_lazy("Tolerated risks"), fixed=fixed)


def _review(scenario: Scenario) -> Dated:
    title = _("Review: %(name)s") % {"name": scenario.name}
    on = scenario.ranges_from + REVIEW_AFTER
    return Dated(
        scenario.subject, title, _url(scenario), on, lead_days=REVIEW_LEAD_DAYS, unit=scenario.unit_id,
        owner=scenario.owner_id,
    )  # fmt: skip


def _many_reviews(number: int) -> str:
    words = ngettext("Review the ranges of %(n)s scenario", "Review the ranges of %(n)s scenarios", number)
    return words % {"n": count(number)}


def _mine(user: User) -> QuerySet[Scenario]:
    """Return the scenarios in use that the user estimates."""
    rows = Scenario.objects.filter(in_units(user, ESTIMATE), retired_at__isnull=True)
    return rows.visible_to(user)


def _unpriced(user: User) -> Iterator[Due]:
    held = Estimate.objects.filter(scenario=OuterRef("pk"))
    rows = _mine(user).filter(~Exists(held.filter(what="frequency")) | ~Exists(held.filter(what="loss")))
    found = list(rows.order_by("id").only("uid", "name", "created_at")[:101])
    if not found:
        return
    since = found[0].created_at
    if len(found) == 1:
        one = found[0]
        title, url = _("“%(name)s” has no price") % {"name": one.name}, _url(one)
    else:
        title = _("%(n)s scenarios have no price") % {"n": len(found) if len(found) <= 100 else _("More than 100")}
        url = f"{reverse('scenarios')}?view=unpriced"
    why = _("No total holds what nobody estimated")
    yield Due("risk.scenario:unpriced", title, why, url, _("Estimate"), "chart-line", since=since)


def _old(user: User) -> Iterator[Due]:
    limit = timezone.localdate() - REVIEW_AFTER
    rows = _mine(user).filter(ranges_from__gt=NEVER, ranges_from__lt=limit)
    one = rows.order_by("ranges_from", "pk").only("uid", "name", "ranges_from").first()
    if one is None:
        return
    number = capped(rows)
    title = (
        _("Review the ranges of “%(name)s”") % {"name": one.name}
        if number.shown == 1
        else _("%(n)s scenarios rest on ranges older than a year") % {"n": number}
    )
    why = _("The oldest is “%(name)s”; estimate again or say that it still holds") % {"name": one.name}
    yield Due(
        "risk.scenario:old", title, why, _url(one), _("Estimate"), "calendar-due", by=one.ranges_from + REVIEW_AFTER,
        since=end_of(one.ranges_from),
    )  # fmt: skip


def _plan(user: User) -> Iterator[Due]:
    """Yield the newest plan while measures that it chooses are neither adopted nor dropped."""
    top = root_unit()
    if not scope_of(user).allows(ADOPT, top.pk):
        return
    proposal = Proposal.objects.select_related("run").defer("run__inputs", "run__results").order_by("-id").first()
    price = prices_of([top.subject], figure=LOSS).get(top.subject)
    if proposal is None or price is None or price.run != proposal.run.subject:
        return
    plan = json.loads(proposal.results)
    waiting = Measure.objects.filter(uid__in=plan["chosen"], state="proposed").count()
    if not plan["feasible"] or not waiting:
        return
    currency = proposal.currency
    words = {
        "cost": money(plan["cost"], currency),
        "avoided": money(float(price.amount.major) - plan["mean"], currency),
        "budget": money_exactly(proposal.budget.major, currency),
        "n": waiting,
    }
    yield Due(
        proposal.subject,
        _("%(cost)s plan removes %(avoided)s a year") % words,
        ngettext(
            "%(n)s measure not decided yet, under a budget of %(budget)s",
            "%(n)s measures not decided yet, under a budget of %(budget)s",
            waiting,
        )
        % words,
        _decide_url(proposal),
        _("Decide"),
        "report-money",
        since=_waits_since(),
    )


def _waits_since() -> datetime | None:
    """Return when the first plan was made after the last time that something was adopted."""
    last = Measure.objects.aggregate(last=Max("adopted_at"))["last"]
    later = Q(run__at__gt=last) if last else Q()
    since: datetime | None = Proposal.objects.filter(later).aggregate(first=Min("run__at"))["first"]
    return since


def _decide_url(proposal: Proposal) -> str:
    try:
        return reverse("decide-plan", args=[proposal.uid])
    except NoReverseMatch:
        return reverse("plan")


def _url(scenario: Scenario) -> str:
    return reverse("scenario", args=[scenario.uid])
