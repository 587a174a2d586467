"""Matching what a scan saw to the assets we have, and adding what is new.

A wrong match closes findings that live, so two hosts are taken as one only where nothing speaks against it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from django.db import connection
from django.db.models import Model, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from alcaide.assets.models import CHANGE, Asset, Identifier
from alcaide.common.changes import note_change
from alcaide.common.permissions import require, scope_of
from alcaide.common.search import Doc, index_many
from alcaide.common.trail import Actor, System, audit, write
from alcaide.organization.models import Unit

# Any constant does; two imports that match at once would both add the same host.
MATCHING_LOCK = 0x6D617463
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
# Short names and addresses come again in every network, so they count only inside one.
LOCAL = frozenset({"netbios", "hostname", "ipv4", "ipv6", NAME})
ADDRESSES = frozenset({"ipv4", "ipv6"})
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


@dataclass(frozen=True, slots=True)
class Match:
    """The asset that a host is. by: the kind of identifier that decided, "" for a new asset."""

    asset: Asset
    is_new: bool
    by: str = ""
    notice: str = ""


def network_of(unit: Unit, zone: str) -> str:
    """Return the network inside which a short name or an address means one host: the named zone, else the unit's."""
    return zone.strip() or f"unit:{unit.pk}"


@write
def match_or_add(actor: Actor, hosts: Sequence[HostHint], *, unit: Unit, zone: str = "") -> dict[str, Match]:
    """Return the asset of each host by the host's key; hosts that nobody knows become assets of the unit.

    Needs the right to change assets in the unit; an asset of a unit where the actor lacks it is not touched, the
    host is kept apart. Two strong identifiers that lead to two assets merge nothing: the host is kept apart too.
    """
    require(actor, CHANGE, unit_id=unit.pk)
    _one_at_a_time()
    network = network_of(unit, zone)
    estate = _Estate(_allowed_units(actor), unit=unit)
    wanted = {host.key: _keys(host, network) for host in hosts}
    estate.load({key for keys in wanted.values() for key in keys} | {estate.stand_in(keys) for keys in wanted.values()})
    matches = {host.key: estate.place(host, wanted[host.key]) for host in hosts}
    added = estate.save()
    if matches:
        audit(
            actor, "match_hosts", subject=unit.subject,
            after={"hosts": len(hosts), "zone": zone, "added": [asset.subject for asset in added],
                   "kept_apart": sum(bool(match.notice) for match in matches.values())},
        )  # fmt: skip
    if added:
        note_change("assets", unit.subject)
    return matches


@dataclass(slots=True)
class _Held:
    """An asset with the identifiers it has, by kind."""

    asset: Asset
    values: dict[str, set[str]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What the search finds the asset by, besides its name."""
        return " ".join(sorted(value for kind, values in self.values.items() if kind != STAND_IN for value in values))


class _Estate:
    """The assets that a batch of hosts may be, and what is to be written about them."""

    def __init__(self, allowed: frozenset[int] | None, *, unit: Unit) -> None:
        self._allowed = allowed
        self._unit = unit
        self._by_key: dict[Key, _Held] = {}
        self._rows: dict[Key, Identifier] = {}
        self._added: list[_Held] = []
        self._new: dict[Key, Identifier] = {}
        self._touched: dict[Key, Identifier] = {}
        self._seen: dict[int, Asset] = {}

    def load(self, keys: Iterable[Key]) -> None:
        """Read every asset that carries one of the identifiers, with all that it carries. One query."""
        wanted = list(keys)
        everywhere = _listed({value for kind, value, _ in wanted if kind not in LOCAL})
        in_network = _listed({value for kind, value, _ in wanted if kind in LOCAL})
        networks = {zone for _, _, zone in wanted} | {""}
        bearing = Identifier.objects.filter(
            Q(value__in=everywhere, zone="") | Q(value__in=in_network, zone__in=networks)
        )
        held: dict[int, _Held] = {}
        rows = Identifier.objects.filter(asset__in=bearing.values("asset")).select_related("asset")
        for row in rows.order_by("id"):
            each = held.setdefault(row.asset_id, _Held(row.asset))
            each.values.setdefault(row.kind, set()).add(row.value)
            self._by_key[row.kind, row.value, row.zone] = each
            self._rows[row.kind, row.value, row.zone] = row

    def place(self, host: HostHint, keys: list[Key]) -> Match:
        """Decide which asset the host is, adding one where none fits."""
        stand_in = self.stand_in(keys)
        if stand_in in self._by_key:
            return self._take(self._by_key[stand_in], host, [], by=STAND_IN)
        hits = [(key, held) for key in keys if (held := self._found(key)) and not _speaks_against(key, held, keys)]
        strong = {id(held): (key[0], held) for key, held in hits if RANKS[key[0]] <= LAST_STRONG}
        if len(strong) > 1:
            return self._keep_apart(host, stand_in, _disputed(host, list(strong.values())))
        if not hits:
            return self._add(host, keys)
        key, held = hits[0]
        if self._allowed is not None and held.asset.unit_id not in self._allowed:
            return self._keep_apart(host, stand_in, _foreign(host))
        return self._take(held, host, keys, by=key[0])

    def stand_in(self, keys: list[Key]) -> Key:
        """Return the identifier of a host that had to be kept apart, the same at every scan."""
        strong = [key for key in keys if RANKS[key[0]] <= LAST_STRONG] or keys
        text = "\0".join([str(self._unit.pk), *("\1".join(key) for key in sorted(strong))])
        return (STAND_IN, blake2b(text.encode(), digest_size=16).hexdigest(), "")

    def save(self) -> list[Asset]:
        """Write new assets, new identifiers and what was seen again. Returns the new assets."""
        added = [held.asset for held in self._added]
        Asset.objects.bulk_create(added)
        Identifier.objects.bulk_create(self._new.values())
        for row in self._touched.values():
            row.asset_id = row.asset.pk
        _write_many(Identifier, ("asset_id", "last_seen_at"), self._touched.values())
        _write_many(Asset, ("last_seen_at",), self._seen.values())
        index_many(
            Doc(
                held.asset.subject,
                "assets.asset",
                held.asset.name,
                second=held.asset.get_kind_display(),
                words=held.words,
                unit_id=held.asset.unit_id,
            )
            for held in self._added
        )
        return added

    def _found(self, key: Key) -> _Held | None:
        # A person may have said of a short name that it is one host in the whole organization.
        return self._by_key.get(key) or self._by_key.get((key[0], key[1], ""))

    def _take(self, held: _Held, host: HostHint, keys: list[Key], *, by: str) -> Match:
        asset = held.asset
        if asset.pk and (asset.last_seen_at is None or asset.last_seen_at < host.seen_at):
            asset.last_seen_at = host.seen_at
            self._seen[asset.pk] = asset
        for key in keys:
            self._claim(held, key, host.seen_at)
        retired = (
            f"{asset.name} was taken out of use and is seen again; bring it back or switch it off."
            if asset.retired_at else ""
        )  # fmt: skip
        return Match(asset, is_new=False, by=by, notice=retired)

    def _claim(self, held: _Held, key: Key, seen_at: datetime) -> None:
        """Let the asset have an identifier that is free; an address also moves to whoever answers at it now."""
        kind, value, _ = key
        owner = self._found(key)
        if owner is None:
            self._new[key] = Identifier(
                asset=held.asset, kind=kind, value=value, zone=key[2], first_seen_at=seen_at, last_seen_at=seen_at
            )
            self._by_key[key] = held
            held.values.setdefault(kind, set()).add(value)
            return
        row = self._rows.get(key)
        if row is None or row.last_seen_at >= seen_at:
            return
        if owner is held or kind in ADDRESSES:
            row.asset, row.last_seen_at = held.asset, seen_at
            self._touched[key] = row
            owner.values.get(kind, set()).discard(value)
            held.values.setdefault(kind, set()).add(value)
            self._by_key[key] = held

    def _add(self, host: HostHint, keys: list[Key], *, name: str = "", note: str = "") -> Match:
        asset = Asset(
            name=(name or _name_of(host))[:LONGEST_NAME], kind=ASSET_OF_TARGET[host.target], unit=self._unit, note=note,
            first_seen_at=host.seen_at, last_seen_at=host.seen_at, changed_at=timezone.now(),
        )  # fmt: skip
        held = _Held(asset)
        self._added.append(held)
        for key in keys:
            self._claim(held, key, host.seen_at)
        return Match(asset, is_new=True)

    def _keep_apart(self, host: HostHint, stand_in: Key, notice: str) -> Match:
        made = self._add(host, [stand_in], name=f"{_name_of(host)[:180]} (kept apart)", note=notice)
        return Match(made.asset, is_new=True, notice=notice)


def _allowed_units(actor: Actor) -> frozenset[int] | None:
    return None if isinstance(actor, System) else scope_of(actor).units_for(CHANGE)


def _keys(host: HostHint, network: str) -> list[Key]:
    """Return the host's identifiers with their networks, the strongest first."""
    found = {(kind, value, network if kind in LOCAL else "") for kind, value in host.identifiers if kind in RANKS}
    if not found:
        # A host and an image may share a name, and are not one asset for it.
        of_its_kind = "" if host.target == "host" else f"{host.target}:"
        found = {(NAME, f"{of_its_kind}{host.name.strip().lower()}"[:300], network)}
    return sorted(found, key=lambda key: (RANKS[key[0]], key))


def _speaks_against(key: Key, held: _Held, keys: list[Key]) -> bool:
    """Tell whether a stronger identifier, known of both, shows that the asset is another host."""
    below = OUTWEIGHED_BELOW[RANKS[key[0]]]
    mine: dict[str, set[str]] = {}
    for kind, value, _ in keys:
        if RANKS[kind] < below:
            mine.setdefault(kind, set()).add(value)
    return any(held.values.get(kind) and not held.values[kind] & values for kind, values in mine.items())


def _name_of(host: HostHint) -> str:
    """Return the best name for people: the host's own, not its address."""
    for wanted in ("image-name", "repository", "project", "cluster", "fqdn", "netbios", "hostname"):
        for kind, value in host.identifiers:
            if kind == wanted:
                return value
    return host.name


def _disputed(host: HostHint, strong: list[tuple[str, _Held]]) -> str:
    named = " and ".join(f"by its {kind} it is {held.asset.name}" for kind, held in strong[:2])
    return f"{host.name} could not be matched: {named}. It is kept apart until somebody decides."


def _foreign(host: HostHint) -> str:
    return f"{host.name} is known in a unit that you may not change. Its findings are kept apart in this unit."


def _one_at_a_time() -> None:
    """SQLite's write lock is held already; PostgreSQL takes one of its own until the transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MATCHING_LOCK])


def _listed(values: set[str]) -> RawSQL:
    """Return a subquery of the values: one parameter, however many there are."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::text[])", [sorted(values)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(sorted(values))])


def _write_many(model: type[Model], columns: tuple[str, ...], rows: Iterable[Model]) -> None:
    fields = [next(each for each in model._meta.concrete_fields if each.attname == column) for column in columns]
    values = [
        (*(each.get_db_prep_save(getattr(row, each.attname), connection) for each in fields), row.pk) for row in rows
    ]
    if not values:
        return
    sets = ", ".join(f'"{column}" = %s' for column in columns)
    with connection.cursor() as cursor:
        # The names are our own columns; the values stand apart.
        cursor.executemany(f'UPDATE "{model._meta.db_table}" SET {sets} WHERE id = %s', values)  # noqa: S608
