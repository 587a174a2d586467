"""Work that repeats."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from alcaide.common import jobs
from alcaide.common.jobs.schedule import enqueue_due
from alcaide.common.models import JobTrack, Schedule

from .jobs_support import own_jobs, work  # noqa: F401  a fixture works by being imported

pytestmark = pytest.mark.django_db
NOON = datetime(2100, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nightly():
    jobs.job("test.repeat")(lambda progress: None)


def look(now: datetime) -> int:
    """Look at the schedule as a worker that has just started."""
    return enqueue_due(now, handled={})


def test_a_job_by_seconds_is_due_at_round_moments_and_asked_for_once():
    jobs.every("tick", function="test.repeat", seconds=600)
    assert [look(NOON + timedelta(seconds=s)) for s in (7, 8, 599)] == [1, 0, 0]
    assert Schedule.objects.get().due_at == NOON


def test_each_moment_is_asked_for_once_however_many_workers_look():
    jobs.every("tick", function="test.repeat", seconds=60)
    looks = []
    for minute in range(3):
        looks.append([look(NOON + timedelta(minutes=minute)) for _ in range(4)])
        work(keeps_schedule=False)
    assert looks == [[1, 0, 0, 0]] * 3
    assert JobTrack.objects.count() == 3


def test_after_a_pause_it_is_caught_up_once():
    jobs.every("tick", function="test.repeat", seconds=60)
    look(NOON)
    work(keeps_schedule=False)
    assert [look(NOON + timedelta(hours=9)), look(NOON + timedelta(hours=9, seconds=5))] == [1, 0]


def test_a_moment_is_not_piled_on_a_job_that_still_waits():
    jobs.every("tick", function="test.repeat", seconds=60)
    for minute in range(5):
        look(NOON + timedelta(minutes=minute))
    assert JobTrack.objects.count() == 1


def test_a_clock_set_back_asks_for_nothing_twice():
    jobs.every("tick", function="test.repeat", seconds=60)
    look(NOON)
    work(keeps_schedule=False)
    assert look(NOON - timedelta(hours=1)) == 0


def test_a_daily_job_waits_for_its_first_moment_and_then_keeps_utc():
    jobs.every("nightly", function="test.repeat", at="02:15")
    evening = datetime(2100, 11, 23, 20, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert look(NOON) == 0
    assert look(evening) == 0
    assert look(datetime(2100, 11, 24, 2, 14, 59, tzinfo=UTC)) == 0
    assert look(datetime(2100, 11, 24, 2, 15, tzinfo=UTC)) == 1
    assert Schedule.objects.latest("due_at").due_at == datetime(2100, 11, 24, 2, 15, tzinfo=UTC)


def test_a_worker_looks_at_the_database_once_a_moment(django_assert_num_queries):
    jobs.every("tick", function="test.repeat", seconds=60)
    handled: dict[str, datetime] = {}
    enqueue_due(NOON, handled=handled)
    with django_assert_num_queries(0):
        enqueue_due(NOON + timedelta(seconds=59), handled=handled)


def test_a_starting_worker_does_what_is_due():
    jobs.every("tick", function="test.repeat", seconds=60)
    assert work(keeps_schedule=False) == 0
    assert work() == 1
    assert JobTrack.objects.get().about == "tick"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "either"),
        ({"seconds": 60, "at": "02:15"}, "either"),
        ({"seconds": 1}, "shortest"),
        ({"at": "25:00"}, "02:15"),
        ({"at": "2:15"}, "02:15"),
    ],
)
def test_a_repetition_that_cannot_be_kept_is_refused_with_words(more, words):
    with pytest.raises(jobs.ScheduleUnusable, match=words):
        jobs.every("odd", function="test.repeat", **more)


def test_one_name_is_declared_once_but_may_be_read_twice():
    jobs.every("tick", function="test.repeat", seconds=60)
    jobs.every("tick", function="test.repeat", seconds=60)
    with pytest.raises(jobs.ScheduleUnusable, match="twice"):
        jobs.every("tick", function="test.repeat", seconds=90)
