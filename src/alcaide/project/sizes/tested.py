"""Tests of measures with what they leave on the measure, the work that is left, and rules between measures."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any

from alcaide.controls.models import MeasureLink, MeasureTask, MeasureTest
from alcaide.controls.services import DONE_RESULTS

from .estate import pick
from .making import Making, next_id
from .people import Folk

CADENCES = (90, 180, 365)
CADENCE_SHARE, LINKED_SHARE = 0.65, 0.06
RESULTS = (("works", 70), ("partly", 16), ("fails", 8), ("untested", 6))
TRIED = ("Yearly walk-through", "Sample of ten", "Restored from the copy", "Tried the door at night", "Asked the staff")
FOUND = {
    "works": "", "partly": "Two of ten did not hold.", "fails": "It did not hold at all.",
    "untested": "The plant was shut on the day.",
}  # fmt: skip
WORK = ("Ask for three offers", "Agree a window", "Train the shift", "Write the instruction", "Hang the signs")
# The columns of a measure that its tests decide, with those that say how often it is tested.
KEPT = (
    "test_every_days", "overdue_low", "overdue_high", "tested_on", "last_result", "test_due_on", "failing_since",
    "held_low", "held_high",
)  # fmt: skip
NOTHING_KEPT = (None, 1.0, 1.0, None, "", None, None, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Tried:
    """One test before it is written."""

    measure: int
    what: str
    on: date
    result: str
    held: tuple[float, float]


def draw_tests(chance: Random, measure: int, placed_on: date, today: date) -> tuple[tuple[Any, ...], list[Tried]]:
    """Return what tests leave on a measure in place (its KEPT columns), and the tests, oldest first."""
    every = chance.choice(CADENCES) if chance.random() < CADENCE_SHARE else None
    overdue = (0.5, 0.9) if every and chance.random() < 0.5 else (1.0, 1.0)
    tests: list[Tried] = []
    on = placed_on + timedelta(days=chance.randrange(1, 60))
    while on <= today and len(tests) < 6 and chance.random() < 0.9:
        result = pick(chance, RESULTS)
        held = {"partly": (0.4, 0.8), "fails": (0.0, 0.2)}.get(result, (1.0, 1.0))
        tests.append(Tried(measure, chance.choice(TRIED), on, result, held))
        on += timedelta(days=(every or 200) + chance.randrange(-20, 60))
    really = [each for each in reversed(tests) if each.result in DONE_RESULTS]
    failing = None
    for each in really:
        if each.result == "works":
            break
        failing = each.on
    newest = really[0] if really else None
    last = newest.on if newest else placed_on
    due = last + timedelta(days=every) if every else None
    told = (newest.on, newest.result, due, failing, *newest.held) if newest else (None, "", due, None, 1.0, 1.0)
    return (every, *overdue, *told), tests


def make_tests(making: Making, tests: list[Tried], folk: Folk) -> None:
    """Write the tests."""
    chance, uids, first = making.chance("testers"), making.uids("tests"), next_id(MeasureTest)
    table = making.table(
        MeasureTest, "id", "uid", "measure_id", "what", "tested_on", "by_whom", "result", "found", "held_low",
        "held_high", "entered_by_id",
    )  # fmt: skip
    rows = [
        (first + place, next(uids), each.measure, each.what, each.on, chance.choice(folk.users).name, each.result,
         FOUND[each.result], *each.held, folk.users[0].pk)
        for place, each in enumerate(tests)
    ]  # fmt: skip
    making.write("tests of measures", rows, table.insert, models=[MeasureTest])


def make_work(making: Making, measures: list[tuple[int, str, list[int]]], folk: Folk) -> None:
    """Write tasks of measures on their way, and rules between measures; takes (number, state, people of the unit)."""
    chance, uids, numbers = making.chance("tasks"), making.uids("tasks"), count(next_id(MeasureTask))
    tasks = making.table(
        MeasureTask, "id", "uid", "measure_id", "what", "owner_id", "due_on", "done_at", "done_by_id"
    )  # fmt: skip
    day, rows = making.moment.date(), []
    for pk, state, people in measures:
        for what in chance.sample(WORK, chance.randint(0, 3) if state in {"adopted", "proposed"} else 0):
            done = making.moment - timedelta(days=chance.randrange(1, 90)) if chance.random() < 0.4 else None
            owner = chance.choice(people) if chance.random() < 0.8 else None
            due = day + timedelta(days=chance.randrange(-20, 200)) if chance.random() < 0.7 else None
            rows.append((next(numbers), next(uids), pk, what, owner, due, done, folk.users[0].pk if done else None))
    making.write("tasks of measures", rows, tasks.insert, models=[MeasureTask])
    links = making.table(MeasureLink, "id", "uid", "kind", "measure_id", "other_id")
    start, link_uids = next_id(MeasureLink), making.uids("links of measures")
    pairs = _pairs(chance, [(pk, state) for pk, state, _ in measures if state != "dropped"])
    told = [(start + place, next(link_uids), *pair) for place, pair in enumerate(pairs)]
    making.write("rules between measures", told, links.insert, models=[MeasureLink])


def _pairs(chance: Random, standing: list[tuple[int, str]]) -> list[tuple[str, int, int]]:
    """Return rules between measures: one only ever needs an earlier one, so that no circle closes."""
    found = []
    for place, (pk, state) in enumerate(standing):
        if place and chance.random() < LINKED_SHARE:
            other, its_state = chance.choice(standing[:place])
            is_either = state == its_state == "proposed" and chance.random() < 0.5
            found.append(("excludes" if is_either else "needs", pk, other))
    return found
