"""Measures and scenarios, the ranges behind them, and what measures leave of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid5

from django.utils import timezone

from alcaide.common import search
from alcaide.controls.models import Measure
from alcaide.risk.models import NEVER, Effect, Estimate, Scenario
from alcaide.risk.services.scenarios import DRAWS

from .estate import SOURCE, pick
from .making import CURRENCY, Making, next_id
from .people import Folk
from .tested import KEPT, NOTHING_KEPT, Tried, draw_tests, make_tests, make_work
from .tolerated import make_ties

AREAS = (("digital", 55), ("physical", 30), ("people", 15))
STATES = (("proposed", 48), ("in_place", 34), ("adopted", 13), ("dropped", 5))
MEASURES = (
    "Second factor for {}", "Fence along {}", "Patch window for {}", "Training for {}", "Backup apart for {}",
    "Camera at {}", "Dual approval in {}", "Segments for {}", "Key register of {}", "Night patrol at {}",
)  # fmt: skip
EVENTS = {
    "digital": (
        "Ransomware at {}",
        "Data of {} disclosed",
        "Payment fraud in {}",
        "Outage of {}",
        "Account misuse in {}",
    ),
    "physical": ("Cargo theft from {}", "Break-in at {}", "Fire at {}", "Flood at {}", "Power failure at {}"),
    "people": ("Accident at {}", "Violence towards staff of {}", "Key person of {} lost"),
}
BASES = (("judgement", 6), ("sector", 3), ("measured", 1))


@dataclass(frozen=True, slots=True)
class Told:
    """A measure or scenario as effects need it."""

    pk: int
    name: str
    unit: str
    draw: str
    is_open: bool


def make_programme(making: Making, folk: Folk) -> list[str]:
    """Make measures and their tests, scenarios, ranges, effects and bow-ties. Returns the scenarios' subjects."""
    measures = _make_measures(making, folk)
    scenarios, subjects = _make_scenarios(making, folk)
    _make_effects(making, measures, scenarios)
    make_ties(making, scenarios, measures)
    return subjects


def _make_measures(making: Making, folk: Folk) -> list[Told]:
    made: list[Told] = []
    tests: list[Tried] = []
    work: list[tuple[int, str, list[int]]] = []
    table = making.table(
        Measure, "id", "uid", "name", "area", "unit_id", "owner_id", "what", "cost_minor", "currency", "cost_source",
        "effort_hours", "mandatory", "mandatory_why", "state", "due_on", "adopted_at", "in_place_at", *KEPT,
    )  # fmt: skip
    words = dict(Measure.STATES)

    def write(chunk: list[Any]) -> None:
        table.insert(chunk)
        search.index_many(
            search.Doc(f"{Measure.SUBJECT}:{row[1]}", "controls.measure", row[2], words[row[13]], row[6], row[4])
            for row in chunk
        )

    making.write("measures", _measures(making, folk, made, tests, work), write, models=[Measure])
    make_tests(making, tests, folk)
    make_work(making, work, folk)
    return made


def _measures(
    making: Making, folk: Folk, made: list[Told], tests: list[Tried], work: list[tuple[int, str, list[int]]]
) -> Iterator[tuple[Any, ...]]:
    trying, today = making.chance("tests of measures"), timezone.localdate(making.moment)
    chance, uids, first = making.chance("measures"), making.uids("measures"), next_id(Measure)
    for number in range(making.size.measures):
        unit = chance.choice(folk.units)
        name = f"{chance.choice(MEASURES).format(unit.name)}, {number + 1}"
        state = pick(chance, STATES)
        mandatory = state != "dropped" and chance.random() < 0.04
        days = chance.randrange(5, 700)
        adopted = making.moment - timedelta(days=days) if state in {"adopted", "in_place"} else None
        placed = making.moment - timedelta(days=days // 2) if state == "in_place" else None
        due = making.moment.date() + timedelta(days=chance.randrange(-30, 240)) if chance.random() < 0.5 else None
        owner = chance.choice(folk.people_of[unit.pk]) if chance.random() < 0.85 else None
        made.append(Told(first + number, name, unit.name, "", state != "dropped"))
        work.append((first + number, state, folk.people_of[unit.pk]))
        kept: tuple[Any, ...] = NOTHING_KEPT
        if placed is not None:
            kept, tried = draw_tests(trying, first + number, timezone.localdate(placed), today)
            tests.extend(tried)
        yield (
            first + number, next(uids), name, pick(chance, AREAS), unit.pk, owner, "Invented for the example.",
            int(chance.lognormvariate(14, 1.1)), CURRENCY, SOURCE, float(chance.randrange(4, 900)), mandatory,
            "Asked for by the insurer" if mandatory else "", state, due, adopted, placed, *kept,
        )  # fmt: skip


def _make_scenarios(making: Making, folk: Folk) -> tuple[list[Told], list[str]]:
    made: list[Told] = []
    subjects: list[str] = []
    table = making.table(
        Scenario, "id", "uid", "name", "story", "area", "unit_id", "owner_id", "through_flaws", "reach_unit_id",
        "retired_at", "draw_key", "ranges_from",
    )  # fmt: skip
    ranges = making.table(
        Estimate, "id", "uid", "scenario_id", "what", "low", "high", "low_minor", "high_minor", "currency", "basis",
        "observations", "source", "made_at",
    )  # fmt: skip
    words = dict(Scenario.AREAS)

    def write(chunk: list[Any]) -> None:
        table.insert(row for row, _ in chunk)
        ranges.insert(each for _, estimates in chunk for each in estimates)
        search.index_many(
            search.Doc(f"{Scenario.SUBJECT}:{row[1]}", "risk.scenario", row[2], words[row[4]], row[3], row[5])
            for row, _ in chunk
        )
        subjects.extend(f"{Scenario.SUBJECT}:{row[1]}" for row, _ in chunk)

    making.write("scenarios", _scenarios(making, folk, made), write, models=[Scenario, Estimate])
    return made, subjects


def _scenarios(making: Making, folk: Folk, made: list[Told]) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]:
    chance, uids, first = making.chance("scenarios"), making.uids("scenarios"), next_id(Scenario)
    numbers, estimate_uids = next_id(Estimate), making.uids("estimates")
    for number in range(making.size.scenarios):
        unit, area = chance.choice(folk.units), pick(chance, AREAS)
        through = number < making.size.through_flaws
        if through:
            area = "digital"
        name = f"{chance.choice(EVENTS[area]).format(unit.name)}, {number + 1}"
        draw = str(uuid5(DRAWS, f"{unit.name}\n{name}"))
        retired = making.moment - timedelta(days=9) if not through and chance.random() < 0.03 else None
        told = _ranges(chance, area, making.moment, through=through, whole=number < making.size.estimated)
        estimates = [
            (numbers + place, next(estimate_uids), first + number, *each) for place, each in enumerate(told)
        ]  # fmt: skip
        numbers += len(estimates)
        whats = {each[0] for each in told}
        since = min(each[-1] for each in told).date() if {"frequency", "loss"} <= whats else NEVER
        owner = chance.choice(folk.people_of[unit.pk]) if chance.random() < 0.85 else None
        made.append(Told(first + number, name, unit.name, draw, retired is None))
        yield (
            (first + number, next(uids), name, "Invented for the example.", area, unit.pk, owner, through,
             unit.pk if through else None, retired, draw, since),
            estimates,
        )  # fmt: skip


def _ranges(chance: Random, area: str, moment: datetime, *, through: bool, whole: bool) -> list[tuple[Any, ...]]:
    """Return a scenario's ranges: rare events cost more; one not wholly estimated lacks its loss."""
    rare = chance.lognormvariate(-2.2, 1.2)
    rate = min(20.0, max(1e-4, rare))
    size = int(chance.lognormvariate(15.2, 1.0) / (0.3 + rate) ** 0.5) + 1_000
    found = [_range(chance, moment, "frequency", (rate, rate * chance.uniform(2, 9)))]
    if whole:
        found.append(_range(chance, moment, "loss", (size, int(size * chance.uniform(2, 12)))))
    if through:
        found.append(_range(chance, moment, "through_flaw", (0.001, 0.02)))
    if area == "people" or chance.random() < 0.05:
        found.append(_range(chance, moment, "harm", (0.1, chance.uniform(0.5, 4))))
    return found


def _range(chance: Random, moment: datetime, what: str, ends: tuple[float, float]) -> tuple[Any, ...]:
    money = what == "loss"
    at = moment - timedelta(days=chance.randrange(1, 420))
    return (
        what, *((None, None) if money else ends), *(ends if money else (None, None)), CURRENCY if money else "",
        pick(chance, BASES), float(chance.randint(2, 40)), SOURCE, at,
    )  # fmt: skip


def _make_effects(making: Making, measures: list[Told], scenarios: list[Told]) -> None:
    table = making.table(
        Effect, "id", "uid", "measure_id", "scenario_id", "left_low", "left_high", "basis", "source", "draw_key"
    )
    making.write("effects", _effects(making, measures, scenarios), table.insert, models=[Effect])


def _effects(making: Making, measures: list[Told], scenarios: list[Told]) -> Iterator[tuple[Any, ...]]:
    chance, uids, pk = making.chance("effects"), making.uids("effects"), next_id(Effect)
    usable = [each for each in measures if each.is_open]
    for scenario in scenarios:
        if not scenario.is_open:
            continue
        for measure in chance.sample(usable, min(len(usable), chance.randint(0, 3))):
            low = chance.uniform(0.2, 0.8)
            draw = str(uuid5(DRAWS, f"{measure.unit}\n{measure.name}\n{scenario.draw}"))
            high = min(1.0, low + chance.uniform(0.02, 0.2))
            yield pk, next(uids), measure.pk, scenario.pk, low, high, pick(chance, BASES), SOURCE, draw
            pk += 1
