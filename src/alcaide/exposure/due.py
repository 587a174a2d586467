"""What this room wants decided: findings past their limit, asset by asset, and reports that wait for a word."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Due
from alcaide.exposure.models import SEE, TAKE_IN
from alcaide.exposure.queries import Late, late_assets, reports

MOST_REPORTS = 20


def due(user: User) -> Iterator[Due]:
    """Yield what waits for the user: late findings grouped by asset, then reports with findings to confirm."""
    scope = scope_of(user)
    if scope.allows(SEE):
        yield from (_late(each) for each in late_assets(user))
    if scope.allows(TAKE_IN):
        yield from _waiting(user)


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
        why=exploited % {"n": late.exploited} if late.exploited else _("Rated critical or high, and open too long"),
        url=f"{reverse('findings')}?{query}",
        act=_("Open"),
        icon="bug",
        # The limit is a day; it has passed when that day is over.
        at=timezone.make_aware(datetime.combine(late.oldest_due_on + timedelta(days=1), time.min)),
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
