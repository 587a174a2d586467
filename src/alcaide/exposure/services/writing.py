"""Writing the rows of a report, chunk by chunk: targets become assets, what was found on them becomes findings."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from alcaide.assets.queries import former_uids
from alcaide.assets.services.matching import HostHint, Match, match_or_add
from alcaide.common import purging
from alcaide.common.ids import new_uid
from alcaide.common.rows import Table, fetched, listed, numbered
from alcaide.common.trail import Actor
from alcaide.exposure.models import (
    Check,
    Finding,
    FindingAlias,
    FindingFlaw,
    Quarantined,
    Report,
    Sighting,
    Step,
)

from .limits import Limits, stands_until
from .ports import write_ports
from .rows import MAY_INFORM, BadRow, EndRow, HostRow, ItemRow, PortRow, Row
from .targets import Target
from .verdicts import write_verdicts

_SIGHTINGS = Table(
    Sighting, "report_id", "asset_id", "host_key", "matched_by", "matched_as", "target", "source", "is_new",
    "scanned_at", "credentialed", "complete", "looked_for", "notice", "waiting",
)  # fmt: skip
_ENDS = Table(Sighting, "credentialed", "complete", "looked_for")
_CONTENT = (
    "service", "where", "package", "purl", "installed", "fixed", "name", "severity", "cvss_vector", "cvss_score",
    "exploit_available", "solution", "output", "content", "unit_id", "last_seen_at", "last_report_id", "state",
    "closed_at", "changed_at",
)  # fmt: skip
_LIMIT = ("exploited_since", "due_on", "limit_on", "due_why")
_FINDINGS = Table(
    Finding, "id", *_CONTENT, *_LIMIT, "uid", "version", "created_at", "key", "asset_id", "source", "check_id", "port",
    "protocol", "location", "kind", "first_seen_at", "first_report_id",
)  # fmt: skip
_CHANGED = Table(Finding, *_CONTENT)
_RATED_ANEW = Table(Finding, *_CONTENT, *_LIMIT)
_SEEN = Table(Finding, "last_seen_at", "last_report_id")
_FLAWS = Table(FindingFlaw, "finding_id", "cve")
_ALIASES = Table(FindingAlias, "finding_id", "name")
_STEPS = Table(Step, "finding_id", "report_id", "at", "what", "words")
_CHECKS = Table(Check, "source", "check_id", "name")
_BAD = Table(Quarantined, "report_id", "place", "reason", "excerpt")
LONGEST_CHECK = 200
# Beyond so many it writes the name of a check anew rather than remember that it stands.
MOST_CHECKS_KEPT = 5_000
LONGEST_LOCATION = 500


# Identity of the finding, the row that says it, the asset it stands on.
_Keyed = tuple[str, ItemRow, Target]


class _Known(NamedTuple):
    """A finding that stands already."""

    pk: int
    content: str
    severity: int
    state: str
    first_seen_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None
    last_report_id: int
    decision_kind: str | None
    decision_until: date | None


@dataclass(slots=True)
class _Batch:
    """What one chunk is going to write."""

    new: dict[str, tuple[ItemRow, Target]] = field(default_factory=dict)
    changed: list[tuple[_Known, ItemRow, Target]] = field(default_factory=list)
    seen: list[tuple[datetime, int, int]] = field(default_factory=list)
    steps: list[tuple[Any, ...]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, part: str, row: ItemRow, times: int = 1) -> None:
        """Count a record among its kind."""
        self.by_kind[row.kind, part] += times

    def summed(self) -> Counter[str]:
        """Return the counts, each record once among all and once among its kind."""
        for (kind, part), times in self.by_kind.items():
            self.counts[part] += times
            self.counts[f"{kind}:{part}"] += times
        return self.counts


def finding_key(*, source: str, asset_uid: UUID, port: int, protocol: str, check: str, location: str = "") -> str:
    """Return the identity of a finding: what it is and where, never how it is called or rated.

    >>> finding_key(source="nessus", asset_uid=UUID(int=1), port=0, protocol="tcp", check="10114")
    '2f1afadf36cd06a8814039303328b304'
    """
    return _key(f"{_begin_of_key(source, asset_uid)}{port}\0{protocol}\0{check}", location)


def _key(text: str, location: str) -> str:
    return blake2b((f"{text}\0{location}" if location else text).encode(), digest_size=16).hexdigest()


def _begin_of_key(source: str, asset_uid: UUID) -> str:
    return f"{source}\0{asset_uid}\0"


class Writer:
    """Writes the chunks of one report. Remembers the hosts it has met, and finds those of a reading that was killed."""

    def __init__(self, actor: Actor, report: Report, *, exploited: Mapping[str, date]) -> None:
        self._actor = actor
        self._report = report
        self._targets: dict[str, Target] = {}
        self._checks: dict[tuple[str, str], str] = {}
        self._limits = Limits(exploited)
        self._former: dict[int, tuple[UUID, ...]] = {}

    def write(self, rows: list[Row]) -> Counter[str]:
        """Write one chunk; called inside its transaction. Returns what became of each row."""
        batch = _Batch()
        self._meet([row for row in rows if isinstance(row, HostRow)], batch)
        items = [row for row in rows if isinstance(row, ItemRow)]
        ports = [row for row in rows if isinstance(row, PortRow)]
        ends = [row for row in rows if isinstance(row, EndRow)]
        named = ({row.host_key for row in items}, {row.host_key for row in ports}, {row.host_key for row in ends})
        targets = self._targets_of(set().union(*named))
        keyed = self._standing(_keyed(items, targets))
        said = [each for each in keyed if each[1].said]
        self._sort([each for each in keyed if not each[1].said] if said else keyed, batch)
        self._insert(batch)
        self._update(batch)
        self._name_checks(batch)
        _STEPS.insert(batch.steps)
        write_verdicts(self._report, said)
        for _, row, _ in said:
            batch.count("verdicts", row, row.times)
        batch.counts += write_ports(self._report, [(row, targets[row.host_key]) for row in ports])
        self._end(ends)
        self._set_aside([row for row in rows if isinstance(row, BadRow)], batch)
        return batch.summed()

    def _meet(self, rows: list[HostRow], batch: _Batch) -> None:
        if not rows:
            return
        hints = [HostHint(row.key, row.name, row.identifiers, row.scanned_at, row.target) for row in rows]
        found = match_or_add(self._actor, hints, unit=self._report.unit, zone=self._report.zone)
        _SIGHTINGS.insert(self._sighting(row, found[row.key]) for row in rows)
        for row in rows:
            asset, is_new = found[row.key].asset, found[row.key].is_new
            self._targets[row.key] = Target(
                asset.pk, asset.uid, asset.unit_id, asset.reached_from, row.source, row.scanned_at
            )
            batch.counts["assets_new" if is_new else "assets_matched"] += 1
        batch.counts["hosts"] += len(rows)

    def _sighting(self, row: HostRow, match: Match) -> tuple[Any, ...]:
        matched_as = next((value for kind, value in row.identifiers if kind == match.by), "")
        return (
            self._report.pk, match.asset.pk, row.key, match.by, matched_as, row.target, row.source, match.is_new,
            row.scanned_at, row.credentialed, row.complete, row.looked_for, match.notice, [],
        )  # fmt: skip

    def _end(self, rows: list[EndRow]) -> None:
        """Put down how well a target was looked at that was handed on in parts."""
        if not rows:
            return
        numbers = dict(
            Sighting.objects.filter(
                report=self._report, host_key__in=listed([row.host_key for row in rows])
            ).values_list("host_key", "pk")
        )
        _ENDS.update((row.credentialed, row.complete, row.looked_for, numbers[row.host_key]) for row in rows)

    def _set_aside(self, rows: list[BadRow], batch: _Batch) -> None:
        _BAD.insert((self._report.pk, row.place, row.reason, row.excerpt) for row in rows)
        batch.counts["quarantined"] += len(rows)
        batch.counts["unread:quarantined"] += len(rows)

    def _sort(self, keyed: list[_Keyed], batch: _Batch) -> None:
        """Decide of each row what it means for the finding of its identity."""
        known = _known({key for key, _, _ in keyed})
        met: set[str] = set()
        for key, row, target in keyed:
            held = known.get(key)
            if row.severity == 0 and row.kind in MAY_INFORM and (held is None or held.state == "closed"):
                batch.count("information", row, row.times)
                continue
            is_met = key in met or (held is not None and held.last_report_id == self._report.pk)
            again = row.times - 1 + is_met
            if again:
                batch.count("doubled", row, again)
            if is_met:
                continue
            met.add(key)
            if held is None:
                batch.new[key] = (row, target)
                batch.count("new", row)
            else:
                self._again(held, row, target, batch)

    def _again(self, held: _Known, row: ItemRow, target: Target, batch: _Batch) -> None:
        """Decide what a row means for a finding that stands: older news changes nothing."""
        at = target.scanned_at
        if at < held.last_seen_at or (held.closed_at is not None and at <= held.closed_at):
            batch.count("unchanged", row)
            batch.counts["older"] += 1
        elif held.state == "closed":
            batch.count("reopened", row)
            batch.changed.append((held, row, target))
            batch.steps.append((held.pk, self._report.pk, at, "reopened", "Seen again by this scan."))
        elif held.content != row.content:
            batch.count("changed", row)
            batch.changed.append((held, row, target))
            if held.severity != row.severity:
                words = f"{_severity(held.severity)} became {_severity(row.severity)}."
                batch.steps.append((held.pk, self._report.pk, at, "changed", words))
        else:
            batch.count("unchanged", row)
            batch.seen.append((at, self._report.pk, held.pk))

    def _standing(self, keyed: list[_Keyed]) -> list[_Keyed]:
        """Name findings of merged assets as they stand: by the identifier of the asset that they were found on."""
        by_former: dict[str, str] = {}
        for key, row, target in keyed:
            for uid in self._former.get(target.asset_id, ()):
                by_former[_key_of(row, target, uid)] = key
        if not by_former:
            return keyed
        asked = listed({*by_former, *by_former.values()})
        assets = {target.asset_id for _, _, target in keyed}
        stands = set(Finding.objects.filter(key__in=asked, asset__in=numbered(assets)).values_list("key", flat=True))
        named = {key: former for former, key in by_former.items() if former in stands and key not in stands}
        return [(named.get(key, key), row, target) for key, row, target in keyed]

    def _insert(self, batch: _Batch) -> None:
        if not batch.new:
            return
        self._limits.learn({cve for row, _ in batch.new.values() for cve in row.flaws})
        now, report_id = timezone.now(), self._report.pk
        numbers = _FINDINGS.numbers(len(batch.new))
        _FINDINGS.insert(
            (
                number, *self._content(row, target, now), *self._limit(row, target, target.scanned_at),
                new_uid(), 1, now, key, target.asset_id, target.source, row.check[:LONGEST_CHECK], row.port,
                row.protocol, row.location[:LONGEST_LOCATION], row.kind, target.scanned_at, report_id,
            )
            for number, (key, (row, target)) in zip(numbers, batch.new.items(), strict=True)
        )  # fmt: skip
        numbered_rows = list(zip(numbers, (row for row, _ in batch.new.values()), strict=True))
        _FLAWS.insert((number, cve) for number, row in numbered_rows for cve in row.flaws)
        _ALIASES.insert((number, name) for number, row in numbered_rows for name in row.aliases)

    def _update(self, batch: _Batch) -> None:
        """Write what changed. A limit is set anew only with the rating; else it stands, with whatever was decided."""
        _SEEN.update(batch.seen)
        if not batch.changed:
            return
        now = timezone.now()
        self._limits.learn({cve for _, row, _ in batch.changed for cve in row.flaws})
        is_anew = [held.state == "closed" or held.severity != row.severity for held, row, _ in batch.changed]
        _CHANGED.update(
            (*self._content(row, target, now), held.pk)
            for (held, row, target), anew in zip(batch.changed, is_anew, strict=True)
            if not anew
        )
        _RATED_ANEW.update(
            (*self._content(row, target, now), *self._limit(row, target, held.first_seen_at, held=held), held.pk)
            for (held, row, target), anew in zip(batch.changed, is_anew, strict=True)
            if anew
        )
        numbers = numbered([held.pk for held, _, _ in batch.changed])
        purging.renew(FindingFlaw.objects.filter(finding__in=numbers))
        purging.renew(FindingAlias.objects.filter(finding__in=numbers))
        _FLAWS.insert((held.pk, cve) for held, row, _ in batch.changed for cve in row.flaws)
        _ALIASES.insert((held.pk, name) for held, row, _ in batch.changed for name in row.aliases)

    def _name_checks(self, batch: _Batch) -> None:
        """Keep the name of every check that found something, for the search in lists."""
        rows = [*batch.new.values(), *((row, target) for _, row, target in batch.changed)]
        named = {(target.source, row.check[:LONGEST_CHECK]): row.name for row, target in rows}
        fresh = {about: name for about, name in named.items() if self._checks.get(about) != name}
        _CHECKS.upsert(((*about, name) for about, name in fresh.items()), by=2)
        if len(self._checks) > MOST_CHECKS_KEPT:
            self._checks.clear()
        self._checks.update(fresh)

    def _content(self, row: ItemRow, target: Target, now: datetime) -> tuple[Any, ...]:
        """Return the values of the columns that a later scan may change, in their order."""
        return (
            row.service, row.where, row.package, row.purl, row.installed, row.fixed, row.name, row.severity, row.vector,
            row.score, row.exploit_available, row.solution, row.output, row.content, target.unit_id, target.scanned_at,
            self._report.pk, "open", None, now,
        )  # fmt: skip

    def _limit(
        self, row: ItemRow, target: Target, first_seen_at: datetime, *, held: _Known | None = None
    ) -> tuple[Any, ...]:
        """Return the limit by the table in force, moved by the decision that covers the finding."""
        since, due_on, why = self._limits.of(
            severity=row.severity, first_seen_at=first_seen_at, reached_from=target.reached_from, vector=row.vector,
            cves=row.flaws if len(row.flaws) < 2 else tuple(sorted(set(row.flaws))),
        )  # fmt: skip
        kind, until = (held.decision_kind, held.decision_until) if held else (None, None)
        return (since, due_on, stands_until(due_on, kind=kind, until=until), why)

    def _targets_of(self, keys: Iterable[str]) -> dict[str, Target]:
        """Return the target of every row; one met in a chunk that another process wrote is read from its sighting."""
        missing = set(keys) - self._targets.keys()
        if missing:
            seen = Sighting.objects.filter(report=self._report, host_key__in=listed(missing)).select_related("asset")
            for each in seen:
                asset = each.asset
                self._targets[each.host_key] = Target(
                    asset.pk, asset.uid, asset.unit_id, asset.reached_from, each.source, each.scanned_at
                )
        self._former = former_uids({self._targets[key].asset_id for key in keys}) if keys else {}
        return self._targets


def _keyed(rows: list[ItemRow], targets: Mapping[str, Target]) -> list[_Keyed]:
    begins = {key: _begin_of_key(targets[key].source, targets[key].uid) for key in {row.host_key for row in rows}}
    return [
        (_key(f"{begins[row.host_key]}{row.port}\0{row.protocol}\0{row.check}", row.location), row,
         targets[row.host_key])
        for row in rows
    ]  # fmt: skip


def _key_of(row: ItemRow, target: Target, asset_uid: UUID) -> str:
    return finding_key(
        source=target.source, asset_uid=asset_uid, port=row.port, protocol=row.protocol, check=row.check,
        location=row.location,
    )  # fmt: skip


def _known(keys: set[str]) -> dict[str, _Known]:
    if not keys:
        return {}
    rows = fetched(
        Finding.objects.filter(key__in=listed(keys)),
        "key", "pk", "content", "severity", "state", "first_seen_at", "last_seen_at", "closed_at", "last_report_id",
        "decision__kind", "decision__until", moments={"first_seen_at", "last_seen_at", "closed_at"},
    )  # fmt: skip
    return {row[0]: _Known(*row[1:]) for row in rows}


def _severity(value: int) -> str:
    return dict(Finding.SEVERITIES)[value]
