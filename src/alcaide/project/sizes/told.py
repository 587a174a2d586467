"""What the organization says of itself: facts of its units, rates of currencies, its fiscal year, its appetites."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from alcaide.organization import services as organization
from alcaide.organization.models import Appetite, Fact, Rate
from alcaide.organization.queries import FactKind, fact_kinds, root_unit, the_organization

from .estate import BASES, SOURCE, pick
from .making import CURRENCY, HOUSE, Making, next_id
from .people import COUNTRIES, Folk, Place

# How many of each one euro bought, near enough for an invented organization.
RATES = {"USD": 1.09, "GBP": 0.85, "CHF": 0.95, "PLN": 4.31, "CZK": 24.9, "DKK": 7.46, "TRY": 35.2, "MAD": 10.8}
RATE_DAYS = 400
FIRST_MONTH = 9
SATURDAY = 5
KNOWN_SHARE = 0.6
TOLD_BEFORE = 0.4
SITE_APPETITE_MINOR = 2_000_000_00


def make_told(making: Making, folk: Folk) -> None:
    """Make facts, rates and appetites, and set the fiscal year."""
    _make_facts(making, folk)
    _make_rates(making)
    _make_appetites(making, folk)
    house = the_organization()
    organization.change_organization(HOUSE, house, opened_version=house.version, first_month=FIRST_MONTH)


def _make_facts(making: Making, folk: Folk) -> None:
    table = making.table(
        Fact, "id", "uid", "unit_id", "key", "value", "from_on", "basis", "source", "replaced_at"
    )  # fmt: skip
    making.write("facts", list(_facts(making, folk)), table.insert, models=[Fact])


def _facts(making: Making, folk: Folk) -> Iterator[tuple[Any, ...]]:
    """Yield the facts of the top unit and of each site; some were told otherwise a year before, a few corrected."""
    chance, uids, pk = making.chance("facts"), making.uids("facts"), next_id(Fact)
    day, kinds = making.moment.date(), list(fact_kinds().values())
    for unit_id, people in _tellers(folk):
        for kind in kinds:
            if chance.random() > KNOWN_SHARE and kind.key != "headcount":
                continue
            newest = day - timedelta(days=chance.randrange(5, 300))
            begins = [newest - timedelta(days=365)] if chance.random() < TOLD_BEFORE else []
            for from_on in [*begins, newest]:
                told = (unit_id, kind.key, _answer(chance, kind, people, from_on.year), from_on)
                yield pk, next(uids), *told, pick(chance, BASES), SOURCE, None
                pk += 1


def _tellers(folk: Folk) -> Iterator[tuple[int, int]]:
    """Yield who says something of itself, with how many people work there."""
    yield root_unit().pk, sum(len(each) for each in folk.people_of.values()) + 1
    for unit in folk.sites:
        yield unit.pk, len(folk.people_of[unit.pk])


def _answer(chance: Random, kind: FactKind, people: int, year: int) -> Any:
    low = chance.randrange(100, 400_000)
    answers: dict[str, Any] = {
        "yes_no": chance.random() < 0.3,
        "number": people if kind.key == "headcount" else chance.randrange(1, 500),
        "range": {"low": low, "high": low * 2},
        "money": {"minor": people * chance.randrange(180_000, 320_000) * 100, "currency": CURRENCY, "year": year},
        "countries": sorted({chance.choice(COUNTRIES) for _ in range(4)}),
        "codes": [chance.choice(kind.options)] if kind.options else ["10.39", "52.10"],
        "words": "Preserved fruit and vegetables, and the warehouses that keep them.",
    }
    return answers[kind.type]


def _make_rates(making: Making) -> None:
    """Tell each currency's rate of each working day; it wanders."""
    chance, uids, first = making.chance("rates"), making.uids("rates"), next_id(Rate)
    table = making.table(Rate, "id", "uid", "ours", "currency", "on", "per_ours", "source")
    rows: list[tuple[Any, ...]] = []
    now = dict(RATES)
    for back in range(RATE_DAYS, -1, -1):
        on = making.moment.date() - timedelta(days=back)
        if on.weekday() >= SATURDAY:
            continue
        now = {currency: each * (1 + chance.gauss(0, 0.004)) for currency, each in now.items()}
        rows.extend(
            (first + place, next(uids), CURRENCY, currency, on, f"{each:.6g}", SOURCE)
            for place, (currency, each) in enumerate(now.items(), start=len(rows))
        )
    making.write("rates", rows, table.insert, models=[Rate])


def _make_appetites(making: Making, folk: Folk) -> None:
    chance, uids, first = making.chance("appetites"), making.uids("appetites"), next_id(Appetite)
    table = making.table(Appetite, "id", "uid", "unit_id", "limit_minor", "currency", "chance", "note")
    having: list[Place] = folk.sites[::2]
    rows = [
        (first + place, next(uids), unit.pk, SITE_APPETITE_MINOR * chance.randint(1, 9), CURRENCY, 0.05, SOURCE)
        for place, unit in enumerate(having)
    ]
    making.write("appetites", rows, table.insert, models=[Appetite])
