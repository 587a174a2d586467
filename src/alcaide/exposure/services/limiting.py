"""Keeping open findings in step with feeds, facts, decisions and assets: limits, units, actions."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from alcaide.assets.models import Asset
from alcaide.common import purging
from alcaide.common.changes import note_change
from alcaide.common.models import Change
from alcaide.common.rows import Table as Rows
from alcaide.common.rows import numbered
from alcaide.common.trail import Actor, audit, writing
from alcaide.exposure.models import FOLLOWED, NO_LIMIT, Finding, FindingFlaw, LimitTable
from alcaide.exposure.queries.limits import newest_table

from .acting import keep_actions
from .concerning import BY_ACTIONS, Concerned, concerned_since, last_look, open_findings
from .deciding import cover_again, end_over
from .limits import Limits, stands_until

AT_ONCE = 2_000
_LIMITS = Rows(Finding, "exploited_since", "due_on", "limit_on", "due_why", "changed_at")

New = tuple[date | None, date | None, date, str, datetime, int]


def renew_limits(actor: Actor, *, force: bool = False) -> int:
    """Bring limits and actions in step with what changed since the last time. Returns how many findings moved.

    A finding whose asset moved to another unit moves with it; an exception that ran out ends. What stays as it is, is
    not written; safe to repeat.
    """
    began = timezone.now()
    concerned = concerned_since(None if force else last_look())
    touched = set(end_over(actor)) | set(cover_again(actor))
    moved = _follow(actor, concerned.moved_assets)
    if concerned.everything or concerned.assets:
        moved += _renew(actor, concerned, touched)
    if concerned.everything or concerned.assets or touched:
        touched |= _actions_on(concerned.moved_assets)
        assets = None if concerned.everything else concerned.assets
        touched |= keep_actions(actor, assets=assets, touched=frozenset(touched), since=concerned.since)
    if moved or touched:
        note_change("exposure", BY_ACTIONS)
    purging.renew(Change.objects.filter(room=FOLLOWED))
    Change.objects.create(room=FOLLOWED, subject=FOLLOWED, at=began)
    return moved


def _actions_on(assets: list[int]) -> set[int]:
    rows = (
        Finding.objects.filter(asset__in=numbered(assets), action__isnull=False) if assets else Finding.objects.none()
    )
    return set(rows.values_list("action_id", flat=True).distinct())


def _follow(actor: Actor, assets: list[int]) -> int:
    """Move findings to the unit that their asset moved to."""
    if not assets:
        return 0
    unit = Subquery(Asset.objects.filter(pk=OuterRef("asset_id")).values("unit_id")[:1])
    strayed = Finding.objects.filter(asset__in=numbered(assets)).exclude(unit_id=F("asset__unit_id"))
    numbers = list(strayed.values_list("pk", flat=True))
    if numbers:
        with writing():
            Finding.objects.filter(pk__in=numbered(numbers)).update(unit_id=unit)
            audit(actor, "follow_assets", subject="exposure.limits:all", after={"findings": len(numbers)})
    return len(numbers)


def _renew(actor: Actor, concerned: Concerned, touched: set[int]) -> int:
    """Write the limits that are others now; say what a new table came to. Returns how many moved."""
    counts: Counter[str] = Counter()
    for batch in _moved(open_findings(concerned), counts, touched):
        if batch:
            _write(actor, batch)
    newest = newest_table() if concerned.everything else None
    if newest is not None and not newest.counts:
        LimitTable.objects.filter(pk=newest.pk).update(counts=dict(counts))
    return counts["moved"]


def _moved(rows: QuerySet[Finding], counts: Counter[str], touched: set[int]) -> Iterator[list[New]]:
    """Yield, page by page, the new limit of every open finding whose limit is another one now."""
    limits, now = Limits(), timezone.now()
    values = rows.values_list(
        "pk", "severity", "first_seen_at", "asset__reached_from", "cvss_vector", "decision__kind", "decision__until",
        "action_id", "exploited_since", "due_on", "limit_on", "due_why",
    )  # fmt: skip
    for page in _paged(values):
        flaws = _flaws_of([row[0] for row in page])
        limits.learn({cve for cves in flaws.values() for cve in cves})
        moved: list[New] = []
        for pk, severity, first_seen_at, reached_from, vector, kind, until, action_id, *was in page:
            found = limits.of(
                severity=severity, first_seen_at=first_seen_at, reached_from=reached_from, vector=vector,
                cves=flaws.get(pk, ()),
            )  # fmt: skip
            limit_on = stands_until(found[1], kind=kind, until=until)
            if found[0] == was[0] and found[1] == was[1] and limit_on == was[2] and found[2] == was[3]:
                continue
            counts["earlier"] += (found[1] or NO_LIMIT) < (was[1] or NO_LIMIT)
            counts["later"] += (found[1] or NO_LIMIT) > (was[1] or NO_LIMIT)
            if action_id:
                touched.add(action_id)
            moved.append((found[0], found[1], limit_on, found[2], now, pk))
        counts["looked_at"] += len(page)
        counts["moved"] += len(moved)
        yield moved


def _flaws_of(numbers: list[int]) -> dict[int, tuple[str, ...]]:
    """Return the flaws of the findings of a page, in one order for the same flaws. One query.

    Numbers that lie close together are asked for as a span: the index hands out a span in its own order.
    """
    if not numbers:
        return {}
    is_dense = numbers[-1] - numbers[0] < 4 * len(numbers)
    asked = (
        Q(finding__gte=numbers[0], finding__lte=numbers[-1]) if is_dense else Q(finding__in=numbered(numbers))
    )  # fmt: skip
    found: dict[int, tuple[str, ...]] = {}
    several: defaultdict[int, set[str]] = defaultdict(set)
    for pk, cve in FindingFlaw.objects.filter(asked).values_list("finding_id", "cve"):
        if pk in found:
            several[pk].update((cve, *found[pk]))
        else:
            found[pk] = (cve,)
    return found | {pk: tuple(sorted(cves)) for pk, cves in several.items()}


def _paged(rows: QuerySet[Any, Any]) -> Iterator[list[Any]]:
    """Walk rows by their number, so that no cursor stays open while others of them are written."""
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield page
        last = page[-1][0]


def _write(actor: Actor, batch: list[New]) -> None:
    with writing():
        _LIMITS.update(batch)
        audit(actor, "renew_limits", subject="exposure.limits:all", after={"findings": len(batch)})
