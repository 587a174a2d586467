"""A day is a day where the organization is, on each side of midnight and on days when clocks change."""

import ast
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

import alcaide
from alcaide.common import clock

SOURCE = Path(alcaide.__file__).parent
# What asks for the day of a clock that is not the organization's.
ELSEWHERE = {"today", "utcnow", "fromordinal"}
# Days that are meant in UTC or where a reader is, each said there.
KNOWN = {
    "common/notices/jobs.py",  # a digest goes out by its reader's clock, what waits is looked at once a UTC day
    "organization/queries/structure.py",  # a day more on either side, sorted out by the zone that the query brings
    "project/backup/asked.py",  # the schedule's nights are those of UTC
}


@pytest.fixture
def zone():
    yield clock.keep
    clock.keep("Europe/Madrid")


@pytest.mark.parametrize(
    ("name", "moment", "day"),
    [
        ("Europe/Madrid", datetime(2026, 7, 1, 21, 59, tzinfo=UTC), date(2026, 7, 1)),
        ("Europe/Madrid", datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date(2026, 7, 2)),
        ("Europe/Madrid", datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        ("Europe/Madrid", datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        ("Europe/Madrid", datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        ("America/Los_Angeles", datetime(2026, 7, 2, 6, 59, tzinfo=UTC), date(2026, 7, 1)),
        ("Pacific/Kiritimati", datetime(2026, 7, 1, 10, 0, tzinfo=UTC), date(2026, 7, 2)),
        ("Nowhere/At all", datetime(2026, 7, 1, 23, 59, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_every_way_to_ask_gives_the_day_of_the_organization(zone, monkeypatch, name, moment, day) -> None:
    zone(name)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    assert {clock.today(), clock.day_of(moment), timezone.localdate(), timezone.localtime(moment).date()} == {day}


def test_a_zone_that_was_read_is_kept_for_a_minute_and_then_looked_at_again(zone, monkeypatch) -> None:
    names, seconds = iter(["America/Lima", "Asia/Tokyo"]), [0.0]
    monkeypatch.setattr(clock, "_source", [lambda: next(names)])
    monkeypatch.setattr(clock.time, "monotonic", lambda: 1e9 + seconds[0])
    assert [str(clock.house_zone()) for seconds[0] in (0.0, 59.0, 61.0)] == [
        "America/Lima",
        "America/Lima",
        "Asia/Tokyo",
    ]


@pytest.mark.once
def test_nothing_asks_another_clock_for_the_day() -> None:
    """`date.today()` is the server's day, `timezone.now().date()` that of UTC, `timezone.localdate()` the house's."""
    faults = []
    for file in sorted(SOURCE.rglob("*.py")):
        parts = file.relative_to(SOURCE).parts
        if {"tests", "migrations"} & set(parts) or parts[0] == "engine":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _asks_elsewhere(node.func):
                faults.append("/".join(parts))
    assert set(faults) == KNOWN


def _asks_elsewhere(asked: ast.Attribute) -> bool:
    if asked.attr in ELSEWHERE:
        return isinstance(asked.value, ast.Name) and asked.value.id in {"date", "datetime"}
    of = asked.value
    return asked.attr == "date" and isinstance(of, ast.Call) and getattr(of.func, "attr", "") in {"now", "astimezone"}


def test_a_house_west_of_the_server_is_still_in_yesterday(zone, monkeypatch) -> None:
    zone("America/Lima")
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 4, 4, 30, tzinfo=UTC))
    assert clock.today() + timedelta(days=1) == date(2026, 3, 4)
