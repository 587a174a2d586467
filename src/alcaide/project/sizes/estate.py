"""Places and assets: what stands where, who owns it, what it is worth, what needs what, how scans call it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from alcaide.assets import services as assets
from alcaide.assets.models import Asset, AssetValue, Dependency, HeldClass, Identifier, Place
from alcaide.common import search

from .making import CURRENCY, HOUSE, Making, next_id
from .people import Folk

ZONE = "almena"
# In what shares kinds come; hosts are most of what any scan shows.
KINDS = {
    "host": 68, "application": 9, "service": 5, "data_set": 5, "equipment": 6, "vehicle": 2, "goods": 1, "people": 1,
    "supplier": 1.5, "product": 1, "brand": 0.5,
}  # fmt: skip
HOSTS = (("ws", 55), ("srv", 22), ("plc", 9), ("sw", 6), ("cam", 5), ("db", 3))
THINGS = {
    "application": ("Orders", "Payroll", "Invoices", "Recipes", "Web shop", "Timesheets", "Routes", "Quality records"),
    "service": ("Sign-in", "Mail", "Backup", "Name service", "File store", "Remote access", "Monitoring"),
    "data_set": ("Customers", "Employees", "Recipes", "Card payments", "Health checks", "Suppliers' prices"),
    "equipment": ("Filler", "Compressor", "Oven", "Forklift charger", "Generator", "Palletiser"),
    "vehicle": ("Truck", "Van", "Forklift"),
    "goods": ("Finished goods", "Packaging", "Raw material"),
    "people": ("Night shift", "Drivers", "Cleaners", "Visitors"),
    "supplier": ("Carrier", "Energy supplier", "Network provider", "Payroll office"),
    "product": ("Olive oil", "Tomato sauce", "Chickpeas", "Almond drink"),
    "brand": ("Almena", "Huerta"),
}
REACHES = (("internal", 71), ("unknown", 19), ("isolated", 6), ("internet", 4))
NEEDS = {"application": "host", "service": "application", "data_set": "application"}
WORTH = frozenset({"application", "data_set", "product", "equipment", "goods", "supplier", "brand", "building"})
BASES = (("judgement", 6), ("sector", 3), ("measured", 1))
SOURCE = "Invented for the example organization"


@dataclass(frozen=True, slots=True)
class Thing:
    """An asset as later stages need it."""

    pk: int
    uid: UUID
    kind: str
    unit_id: int
    reach: str
    seen_days_ago: int | None


@dataclass(slots=True)
class Draft:
    """An asset before it is written, with what hangs on it."""

    row: tuple[Any, ...]
    names: list[tuple[Any, ...]]
    words: str


def pick(chance: Random, weighed: Any) -> Any:
    """Draw one of (what, weight)."""
    pairs = list(weighed.items() if isinstance(weighed, dict) else weighed)
    return chance.choices([pair[0] for pair in pairs], [pair[1] for pair in pairs])[0]


def make_estate(making: Making, folk: Folk) -> list[Thing]:
    """Make places, assets, identifiers, values, classes of information and dependencies; weigh them."""
    rooms, buildings = _make_places(making, folk)
    things = _make_assets(making, folk, rooms, buildings)
    _make_values(making, things)
    _make_classes(making, things)
    _make_needs(making, things)
    weighed = assets.weigh_all(HOUSE)
    making.tell("sums of criticality", weighed.criticality)
    return things


def _make_places(making: Making, folk: Folk) -> tuple[dict[int, list[int]], list[tuple[int, str, int]]]:
    """Make a site for each site unit, buildings on it and rooms in them. Returns rooms by site, and the buildings."""
    chance, uids, pk = making.chance("places"), making.uids("places"), next_id(Place)
    table = making.table(Place, "id", "uid", "name", "kind", "parent_id", "path", "unit_id", "address")
    heads = [unit for unit in folk.units if unit.kind != "department"]
    rooms: dict[int, list[int]] = {unit.site: [] for unit in heads}
    buildings: list[tuple[int, str, int]] = []
    rows: list[tuple[Any, ...]] = []
    path_of: dict[int, str] = {}
    each_site = max(3, making.size.places // len(heads))
    for unit in heads:
        site = pk
        many = max(1, each_site // 12)
        for number in range(each_site):
            kind = "site" if not number else "building" if number <= many else "room"
            parent = None if not number else site if number <= many else site + chance.randint(1, many)
            path_of[pk] = f"{path_of[parent] if parent else '/'}{pk}/"
            name = {"site": f"{unit.name} site", "building": f"Building {number}"}.get(kind, f"Room {number:03d}")
            rows.append((pk, next(uids), name, kind, parent, path_of[pk], unit.pk, ""))
            if kind == "building":
                buildings.append((pk, f"{unit.name}, building {number}", unit.pk))
            if kind == "room":
                rooms[unit.site].append(pk)
            pk += 1
    words = dict(Place.KINDS)

    def write(chunk: list[Any]) -> None:
        table.insert(chunk)
        search.index_many(
            search.Doc(f"{Place.SUBJECT}:{row[1]}", Place.SUBJECT, row[2], words[row[3]], row[7], row[6])
            for row in chunk
        )

    making.write("places", rows, write, models=[Place])
    return rooms, buildings


def _make_assets(
    making: Making, folk: Folk, rooms: dict[int, list[int]], buildings: list[tuple[int, str, int]]
) -> list[Thing]:
    things: list[Thing] = []
    table = making.table(
        Asset, "id", "uid", "name", "kind", "unit_id", "place_id", "owner_id", "custodian_id", "is_place_id",
        "reached_from", "reached_basis", "reached_why", "reached_at", "first_seen_at", "last_seen_at", "retired_at",
    )  # fmt: skip
    numbers = count(next_id(Identifier))
    names = making.table(
        Identifier, "id", "asset_id", "kind", "value", "zone", "first_seen_at", "last_seen_at", "ended_at"
    )  # fmt: skip
    words = dict(Asset.KINDS)

    def write(chunk: list[Draft]) -> None:
        table.insert(each.row for each in chunk)
        names.insert((next(numbers), *name) for each in chunk for name in each.names)
        search.index_many(
            search.Doc(
                f"{Asset.SUBJECT}:{each.row[1]}",
                Asset.SUBJECT,
                each.row[2],
                words[each.row[3]],
                each.words,
                each.row[4],
            )
            for each in chunk
        )

    drafts = _drafts(making, folk, rooms, buildings, things)
    making.write("assets", drafts, write, models=[Asset, Identifier])
    return things


def _drafts(
    making: Making,
    folk: Folk,
    rooms: dict[int, list[int]],
    buildings: list[tuple[int, str, int]],
    things: list[Thing],
) -> Iterator[Draft]:
    chance, uids, first = making.chance("assets"), making.uids("assets"), next_id(Asset)
    units, weights = folk.units, [unit.weight for unit in folk.units]
    site_of = {unit.pk: unit.site for unit in units}
    for number in range(making.size.assets):
        pk, uid = first + number, next(uids)
        is_place = None
        if number < len(buildings):
            is_place, name, unit_id = buildings[number]
            kind = "building"
        else:
            kind, unit_id = pick(chance, KINDS), chance.choices(units, weights)[0].pk
            name = f"{pick(chance, HOSTS)}-{pk:06d}" if kind == "host" else f"{chance.choice(THINGS[kind])} {pk % 97}"
        reach = pick(chance, REACHES) if kind in {"host", "application", "service"} else "unknown"
        seen = _seen_days_ago(chance) if kind in {"host", "application"} else None
        is_old = kind != "building" and chance.random() < 0.04
        people = folk.people_of[unit_id]
        owner = chance.choice(people) if chance.random() < 0.86 else None
        keeper = chance.choice(people) if chance.random() < 0.2 else None
        room = chance.choice(rooms[site_of[unit_id]]) if not is_place and chance.random() < 0.6 else None
        moment = making.moment
        basis = "" if reach == "unknown" else pick(chance, (("measured", 2), ("document", 3), ("judgement", 5)))
        seen_at = moment - timedelta(days=seen) if seen is not None else None
        first_at = moment - timedelta(days=max(seen or 0, chance.randrange(200, 1_500)))
        names = _names(chance, pk, kind, name, first_at, seen_at or moment)
        things.append(Thing(pk, uid, kind, unit_id, reach, None if is_old else seen))
        yield Draft(
            (pk, uid, name, kind, unit_id, room, owner, keeper, is_place, reach, basis, "Invented" if basis else "",
             moment if basis else None, first_at if seen_at else None, seen_at,
             moment - timedelta(days=chance.randrange(1, 400)) if is_old else None),
            names, " ".join(["", *(each[2] for each in names)]),
        )  # fmt: skip


def _seen_days_ago(chance: Random) -> int | None:
    """Most were seen by the last round of scans, some not for long, a few never."""
    # Whole numbers or none.
    return pick(chance, ((2, 84), (16, 6), (60, 4), (180, 3), (None, 3)))  # type: ignore[no-any-return]


def _names(
    chance: Random, pk: int, kind: str, name: str, first_at: datetime, last_at: datetime
) -> list[tuple[Any, ...]]:
    if kind == "application":
        return [(pk, "image-name", f"registry.almena.example/app-{pk}", "", first_at, last_at, None)]
    if kind != "host":
        return []
    address = f"10.{pk >> 16 & 255}.{pk >> 8 & 255}.{pk & 255}"
    found: list[tuple[Any, ...]] = [
        (pk, "fqdn", f"{name}.almena.example", "", first_at, last_at, None),
        (pk, "ipv4", address, ZONE, first_at, last_at, None),
    ]
    if chance.random() < 0.5:
        card = f"52:54:{pk >> 24 & 255:02x}:{pk >> 16 & 255:02x}:{pk >> 8 & 255:02x}:{pk & 255:02x}"
        found.append((pk, "mac", card, "", first_at, last_at, None))
    return found


def _make_values(making: Making, things: list[Thing]) -> None:
    table = making.table(
        AssetValue, "id", "uid", "asset_id", "aspect", "low_minor", "high_minor", "currency", "basis", "source",
        "people_low", "people_high",
    )  # fmt: skip
    making.write("values", _values(making, things), table.insert, models=[AssetValue])


def _values(making: Making, things: list[Thing]) -> Iterator[tuple[Any, ...]]:
    chance, uids, pk = making.chance("values"), making.uids("values"), next_id(AssetValue)
    for thing in things:
        is_people = thing.kind == "people"
        if not is_people and (thing.kind not in WORTH or chance.random() > 0.55):
            continue
        aspects = ["hurt"] if is_people else chance.sample(("disclosed", "altered", "unavailable", "destroyed"), 2)
        for aspect in aspects:
            low = int(chance.lognormvariate(15, 1.4))
            sums = (0, 0) if is_people else (low, int(low * chance.uniform(1.5, 12)))
            people = (0, chance.randint(1, 40)) if is_people else (None, None)
            yield pk, next(uids), thing.pk, aspect, *sums, CURRENCY, pick(chance, BASES), SOURCE, *people
            pk += 1


def _make_classes(making: Making, things: list[Thing]) -> None:
    chance, uids, first = making.chance("classes"), making.uids("classes"), next_id(HeldClass)
    table = making.table(
        HeldClass, "id", "uid", "asset_id", "data_class", "country", "people", "basis", "counted_on", "source"
    )
    day = making.moment.date()
    rows: list[Any] = []
    for thing in things:
        if thing.kind != "data_set":
            continue
        for data_class in chance.sample([key for key, _ in HeldClass.CLASSES], chance.randint(1, 3)):
            counted = data_class not in HeldClass.WITHOUT_PEOPLE and chance.random() < 0.8
            people = int(chance.paretovariate(0.9) * 100) % 10**7 if counted else None
            on = day - timedelta(days=chance.randrange(1, 700))
            rows.append((first + len(rows), next(uids), thing.pk, data_class, "", people, "judgement", on, SOURCE))
    making.write("classes of information", rows, table.insert, models=[HeldClass])


def _make_needs(making: Making, things: list[Thing]) -> None:
    chance, uids, first = making.chance("needs"), making.uids("needs"), next_id(Dependency)
    table = making.table(Dependency, "id", "uid", "asset_id", "needs_id", "why")
    by_kind: dict[str, list[int]] = {}
    for thing in things:
        by_kind.setdefault(thing.kind, []).append(thing.pk)
    pairs: dict[tuple[int, int], None] = {}
    for thing in things:
        below = by_kind.get(NEEDS.get(thing.kind, ""), [])
        # A few are needed by very many: the number drawn is small far more often than large.
        for _ in range(chance.randint(1, 4) if below else 0):
            pairs[thing.pk, below[int(len(below) * chance.random() ** 3)]] = None
        if below and by_kind.get("supplier") and chance.random() < 0.15:
            pairs[thing.pk, chance.choice(by_kind["supplier"])] = None
    rows = [(first + place, next(uids), *pair, "") for place, pair in enumerate(pairs)]
    making.write("needs", rows, table.insert, models=[Dependency])
