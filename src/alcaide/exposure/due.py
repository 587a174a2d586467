"""What this room wants decided: findings past their limit, asset by asset, and reports that wait for a word."""

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Dated, Due
from alcaide.exposure.models import ASK, ASSIGN, DECIDE, SEE, TAKE_IN
from alcaide.exposure.queries import Late, late_assets, reports
from alcaide.exposure.queries.fix_first import actions, decisions

MOST_REPORTS = 20
MOST_EXCEPTIONS = 50
MOST_DATES = 100
ENDS_SOON_DAYS = 7
HOURS_A_DAY = 6.0


def due(user: User) -> Iterator[Due]:
    """Yield what waits for the user: late findings by asset, reports to confirm, exceptions to answer or to renew."""
    scope = scope_of(user)
    if scope.allows(ASSIGN):
        yield from (_late(each) for each in late_assets(user, may=ASSIGN))
    if scope.allows(TAKE_IN):
        yield from _waiting(user)
    if scope.allows(DECIDE):
        yield from _asked(user)
    if scope.allows(ASK):
        yield from _ending(user)


def dates(user: User, first: date, last: date) -> Iterator[Dated]:
    """Yield the days on which actions are promised and exceptions end."""
    if not scope_of(user).allows(SEE):
        return
    promised = actions(user).filter(state="open", promised_on__gte=first, promised_on__lte=last)
    for action in promised.order_by("promised_on", "pk")[:MOST_DATES]:
        lead = max(1, round(action.hours / HOURS_A_DAY))
        url = reverse("action", args=[action.uid])
        yield Dated(action.subject, action.title, url, action.promised_on or last, lead_days=lead)
    ending = decisions(user).filter(state="in_force", until__gte=first, until__lte=last)
    for decision in ending.order_by("until", "pk")[:MOST_DATES]:
        title = {
            "window": _("Maintenance window: %(title)s"),
        }.get(decision.kind, _("Exception ends: %(title)s")) % {"title": decision.title}
        url, on = reverse("exception", args=[decision.uid]), decision.until or last
        yield Dated(decision.subject, title, url, on, kind="window" if decision.kind == "window" else "lead")


def _late(late: Late) -> Due:
    title = ngettext(
        "%(n)d finding on %(asset)s is past its limit",
        "%(n)d findings on %(asset)s are past their limit",
        late.findings,
    )
    exploited = ngettext("%(n)d is exploited in the wild", "%(n)d are exploited in the wild", late.exploited)
    query = urlencode({"view": "late", "asset": late.asset_uid})
    return Due(
        subject=f"assets.asset:{late.asset_uid}",
        title=title % {"n": late.findings, "asset": late.asset_name},
        why=exploited % {"n": late.exploited} if late.exploited else _("Open longer than its limit allows"),
        url=f"{reverse('findings')}?{query}",
        act=_("Open"),
        icon="bug",
        by=late.oldest_due_on,
        since=late.first_seen_at,
        money=late.price.amount if late.price else None,
    )


def _waiting(user: User) -> Iterator[Due]:
    units = scope_of(user).units_for(TAKE_IN)
    for report in reports(user).filter(counts__waiting__gt=0, unit__in=units).order_by("pk")[:MOST_REPORTS]:
        waiting = report.counts["waiting"]
        title = ngettext("%(n)d finding may be fixed", "%(n)d findings may be fixed", waiting)
        yield Due(
            subject=report.subject,
            title=title % {"n": waiting},
            why=_("%(file)s no longer sees them; too many at once to close unasked") % {"file": report.file.name},
            url=reverse("report", args=[report.uid]),
            act=_("Confirm"),
            icon="report",
            since=report.finished_at,
        )


def _asked(user: User) -> Iterator[Due]:
    """Yield the exceptions that somebody else asked for, or a maker proposes, where one decides."""
    units = scope_of(user).units_for(DECIDE)
    rows = decisions(user).filter(state__in=("asked", "proposed"), unit__in=units).exclude(asked_by=user)
    for decision in rows.order_by("answer_by", "pk")[:MOST_EXCEPTIONS]:
        by = decision.asked_by.name if decision.asked_by else decision.source
        covers = ngettext("%(n)d finding", "%(n)d findings", decision.findings) % {"n": decision.findings}
        yield Due(
            subject=decision.subject,
            title=_("Exception asked for: %(title)s") % {"title": decision.title},
            why=_("%(kind)s; %(covers)s; asked by %(by)s")
            % {"kind": decision.get_kind_display(), "covers": covers, "by": by},
            url=reverse("exception", args=[decision.uid]),
            act=_("Decide"),
            icon="gavel",
            by=decision.answer_by,
            since=decision.asked_at,
        )


def _ending(user: User) -> Iterator[Due]:
    """Yield the exceptions that end within days: renew them, or have the findings fixed by then."""
    units = scope_of(user).units_for(ASK)
    soon = timezone.localdate() + timedelta(days=ENDS_SOON_DAYS)
    rows = decisions(user).filter(state="in_force", until__lte=soon, unit__in=units)
    for decision in rows.order_by("until", "pk")[:MOST_EXCEPTIONS]:
        yield Due(
            subject=decision.subject,
            title=_("Exception ends: %(title)s") % {"title": decision.title},
            why=_("Its findings are then late again from the limit they had"),
            url=reverse("exception", args=[decision.uid]),
            act=_("Open"),
            icon="gavel",
            by=decision.until or soon,
            since=decision.decided_at,
        )
