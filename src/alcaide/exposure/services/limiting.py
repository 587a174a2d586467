"""Renewing the time limits of open findings when a feed or an asset changed."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from alcaide.common.changes import changed_since
from alcaide.common.models import Change
from alcaide.common.trail import Actor, audit, writing
from alcaide.exposure.limits import HIGH, limit_of
from alcaide.exposure.models import Finding, FindingFlaw
from alcaide.threats.queries import known_exploited, listed, numbered

from .tables import Table

# The room under which the moment of the last renewal stands; nobody above reads it.
MARK = "exposure.limits"
AT_ONCE = 2_000
# A change is dated when it is written and seen when its transaction ends; a look further back costs only a look.
OVERLAP = timedelta(minutes=5)
_LIMITS = Table(Finding, "exploited_since", "due_on", "due_why", "changed_at")

New = tuple[date | None, date | None, str, datetime, int]


def renew_limits(actor: Actor, *, force: bool = False) -> int:
    """Compute the limits of open findings anew if a feed or an asset changed since. Returns how many moved.

    A finding whose limit stays is not written. Safe to repeat: what was written before a kill is not written again.
    """
    last = Change.objects.filter(room=MARK).order_by("-at").values_list("at", flat=True).first()
    since = last - OVERLAP if last else None
    if not force and not changed_since(since, rooms=("threats", "assets")):
        return 0
    began = timezone.now()
    moved = sum(_write(actor, batch) for batch in _batches(_moved()))
    Change.objects.filter(room=MARK).delete()
    Change.objects.create(room=MARK, subject=MARK, at=began)
    return moved


def _moved() -> Iterator[New]:
    """Yield the new limit of every open finding whose limit is another one now."""
    since = _exploited_findings()
    rows = Finding.objects.filter(state="open").filter(
        Q(severity__gte=HIGH) | Q(due_on__isnull=False) | Q(exploited_since__isnull=False) | Q(pk__in=numbered(since))
    )
    now = timezone.now()
    values = rows.values_list(
        "pk", "severity", "first_seen_at", "asset__reached_from", "exploited_since", "due_on", "due_why"
    )
    for pk, severity, first_seen_at, reached_from, was_since, was_due_on, was_why in _paged(values):
        limit = limit_of(
            severity=severity, first_seen_on=timezone.localtime(first_seen_at).date(), exploited_since=since.get(pk),
            reached_from=reached_from,
        )  # fmt: skip
        if (since.get(pk), limit.due_on, limit.why) != (was_since, was_due_on, was_why):
            yield since.get(pk), limit.due_on, limit.why, now, pk


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
