"""What this room wants decided: findings past their limit, asset by asset, and reports that wait for a word."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.common import eyes
from alcaide.common.counts import capped
from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Dated, DateKind, Due
from alcaide.common.waiting import SINGLY, Days, Many, in_units, told
from alcaide.common.words import count
from alcaide.exposure.models import ASK, ASSIGN, EXCEPTION, SEE, TAKE_IN, Action, Decision, Report
from alcaide.exposure.queries import Late, late_assets, past_limit, reports
from alcaide.exposure.queries.fix_first import actions, decisions
from alcaide.exposure.services import promise

ENDS_SOON_DAYS = 7
HOURS_A_DAY = 6.0
PROMISES, LIMITS = "exposure.promises", "exposure.limits"
EXCEPTIONS, WINDOWS = "exposure.exceptions", "exposure.windows"


def due(user: User, *, about: Collection[str] | None = None) -> Iterator[Due]:
    """Yield what waits for the user: late findings by asset, reports to confirm, exceptions to answer or to renew."""
    # Assets that are overdue beyond those named are counted, not listed: they may be all that there are.
    yield from _late_ones(user)
    for kind in _kinds(user):
        yield from kind.singly(about)


def brief(user: User) -> Iterator[Due]:
    """Yield the most pressing of each kind, and one that stands for the rest."""
    yield from _late_ones(user, most=SINGLY)
    for kind in _kinds(user):
        yield from kind.briefly()


def dates(user: User, first: date, last: date, *, about: Collection[str] | None = None) -> Iterator[Dated]:
    """Yield the days on which actions are promised, exceptions end, and findings pass their limits."""
    if not scope_of(user).allows(SEE):
        return
    still, page = actions(user).filter(state="open"), reverse("actions")
    ending = decisions(user).filter(state="in_force", until__range=(first, last))
    url = f"{reverse('exceptions')}?view=force"
    where: dict[str, Any] = {"unit": "unit_id", "owner": "owner_id"}
    promised = still.filter(promised_on__range=(first, last))
    limits = still.filter(limit_on__range=(first, last), promised_on__isnull=True)
    others, windows = ending.exclude(kind="window"), ending.filter(kind="window")
    yield from told(
        Days(Action.SUBJECT, promised, "promised_on", _promised, _many_promised, page, what=PROMISES, **where),
        Days(Decision.SUBJECT, others, "until", _ends, _many_ending, url, what=EXCEPTIONS, **where),
        Days(Decision.SUBJECT, windows, "until", _window, _many_windows, url, kind="window", what=WINDOWS, **where),
        Days(Action.SUBJECT, limits, "limit_on", _limit, _many_limits, page, what=LIMITS, most=0, **where),
        about=about,
    )  # fmt: skip


def date_kinds() -> Iterator[DateKind]:
    """Yield the kinds of this room's dates."""
    yield DateKind(PROMISES, gettext_lazy("Promised fixes"), may_move=_may_move, move=_move)
    fixed = gettext_lazy("The table of time limits sets it. Ask for an exception where it cannot be kept.")
    yield DateKind(LIMITS, gettext_lazy("Limits of findings"), fixed=fixed)
    fixed = gettext_lazy("It was decided until that day. Ask for it to be renewed.")
    yield DateKind(EXCEPTIONS, gettext_lazy("Ends of exceptions"), is_work=False, fixed=fixed)
    yield DateKind(WINDOWS, gettext_lazy("Maintenance windows"), is_work=False, fixed=fixed)


def _may_move(user: User, subject: str) -> bool:
    held = _action(user, subject)
    return held is not None and held.owner_id is not None and scope_of(user).allows(ASSIGN, held.unit_id)


def _move(user: User, subject: str, on: date) -> None:
    held = _action(user, subject)
    if held is not None:
        promise(user, [held], on=on)


def _action(user: User, subject: str) -> Action | None:
    return actions(user).filter(uid=subject.partition(":")[2]).first()


def _limit(action: Action) -> Dated:
    lead, url = max(1, round(action.hours / HOURS_A_DAY)), reverse("action", args=[action.uid])
    title = _("Limit: %(title)s") % {"title": action.title}
    return Dated(action.subject, title, url, action.limit_on, lead_days=lead, **_where(action))


def _many_limits(number: int) -> str:
    return ngettext("%(n)s fix reaches its limit", "%(n)s fixes reach their limit", number) % {"n": count(number)}


def _where(row: Action | Decision) -> dict[str, Any]:
    return {"unit": row.unit_id, "owner": row.owner_id}


def _promised(action: Action) -> Dated:
    lead, url = max(1, round(action.hours / HOURS_A_DAY)), reverse("action", args=[action.uid])
    return Dated(action.subject, action.title, url, cast(date, action.promised_on), lead_days=lead, **_where(action))


def _ends(decision: Decision) -> Dated:
    title = _("Exception ends: %(title)s") % {"title": decision.title}
    return Dated(decision.subject, title, _decision_url(decision), cast(date, decision.until), **_where(decision))


def _window(decision: Decision) -> Dated:
    title = _("Maintenance window: %(title)s") % {"title": decision.title}
    on = cast(date, decision.until)
    return Dated(decision.subject, title, _decision_url(decision), on, kind="window", **_where(decision))


def _decision_url(decision: Decision) -> str:
    return reverse("exception", args=[decision.uid])


def _many_promised(number: int) -> str:
    return ngettext("%(n)s action is promised", "%(n)s actions are promised", number) % {"n": count(number)}


def _many_ending(number: int) -> str:
    return ngettext("%(n)s exception ends", "%(n)s exceptions end", number) % {"n": count(number)}


def _many_windows(number: int) -> str:
    return ngettext("%(n)s maintenance window", "%(n)s maintenance windows", number) % {"n": count(number)}


def _late_ones(user: User, *, most: int | None = None) -> Iterator[Due]:
    """Yield the assets that are longest overdue, and one that counts the findings where there are further assets."""
    scope = scope_of(user)
    if not scope.allows(ASSIGN):
        return
    named = late_assets(user, may=ASSIGN)[:most]
    yield from (_late(each) for each in named)
    seen = past_limit(user)
    theirs = capped(seen.filter(in_units(user, ASSIGN)))
    if theirs.shown > sum(each.findings for each in named):
        told = theirs if scope.covers_all(ASSIGN) else capped(seen)
        title = _("Past their limit in all: %(n)s findings") % {"n": told}
        url = f"{reverse('findings')}?view=late"
        yield Due(
            "exposure.late", title, _("On more assets than are named"), url, _("See all"), "bug",
            by=named[-1].oldest_due_on if named else None,
        )  # fmt: skip


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


def _kinds(user: User) -> Iterator[Many]:
    scope = scope_of(user)
    if scope.allows(TAKE_IN):
        rows = reports(user).filter(in_units(user, TAKE_IN), counts__waiting__gt=0).order_by("pk")
        yield Many("exposure.reports", rows, _report, _more_reports, "report", Report.SUBJECT)
    if scope.allows(SEE):
        asked = decisions(user).filter(eyes.answerable(user, EXCEPTION), state__in=("asked", "proposed"))
        others = asked.order_by(F("answer_by").asc(nulls_last=True), "pk")
        yield Many("exposure.asked", others, _asked, _more_asked, "gavel", Decision.SUBJECT, last_day="answer_by")
    if scope.allows(ASK):
        soon = timezone.localdate() + timedelta(days=ENDS_SOON_DAYS)
        ordered = decisions(user).filter(in_units(user, ASK), state="in_force", until__lte=soon).order_by("until", "pk")
        yield Many("exposure.ending", ordered, _ending, _more_ending, "gavel", Decision.SUBJECT, last_day="until")


def _report(report: Report) -> Due:
    waiting = report.counts["waiting"]
    title = ngettext("%(n)d finding may be fixed", "%(n)d findings may be fixed", waiting)
    return Due(
        subject=report.subject,
        title=title % {"n": waiting},
        why=_("%(file)s no longer sees them; too many at once to close unasked") % {"file": report.file.name},
        url=reverse("report", args=[report.uid]),
        act=_("Confirm"),
        icon="report",
        since=report.finished_at,
    )


def _asked(decision: Decision) -> Due:
    """Return an exception that somebody else asked for, or a maker proposes, where one decides."""
    by = decision.asked_by.name if decision.asked_by else decision.source
    covers = ngettext("%(n)d finding", "%(n)d findings", decision.findings) % {"n": decision.findings}
    return Due(
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


def _ending(decision: Decision) -> Due:
    """Return an exception that ends within days: renew it, or have the findings fixed by then."""
    return Due(
        subject=decision.subject,
        title=_("Exception ends: %(title)s") % {"title": decision.title},
        why=_("Its findings are then late again from the limit they had"),
        url=reverse("exception", args=[decision.uid]),
        act=_("Open"),
        icon="gavel",
        by=decision.until,
        since=decision.decided_at,
    )


def _more_reports(number: int) -> str:
    words = ngettext("%(n)s more report waits for a word", "%(n)s more reports wait for a word", number)
    return words % {"n": count(number)}


def _more_asked(number: int) -> str:
    words = ngettext("%(n)s more exception is asked for", "%(n)s more exceptions are asked for", number)
    return words % {"n": count(number)}


def _more_ending(number: int) -> str:
    words = ngettext("%(n)s more exception ends", "%(n)s more exceptions end", number)
    return words % {"n": count(number)}
