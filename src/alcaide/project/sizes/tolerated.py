"""What risks are tolerated at the figures of the first run, and bow-ties of some scenarios."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any, Protocol

from alcaide.risk.models import Scenario, TieMeasure, TiePart, Tolerance
from alcaide.risk.queries.tolerances import Standing, standing

from .estate import pick
from .making import Making, next_id
from .people import Folk

STATES = (("agreed", 45), ("asked", 20), ("refused", 12), ("withdrawn", 13), ("replaced", 10))
REASON = "The measure is paid for and comes in spring; until then we live with it."
CAUSES = ("Stolen password", "Open door at night", "Forgotten update", "Angry leaver", "Careless supplier")
AFTER = (("Work stands still", "stop"), ("Repair and overtime", "response"), ("Claims of customers", "penalty"))
TIES_SHARE = 0.05


class Named(Protocol):
    """A scenario or a measure with its number; one that is not open takes no part."""

    @property
    def pk(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def is_open(self) -> bool: ...


def make_tolerances(making: Making, folk: Folk) -> None:
    """Make requests to tolerate scenarios that the run priced; those agreed to stand on the scenario."""
    table = making.table(
        Tolerance, "id", "uid", "scenario_id", "state", "until", "reason", "run_id", "loss_minor", "low_minor",
        "high_minor", "currency", "limit_minor", "limit_chance", "chance", "above_appetite", "asked_by_id", "asked_at",
        "decided_by_id", "decided_at", "decision", "ended_by_id", "ended_at", "ended_why",
    )  # fmt: skip

    def write(chunk: list[tuple[Any, ...]]) -> None:
        table.insert(chunk)
        for row in chunk:
            if row[3] == "agreed":
                Scenario.objects.filter(pk=row[2]).update(tolerated_until=row[4])

    making.write("tolerances", _tolerances(making, folk), write, models=[Tolerance])


def _tolerances(making: Making, folk: Folk) -> Iterator[tuple[Any, ...]]:
    chance, uids, pk = making.chance("tolerances"), making.uids("tolerances"), next_id(Tolerance)
    askers = [user.pk for user in folk.users[1:] if user.grants.filter(role="analyst").exists()]
    priced = Scenario.objects.filter(retired_at=None, priced_run__isnull=False).select_related("unit").order_by("pk")
    for scenario in list(priced)[:: max(1, priced.count() // max(1, making.size.tolerances))]:
        at = standing(scenario)
        if at is None:
            continue
        state = pick(chance, STATES)
        asked_at = making.moment - timedelta(days=chance.randrange(1, 5 if state == "asked" else 200))
        until = making.moment.date() + timedelta(days=chance.randrange(3, 160))
        yield (
            pk, next(uids), scenario.pk, state, until, REASON, *_figures(at), chance.choice(askers), asked_at,
            *_decided(state, folk.users[0].pk, asked_at), *_ended(state, folk.users[0].pk, making.moment),
        )  # fmt: skip
        pk += 1


def _figures(at: Standing) -> tuple[Any, ...]:
    limit = at.limit.minor if at.limit else None
    return (
        at.run.pk, at.loss.minor, at.low.minor, at.high.minor, at.run.currency, limit, at.limit_chance, at.chance,
        at.is_above,
    )  # fmt: skip


def _decided(state: str, chief: int, asked_at: Any) -> tuple[Any, ...]:
    if state == "refused":
        return chief, asked_at + timedelta(days=1), "Buy the measure this quarter."
    return (chief, asked_at + timedelta(days=1), "") if state in {"agreed", "replaced"} else (None, None, "")


def _ended(state: str, chief: int, moment: Any) -> tuple[Any, ...]:
    if state == "replaced":
        return None, moment - timedelta(days=1), ""
    return (chief, moment - timedelta(days=1), "No longer needed.") if state == "withdrawn" else (None, None, "")


def make_ties(making: Making, scenarios: Sequence[Named], measures: Sequence[Named]) -> None:
    """Draw bow-ties of some scenarios: two ways in, the event, what follows, and measures on the lines."""
    chance, uids, numbers = making.chance("bow-ties"), making.uids("bow-ties"), count(next_id(TiePart))
    parts = making.table(TiePart, "id", "uid", "scenario_id", "side", "words", "kind", "place")
    rows: list[tuple[Any, ...]] = []
    for scenario in scenarios:
        if scenario.is_open and chance.random() < TIES_SHARE:
            rows.extend((next(numbers), next(uids), scenario.pk, *line) for line in _lines(chance, scenario.name))
    making.write("lines of bow-ties", rows, parts.insert, models=[TiePart])
    placed = making.table(TieMeasure, "id", "uid", "part_id", "measure_id", "place")
    usable, first, tie_uids = [each.pk for each in measures if each.is_open], next_id(TieMeasure), making.uids("ties")
    lines = [row[0] for row in rows if row[3] != "event" and chance.random() < 0.6]
    told = [(first + place, next(tie_uids), line, chance.choice(usable), 1) for place, line in enumerate(lines)]
    making.write("measures on bow-ties", told, placed.insert, models=[TieMeasure])


def _lines(chance: Random, event: str) -> Iterator[tuple[str, str, str, int]]:
    for place, words in enumerate(chance.sample(CAUSES, 2), start=1):
        yield "cause", words, "", place
    yield "event", event[:200], "", 1
    for place, (words, kind) in enumerate(chance.sample(AFTER, 2), start=1):
        yield "consequence", words, kind, place
