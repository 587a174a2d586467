"""Asking for a job."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from alcaide.common import jobs
from alcaide.common.jobs import tracking
from alcaide.common.models import JobTrack

from .jobs_support import ask, fresh, own_jobs, row, work  # noqa: F401  a fixture works by being imported

pytestmark = pytest.mark.django_db


def test_an_asked_job_waits_with_its_words_and_arguments():
    jobs.job("test.count")(lambda progress, upto: None)
    track = ask("test.count", about="Count to three", url="/counts/3/", upto=3)
    assert (track.state, track.about, track.url) == ("waiting", "Count to three", "/counts/3/")
    assert row(track).args_kwargs["kwargs"] == {"name": "test.count", "arguments": {"upto": 3}}


def test_a_job_is_asked_for_by_its_function_as_well():
    @jobs.job("test.plain")
    def plain(progress):
        return None

    assert ask(plain).name == "test.plain"


def test_an_undeclared_name_or_function_is_refused_with_what_to_do():
    with pytest.raises(jobs.JobUnknown, match="Import the module"):
        ask("test.nowhere")
    with pytest.raises(jobs.JobUnknown, match="@job"):
        ask(print)


def test_two_functions_under_one_name_are_refused():
    jobs.job("test.one")(len)
    with pytest.raises(jobs.JobNameTaken, match=r"test\.one"):
        jobs.job("test.one")(print)


@pytest.mark.parametrize("value", [datetime(2026, 1, 1, tzinfo=UTC), {1, 2}, float("nan"), (1, 2), {1: "a"}])
def test_an_argument_that_the_queue_would_lose_or_change_is_refused(value):
    jobs.job("test.count")(lambda progress, upto: None)
    with pytest.raises(jobs.ArgumentsUnusable, match="upto"):
        ask("test.count", upto=value)
    assert not JobTrack.objects.exists()


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//elsewhere.example/", "https://elsewhere.example/", "/\\e.example"]
)
def test_a_link_leads_only_into_the_house(url):
    jobs.job("test.link")(lambda progress: None)
    with pytest.raises(ValueError, match="not an address of this house"):
        ask("test.link", url=url)


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_is_needed_and_bounded(key):
    jobs.job("test.key")(lambda progress: None)
    with pytest.raises(ValueError, match="key"):
        ask("test.key", key=key)


def test_a_waiting_job_with_the_same_key_is_returned_instead_of_a_second():
    jobs.job("test.key")(lambda progress: None)
    assert ask("test.key", key="a").pk == ask("test.key", key="a").pk != ask("test.key", key="b").pk
    assert DBTaskResult.objects.count() == JobTrack.objects.count() == 2


def test_a_running_job_with_the_same_key_is_returned_instead_of_a_second():
    seen = []
    jobs.job("test.key")(lambda progress: seen.append(ask("test.key", key="a").state))
    ask("test.key", key="a")
    assert work() == 1
    assert seen == ["running"]


def test_a_key_is_free_again_once_its_job_has_ended():
    jobs.job("test.key")(lambda progress: None)
    first = ask("test.key")
    work()
    assert ask("test.key").pk != first.pk


def test_asking_again_while_it_runs_makes_an_again_job_run_once_more():
    runs = []

    def look(progress):
        runs.append(1)
        if len(runs) == 1:
            ask("test.look")
            ask("test.look")

    jobs.job("test.look", again=True)(look)
    ask("test.look")
    assert work() == 2
    assert [track.state for track in JobTrack.objects.all()] == ["done", "done"]


def test_asking_again_while_it_waits_runs_an_again_job_only_once():
    jobs.job("test.look", again=True)(lambda progress: None)
    ask("test.look")
    ask("test.look")
    assert work() == 1


def test_a_job_is_asked_for_with_the_transaction_or_not_at_all():
    jobs.job("test.gone")(lambda progress: None)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ask("test.gone")
        raise ZeroDivisionError
    assert not JobTrack.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_a_job_goes_to_the_queue_it_was_asked_for():
    jobs.job("test.heavy")(lambda progress: None)
    track = ask("test.heavy", queue="heavy")
    assert tracking.claim("me", ["default"]) is None
    assert tracking.claim("me", ["heavy"]).track.pk == track.pk
    assert fresh(track).state == "running"
