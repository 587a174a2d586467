"""The assets that a batch of targets may be, and what is to be written about them. The door is `matching`."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from django.db import connection
from django.db.models import Model, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from alcaide.assets.models import Asset, Identifier, MatchCandidate, MatchDoubt
from alcaide.assets.queries import ADDRESSES
from alcaide.common.rows import add_new
from alcaide.common.search import Doc, index_many
from alcaide.organization.models import Unit

from .names import (
    ASSET_OF_TARGET,
    LAST_STRONG,
    LOCAL,
    LONGEST_NAME,
    RANKS,
    STAND_IN,
    Held,
    HostHint,
    Key,
    decides,
    evidence,
    keys_of,
    name_of,
    row_at,
    speaks_against,
)


@dataclass(frozen=True, slots=True)
class Match:
    """The asset that a host is. by: the kind of identifier that decided, "" for a new asset."""

    asset: Asset
    is_new: bool
    by: str = ""
    notice: str = ""


class Estate:
    """The assets that a batch of hosts may be, and what is to be written about them."""

    def __init__(self, allowed: frozenset[int] | None, *, unit: Unit, network: str) -> None:
        self._allowed = allowed
        self._unit = unit
        self._network = network
        self._by_key: dict[Key, list[Identifier]] = {}
        self._held: dict[int, Held] = {}
        self._added: list[Held] = []
        self._new: list[Identifier] = []
        self._touched: dict[int, Identifier] = {}
        self._seen: dict[int, Asset] = {}
        self._doubts: list[tuple[MatchDoubt, list[MatchCandidate]]] = []
        self._met_again: dict[str, datetime] = {}

    def load(self, hosts: Iterable[HostHint]) -> None:
        """Read every asset that carries one of the identifiers, with all that it carries. One query."""
        listed = list(hosts)
        own = [keys_of(host, self._network) for host in listed]
        keys = {key for each in own for key in each} | {self._stand_in(each) for each in own}
        everywhere = _listed({value for kind, value, _ in keys if kind not in LOCAL})
        in_network = _listed({value for kind, value, _ in keys if kind in LOCAL})
        networks = {zone for _, _, zone in keys} | {""}
        oldest = min((host.seen_at for host in listed), default=timezone.now())
        in_time = Q(ended_at__isnull=True) | Q(ended_at__gt=oldest)
        bearing = Identifier.objects.filter(
            Q(value__in=everywhere, zone="") | Q(value__in=in_network, zone__in=networks), in_time
        )
        rows = Identifier.objects.filter(in_time, asset__in=bearing.values("asset")).select_related("asset")
        by_pk: dict[int, Held] = {}
        for row in rows.order_by("first_seen_at", "id"):
            held = by_pk.setdefault(row.asset_id, Held(row.asset))
            row.asset = held.asset
            self._held[id(held.asset)] = held
            if row.ended_at is None:
                held.values.setdefault(row.kind, set()).add(row.value)
            self._by_key.setdefault((row.kind, row.value, row.zone), []).append(row)

    def place(self, host: HostHint) -> Match:
        """Decide which asset the host is, adding one where none fits."""
        keys = keys_of(host, self._network)
        stand_in = self._stand_in(keys)
        if stand_in in self._by_key:
            self._met_again[stand_in[1]] = host.seen_at
            return self._take(self._holder(self._by_key[stand_in][0]), host, [], by=STAND_IN)
        found = [(key, row) for key in keys if (row := self._row(key, host.seen_at))]
        hits = [
            (key, held) for key, row in found
            if decides(row, host.seen_at) and not speaks_against(key, held := self._holder(row), keys)
        ]  # fmt: skip
        strong = {id(held): (key[0], held) for key, held in hits if RANKS[key[0]] <= LAST_STRONG}
        if len(strong) > 1:
            every = list({id(held): held for _, held in hits}.values())
            return self._keep_apart(
                host, keys, why="disagree", notice=_disputed(host, list(strong.values())), among=every
            )
        if not hits:
            return self._add_unknown(host, keys, stale=[self._holder(row) for _, row in found])
        key, held = hits[0]
        if self._allowed is not None and held.asset.unit_id not in self._allowed:
            return self._keep_apart(host, keys, why="foreign", notice=_foreign(host), among=[held])
        return self._take(held, host, keys, by=key[0])

    def save(self) -> list[Asset]:
        """Write new assets, new identifiers, doubts, and what was seen again. Returns the new assets."""
        added = [held.asset for held in self._added]
        add_new(Asset, added)
        # What ends first, so that no identifier is held twice at any moment.
        _write_many(Identifier, ("last_seen_at", "ended_at"), self._touched.values())
        for row in self._new:
            row.asset_id = row.asset.pk
        add_new(Identifier, self._new)
        _write_many(Asset, ("last_seen_at",), self._seen.values())
        self._save_doubts()
        index_many(
            Doc(
                held.asset.subject, "assets.asset", held.asset.name, second=held.asset.get_kind_display(),
                words=held.words, unit_id=held.asset.unit_id, row=held.asset.pk,
            )
            for held in self._added
        )  # fmt: skip
        return added

    def _save_doubts(self) -> None:
        for doubt, _ in self._doubts:
            doubt.asset_id = doubt.asset.pk
        MatchDoubt.objects.bulk_create(doubt for doubt, _ in self._doubts)
        candidates = [each for doubt, some in self._doubts for each in some if _points(each, doubt)]
        MatchCandidate.objects.bulk_create(candidates)
        if self._met_again:
            met = MatchDoubt.objects.filter(stand_in__in=_listed(set(self._met_again)))
            met.update(last_seen_at=max(self._met_again.values()))

    def _stand_in(self, keys: list[Key]) -> Key:
        """Return the identifier of a host that had to be kept apart, the same at every scan."""
        strong = [key for key in keys if RANKS[key[0]] <= LAST_STRONG] or keys
        text = "\0".join([str(self._unit.pk), *("\1".join(key) for key in sorted(strong))])
        return (STAND_IN, blake2b(text.encode(), digest_size=16).hexdigest(), "")

    def _row(self, key: Key, at: datetime) -> Identifier | None:
        # A person may have said of a short name that it is one host in the whole organization.
        rows = self._by_key.get(key) or self._by_key.get((key[0], key[1], ""), [])
        return row_at(rows, at) if key[0] in ADDRESSES else next((row for row in rows if row.ended_at is None), None)

    def _holder(self, row: Identifier) -> Held:
        return self._held[id(row.asset)]

    def _take(self, held: Held, host: HostHint, keys: list[Key], *, by: str) -> Match:
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

    def _claim(self, held: Held, key: Key, at: datetime) -> None:
        """Let the asset have an identifier that is free; an address also moves to whoever answers at it now."""
        row = self._row(key, at)
        if row is None:
            self._hold(held, key, at, ended_at=None)
        elif row.zone != key[2]:
            return
        elif self._holder(row) is held:
            if row.last_seen_at < at:
                row.last_seen_at = at
                self._touch(row)
        elif key[0] in ADDRESSES and row.last_seen_at < at:
            before, row.ended_at = row.ended_at, at
            self._touch(row)
            self._holder(row).values.get(key[0], set()).discard(key[1])
            self._hold(held, key, at, ended_at=before)
        elif key[0] in ADDRESSES and at < row.first_seen_at:
            # An old report: the address was this host's before it was the other's.
            self._hold(held, key, at, ended_at=row.first_seen_at)

    def _hold(self, held: Held, key: Key, at: datetime, *, ended_at: datetime | None) -> None:
        kind, value, zone = key
        row = Identifier(
            asset=held.asset, kind=kind, value=value, zone=zone, first_seen_at=at, last_seen_at=at, ended_at=ended_at
        )
        self._new.append(row)
        self._by_key.setdefault(key, []).append(row)
        if ended_at is None:
            held.values.setdefault(kind, set()).add(value)

    def _touch(self, row: Identifier) -> None:
        if row.pk:
            self._touched[row.pk] = row

    def _add(self, host: HostHint, keys: list[Key], *, name: str = "", note: str = "") -> Match:
        asset = Asset(
            name=(name or name_of(host))[:LONGEST_NAME], kind=ASSET_OF_TARGET[host.target], unit=self._unit, note=note,
            first_seen_at=host.seen_at, last_seen_at=host.seen_at, changed_at=timezone.now(),
        )  # fmt: skip
        held = self._held[id(asset)] = Held(asset)
        self._added.append(held)
        for key in keys:
            self._claim(held, key, host.seen_at)
        return Match(asset, is_new=True)

    def _add_unknown(self, host: HostHint, keys: list[Key], *, stale: list[Held]) -> Match:
        """Add a host that nobody knows; one of whom only an address is known that was another's long ago is a doubt."""
        made = self._add(host, keys)
        known = [held for held in stale if held.asset.pk and held.asset.retired_at is None]
        if known and all(key[0] in ADDRESSES for key in keys):
            stand_in = self._stand_in([*keys, (STAND_IN, host.seen_at.isoformat(), "")])
            self._doubt(host, keys, why="stale", match=made, among=known, stand_in=stand_in)
        return made

    def _keep_apart(self, host: HostHint, keys: list[Key], *, why: str, notice: str, among: list[Held]) -> Match:
        stand_in = self._stand_in(keys)
        made = self._add(host, [stand_in], name=f"{name_of(host)[:180]} (kept apart)", note=notice)
        match = Match(made.asset, is_new=True, notice=notice)
        self._doubt(host, keys, why=why, match=match, among=among, stand_in=stand_in)
        return match

    def _doubt(
        self, host: HostHint, keys: list[Key], *, why: str, match: Match, among: list[Held], stand_in: Key
    ) -> None:
        """Put a target that may be several assets before people, the likeliest first."""
        doubt = MatchDoubt(
            stand_in=stand_in[1], unit=self._unit, asset=match.asset, why=why, name=name_of(host)[:LONGEST_NAME],
            target=host.target, zone=self._network[:60], identifiers=[[kind, value] for kind, value, _ in keys],
            first_seen_at=host.seen_at, last_seen_at=host.seen_at, changed_at=timezone.now(),
        )  # fmt: skip
        weighed = [(held, *evidence(held, keys)) for held in among if held.asset.pk]
        weighed.sort(key=lambda each: (_strength(each[1]), len(each[2]), each[0].asset.pk))
        candidates = [
            MatchCandidate(asset=held.asset, rank=rank, speaks_for=speaks_for, speaks_against=against)
            for rank, (held, speaks_for, against) in enumerate(weighed, start=1)
        ]
        self._doubts.append((doubt, candidates))


def _strength(speaks_for: list[list[str]]) -> int:
    return min((RANKS[kind] for kind, _ in speaks_for), default=max(RANKS.values()) + 1)


def _points(candidate: MatchCandidate, doubt: MatchDoubt) -> bool:
    candidate.doubt = doubt
    return True


def _disputed(host: HostHint, strong: list[tuple[str, Held]]) -> str:
    named = " and ".join(f"by its {kind} it is {held.asset.name}" for kind, held in strong[:2])
    return f"{host.name} could not be matched: {named}. It is kept apart until somebody decides."


def _foreign(host: HostHint) -> str:
    return f"{host.name} is known in a unit that you may not change. Its findings are kept apart in this unit."


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
