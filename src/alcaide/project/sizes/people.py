"""Units, people, and who signs in with which role."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

from alcaide.common import search
from alcaide.common.models import User
from alcaide.common.permissions import (
    ANALYST,
    AUDITOR,
    COMPLIANCE,
    COUNSEL,
    DPO,
    EMPLOYEE,
    EXECUTIVE,
    GUARD,
    HEAD,
    RECEPTION,
    SITE_MANAGER,
    WORKS_COUNCIL,
)  # fmt: skip
from alcaide.organization import services as organization
from alcaide.organization.models import Person, Unit
from alcaide.organization.queries import root_unit
from alcaide.project.example.content import content

from .making import CHIEF, HOUSE, Making, next_id

SITES = (
    "Murcia", "Madrid", "Valencia", "Porto", "Lyon", "Ghent", "Turin", "Gdynia", "Brno", "Aarhus", "Cork", "Leeds",
    "Zadar", "Varna", "Patras", "Izmir", "Tunis", "Agadir", "Dakar", "Accra", "Lima", "Quito", "Leon", "Cali",
    "Halifax",
)  # fmt: skip
COUNTRIES = (
    "ES", "ES", "ES", "PT", "FR", "BE", "IT", "PL", "CZ", "DK", "IE", "GB", "HR", "BG", "GR", "TR", "TN", "MA", "SN",
    "GH", "PE", "EC", "MX", "CO", "CA",
)  # fmt: skip
KINDS = ("plant", "office", "warehouse")
DEPARTMENTS = (
    "Production", "Maintenance", "Quality", "Logistics", "Finance", "Sales", "Human resources", "Network",
    "Applications", "Purchasing", "Legal", "Laboratory", "Cold store", "Packing",
)  # fmt: skip
ROLES = (
    (ANALYST, 3), (EXECUTIVE, 2), (AUDITOR, 1), (EMPLOYEE, 4), (COMPLIANCE, 1), (COUNSEL, 1), (DPO, 1),
    (WORKS_COUNCIL, 1), (SITE_MANAGER, 1), (GUARD, 2), (RECEPTION, 1),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A unit as later stages need it."""

    pk: int
    name: str
    kind: str
    site: int
    """Number of the site that it belongs to."""
    weight: float


@dataclass(frozen=True)
class Folk:
    """Units and people as later stages need them."""

    units: list[Place]
    people_of: dict[int, list[int]]
    """People's numbers by unit."""
    users: list[User]
    """Who signs in, the chief first."""

    @property
    def sites(self) -> list[Place]:
        """The units that are plants, offices and warehouses."""
        return [unit for unit in self.units if unit.kind != "department"]


def make_folk(making: Making, chief: User) -> Folk:
    """Make units, people and users."""
    units = _make_units(making)
    people_of = _make_people(making, units)
    users = [chief, *_make_users(units, people_of)]
    making.tell("users", len(users))
    return Folk(units, people_of, users)


def _make_units(making: Making) -> list[Place]:
    root, first, uids = root_unit(), next_id(Unit), making.uids("units")
    table = making.table(
        Unit, "id", "uid", "name", "kind", "parent_id", "path", "country", "from_on", "legal_name", "registration",
        "jurisdiction", "share_held",
    )  # fmt: skip
    chance, found, rows = making.chance("units"), [], []
    sites = max(2, making.size.units // 12)
    for number in range(making.size.units - 1):
        pk, site = first + number, number % sites
        around, word = divmod(number // sites - 1, len(DEPARTMENTS))
        name = SITES[site % len(SITES)] + (f" {site // len(SITES) + 1}" if site >= len(SITES) else "")
        kind, parent, path = KINDS[site % len(KINDS)], root.pk, root.path
        if number < sites:
            name = f"{name} {kind}"
        else:
            parent, path, kind = first + site, f"{root.path}{first + site}/", "department"
            name = f"{name} {DEPARTMENTS[word].lower()}" + (f" {around + 1}" if around else "")
        found.append(Place(pk, name, kind, site, 1.0 / (1 + site) ** 0.6))
        country = COUNTRIES[site % len(COUNTRIES)]
        entity = _entity(chance, name, country) if number < sites and chance.random() < 0.5 else ("", "", "", None)
        began = making.moment.date() - timedelta(days=chance.randrange(400, 9_000))
        rows.append((pk, next(uids), name, kind, parent, f"{path}{pk}/", country, began, *entity))
    words = dict(Unit.KINDS)

    def write(chunk: list[Any]) -> None:
        table.insert(chunk)
        search.index_many(
            search.Doc(f"{Unit.SUBJECT}:{row[1]}", Unit.SUBJECT, row[2], words[row[3]], row[8], row[0]) for row in chunk
        )

    making.write("units", rows, write, models=[Unit])
    return found


def _entity(chance: Random, name: str, country: str) -> tuple[str, str, str, float]:
    """Return the legal entity that a site is: its name, registration, jurisdiction and the share held."""
    return f"Almena {name} Ltd", f"{country}-{chance.randrange(10**7, 10**8)}", country, chance.choice((1.0, 0.75, 0.6))


def _make_people(making: Making, units: list[Place]) -> dict[int, list[int]]:
    table = making.table(Person, "id", "uid", "name", "email", "title", "unit_id", "joined_on", "left_on")
    people_of: dict[int, list[int]] = {unit.pk: [] for unit in units}
    present: list[tuple[int, int]] = []

    def write(chunk: list[Any]) -> None:
        table.insert(chunk)
        search.index_many(
            search.Doc(f"{Person.SUBJECT}:{row[1]}", Person.SUBJECT, row[2], row[4], row[3], row[5]) for row in chunk
        )

    making.write("people", _people(making, units, present), write, models=[Person])
    for unit, pk in present:
        people_of[unit].append(pk)
    return people_of


def _people(making: Making, units: list[Place], present: list[tuple[int, int]]) -> Iterator[tuple[Any, ...]]:
    """Yield people; names repeat as they do in life, addresses do not."""
    chance, names, uids = making.chance("people"), content("people"), making.uids("people")
    first, taken, day = next_id(Person), {CHIEF[0].partition("@")[0]: count(2)}, making.moment.date()
    weights = [unit.weight for unit in units]
    for number in range(making.size.people - 1):
        # Whatever else is drawn, each unit has somebody.
        unit = units[number] if number < len(units) else chance.choices(units, weights)[0]
        given, family = chance.choice(names["first"]), chance.choice(names["last"])
        name = f"{given} {family} {chance.choice(names['last'])}"
        address = ".".join(search.fold(f"{given} {family}"))
        place = next(taken.setdefault(address, count(1)))
        email = f"{address}{place if place > 1 else ''}@almena.example"
        titles = names["titles"].get(unit.kind) or names["titles"]["office"]
        joined = day - timedelta(days=int(chance.expovariate(1 / 2_000)))
        left = (
            day - timedelta(days=chance.randrange(1, 200)) if number >= len(units) and chance.random() < 0.03 else None
        )
        if left is None:
            present.append((unit.pk, first + number))
        elif left < joined:
            joined = left
        yield first + number, next(uids), name, email, chance.choice(titles), unit.pk, joined, left


def _make_users(units: list[Place], people_of: dict[int, list[int]]) -> list[User]:
    """Let some people sign in: a few for the whole organization, a head for each site."""
    root = root_unit()
    heads = [unit for unit in units if unit.kind != "department"]
    wanted = [(role, root.pk) for role, number in ROLES for _ in range(number)]
    wanted += [(HEAD, unit.pk) for unit in heads]
    free = iter([people_of[unit.pk][0] for unit in heads] + [pk for unit in units for pk in people_of[unit.pk][1:]])
    # The heads come first: each is somebody of the unit itself.
    found = []
    for role, unit_id in sorted(wanted, key=lambda each: each[0] is not HEAD):
        person = Person.objects.get(pk=next(free))
        user = organization.let_sign_in(HOUSE, person)
        organization.grant(HOUSE, user=user, role=role.key, unit=Unit.objects.get(pk=unit_id))
        found.append(user)
    return found
