"""Progress, cancel, and exactly once."""

from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from alcaide.common import jobs
from alcaide.common.jobs import progress as progress_module
from alcaide.common.jobs import services, tracking
from alcaide.common.jobs.once import Running, running
from alcaide.common.models import Change, Done, JobTrack
from alcaide.common.trail import System

from .jobs_support import ask, fresh, own_jobs, row, work  # noqa: F401  a fixture works by being imported

HOUSE = System("test")


@pytest.fixture
def taken(db):
    """A job that this test runs in place of a worker."""
    jobs.job("test.slow")(lambda progress: None)
    ask("test.slow")
    return tracking.claim("me", jobs.QUEUES)


def shown(claimed):
    track = fresh(claimed.track)
    return track.steps_done, track.steps_all, track.words


def test_a_step_is_seen_while_the_job_runs(taken):
    jobs.Progress(taken.track).step(3, 10, "third of ten")
    assert shown(taken) == (3, 10, "third of ten")


def test_steps_are_written_at_most_twice_a_second_and_at_the_end(taken, monkeypatch):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: clock.now)
    progress = jobs.Progress(taken.track)
    seen = []
    for done, at in ((1, 0.0), (2, 0.4), (3, 0.6), (4, 0.7), (5, 0.71)):
        clock.now = at
        progress.step(done, 5)
        seen.append(shown(taken)[0])
    assert seen == [1, 1, 3, 3, 5]


def test_a_step_without_a_track_says_nothing_and_stops_nothing():
    progress = jobs.Progress()
    progress.step(1, 2, "words")
    progress.check_cancel()
    assert progress.words == "words"


def test_words_too_long_for_the_page_are_cut(taken):
    jobs.Progress(taken.track).step(1, 2, "w" * 400)
    assert shown(taken)[2] == "w" * 300


def test_a_step_after_the_end_changes_nothing(taken):
    JobTrack.objects.update(state="done", words="Finished.")
    jobs.Progress(taken.track).step(1, 2, "late")
    assert shown(taken) == (0, None, "Finished.")


@pytest.mark.django_db(transaction=True)
def test_a_step_inside_the_work_outlives_the_work_that_is_undone():
    jobs.job("test.slow")(lambda progress: None)
    ask("test.slow")
    taken = tracking.claim("me", jobs.QUEUES)
    progress = jobs.Progress(taken.track)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Change.objects.create(room="test", subject="undone", at=taken.track.asked_at)
        progress.step(4, 10, "inside")
        raise ZeroDivisionError
    # SQLite has one writer, the work itself, so there the step is said after it.
    assert shown(taken)[0] == (4 if connection.vendor == "postgresql" else 0)
    progress._written_at = float("-inf")
    progress.step(5, 10, "outside")
    progress.close()
    assert shown(taken) == (5, 10, "outside")
    assert not Change.objects.exists()


def test_a_job_hears_that_it_should_stop(taken):
    progress = jobs.Progress(taken.track)
    progress.check_cancel()
    services.cancel(HOUSE, taken.track.result_id)
    progress._looked_at = float("-inf")
    with pytest.raises(jobs.Cancelled):
        progress.check_cancel()


@pytest.mark.django_db
def test_a_stopped_job_keeps_what_it_has_done():
    def slow(progress):
        for done in range(10):
            progress._looked_at = float("-inf")
            progress.check_cancel()
            progress.step(done + 1, 10)
            if done == 3:
                services.cancel(HOUSE, JobTrack.objects.get().result_id)

    jobs.job("test.slow")(slow)
    track = ask("test.slow")
    work()
    track = fresh(track)
    assert (track.state, track.steps_done, track.words) == ("stopped", 4, tracking.STOPPED_WORDS)


def test_no_step_is_taken_once_the_lock_is_lost(taken):
    progress = jobs.Progress(taken.track, is_lost=lambda: True)
    with pytest.raises(jobs.LostLock):
        progress.step(1)
    with pytest.raises(jobs.LostLock):
        progress.check_cancel()


@pytest.mark.django_db
def test_a_piece_of_work_is_done_once():
    with jobs.once("import:7"):
        Change.objects.create(room="test", subject="a", at="2026-01-01T00:00Z")
    with pytest.raises(jobs.AlreadyDone, match="import:7"), jobs.once("import:7"):
        Change.objects.create(room="test", subject="b", at="2026-01-01T00:00Z")
    assert [change.subject for change in Change.objects.all()] == ["a"]
    assert jobs.is_done("import:7")


@pytest.mark.django_db
def test_work_that_fails_is_not_noted_as_done():
    with pytest.raises(ZeroDivisionError), jobs.once("import:7"):
        raise ZeroDivisionError
    assert not Done.objects.exists()


@pytest.mark.django_db
def test_a_refused_second_run_leaves_the_surrounding_transaction_usable():
    with jobs.once("import:7"):
        pass
    with transaction.atomic():
        with pytest.raises(jobs.AlreadyDone), jobs.once("import:7"):
            pass
        Change.objects.create(room="test", subject="after", at="2026-01-01T00:00Z")
    assert Change.objects.count() == 1


@pytest.mark.django_db
def test_a_job_whose_work_is_done_already_ends_as_done():
    def single(progress):
        with jobs.once("only"):
            pass

    jobs.job("test.single")(single)
    first, second = ask("test.single", key="a"), ask("test.single", key="b")
    assert work() == 2
    assert fresh(first).state == fresh(second).state == "done"
    assert "nothing was done twice" in fresh(second).words


def test_work_of_a_job_that_was_taken_back_is_refused(taken):
    attempt = Running(taken.track.result_id, "me", lambda: False)
    with transaction.atomic():
        tracking.give_back(row(taken.track), fresh(taken.track), given_up="%d")
    tracking.claim("other", jobs.QUEUES)
    with running(attempt), pytest.raises(jobs.LostLock), jobs.once("only"):
        pass
    assert not Done.objects.exists()


def test_work_of_a_job_that_is_still_ours_goes_through(taken):
    with running(Running(taken.track.result_id, "me", lambda: False)), jobs.once("only"):
        pass
    assert jobs.is_done("only")
