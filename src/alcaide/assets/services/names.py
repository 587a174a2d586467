"""By which names scans know a target, how strong each is, and what speaks for and against taking two as one.

A wrong match closes findings that live, so two targets are taken as one only where nothing speaks against it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from alcaide.assets.models import Asset, Identifier
from alcaide.assets.queries import ADDRESS_HOLDS, ADDRESSES
from alcaide.organization.models import Unit

STAND_IN = "stand-in"
NAME = "name"
# Strongest first: what was written on the host, its network card, its names, its address. The name of an image stands
# over its digest: the next build has another digest and is the same image, and one build may bear two names.
RANKS: Mapping[str, int] = {
    STAND_IN: -1, "cloud": 0, "agent": 0, "serial": 0, "bios-uuid": 0,
    "image-name": 0, "repository": 0, "project": 0, "cluster": 0, "mac": 1, "image": 1,
    "fqdn": 2, "netbios": 3, "hostname": 4, "ipv4": 5, "ipv6": 5, NAME: 6,
}  # fmt: skip
LAST_STRONG = 1
# A name of this rank or above that differs speaks against one host being the other.
LAST_TELLING = 3
# Short names and addresses come again in every network, so they count only inside one.
LOCAL = frozenset({"netbios", "hostname", "ipv4", "ipv6", NAME})
# A rename or a second card is common: a full name is outweighed only by what was written on the host.
OUTWEIGHED_BELOW: Mapping[int, int] = {0: 0, 1: 1, 2: 1, 3: 3, 4: 3, 5: 5, 6: 5}
LONGEST_NAME = 200
# What a scan looked at becomes an asset of this kind.
ASSET_OF_TARGET: Mapping[str, str] = {
    "host": "host", "image": "application", "repository": "application", "files": "application",
    "application": "application", "cluster": "service",
}  # fmt: skip

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class HostHint:
    """A host as a scan knows it, or another target. identifiers: pairs of kind and value in normal form, in any order.

    target: what the scan looked at, one of `ASSET_OF_TARGET`; it says what kind of asset a new one becomes.
    """

    key: str
    name: str
    identifiers: tuple[tuple[str, str], ...]
    seen_at: datetime
    target: str = "host"


@dataclass(slots=True)
class Held:
    """An asset with the names that it bears now, by kind."""

    asset: Asset
    values: dict[str, set[str]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What the search finds the asset by, besides its name."""
        return " ".join(sorted(value for kind, values in self.values.items() if kind != STAND_IN for value in values))


def network_of(unit: Unit, zone: str) -> str:
    """Return the network inside which a short name or an address means one host: the named zone, else the unit's."""
    return zone.strip() or f"unit:{unit.pk}"


def keys_of(host: HostHint, network: str) -> list[Key]:
    """Return the host's identifiers with their networks, the strongest first."""
    found = {(kind, value, network if kind in LOCAL else "") for kind, value in host.identifiers if kind in RANKS}
    if not found:
        # A host and an image may share a name, and are not one asset for it.
        of_its_kind = "" if host.target == "host" else f"{host.target}:"
        found = {(NAME, f"{of_its_kind}{host.name.strip().lower()}"[:300], network)}
    return sorted(found, key=lambda key: (RANKS[key[0]], key))


def row_at(rows: Sequence[Identifier], at: datetime) -> Identifier | None:
    """Return the row that held an identifier at a moment, else the first one after it."""
    for row in rows:
        if row.first_seen_at <= at and (row.ended_at is None or at < row.ended_at):
            return row
    later = [row for row in rows if row.first_seen_at > at]
    return min(later, key=lambda row: row.first_seen_at, default=None)


def decides(row: Identifier, at: datetime) -> bool:
    """Tell whether an identifier says at this moment which asset it is: an address only near to when it was seen."""
    if row.kind not in ADDRESSES:
        return True
    gap = row.first_seen_at - at if at < row.first_seen_at else at - row.last_seen_at
    return gap <= ADDRESS_HOLDS


def speaks_against(key: Key, held: Held, keys: Iterable[Key]) -> bool:
    """Tell whether a stronger identifier, known of both, shows that the asset is another host."""
    below = OUTWEIGHED_BELOW[RANKS[key[0]]]
    mine = by_kind(each for each in keys if RANKS[each[0]] < below)
    return any(held.values.get(kind) and not held.values[kind] & values for kind, values in mine.items())


def evidence(held: Held, keys: Sequence[Key]) -> tuple[list[list[str]], list[list[str]]]:
    """Return what speaks for and against a target being an asset: kind and value; against: kind, mine, the asset's."""
    mine = by_kind(keys)
    speaks_for = [[kind, value] for kind, value, _ in keys if value in held.values.get(kind, ())]
    against = [
        [kind, ", ".join(sorted(values)), ", ".join(sorted(held.values[kind]))]
        for kind, values in mine.items()
        if RANKS[kind] <= LAST_TELLING and held.values.get(kind) and not held.values[kind] & values
    ]
    return speaks_for, against


def by_kind(keys: Iterable[Key]) -> dict[str, set[str]]:
    """Return identifiers' values by kind."""
    found: dict[str, set[str]] = {}
    for kind, value, _ in keys:
        found.setdefault(kind, set()).add(value)
    return found


def name_of(host: HostHint) -> str:
    """Return the best name for people: the host's own, not its address."""
    for wanted in ("image-name", "repository", "project", "cluster", "fqdn", "netbios", "hostname"):
        for kind, value in host.identifiers:
            if kind == wanted:
                return value
    return host.name
