"""What a report becomes before it is written: hosts, what was found on them, and what was set aside.

The rows of one host stand together, each identity once, so that the same file always gives the same rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

import msgspec

from alcaide.intake.records import Cvss, HostDone, HostSeen, Quarantined, Record, Weakness

# A host with more findings than this is handed on in parts; then its end is not known, and nothing on it is closed.
MOST_HELD = 20_000
# The standard's newest version speaks where several were given; they are never averaged.
VERSIONS = ("4.0", "3.1", "3.0", "3", "2.0")
LONGEST_EXCERPT = 2_000


@dataclass(frozen=True, slots=True)
class HostRow:
    """One host block. complete: its end was read and nothing in it was set aside."""

    key: str
    name: str
    identifiers: tuple[tuple[str, str], ...]
    scanned_at: datetime
    credentialed: bool | None
    complete: bool


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One weakness on one port of one host; times says how often the file names it.

    content is a digest of everything that may change without its being another weakness.
    """

    host_key: str
    check: str
    port: int
    protocol: str
    service: str
    name: str
    severity: int
    cves: tuple[str, ...]
    vector: str
    score: float | None
    exploit_available: bool | None
    solution: str
    output: str
    content: str
    times: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """One record that was set aside."""

    place: str
    reason: str
    excerpt: str


Row = HostRow | ItemRow | BadRow


@dataclass(slots=True)
class Told:
    """What the whole file said, known when its last row was handed out."""

    hosts: int = 0
    items: int = 0
    untimed: int = 0
    checks_run: frozenset[str] | None = None
    scanned_from: datetime | None = None
    scanned_till: datetime | None = None
    notices: list[str] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)


def rows_of(records: Iterable[Record], told: Told, *, landed_at: datetime) -> Iterator[Row]:
    """Yield the rows of a report, host by host. A host without a time of its own gets the time of landing."""
    host: HostSeen | None = None
    found: dict[tuple[int, str, str], list[Weakness]] = {}
    is_shown = False
    for record in records:
        if isinstance(record, Weakness):
            told.items += 1
            found.setdefault((record.port, record.protocol, record.check), []).append(record)
            if len(found) >= MOST_HELD and host is not None:
                yield from _part(host, found, told, landed_at=landed_at, is_shown=is_shown)
                is_shown, found = True, {}
        elif isinstance(record, HostSeen):
            host, found, is_shown = record, {}, False
            told.checks_run = record.checks_run or told.checks_run
        elif isinstance(record, HostDone) and host is not None:
            if not is_shown:
                yield _host(host, told, landed_at=landed_at, end=record)
            yield from (_item(each) for each in found.values())
            host, found = None, {}
        elif isinstance(record, Quarantined):
            told.items += 1
            yield BadRow(record.place[:100], record.reason[:300], record.excerpt[:LONGEST_EXCERPT])


def _part(
    host: HostSeen,
    found: dict[tuple[int, str, str], list[Weakness]],
    told: Told,
    *,
    landed_at: datetime,
    is_shown: bool,
) -> Iterator[Row]:
    if not is_shown:
        yield _host(host, told, landed_at=landed_at, end=HostDone(host.key, False, host.credentialed, 0, 0))
    yield from (_item(each) for each in found.values())


def _host(host: HostSeen, told: Told, *, landed_at: datetime, end: HostDone) -> HostRow:
    at = host.ended or host.started
    told.hosts += 1
    told.untimed += at is None
    # A scanner whose clock runs ahead would make every later scan look older than this one.
    at = min(at or landed_at, landed_at)
    told.scanned_from = min(at, told.scanned_from or at)
    told.scanned_till = max(at, told.scanned_till or at)
    return HostRow(
        key=host.key[:300],
        name=host.name,
        identifiers=tuple((each.kind, each.value[:300]) for each in host.identifiers),
        scanned_at=at,
        credentialed=end.credentialed,
        complete=end.complete,
    )


def _item(same: list[Weakness]) -> ItemRow:
    """Make one row of everything a host block says of one identity: the worst severity, every flaw, every output."""
    worst = max(same, key=lambda each: each.severity)
    score = _newest([each for weakness in same for each in weakness.cvss])
    outputs = [worst.output] if len(same) == 1 else sorted({each.output for each in same if each.output})
    cves = tuple(sorted({cve for each in same for cve in each.cves}))
    output = "\n\n".join(outputs)
    vector = score.vector[:200] if score else ""
    number = score.score if score else None
    content = _digest(
        worst.name, worst.severity, worst.service, cves, vector, number, worst.exploit_available, worst.solution, output
    )
    return ItemRow(
        host_key=worst.host_key[:300],
        check=worst.check,
        port=worst.port,
        protocol=worst.protocol,
        service=worst.service[:60],
        name=worst.name[:300],
        severity=worst.severity,
        cves=cves,
        vector=vector,
        score=number,
        exploit_available=worst.exploit_available,
        solution=worst.solution,
        output=output,
        content=content,
        times=len(same),
    )


def _newest(scores: list[Cvss]) -> Cvss | None:
    ranked = [each for each in scores if each.version in VERSIONS]
    return min(ranked, key=lambda each: (VERSIONS.index(each.version), not each.vector), default=None)


def _digest(*parts: object) -> str:
    return blake2b(msgspec.json.encode(parts), digest_size=16).hexdigest()
