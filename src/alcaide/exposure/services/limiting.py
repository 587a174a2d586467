"""Keeping open findings in step with feeds and assets: their time limits, and the unit they belong to."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from alcaide.assets.models import Asset
from alcaide.common.models import Change
from alcaide.common.trail import Actor, audit, writing
from alcaide.exposure.limits import HIGH, limit_of
from alcaide.exposure.models import FOLLOWED, NO_LIMIT, SEEN_WITHIN, Finding, FindingFlaw
from alcaide.threats.queries import known_exploited, listed, numbered

from .tables import Table

AT_ONCE = 2_000
_LIMITS = Table(Finding, "exploited_since", "due_on", "limit_on", "due_why", "changed_at")

New = tuple[date | None, date | None, date, str, datetime, int]


def renew_limits(actor: Actor, *, force: bool = False) -> int:
    """Compute limits anew where a feed or an asset changed since the last time. Returns how many moved.

    A finding whose asset moved to another unit moves with it. What stays as it is, is not written; safe to repeat.
    """
    began = timezone.now()
    changes = Change.objects.filter(room__in=("threats", "assets"))
    last = Change.objects.filter(room=FOLLOWED).order_by("-at").values_list("at", flat=True).first()
    if last is not None and not force:
        changes = changes.filter(at__gt=last - SEEN_WITHIN)
    changed = set(changes.values_list("room", "subject").distinct())
    everything = force or any(room == "threats" for room, _ in changed)
    assets = _assets({subject for room, subject in changed if room == "assets"})
    moved = _follow(actor, assets)
    if everything or assets:
        found = Finding.objects.filter(state="open")
        rows = found if everything else found.filter(asset__in=numbered(assets))
        moved += sum(_write(actor, batch) for batch in _batches(_moved(rows)))
    Change.objects.filter(room=FOLLOWED).delete()
    Change.objects.create(room=FOLLOWED, subject=FOLLOWED, at=began)
    return moved


def _assets(subjects: set[str]) -> list[int]:
    uids = [subject.partition(":")[2] for subject in subjects if subject.startswith(f"{Asset.SUBJECT}:")]
    return list(Asset.objects.filter(uid__in=uids).values_list("pk", flat=True))


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


def _moved(rows: QuerySet[Finding]) -> Iterator[New]:
    """Yield the new limit of every open finding whose limit is another one now."""
    since = _exploited_findings()
    concerned = rows.filter(
        Q(severity__gte=HIGH) | Q(due_on__isnull=False) | Q(exploited_since__isnull=False) | Q(pk__in=numbered(since))
    )
    now = timezone.now()
    values = concerned.values_list(
        "pk", "severity", "first_seen_at", "asset__reached_from", "exploited_since", "due_on", "due_why"
    )
    for pk, severity, first_seen_at, reached_from, was_since, was_due_on, was_why in _paged(values):
        limit = limit_of(
            severity=severity, first_seen_on=timezone.localtime(first_seen_at).date(), exploited_since=since.get(pk),
            reached_from=reached_from,
        )  # fmt: skip
        if (since.get(pk), limit.due_on, limit.why) != (was_since, was_due_on, was_why):
            yield since.get(pk), limit.due_on, limit.due_on or NO_LIMIT, limit.why, now, pk


def _paged(rows: QuerySet[Any, Any]) -> Iterator[Any]:
    """Walk rows by their number, so that no cursor stays open while others of them are written."""
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield from page
        last = page[-1][0]


def _exploited_findings() -> dict[int, date]:
    """Return the open findings with a known exploited flaw, with the day the earliest of these was listed."""
    listed_on = known_exploited()
    rows = FindingFlaw.objects.filter(cve__in=listed(listed_on), finding__state="open")
    found: dict[int, date] = {}
    for finding_id, cve in rows.values_list("finding_id", "cve").iterator(chunk_size=AT_ONCE):
        found[finding_id] = min(listed_on[cve], found.get(finding_id, date.max))
    return found


def _batches(rows: Iterator[New]) -> Iterator[list[New]]:
    batch: list[New] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _write(actor: Actor, batch: list[New]) -> int:
    with writing():
        _LIMITS.update(batch)
        audit(actor, "renew_limits", subject="exposure.limits:all", after={"findings": len(batch)})
    return len(batch)
