"""Nessus reports: `.nessus` files, XML `NessusClientData_v2`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from lxml import etree

from alcaide.intake.errors import UnknownFormat
from alcaide.intake.head import Head
from alcaide.intake.nessus_host import Properties, host_properties
from alcaide.intake.nessus_item import BadItem, weakness
from alcaide.intake.opener import Source
from alcaide.intake.records import HostDone, HostSeen, Quarantined, Record, Scan, Weakness
from alcaide.intake.units import Event, Mark, Units

COUNTS = (
    "hosts",
    "report_items",
    "items_sev_gt0",
    "distinct_host_port_proto_plugin",
    "port0_items",
    "distinct_plugins",
    "cve_elements",
    "weaknesses",
    "quarantined",
)

_ROOT = "NessusClientData_v2"
_FRAMES = (_ROOT, "Report", "ReportHost")
_UNITS = ("ReportItem", "HostProperties", "preference", "policyName")
_SCAN_INFORMATION = "19506"
_CREDENTIALED = re.compile(r"Credentialed checks\s*:\s*(yes|no)", re.IGNORECASE)
_CHECK = re.compile(r"\d+", re.ASCII)
_MOST_HELD = 1000


def sniff(head: Head) -> bool:
    """Whether the content is a Nessus report, version 1 included so that it can be refused in words."""
    return head.root in (_ROOT, "NessusClientData")


def read(source: Source) -> Iterator[Record]:
    """The scan, its hosts and their weaknesses, in the order of the file."""
    if source.head.root != _ROOT:
        raise UnknownFormat("This is a version 1 .nessus file (before 2010); export it again as version 2.")
    source.variant = "v2"
    source.counts.update(dict.fromkeys(COUNTS, 0))
    yield from _Report(source).records()


@dataclass(slots=True)
class _Host:
    """The host block being read. Items that come before its properties wait in held."""

    key: str
    name: str
    line: int
    is_seen: bool = False
    is_damaged: bool = False
    credentialed: bool | None = None
    weaknesses: int = 0
    quarantined: int = 0
    held: list[Record] = field(default_factory=list)
    identities: set[bytes] = field(default_factory=set)


class _Report:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._count = source.counts
        self._host: _Host | None = None
        self._keys: set[str] = set()
        self._identities: dict[str, bytes] = {}
        self._checks: set[str] = set()
        self._preferences: dict[str, str] = {}
        self._checks_run: frozenset[str] | None = None
        self._is_ended = False

    def records(self) -> Iterator[Record]:
        source = self._source
        units = Units(source.chunks(), source.limits, frames=_FRAMES, units=_UNITS)
        for mark in units:
            if mark.is_repaired:
                source.notice("An “&” that should be written “&amp;” was taken as text.")
            if mark.element is not None and mark.tag == "ReportItem":
                record = self._item(mark.element, f"line {mark.line}")
                if self._host is None or self._host.is_seen:
                    yield record
                else:
                    yield from self._hold(self._host, record)
            elif mark.event is Event.UNIT:
                yield from self._unit(mark)
            elif mark.event is Event.OPENED:
                yield from self._opened(mark)
            elif mark.event is Event.CLOSED:
                yield from self._closed(mark)
            else:
                yield from self._broken(mark)
        yield from self._end(cut_unit=units.cut_unit)

    def _unit(self, mark: Mark) -> Iterator[Record]:
        if mark.tag == "HostProperties":
            yield from self._properties(mark)
        elif mark.tag == "preference":
            self._preference(mark)
        elif mark.element is not None:
            self._preferences.setdefault("policy", self._source.field(mark.element.text).strip())

    def _opened(self, mark: Mark) -> Iterator[Record]:
        if mark.tag == "Report":
            yield Scan(
                name=self._source.field(mark.attributes.get("name")),
                policy=self._preferences.get("policy", ""),
                targets=self._preferences.get("TARGET", ""),
                severity_basis=self._preferences.get("severity_basis", ""),
                scanner="Nessus",
            )
        elif mark.tag == "ReportHost":
            yield from self._lose_end()
            self._enter_host(mark)

    def _closed(self, mark: Mark) -> Iterator[Record]:
        if mark.tag == "ReportHost":
            yield from self._leave_host(is_complete=True)
        elif mark.tag == "Report":
            yield from self._lose_end()
        else:
            self._is_ended = True

    def _broken(self, mark: Mark) -> Iterator[Record]:
        place = f"line {mark.line}"
        if mark.tag == "ReportItem":
            self._count["report_items"] += 1
            bad = self._set_aside(place, f"The item cannot be read: {mark.reason}.", excerpt=_as_text(mark.raw))
            if self._host is None or self._host.is_seen:
                yield bad
            else:
                yield from self._hold(self._host, bad)
        elif mark.tag == "ReportHost":
            self._count["hosts"] += 1
            yield from self._lose_end()
            self._source.notice(f"A host cannot be read ({place}): {mark.reason}. Its items were set aside.")
        elif mark.tag == "HostProperties":
            self._source.notice(f"What a host is known by cannot be read ({place}): {mark.reason}.")
            if self._host is not None:
                self._host.is_damaged = True
        else:
            self._source.notice(f"A setting of the scan cannot be read ({place}): {mark.reason}.")

    def _preference(self, mark: Mark) -> None:
        if mark.element is None:
            return
        name = (mark.element.findtext("name") or "").strip()
        value = mark.element.findtext("value") or ""
        if name == "plugin_set":
            if len(value) > self._source.limits.long_field_chars:
                self._source.notice("The list of checks the scan ran is too long to read; no check counts as run.")
                return
            self._checks_run = frozenset(_CHECK.findall(value)) or None
        elif name in ("TARGET", "severity_basis"):
            self._preferences[name] = self._source.field(value.strip())

    def _enter_host(self, mark: Mark) -> None:
        self._count["hosts"] += 1
        name = self._source.field(mark.attributes.get("name"), cap=512).strip() or f"(no name, line {mark.line})"
        key = name
        number = 1
        while key in self._keys:
            number += 1
            key = f"{name}#{number}"
        if number > 1:
            self._source.notice("A host is listed more than once; each time is kept.")
        self._keys.add(key)
        self._host = _Host(key, name, mark.line)

    def _properties(self, mark: Mark) -> Iterator[Record]:
        host = self._host
        if host is None or mark.element is None:
            self._source.notice("What a host is known by stands outside any host and was left out.")
            return
        if host.is_seen:
            self._source.notice("What a host is known by comes twice or too late and was left out.")
            return
        yield from self._show_host(host_properties(mark.element, self._source))

    def _show_host(self, known: Properties) -> Iterator[Record]:
        """Hand out the host, then the items that waited for it."""
        host = self._host
        if host is None or host.is_seen:
            return
        host.is_seen = True
        if known.credentialed is not None:
            host.credentialed = known.credentialed
        yield HostSeen(
            key=host.key,
            name=host.name,
            identifiers=known.identifiers_with(host.name),
            os=known.os,
            started=known.started,
            ended=known.ended,
            credentialed=known.credentialed,
            checks_run=self._checks_run,
            place=f"line {host.line}",
            system_type=known.system_type,
        )
        yield from host.held
        host.held.clear()

    def _item(self, item: etree._Element, place: str) -> Weakness | Quarantined:
        self._tally(item)
        host = self._host
        try:
            if host is None:
                raise BadItem("It belongs to no host that can be read.")
            found = weakness(item, self._source, host_key=host.key, place=place)
        except BadItem as bad:
            return self._set_aside(place, str(bad), excerpt=_attributes(item), check=item.get("pluginID", ""))
        self._count["weaknesses"] += 1
        host.weaknesses += 1
        if found.check == _SCAN_INFORMATION and host.credentialed is None:
            said = _CREDENTIALED.search(found.output)
            host.credentialed = said[1].lower() == "yes" if said else None
        return found

    def _tally(self, item: etree._Element) -> None:
        """Count what the file holds, whether or not the item turns out to be usable."""
        count = self._count
        port, check = item.get("port", ""), item.get("pluginID", "")
        count["report_items"] += 1
        count["port0_items"] += port.strip() == "0"
        count["items_sev_gt0"] += _is_above_zero(item.get("severity", ""))
        count["cve_elements"] += sum(1 for _ in item.iter("cve"))
        self._checks.add(check[:64])
        identity = f"{port}\0{item.get('protocol', '')}\0{check}".encode()
        digest = blake2b(identity, digest_size=8).digest()
        if self._host is not None:
            self._host.identities.add(digest)
        else:
            self._remember("", {digest})

    def _set_aside(self, place: str, reason: str, *, excerpt: str, check: str = "") -> Quarantined:
        self._count["quarantined"] += 1
        host = self._host
        if host is not None:
            host.quarantined += 1
        host_key = host.key if host is not None else ""
        return self._source.quarantine(place, reason, excerpt=excerpt, host_key=host_key, check=check[:64])

    def _hold(self, host: _Host, record: Record) -> Iterator[Record]:
        """Keep a record back until its host's properties were read."""
        host.held.append(record)
        if len(host.held) >= _MOST_HELD:
            yield from self._show_host(Properties())

    def _lose_end(self) -> Iterator[Record]:
        if self._host is not None:
            self._source.notice("The end of a host is missing; its items up to the next host were kept.")
            yield from self._leave_host(is_complete=False)

    def _leave_host(self, *, is_complete: bool) -> Iterator[Record]:
        host = self._host
        if host is None:
            return
        yield from self._show_host(Properties())
        self._remember(host.name, host.identities)
        whole = is_complete and not host.is_damaged and not host.quarantined
        yield HostDone(host.key, whole, host.credentialed, host.weaknesses, host.quarantined)
        self._host = None

    def _remember(self, name: str, identities: set[bytes]) -> None:
        """Keep eight bytes an item, so that a host listed again adds only what is new."""
        before = self._identities.get(name, b"")
        new = identities.difference(before[i : i + 8] for i in range(0, len(before), 8)) if before else identities
        self._identities[name] = before + b"".join(new)
        self._count["distinct_host_port_proto_plugin"] += len(new)

    def _end(self, *, cut_unit: str) -> Iterator[Record]:
        if self._host is not None or not self._is_ended:
            within = " in the middle of an item" if cut_unit == "ReportItem" else ""
            self._source.notice(
                f"The file ends early{within}; the hosts before were read, the last may be incomplete. Export it again."
            )
        yield from self._leave_host(is_complete=False)
        self._count["distinct_plugins"] = len(self._checks)


def _is_above_zero(severity: str) -> bool:
    try:
        return int(severity) > 0
    except ValueError:
        return False


def _attributes(item: etree._Element) -> str:
    return " ".join(f'{name!s}="{value!s}"' for name, value in item.attrib.items())


def _as_text(raw: bytes) -> str:
    return raw.decode("utf-8", "ignore")
