"""Reads of reports and findings."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count as CountOf
from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from alcaide.assets.queries import prices_of
from alcaide.common.counts import Count, capped
from alcaide.common.models import Priced
from alcaide.common.permissions import scope_of
from alcaide.common.rows import numbered
from alcaide.exposure.models import Check, Finding, FindingAlias, FindingFlaw, Report, Sighting
from alcaide.threats.queries import Flaw, told, told_along

# Assets whose findings are past their limit are named, the most urgent first, up to so many.
MOST_NAMED = 50
LOOKED_AT = 2_000
FEW_CHECKS = 200
UID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Late:
    """An asset with findings past their limit."""

    asset_uid: str
    asset_name: str
    findings: int
    oldest_due_on: date
    first_seen_at: datetime
    exploited: int
    price: Priced | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands open, as far as a user sees it; each number stops at its cap."""

    open: Count
    critical: Count
    past_limit: Count
    exploited: Count
    last_scanned_at: datetime | None


def findings(user: Any) -> QuerySet[Finding]:
    """Return the findings that the user sees."""
    return Finding.objects.visible_to(user).select_related("asset", "asset__unit", "asset__owner")


def reports(user: Any) -> QuerySet[Report]:
    """Return the reports that the user sees."""
    return Report.objects.visible_to(user).select_related("unit", "file", "brought_by")


def is_past_limit() -> Q:
    """Return the condition of an open finding whose limit has passed."""
    return Q(state="open", limit_on__lt=timezone.localdate())


def past_limit(user: Any) -> QuerySet[Finding]:
    """Return the open findings whose limit has passed, as far as the user sees them."""
    return findings(user).filter(is_past_limit())


def late_assets(user: Any, *, may: str) -> list[Late]:
    """Return the assets with findings past their limit, the longest overdue first, at most 50. Three queries.

    may: what the user must be allowed where they stand; who only reads there is asked for nothing.
    """
    scope, wanted = scope_of(user), past_limit(user)
    if not scope.covers_all(may):
        wanted = wanted.filter(unit__in=scope.units_for(may))
    rows = wanted.order_by("limit_on", "pk").values_list("asset_id", flat=True)[:LOOKED_AT]
    first = list(dict.fromkeys(rows))[:MOST_NAMED]
    if not first:
        return []
    grouped = list(
        wanted.filter(asset__in=numbered(first))
        .order_by()
        .values_list("asset_id", "asset__uid", "asset__name")
        .annotate(
            number=CountOf("pk"),
            oldest=Min("due_on"),
            since=Min("first_seen_at"),
            exploited=CountOf("pk", filter=Q(exploited_since__isnull=False)),
        )
    )
    prices = prices_of(f"assets.asset:{row[1]}" for row in grouped)
    late = [
        Late(str(uid), name, number, oldest, since, exploited, prices.get(f"assets.asset:{uid}"))
        for _, uid, name, number, oldest, since, exploited in grouped
    ]
    return sorted(late, key=lambda each: (each.oldest_due_on, each.asset_name))


def figures(user: Any) -> Figures:
    """Return what stands open, in figures. Five bounded queries."""
    open_ones = Finding.objects.visible_to(user).filter(state="open")
    last = Sighting.objects.filter(report__in=Report.objects.visible_to(user)).order_by("-scanned_at")
    return Figures(
        capped(open_ones),
        capped(open_ones.filter(severity=4)),
        capped(open_ones.filter(is_past_limit())),
        capped(open_ones.filter(exploited_since__isnull=False)),
        last.values_list("scanned_at", flat=True).first(),
    )


def flaws_of(rows: Iterable[Finding]) -> dict[int, list[Flaw]]:
    """Return the flaws of each finding with what the feeds say, the worst first. One query."""
    pairs = told_along(FindingFlaw.objects.filter(finding__in=numbered([row.pk for row in rows])))
    found: dict[int, list[Flaw]] = {}
    for finding_id, *about in pairs.values_list("finding_id", "cve", "told_known", "told_score", "told_newest"):
        found.setdefault(finding_id, []).append(told(*about))
    for each in found.values():
        each.sort(key=lambda flaw: (not flaw.is_known_exploited, -(flaw.epss or 0), flaw.cve))
    return found


def sightings_of(finding: Finding) -> Sequence[Sighting]:
    """Return how the first and the last report saw the finding's asset, the last one first."""
    rows = Sighting.objects.filter(
        asset=finding.asset_id, report__in=[finding.first_report_id, finding.last_report_id]
    ).select_related("report", "report__file")
    return list(rows.order_by("-scanned_at", "-pk"))


def named(text: str) -> Q:
    """Return the condition of a finding whose check is called so, has this number, or finds this flaw by any name.

    Few hits are looked up by their number: SQLite would else walk a million findings in the list's order.
    """
    asked = text.strip()
    also = FindingAlias.objects.filter(name__in=_spellings(asked)).values("finding")
    if asked.upper().startswith("CVE-"):
        return Q(pk__in=FindingFlaw.objects.filter(cve=asked.upper()).values("finding").union(also))
    called = Q(name__icontains=asked) | Q(check_id=asked)
    checks = list(Check.objects.filter(called).values_list("check_id", flat=True)[: FEW_CHECKS + 1])
    if len(checks) > FEW_CHECKS:
        return called
    return Q(pk__in=Finding.objects.filter(called, check_id__in=checks).order_by().values("pk").union(also))


def _spellings(asked: str) -> set[str]:
    """Return how a flaw's name may be written: as asked, in capitals, and as GitHub does, in capitals to the dash."""
    first, dash, rest = asked.partition("-")
    return {asked, asked.upper(), f"{first.upper()}{dash}{rest.lower()}"}


def is_uid(text: str) -> bool:
    """Tell whether a text is a public identifier."""
    return UID.fullmatch(text) is not None
