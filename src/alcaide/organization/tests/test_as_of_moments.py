"""The moment that is typed: the organization's own time, also on the nights when its clocks change."""

from datetime import UTC, datetime

import pytest

from alcaide.common.asof import moments
from alcaide.organization.tests.factories import make_organization

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def madrid():
    make_organization()


def test_a_moment_is_of_the_organization_and_not_of_the_reader():
    assert moments.asked("2026-03-03T14:00").moment == datetime(2026, 3, 3, 13, tzinfo=UTC)
    assert moments.asked("2026-07-03T14:00").moment == datetime(2026, 7, 3, 12, tzinfo=UTC)


def test_a_day_counts_as_it_ended():
    assert moments.asked("2026-03-03").moment == datetime(2026, 3, 3, 22, 59, 59, 999999, tzinfo=UTC)


def test_an_hour_that_came_twice_means_the_first_unless_the_second_is_asked_for():
    first, second = moments.asked("2025-10-26T02:30"), moments.asked("2025-10-26T02:30", second="1")
    assert (first.moment.hour, second.moment.hour) == (0, 1)
    assert first.is_twice
    assert "first" in first.note
    assert "second" in second.note


def test_an_hour_that_never_came_is_the_one_after_it():
    asked = moments.asked("2026-03-29T02:30")
    assert asked.moment == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert "never came" in asked.note


@pytest.mark.parametrize("typed", ["3 March", "2026-13-01", "0001-01-01", "9999-12-31T23:59", "2026-03-03T14:00Z", "٢"])
def test_what_is_no_past_moment_is_said_and_now_is_shown(typed):
    asked = moments.asked(typed)
    assert asked.fault
    assert asked.is_now


def test_nothing_typed_means_now():
    asked = moments.asked("")
    assert asked.is_now
    assert not asked.fault
