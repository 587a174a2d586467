"""The figures keep themselves up to date: each minute a look, a run only where something changed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alcaide.assets.tests.factories import make_asset
from alcaide.common.changes import note_change
from alcaide.common.jobs import Progress, enqueue
from alcaide.common.jobs.schedule import _entries
from alcaide.common.models import Change, JobTrack
from alcaide.organization.tests.factories import make_user
from alcaide.risk import jobs
from alcaide.risk.models import Run
from alcaide.risk.queries import newest_run

from .factories import priced_scenario, run

pytestmark = pytest.mark.django_db


def look(**more) -> str:
    return jobs.refresh(Progress(), **more)


def looked(minutes_ago: float) -> None:
    """Let a finished look stand in the past, and every change before it."""
    at = timezone.now() - timedelta(minutes=minutes_ago)
    JobTrack.objects.create(
        result_id="018f0000-0000-7000-8000-000000000001", name=jobs.REFRESH, key="k", state="done", asked_at=at,
        started_at=at,
    )  # fmt: skip
    Change.objects.update(at=at - timedelta(minutes=30))


def test_before_there_is_an_organization_the_look_says_so():
    assert look() == "There is no organization yet."


def test_the_first_look_computes_the_first_run():
    priced_scenario("Fire")
    assert look().startswith("Run 1: ")
    assert (Run.objects.get().asked_by, Run.objects.get().cause) == (None, "the first figures")


def test_a_look_at_unchanged_figures_makes_no_run():
    priced_scenario()
    run()
    assert look() == "Nothing changed since run 1."
    assert Run.objects.count() == 1


def test_a_change_anywhere_below_makes_a_run_that_says_why():
    priced_scenario()
    run()
    looked(minutes_ago=20)
    priced_scenario("Flood")
    assert look() == "Run 2: estimates changed: Flood."


def test_the_cause_names_rooms_where_many_subjects_changed():
    priced_scenario("Fire")
    run()
    looked(minutes_ago=20)
    for _ in range(3):
        make_asset()
    priced_scenario("Flood")
    look()
    assert Run.objects.get(number=2).cause == "assets changed; estimates changed: Flood"


def test_a_look_that_found_nothing_is_remembered():
    priced_scenario()
    run()
    note_change("assets", "assets.asset:nothing-that-counts")
    looked(minutes_ago=20)
    assert jobs.cause_since(newest_run()) == ""


def test_a_change_that_ended_after_the_look_began_is_still_seen():
    priced_scenario()
    run()
    looked(minutes_ago=0)
    Change.objects.create(room="exposure", subject="exposure.report:x", at=timezone.now() - timedelta(minutes=2))
    assert jobs.cause_since(newest_run()) == "findings changed"


def test_a_new_engine_is_a_cause(monkeypatch):
    priced_scenario()
    run()
    looked(minutes_ago=20)
    monkeypatch.setattr(jobs, "ENGINE_VERSION", "99.0")
    assert "99.0" in jobs.cause_since(newest_run())


def test_who_asked_stands_on_the_run():
    priced_scenario()
    user = make_user("analyst")
    look(by=str(user.uid))
    assert Run.objects.get().asked_by == user


def test_asking_twice_makes_one_job():
    asked = [enqueue(jobs.refresh, key=jobs.REFRESH, about="", asked_by=None) for _ in range(2)]
    assert asked[0].pk == asked[1].pk


def test_the_look_is_scheduled_each_minute():
    assert _entries[jobs.REFRESH].seconds == 60
