"""Nmap's reports, XML; those of masscan, which writes the same, too."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import cast

from lxml import etree

from alcaide.intake.cves import cves_in
from alcaide.intake.head import Head
from alcaide.intake.identifiers import identify, identify_address
from alcaide.intake.opener import Source
from alcaide.intake.records import HostDone, HostSeen, Identifier, Quarantined, Record, Scan, ServiceSeen
from alcaide.intake.targets import Keys
from alcaide.intake.times import from_epoch
from alcaide.intake.units import Event, Mark, Units

COUNTS = (
    "hosts", "hosts_up", "ports_open", "scripts", "distinct_cves", "ports_listed", "services", "quarantined",
)  # fmt: skip

_ROOT = "nmaprun"
_PORT = re.compile(r"\d{1,5}", re.ASCII)
_PROTOCOL = re.compile(r"[a-z0-9_.-]{1,32}", re.ASCII)
_SHORT = 300
_MOST_CPES = 64
CUT_SHORT = "The file ends early; the hosts before the cut were read. Run the scan to its end or import what is there."


def sniff(head: Head) -> bool:
    """Whether the content is an Nmap report."""
    return head.root == _ROOT


def read(source: Source) -> Iterator[Record]:
    """The scan, then each host that answered with its open ports. What scripts say is counted, never a weakness."""
    source.counts.update(dict.fromkeys(COUNTS, 0))
    yield from _Reader(source).records()


class _Reader:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._count = source.counts
        self._cves: set[str] = set()
        self._keys = Keys()
        self._started: datetime | None = None

    def records(self) -> Iterator[Record]:
        source = self._source
        frames, parts = (_ROOT,), ("host", "prescript", "postscript", "finished")
        units = Units(source.chunks(), source.limits, frames=frames, units=parts)
        is_ended = False
        for mark in units:
            if mark.event is Event.OPENED:
                yield self._scan(mark)
            elif mark.event is Event.CLOSED:
                is_ended = True
            elif mark.event is Event.BROKEN:
                yield from self._broken(mark)
            elif mark.element is not None and mark.tag == "host":
                yield from self._host(mark.element, mark.line)
            elif mark.element is not None and mark.tag != "finished":
                self._scripts(mark.element)
            elif mark.element is not None and mark.element.get("exit") == "error":
                source.notice("Nmap ended with an error; hosts may be missing.")
        if not is_ended:
            source.notice(CUT_SHORT)
        self._count["distinct_cves"] = len(self._cves)

    def _scan(self, mark: Mark) -> Scan:
        said = mark.attributes.get
        self._started = from_epoch(said("start", ""))
        scanner = said("scanner", "") or "nmap"
        self._source.variant = "masscan" if scanner == "masscan" else "nmap"
        name = "Nmap" if scanner == "nmap" else scanner[:64]
        args = self._source.field(said("args"))
        return Scan(said("profile_name", "")[:_SHORT], args, "", "", f"{name} {said('version', '')[:64]}".strip())

    def _broken(self, mark: Mark) -> Iterator[Quarantined]:
        if mark.tag != "host":
            self._source.notice(f"A part of the report cannot be read (line {mark.line}): {mark.reason}.")
            return
        self._count["hosts"] += 1
        yield self._set_aside(
            f"line {mark.line}", f"The host cannot be read: {mark.reason}.", mark.raw.decode("utf-8", "ignore")
        )

    def _set_aside(self, place: str, reason: str, excerpt: str, *, host_key: str = "") -> Quarantined:
        self._count["quarantined"] += 1
        return self._source.quarantine(place, reason, excerpt=excerpt, host_key=host_key)

    def _scripts(self, element: etree._Element) -> None:
        for script in element.iter("script"):
            self._count["scripts"] += 1
            self._cves.update(cves_in(script.get("output", "")))
            self._cves.update(cves_in(script.get("id", "")))
            for part in script.iter("elem", "table"):
                self._cves.update(cves_in(part.text or ""))
                self._cves.update(cves_in(part.get("key", "")))

    def _host(self, element: etree._Element, line: int) -> Iterator[Record]:
        self._count["hosts"] += 1
        self._scripts(element)
        status = element.find("status")
        state = status.get("state", "") if status is not None else ""
        self._count["hosts_up"] += state == "up"
        opened, listed = _open_ports(element)
        self._count["ports_listed"] += listed
        self._count["ports_open"] += len(opened)
        if state == "down" and not opened:
            return
        identifiers, address = self._identifiers(element)
        name = _name(element) or address
        if not name:
            self._count["quarantined"] += 1
            yield self._source.quarantine(f"line {line}", "The host has no address.", excerpt=_as_text(element))
            return
        key = self._keys.take(address or name)
        yield HostSeen(
            key=key, name=name, identifiers=identifiers, os=_system(element),
            started=from_epoch(element.get("starttime", "")) or self._started,
            ended=from_epoch(element.get("endtime", "")), credentialed=None, checks_run=frozenset(),
            place=f"line {line}",
        )  # fmt: skip
        bad = 0
        for port in opened:
            record = self._service(port, key, f"line {line + max(0, _line(port) - 1)}")
            bad += isinstance(record, Quarantined)
            yield record
        yield HostDone(key, not bad, None, 0, bad, frozenset())

    def _identifiers(self, element: etree._Element) -> tuple[tuple[Identifier, ...], str]:
        """What the host is known by, and the address to call it by; reverse DNS names tell nothing for sure."""
        found: list[Identifier | None] = []
        address = ""
        for each in element.findall("address")[:_SHORT]:
            said = each.get("addr", "").strip()[:_SHORT]
            if each.get("addrtype", "ipv4") == "mac":
                found.append(identify("mac", said))
            else:
                found.append(identify_address(said))
                address = address or said
        for each in element.findall("hostnames/hostname")[:_SHORT]:
            if each.get("type") == "user":
                found.append(identify("fqdn", each.get("name", "")[:_SHORT]))
        order = ("mac", "fqdn", "ipv4", "ipv6")
        kept = dict.fromkeys(each for each in found if each is not None)
        mac = next((each.get("addr", "") for each in element.findall("address")), "")
        return tuple(sorted(kept, key=lambda each: order.index(each.kind))), address or mac[:_SHORT]

    def _service(self, port: etree._Element, key: str, place: str) -> ServiceSeen | Quarantined:
        number, protocol = port.get("portid", "").strip(), port.get("protocol", "").strip().lower()
        if not _PORT.fullmatch(number) or int(number) > 65_535 or not _PROTOCOL.fullmatch(protocol):
            reason = f"Its port is “{number[:40]}/{protocol[:40]}”."
            return self._set_aside(place, reason, _as_text(port), host_key=key)
        self._count["services"] += 1
        service = next((child for child in port if child.tag == "service"), None)
        said: dict[str, str] = {str(name): str(value) for name, value in service.items()} if service is not None else {}
        cpes = _cpes(service) if service is not None else ()
        name, tunnel = said.get("name", ""), said.get("tunnel", "")
        return ServiceSeen(
            host_key=key,
            port=int(number),
            protocol=protocol,
            service=(f"{tunnel}/{name}" if tunnel and name else name)[:_SHORT],
            product=said.get("product", "")[:_SHORT],
            version=said.get("version", "")[:_SHORT],
            cpes=cpes,
            place=place,
        )


def _open_ports(host: etree._Element) -> tuple[list[etree._Element], int]:
    """The open ports of a host, and how many it lists."""
    opened, listed = [], 0
    for block in host:
        if block.tag == "ports":
            for port in block:
                if port.tag == "port":
                    listed += 1
                    if _state(port) == "open":
                        opened.append(port)
    return opened, listed


def _state(port: etree._Element) -> str:
    for child in port:
        if child.tag == "state":
            return child.get("state", "")
    return ""


def _cpes(service: etree._Element) -> tuple[str, ...]:
    said = [(child.text or "").strip()[:512] for child in service if child.tag == "cpe"]
    return tuple(dict.fromkeys(cpe for cpe in said[:_MOST_CPES] if cpe))


def _name(element: etree._Element) -> str:
    """The name the scan was given, else the one reverse DNS tells."""
    named = [
        (each.get("type") != "user", each.get("name", "").strip()) for each in element.findall("hostnames/hostname")
    ]
    return next((name[:_SHORT] for _, name in sorted(named, key=lambda each: each[0]) if name), "")


def _system(element: etree._Element) -> str:
    """The best guess, as Nmap ranks them."""

    def accuracy(match: etree._Element) -> int:
        said = match.get("accuracy", "")
        return int(said) if said.isdecimal() and len(said) <= 3 else 0

    best = max(element.findall("os/osmatch"), key=accuracy, default=None)
    return best.get("name", "")[:_SHORT] if best is not None else ""


def _line(element: etree._Element) -> int:
    return cast("int | None", element.sourceline) or 1


def _as_text(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode")[:1024]
