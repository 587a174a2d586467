"""What a report becomes before it is written: targets, what was found on them, and what was set aside.

The rows of one target stand together, each identity once, so that the same file always gives the same rows.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

import msgspec

from alcaide.intake.records import Cvss, HostDone, HostSeen, Quarantined, Record, Scan, ServiceSeen, Weakness

# A target with more identities than this is handed on in parts, so that memory stays flat.
MOST_HELD = 5_000
# The standard's newest version speaks where several were given; they are never averaged.
VERSIONS = ("4.0", "3.1", "3.0", "3", "2.0")
# Of one version a vector, which says why, speaks before a bare number.
RANKS = {about: rank for rank, about in enumerate((version, has) for version in VERSIONS for has in (True, False))}
LONGEST_EXCERPT = 2_000
LONGEST_SOURCE = 60
# Written by many tools: what one of them does not see, another may, so each is a source of its own.
OF_MANY_TOOLS = frozenset({"sarif", "cyclonedx"})
# What these verdicts speak of is no open weakness.
SILENT = frozenset({"not-affected", "fixed", "false-positive", "suppressed"})
# What the readers call a kind of weakness, and what we call it; else what was looked at decides.
KINDS = {
    "vulnerability": "package", "misconfiguration": "configuration", "secret": "secret", "license": "licence",
    "licence": "licence", "code": "code", "Policy Compliance": "configuration",
}  # fmt: skip
KIND_ON = {"host": "service", "repository": "code", "files": "code", "application": "code"}
# A check of a host that rates as information is none of its weaknesses; a flaw nobody rated yet is one.
MAY_INFORM = frozenset({"service", "configuration", "code", "licence"})
PORT_SCAN = "nmap"
# Where Nmap writes its results says nothing of what it looked at.
WRITES_TO = re.compile(r"\s-o[NXSGA]\s+\S+")
VERSION = re.compile(r"[\s/@:]+v?\d.*$")

Place = tuple[int, str, str, str, bool]


class HostRow(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """One target: a host, an image, a repository. complete: its end was read and nothing in it was set aside.

    looked_for: the kinds of weakness that were looked for, None where the file leaves it open.
    """

    key: str
    name: str
    target: str
    source: str
    identifiers: tuple[tuple[str, str], ...]
    scanned_at: datetime
    credentialed: bool | None
    complete: bool
    looked_for: tuple[str, ...] | None


class ItemRow(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """One weakness at one place of one target; times says how often the file names it.

    content is a digest of everything that may change without its being another weakness. flaws are public ones,
    aliases their other names. said is what the report decided itself, "" where it is simply found.
    """

    host_key: str
    check: str
    port: int
    protocol: str
    location: str
    kind: str
    service: str
    where: str
    package: str
    purl: str
    installed: str
    fixed: str
    name: str
    severity: int
    flaws: tuple[str, ...]
    aliases: tuple[str, ...]
    vector: str
    score: float | None
    exploit_available: bool | None
    solution: str
    output: str
    content: str
    times: int
    said: str
    why: str


class PortRow(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """One open port of one host."""

    host_key: str
    port: int
    protocol: str
    service: str
    product: str
    version: str
    cpes: tuple[str, ...]
    times: int


class EndRow(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """The end of a target that was handed on in parts: how well it was looked at is known only now."""

    host_key: str
    credentialed: bool | None
    complete: bool
    looked_for: tuple[str, ...] | None


class BadRow(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """One record that was set aside."""

    place: str
    reason: str
    excerpt: str


Row = HostRow | ItemRow | PortRow | EndRow | BadRow


@dataclass(slots=True)
class Told:
    """What the whole file said, known when its last row was handed out."""

    hosts: int = 0
    items: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    untimed: int = 0
    checks_run: dict[str, frozenset[str] | None] = field(default_factory=dict)
    """By source what it had switched on; None where the file does not say."""
    scanned_from: datetime | None = None
    scanned_till: datetime | None = None
    notices: list[str] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    command: str = ""


def rows_of(records: Iterable[Record], told: Told, *, landed_at: datetime, format_key: str = "nessus") -> Iterator[Row]:
    """Yield the rows of a report, target by target. One without a time of its own gets the time of landing."""
    return _Sorter(told, landed_at, format_key).walk(records)


def source_of(format_key: str, scan: Scan) -> str:
    """Return who looked: the format, with its tool where many write it; a tool's next version is the same source.

    A tool that looks at one thing in several passes (by language, say) names the pass, and each is a source.

    >>> source_of("sarif", Scan("/language:go", "", "", "", "CodeQL 2.19.3"))
    'sarif:codeql /language:go'
    >>> source_of("trivy", Scan("", "", "", "", "Trivy 0.57"))
    'trivy'
    """
    if format_key not in OF_MANY_TOOLS:
        return format_key
    tool = VERSION.sub("", scan.scanner.strip()).strip().lower()
    a_pass = scan.name.strip() if format_key == "sarif" else ""
    name = f"{format_key}:{tool} {a_pass}".rstrip(": ")
    if len(name) <= LONGEST_SOURCE:
        return name
    return f"{name[: LONGEST_SOURCE - 9]} {blake2b(name.encode(), digest_size=4).hexdigest()}"


@dataclass(slots=True)
class _Sorter:
    """Gathers the records of one target, and hands them on at its end."""

    told: Told
    landed_at: datetime
    format_key: str
    source: str = ""
    host: HostSeen | None = None
    found: dict[Place, list[Weakness]] = field(default_factory=dict)
    ports: dict[tuple[int, str], list[ServiceSeen]] = field(default_factory=dict)
    is_shown: bool = False

    def walk(self, records: Iterable[Record]) -> Iterator[Row]:
        self.source = self.format_key
        for record in records:
            if isinstance(record, Weakness):
                self._weakness(record)
                if len(self.found) >= MOST_HELD:
                    yield from self._spill()
            elif isinstance(record, HostSeen):
                self._begin(record)
            elif isinstance(record, HostDone):
                yield from self._end(record)
            elif isinstance(record, ServiceSeen):
                self._port(record)
            elif isinstance(record, Quarantined):
                self.told.items += 1
                self.told.kinds["unread"] += 1
                yield BadRow(record.place[:100], record.reason[:300], record.excerpt[:LONGEST_EXCERPT])
            elif isinstance(record, Scan):
                self.source = source_of(self.format_key, record)
                self.told.command = WRITES_TO.sub("", record.policy) if self.format_key == PORT_SCAN else ""

    def _begin(self, host: HostSeen) -> None:
        self.host, self.found, self.ports, self.is_shown = host, {}, {}, False
        self.told.checks_run[self.source] = host.checks_run or self.told.checks_run.get(self.source)

    def _weakness(self, record: Weakness) -> None:
        self.told.items += 1
        place = (record.port, record.protocol, record.check, record.location, record.verdict in SILENT)
        same = self.found.get(place)
        if same is None:
            self.found[place] = [record]
        else:
            same.append(record)

    def _spill(self) -> Iterator[Row]:
        """Hand on what was held of a target that has very much."""
        if self.host is None:
            return
        if not self.is_shown:
            yield self._shown(self.host, HostDone(self.host.key, False, self.host.credentialed, 0, 0))
        yield from self._items(self.host)
        self.is_shown, self.found = True, {}

    def _port(self, record: ServiceSeen) -> None:
        self.told.items += 1
        self.told.kinds["port"] += 1
        self.ports.setdefault((record.port, record.protocol), []).append(record)

    def _end(self, end: HostDone) -> Iterator[Row]:
        if self.host is None:
            return
        if not self.is_shown:
            yield self._shown(self.host, end)
        yield from self._items(self.host)
        yield from (_port(same) for same in self.ports.values())
        if self.is_shown:
            yield EndRow(self.host.key[:300], end.credentialed, end.complete, _looked_for(end, self.host.kind))
        self.host, self.found, self.ports = None, {}, {}

    def _items(self, host: HostSeen) -> Iterator[Row]:
        for same in self.found.values():
            row = _item(same, host.kind)
            self.told.kinds[row.kind] += len(same)
            yield row

    def _shown(self, host: HostSeen, end: HostDone) -> HostRow:
        told = self.told
        at = host.ended or host.started
        told.hosts += 1
        told.untimed += at is None
        # A scanner whose clock runs ahead would make every later scan look older than this one.
        at = min(at or self.landed_at, self.landed_at)
        told.scanned_from = min(at, told.scanned_from or at)
        told.scanned_till = max(at, told.scanned_till or at)
        return HostRow(
            key=host.key[:300], name=host.name, target=host.kind, source=self.source,
            identifiers=tuple((each.kind, each.value[:300]) for each in host.identifiers),
            scanned_at=at, credentialed=end.credentialed, complete=end.complete, looked_for=_looked_for(end, host.kind),
        )  # fmt: skip


def _port(same: list[ServiceSeen]) -> PortRow:
    """Make one row of everything a host block says of one port: the fullest answer."""
    best = max(same, key=lambda each: (bool(each.version), bool(each.product), bool(each.service)))
    return PortRow(
        best.host_key[:300], best.port, best.protocol[:20], best.service[:60], best.product[:200], best.version[:100],
        best.cpes, len(same),
    )  # fmt: skip


def kind_of(weakness: Weakness, target: str) -> str:
    """Return what kind of weakness this is; see `Finding.KINDS`."""
    return "package" if weakness.package else _kind(weakness.family, target)


def _kind(family: str, target: str) -> str:
    return KINDS.get(family) or KIND_ON.get(target, "configuration")


def _looked_for(end: HostDone, target: str) -> tuple[str, ...] | None:
    if end.families_run is None:
        return None
    return tuple(sorted({_kind(family, target) for family in end.families_run}))


def _item(same: list[Weakness], target: str) -> ItemRow:
    """Make one row of everything a target says of one identity: the worst severity, every flaw, every output."""
    worst = same[0] if len(same) == 1 else max(same, key=lambda each: each.severity)
    kind = kind_of(worst, target)
    score = _newest(worst.cvss if len(same) == 1 else [each for weakness in same for each in weakness.cvss])
    flaws, aliases = _names(same, kind)
    output = _output(same, worst, kind)
    vector = score.vector[:200] if score else ""
    number = score.score if score else None
    where, fixed = worst.where[:300], worst.fixed[:200]
    said = worst.verdict if worst.verdict in SILENT else ""
    content = _digest(
        (worst.name, worst.severity, worst.service, flaws, vector, number, worst.exploit_available, worst.solution,
         output),
        (where, worst.package, worst.purl, worst.installed, fixed, aliases, said, worst.why),
    )  # fmt: skip
    return ItemRow(
        worst.host_key[:300], worst.check, worst.port, worst.protocol[:20], worst.location, kind, worst.service[:60],
        where, worst.package[:200], worst.purl[:400], worst.installed[:120], fixed, worst.name[:300], worst.severity,
        flaws, aliases, vector, number, worst.exploit_available, worst.solution, output, content, len(same), said,
        worst.why,
    )  # fmt: skip


def _names(same: list[Weakness], kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the public flaws by their numbers, and their other names. One without a number stands by its own name."""
    if len(same) == 1:
        only = same[0]
        if not only.aliases and only.cves == (only.check,):
            return only.cves, ()
        flaws, others = tuple(sorted(only.cves)), {*only.aliases}
    else:
        flaws = tuple(sorted({cve for each in same for cve in each.cves}))
        others = {alias for each in same for alias in each.aliases}
    if kind == "package":
        if flaws:
            others.add(same[0].check)
        else:
            flaws = (same[0].check[:60],)
    return flaws, tuple(sorted(name[:60] for name in others.difference(flaws)))


def _output(same: list[Weakness], worst: Weakness, kind: str) -> str:
    """Return what the check said; what stands in a package or in code says it by its description."""
    if len(same) == 1:
        return worst.output if kind == "service" else worst.output or worst.description
    outputs = "\n\n".join(sorted({each.output for each in same if each.output}))
    return outputs if kind == "service" else outputs or worst.description


def _newest(scores: Sequence[Cvss]) -> Cvss | None:
    best, least = None, len(RANKS)
    for each in scores:
        rank = RANKS.get((each.version, bool(each.vector)), least)
        if rank < least:
            best, least = each, rank
    return best


def _digest(parts: tuple[object, ...], more: tuple[object, ...]) -> str:
    """Return a digest; what only some reports say adds to it only where it is said."""
    told = (*parts, *more) if any(more) else parts
    return blake2b(_ENCODE(told), digest_size=16).hexdigest()


_ENCODE = msgspec.json.Encoder().encode
