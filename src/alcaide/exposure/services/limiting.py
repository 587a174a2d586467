"""Keeping open findings in step with feeds, facts, decisions and assets: limits, units, actions."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from alcaide.assets.models import Asset
from alcaide.common.changes import note_change
from alcaide.common.models import Change
from alcaide.common.trail import Actor, audit, writing
from alcaide.exposure.limits import FlawState
from alcaide.exposure.models import (
    FOLLOWED,
    NO_LIMIT,
    SEEN_WITHIN,
    Finding,
    FindingFlaw,
    LimitTable,
    Report,
    Sighting,
)
from alcaide.exposure.queries.limits import facts_of, newest_table, state_of, table_in_force
from alcaide.threats.queries import known_exploited, numbered

from .acting import keep_actions
from .deciding import cover_again, end_over
from .tables import Table as Rows

AT_ONCE = 2_000
BY_ACTIONS = "exposure.actions:all"
# Changes of this room that move every limit: the table itself, and what is stated of flaws.
MOVES_ALL = (LimitTable.SUBJECT, "exposure.flaw_facts")
_LIMITS = Rows(Finding, "exploited_since", "due_on", "limit_on", "due_why", "changed_at")

New = tuple[date | None, date | None, date, str, datetime, int]


@dataclass(frozen=True, slots=True)
class _Concerned:
    """What changed since the last look: everything, or what stands on some assets."""

    everything: bool
    assets: list[int]
    moved_assets: list[int]


def renew_limits(actor: Actor, *, force: bool = False) -> int:
    """Bring limits and actions in step with what changed since the last time. Returns how many findings moved.

    A finding whose asset moved to another unit moves with it; an exception that ran out ends. What stays as it is, is
    not written; safe to repeat.
    """
    began = timezone.now()
    last = Change.objects.filter(room=FOLLOWED).order_by("-at").values_list("at", flat=True).first()
    concerned = _concerned(None if force else last, everything=force)
    touched = set(end_over(actor)) | set(cover_again(actor))
    moved = _follow(actor, concerned.moved_assets)
    if concerned.everything or concerned.assets:
        moved += _renew(actor, concerned, touched)
    if concerned.everything or concerned.assets or touched:
        touched |= keep_actions(
            actor, assets=None if concerned.everything else concerned.assets, touched=frozenset(touched)
        )
    if moved or touched:
        note_change("exposure", BY_ACTIONS)
    Change.objects.filter(room=FOLLOWED).delete()
    Change.objects.create(room=FOLLOWED, subject=FOLLOWED, at=began)
    return moved


def _concerned(last: datetime | None, *, everything: bool) -> _Concerned:
    changes = Change.objects.filter(room__in=("threats", "assets", "exposure")).exclude(subject=BY_ACTIONS)
    if last is not None:
        changes = changes.filter(at__gt=last - SEEN_WITHIN)
    changed = set(changes.values_list("room", "subject").distinct())
    everything = everything or any(
        room == "threats" or (room == "exposure" and subject.startswith(MOVES_ALL)) for room, subject in changed
    )
    moved = _numbers(Asset, {subject for room, subject in changed if room == "assets"})
    reports = _numbers(Report, {subject for room, subject in changed if room == "exposure"})
    seen = Sighting.objects.filter(report__in=numbered(reports)).values_list("asset_id", flat=True).distinct()
    return _Concerned(everything, sorted({*moved, *(seen if reports else ())}), moved)


def _numbers(model: Any, subjects: set[str]) -> list[int]:
    uids = [subject.partition(":")[2] for subject in subjects if subject.startswith(f"{model.SUBJECT}:")]
    return list(model.objects.filter(uid__in=uids).values_list("pk", flat=True)) if uids else []


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


def _renew(actor: Actor, concerned: _Concerned, touched: set[int]) -> int:
    """Write the limits that are others now; say what a new table came to. Returns how many moved."""
    counts: Counter[str] = Counter()
    rows = Finding.objects.filter(state="open")
    if not concerned.everything:
        rows = rows.filter(asset__in=numbered(concerned.assets))
    for batch in _batches(_moved(rows, counts, touched)):
        _write(actor, batch)
    newest = newest_table() if concerned.everything else None
    if newest is not None and not newest.counts:
        LimitTable.objects.filter(pk=newest.pk).update(counts=dict(counts))
    return counts["moved"]


def _moved(rows: QuerySet[Finding], counts: Counter[str], touched: set[int]) -> Iterator[New]:
    """Yield the new limit of every open finding whose limit is another one now."""
    table, since, now = table_in_force(), known_exploited(), timezone.now()
    values = rows.values_list(
        "pk", "severity", "first_seen_at", "asset__reached_from", "cvss_vector", "decision__kind", "decision__until",
        "action_id", "exploited_since", "due_on", "limit_on", "due_why",
    )  # fmt: skip
    for page in _paged(values):
        known = _flaws_of({row[0]: row[4] for row in page}, since=since)
        for pk, severity, first_seen_at, reached_from, _, kind, until, action_id, *was in page:
            flaws = known.get(pk, frozenset())
            listed_on = min((flaw.exploited_since for flaw in flaws if flaw.exploited_since), default=None)
            limit = table.limit(
                severity=severity, first_seen_on=timezone.localtime(first_seen_at).date(), reached_from=reached_from,
                flaws=flaws,
            )  # fmt: skip
            limit_on = stands_until(limit.due_on, kind=kind, until=until)
            why = limit.why[:400]
            counts["looked_at"] += 1
            if [listed_on, limit.due_on, limit_on, why] == was:
                continue
            counts["moved"] += 1
            counts["earlier"] += (limit.due_on or NO_LIMIT) < (was[1] or NO_LIMIT)
            counts["later"] += (limit.due_on or NO_LIMIT) > (was[1] or NO_LIMIT)
            touched.update([action_id] if action_id else [])
            yield listed_on, limit.due_on, limit_on, why, now, pk


def stands_until(due_on: date | None, *, kind: str | None, until: date | None) -> date:
    """Return the day after which a finding is late: its limit, moved by the decision that covers it."""
    if due_on is None or kind == "false_positive":
        return NO_LIMIT
    return max(due_on, until) if until is not None else due_on


def _flaws_of(vectors: Mapping[int, str], *, since: Mapping[str, date]) -> dict[int, frozenset[FlawState]]:
    """Return what is known of the flaws of each finding. Two queries."""
    pairs = list(FindingFlaw.objects.filter(finding__in=numbered(vectors.keys())).values_list("finding_id", "cve"))
    facts = facts_of({cve for _, cve in pairs})
    found: dict[int, set[FlawState]] = {}
    for pk, cve in pairs:
        found.setdefault(pk, set()).add(state_of(cve, vector=vectors[pk], since=since, facts=facts))
    return {pk: frozenset(states) for pk, states in found.items()}


def _paged(rows: QuerySet[Any, Any]) -> Iterator[list[Any]]:
    """Walk rows by their number, so that no cursor stays open while others of them are written."""
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield page
        last = page[-1][0]


def _batches(rows: Iterator[New]) -> Iterator[list[New]]:
    batch: list[New] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _write(actor: Actor, batch: list[New]) -> None:
    with writing():
        _LIMITS.update(batch)
        audit(actor, "renew_limits", subject="exposure.limits:all", after={"findings": len(batch)})
