"""What a Nessus report says a host is: the tags of its HostProperties."""

import re
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from alcaide.intake.identifiers import identify, identify_address, identify_name
from alcaide.intake.opener import Source
from alcaide.intake.records import Identifier, IdentifierKind
from alcaide.intake.times import from_ctime, from_epoch

_MOST_VALUES = 256
_SEPARATORS = re.compile(r"(?:[\s,;]|\\n)+")
_CLOUD = re.compile(r"(?:aws|azure|gcp|google|alibaba)\b.*(?:instance|vm)[-_]?id", re.IGNORECASE)
_KINDS: dict[str, IdentifierKind] = {
    "host-uuid": "agent",
    "mcafee-epo-guid": "agent",
    "bios-uuid": "bios-uuid",
    "bios-serial": "serial",
    "system-serial": "serial",
    "serial-number": "serial",
    "mac-address": "mac",
    "host-fqdn": "fqdn",
    "netbios-name": "netbios",
    "hostname": "hostname",
}
# Strongest first: what was written on the host, then its hardware, then names, then addresses.
_ORDER: tuple[IdentifierKind, ...] = (
    "cloud", "agent", "image", "serial", "bios-uuid", "mac", "fqdn", "netbios", "hostname", "ipv4", "ipv6",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Properties:
    """One HostProperties block; empty for a host that has none."""

    identifiers: tuple[Identifier, ...] = ()
    os: str = ""
    system_type: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    credentialed: bool | None = None

    def identifiers_with(self, name: str) -> tuple[Identifier, ...]:
        """The identifiers and what the report calls the host, each once, strongest first."""
        named = identify_name(name)
        every = dict.fromkeys((*self.identifiers, *((named,) if named else ())))
        return tuple(sorted(every, key=lambda each: _ORDER.index(each.kind)))


def host_properties(block: etree._Element, source: Source) -> Properties:
    """Read a HostProperties element; tags nobody needs are passed over."""
    tags: dict[str, str] = {}
    for tag in block.iterfind("tag"):
        tags.setdefault(tag.get("name", ""), tag.text or "")
    credentialed = tags.get("Credentialed_Scan", "").strip().lower()
    return Properties(
        identifiers=tuple(_identifiers(tags)),
        os=source.field(" ".join(tags.get("operating-system", "").split())),
        system_type=source.field(tags.get("system-type", "").strip()),
        started=_moment(tags, "HOST_START", source=source),
        ended=_moment(tags, "HOST_END", source=source),
        credentialed={"true": True, "false": False}.get(credentialed),
    )


def _identifiers(tags: dict[str, str]) -> list[Identifier]:
    found: list[Identifier | None] = []
    for tag, value in tags.items():
        kind = _KINDS.get(tag) or ("cloud" if _CLOUD.match(tag) else None)
        if kind is not None:
            found.extend(identify(kind, each) for each in _values(value))
        elif tag == "host-ip":
            found.extend(identify_address(each) for each in _values(value))
    return [each for each in found if each is not None]


def _values(text: str) -> list[str]:
    """One tag may list several addresses, a line each; some tools write the line end as two characters."""
    return [value for value in _SEPARATORS.split(text[:65_536])[:_MOST_VALUES] if value]


def _moment(tags: dict[str, str], tag: str, *, source: Source) -> datetime | None:
    """The seconds since 1970 where given; else the scanner's local time, which names no zone, taken as UTC."""
    stamp, text = tags.get(f"{tag}_TIMESTAMP", ""), tags.get(tag, "")
    exact = from_epoch(stamp) if stamp.strip() else None
    if exact is not None:
        return exact
    if not text.strip():
        return None
    moment = from_ctime(text)
    if moment is None:
        source.notice("A host's start or end time cannot be read and was left out.")
    else:
        source.notice("Host times name no time zone; they were taken as UTC and may be hours off.")
    return moment
