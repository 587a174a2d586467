"""Writing the rows of a report, chunk by chunk: hosts become assets, what was found on them becomes findings."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, Self
from uuid import UUID

from django.utils import timezone

from alcaide.assets.models import Asset
from alcaide.assets.services.matching import HostHint, Match, match_or_add
from alcaide.common.ids import new_uid
from alcaide.common.trail import Actor
from alcaide.exposure.limits import limit_of
from alcaide.exposure.models import NO_LIMIT, Check, Finding, FindingFlaw, Quarantined, Report, Sighting, Step
from alcaide.threats.queries import listed, numbered

from .rows import BadRow, HostRow, ItemRow, Row
from .tables import Table

_SIGHTINGS = Table(
    Sighting, "report_id", "asset_id", "host_key", "matched_by", "is_new", "scanned_at", "credentialed", "complete",
    "notice", "waiting",
)  # fmt: skip
_CONTENT = (
    "service", "name", "severity", "cvss_vector", "cvss_score", "exploit_available", "solution", "output", "content",
    "exploited_since", "due_on", "limit_on", "due_why", "unit_id", "last_seen_at", "last_report_id", "state",
    "closed_at", "changed_at",
)  # fmt: skip
_FINDINGS = Table(
    Finding, *_CONTENT, "uid", "version", "created_at", "key", "asset_id", "source", "check_id", "port", "protocol",
    "first_seen_at", "first_report_id",
)  # fmt: skip
_CHANGES = Table(Finding, *_CONTENT)
_SEEN = Table(Finding, "last_seen_at", "last_report_id")
_FLAWS = Table(FindingFlaw, "finding_id", "cve")
_STEPS = Table(Step, "finding_id", "report_id", "at", "what", "words")
_CHECKS = Table(Check, "source", "check_id", "name")
_BAD = Table(Quarantined, "report_id", "place", "reason", "excerpt")


@dataclass(frozen=True, slots=True)
class _Host:
    """What a row needs to know of the asset it stands on."""

    asset_id: int
    uid: UUID
    unit_id: int
    reached_from: str
    scanned_at: datetime

    @classmethod
    def of(cls, asset: Asset, scanned_at: datetime) -> Self:
        return cls(asset.pk, asset.uid, asset.unit_id, asset.reached_from, scanned_at)


@dataclass(frozen=True, slots=True)
class _Known:
    """A finding that stands already."""

    pk: int
    content: str
    severity: int
    state: str
    last_seen_at: datetime
    closed_at: datetime | None
    last_report_id: int


@dataclass(slots=True)
class _Batch:
    """What one chunk is going to write."""

    new: dict[str, tuple[ItemRow, _Host]] = field(default_factory=dict)
    changed: list[tuple[_Known, ItemRow, _Host]] = field(default_factory=list)
    seen: list[tuple[datetime, int, int]] = field(default_factory=list)
    steps: list[tuple[Any, ...]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def finding_key(*, source: str, asset_uid: UUID, port: int, protocol: str, check: str) -> str:
    """Return the identity of a finding: what it is and where, never how it is called or rated.

    >>> finding_key(source="nessus", asset_uid=UUID(int=1), port=0, protocol="tcp", check="10114")
    '2f1afadf36cd06a8814039303328b304'
    """
    text = "\0".join((source, str(asset_uid), str(port), protocol, check))
    return blake2b(text.encode(), digest_size=16).hexdigest()


class Writer:
    """Writes the chunks of one report. Remembers the hosts it has met, and finds those of a reading that was killed."""

    def __init__(self, actor: Actor, report: Report, *, exploited: Mapping[str, date]) -> None:
        self._actor = actor
        self._report = report
        self._exploited = exploited
        self._hosts: dict[str, _Host] = {}
        self._checks: dict[str, str] = {}

    def write(self, rows: list[Row]) -> Counter[str]:
        """Write one chunk; called inside its transaction. Returns what became of each row."""
        batch = _Batch()
        self._meet([row for row in rows if isinstance(row, HostRow)], batch)
        self._sort([row for row in rows if isinstance(row, ItemRow)], batch)
        bad = [row for row in rows if isinstance(row, BadRow)]
        _BAD.insert((self._report.pk, row.place, row.reason, row.excerpt) for row in bad)
        batch.counts["quarantined"] += len(bad)
        self._insert(batch)
        self._update(batch)
        self._name_checks(batch)
        _STEPS.insert(batch.steps)
        return batch.counts

    def _meet(self, rows: list[HostRow], batch: _Batch) -> None:
        if not rows:
            return
        hints = [HostHint(row.key, row.name, row.identifiers, row.scanned_at) for row in rows]
        found = match_or_add(self._actor, hints, unit=self._report.unit, zone=self._report.zone)
        _SIGHTINGS.insert(self._sighting(row, found[row.key]) for row in rows)
        for row in rows:
            match = found[row.key]
            self._hosts[row.key] = _Host.of(match.asset, row.scanned_at)
            batch.counts["assets_new" if match.is_new else "assets_matched"] += 1
        batch.counts["hosts"] += len(rows)

    def _sighting(self, row: HostRow, match: Match) -> tuple[Any, ...]:
        return (
            self._report.pk, match.asset.pk, row.key, match.by, match.is_new, row.scanned_at, row.credentialed,
            row.complete, match.notice, [],
        )  # fmt: skip

    def _sort(self, rows: list[ItemRow], batch: _Batch) -> None:
        """Decide of each row what it means for the finding of its identity."""
        hosts = self._hosts_of(rows)
        keyed = [(self._key(row, hosts[row.host_key]), row) for row in rows]
        known = _known({key for key, _ in keyed})
        met: set[str] = set()
        for key, row in keyed:
            host, held = hosts[row.host_key], known.get(key)
            if row.severity == 0 and (held is None or held.state == "closed"):
                batch.counts["information"] += row.times
                continue
            batch.counts["doubled"] += row.times - 1
            if key in met or (held is not None and held.last_report_id == self._report.pk):
                batch.counts["doubled"] += 1
                continue
            met.add(key)
            if held is None:
                batch.new[key] = (row, host)
                batch.counts["new"] += 1
            else:
                self._again(held, row, host, batch)

    def _again(self, held: _Known, row: ItemRow, host: _Host, batch: _Batch) -> None:
        """Decide what a row means for a finding that stands: older news changes nothing."""
        if host.scanned_at < held.last_seen_at or (held.closed_at is not None and host.scanned_at <= held.closed_at):
            batch.counts["unchanged"] += 1
            batch.counts["older"] += 1
        elif held.state == "closed":
            batch.counts["reopened"] += 1
            batch.changed.append((held, row, host))
            batch.steps.append((held.pk, self._report.pk, host.scanned_at, "reopened", "Seen again by this scan."))
        elif held.content != row.content:
            batch.counts["changed"] += 1
            batch.changed.append((held, row, host))
            if held.severity != row.severity:
                words = f"{_severity(held.severity)} became {_severity(row.severity)}."
                batch.steps.append((held.pk, self._report.pk, host.scanned_at, "changed", words))
        else:
            batch.counts["unchanged"] += 1
            batch.seen.append((host.scanned_at, self._report.pk, held.pk))

    def _insert(self, batch: _Batch) -> None:
        if not batch.new:
            return
        now = timezone.now()
        report_id, source = self._report.pk, self._report.format
        _FINDINGS.insert(
            (
                *self._content(row, host, first_seen_at=host.scanned_at, now=now),
                new_uid(), 1, now, key, host.asset_id, source, row.check[:40], row.port, row.protocol[:20],
                host.scanned_at, report_id,
            )
            for key, (row, host) in batch.new.items()
        )  # fmt: skip
        numbers = dict(Finding.objects.filter(key__in=listed(batch.new)).values_list("key", "pk"))
        _FLAWS.insert((numbers[key], cve) for key, (row, _) in batch.new.items() for cve in row.cves)

    def _update(self, batch: _Batch) -> None:
        _SEEN.update(batch.seen)
        if not batch.changed:
            return
        now = timezone.now()
        numbers = numbered([held.pk for held, _, _ in batch.changed])
        first_seen_at = dict(Finding.objects.filter(pk__in=numbers).values_list("pk", "first_seen_at"))
        _CHANGES.update(
            (*self._content(row, host, first_seen_at=first_seen_at[held.pk], now=now), held.pk)
            for held, row, host in batch.changed
        )
        FindingFlaw.objects.filter(finding__in=numbers).delete()
        _FLAWS.insert((held.pk, cve) for held, row, _ in batch.changed for cve in row.cves)

    def _name_checks(self, batch: _Batch) -> None:
        """Keep the name of every check that found something, for the search in lists."""
        rows = [*(row for row, _ in batch.new.values()), *(row for _, row, _ in batch.changed)]
        named = {row.check[:40]: row.name for row in rows}
        fresh = {check: name for check, name in named.items() if self._checks.get(check) != name}
        _CHECKS.upsert(((self._report.format, check, name) for check, name in fresh.items()), by=2)
        self._checks.update(fresh)

    def _content(self, row: ItemRow, host: _Host, *, first_seen_at: datetime, now: datetime) -> tuple[Any, ...]:
        """Return the values of the columns that a later scan may change, in their order."""
        since = min((self._exploited[cve] for cve in row.cves if cve in self._exploited), default=None)
        limit = limit_of(
            severity=row.severity, first_seen_on=timezone.localtime(first_seen_at).date(), exploited_since=since,
            reached_from=host.reached_from,
        )  # fmt: skip
        return (
            row.service, row.name, row.severity, row.vector, row.score, row.exploit_available, row.solution, row.output,
            row.content, since, limit.due_on, limit.due_on or NO_LIMIT, limit.why, host.unit_id, host.scanned_at,
            self._report.pk, "open", None, now,
        )  # fmt: skip

    def _key(self, row: ItemRow, host: _Host) -> str:
        return finding_key(
            source=self._report.format, asset_uid=host.uid, port=row.port, protocol=row.protocol, check=row.check
        )

    def _hosts_of(self, rows: Iterable[ItemRow]) -> dict[str, _Host]:
        """Return the host of every row; one met in a chunk that another process wrote is read from its sighting."""
        missing = {row.host_key for row in rows} - self._hosts.keys()
        if missing:
            seen = Sighting.objects.filter(report=self._report, host_key__in=listed(missing)).select_related("asset")
            for each in seen:
                asset = each.asset
                self._hosts[each.host_key] = _Host(
                    asset.pk, asset.uid, asset.unit_id, asset.reached_from, each.scanned_at
                )
        return self._hosts


def _known(keys: set[str]) -> dict[str, _Known]:
    rows = Finding.objects.filter(key__in=listed(keys)).values_list(
        "key", "pk", "content", "severity", "state", "last_seen_at", "closed_at", "last_report_id"
    )
    return {row[0]: _Known(*row[1:]) for row in rows}


def _severity(value: int) -> str:
    return dict(Finding.SEVERITIES)[value]
