"""What a report of packages or code looked at, and the records that open and close it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from alcaide.intake.identifiers import identify
from alcaide.intake.opener import Source
from alcaide.intake.records import HostDone, HostSeen, Identifier, IdentifierKind, Quarantined, TargetKind
from alcaide.intake.times import from_iso

ZONELESS = "The report's time names no time zone; it was taken as UTC and may be hours off."


@dataclass(slots=True)
class Target:
    """One thing that was looked at, while its findings are read."""

    key: str
    name: str
    kind: TargetKind
    identifiers: tuple[Identifier, ...] = ()
    os: str = ""
    at: datetime | None = None
    place: str = ""
    weaknesses: int = 0
    quarantined: int = 0
    families: set[str] = field(default_factory=set)
    checks_run: frozenset[str] | None = None

    def seen(self) -> HostSeen:
        return HostSeen(
            key=self.key, name=self.name, identifiers=self.identifiers, os=self.os, started=None, ended=self.at,
            credentialed=None, checks_run=self.checks_run, place=self.place, kind=self.kind,
        )  # fmt: skip

    def done(self, *, is_whole: bool, families: frozenset[str] | None) -> HostDone:
        return HostDone(self.key, is_whole and not self.quarantined, None, self.weaknesses, self.quarantined, families)

    def set_aside(self, source: Source, place: str, reason: str, *, excerpt: str, check: str = "") -> Quarantined:
        """A record set aside and counted, for this target and for the file."""
        self.quarantined += 1
        source.counts["quarantined"] += 1
        return source.quarantine(place, reason, excerpt=excerpt, host_key=self.key, check=check[:64])


class Keys:
    """Keys that are unique in one file; a name that comes again gets a number."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def take(self, name: str) -> str:
        number = self._taken.get(name, 0) + 1
        self._taken[name] = number
        key = name if number == 1 else f"{name}#{number}"
        while number > 1 and key in self._taken:
            number += 1
            key = f"{name}#{number}"
        if number > 1:
            self._taken[name], self._taken[key] = number, 1
        return key


def moment(text: str, source: Source) -> datetime | None:
    """A report's own time in UTC; one that names no zone, or cannot be read, costs a notice."""
    if not text:
        return None
    found = from_iso(text)
    if found is None:
        if not text.startswith("0001-"):
            source.notice("A time cannot be read and was left out.")
        return None
    if not found.has_zone:
        source.notice(ZONELESS)
    return found.at


def known_by(*given: tuple[IdentifierKind, str]) -> tuple[Identifier, ...]:
    """The identifiers that hold, each once, in the order given."""
    found = (identify(kind, raw) for kind, raw in given if raw)
    return tuple(dict.fromkeys(each for each in found if each is not None))


def image_identifiers(
    names: Iterable[str], *, digests: Iterable[str] = (), image_id: str = ""
) -> tuple[Identifier, ...]:
    """An image by the digests of its builds, then by its repository's name, which outlives them."""
    said = [*digests]
    found: list[tuple[IdentifierKind, str]] = [("image", digest.rpartition("@")[2]) for digest in said[:64]]
    found.append(("image", image_id))
    every = (*said[:64], *list(names)[:64])
    found.extend(("image-name", name) for name in every if not name.startswith("sha256:"))
    return known_by(*found)
