"""The worker's loop: ends, deaths, and leaving."""

import logging
import threading
import time
from datetime import timedelta
from threading import Event

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from alcaide.common import jobs
from alcaide.common.jobs import locks, tracking, upkeep, worker
from alcaide.common.models import Change, Done, JobTrack, Schedule, TrailLine

from .jobs_support import ask, fresh, own_jobs, row, work  # noqa: F401  a fixture works by being imported

pytestmark = pytest.mark.django_db
postgres_only = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs a second writer")


class TooLittleSugar(Exception):
    """Stands for an error of the house."""


def die_while_running(track: JobTrack) -> None:
    """Leave the job as a killed worker leaves it."""
    with locks.identity("doomed") as identity:
        assert tracking.claim(identity.worker_id, jobs.QUEUES).track.pk == track.pk


def test_a_finished_job_says_what_it_did_and_where_it_stands():
    def bake(progress, loaves):
        progress.leads_to("/bread/7/")
        progress.step(loaves, loaves, "in the oven")
        return f"{loaves} loaves."

    jobs.job("test.bake")(bake)
    track = ask("test.bake", loaves=3)
    assert work() == 1
    track = fresh(track)
    assert (track.state, track.words, track.url, track.attempts) == ("done", "3 loaves.", "/bread/7/", 1)
    assert (track.steps_done, track.steps_all) == (3, 3)
    assert row(track).status == "SUCCESSFUL"
    assert track.started_at <= track.finished_at


def test_an_unforeseen_error_is_told_plainly_and_its_traceback_logged(caplog):
    jobs.job("test.fall")(lambda progress: 1 / 0)
    track = ask("test.fall")
    work()
    track = fresh(track)
    assert track.state == "failed"
    assert (
        track.words == "It failed with an error nobody foresaw (ZeroDivisionError). The workers' log has the details."
    )
    assert "division by zero" in caplog.text
    assert "ZeroDivisionError" in row(track).traceback


def test_an_error_of_the_house_is_told_in_its_own_words(monkeypatch):
    def fall(progress):
        raise TooLittleSugar("Buy sugar and press Retry.")

    jobs.job("test.fall")(fall)
    track = ask("test.fall")
    work()
    assert fresh(track).words == "Buy sugar and press Retry."


def test_a_job_that_ends_its_process_is_a_failed_job():
    def leave(progress):
        raise SystemExit(3)

    jobs.job("test.leave")(leave)
    track = ask("test.leave")
    assert work() == 1
    assert fresh(track).state == "failed"


def test_a_job_nobody_declares_any_more_fails_with_words():
    jobs.job("test.old")(lambda progress: None)
    track = ask("test.old")
    del jobs.door._jobs["test.old"]
    work()
    assert "No job 'test.old'" in fresh(track).words


def test_jobs_are_done_in_the_order_they_were_asked_for():
    seen = []
    jobs.job("test.order")(lambda progress, n: seen.append(n))
    for n in range(5):
        ask("test.order", key=str(n), n=n)
    assert work(at_most=3) == 3
    assert work() == 2
    assert seen == [0, 1, 2, 3, 4]


def test_a_job_of_a_dead_worker_goes_back_and_is_done():
    jobs.job("test.again")(lambda progress: None)
    track = ask("test.again")
    die_while_running(track)
    assert fresh(track).state == "running"
    assert upkeep.sweep() == 0
    assert (fresh(track).state, row(track).status) == ("waiting", "READY")
    assert work() == 1
    assert (fresh(track).state, fresh(track).attempts) == ("done", 2)


def test_a_job_of_a_living_worker_is_left_alone():
    jobs.job("test.mine")(lambda progress: None)
    track = ask("test.mine")
    with locks.identity() as identity:
        tracking.claim(identity.worker_id, jobs.QUEUES)
        upkeep.sweep()
        assert fresh(track).state == "running"


def test_a_starting_worker_takes_the_jobs_of_the_dead():
    jobs.job("test.again")(lambda progress: None)
    track = ask("test.again")
    die_while_running(track)
    assert work() == 1
    assert fresh(track).state == "done"


def test_a_job_that_outlives_three_workers_is_given_up_with_words():
    jobs.job("test.deadly")(lambda progress: None)
    track = ask("test.deadly")
    for _ in range(3):
        die_while_running(track)
        upkeep.sweep()
    assert fresh(track).state == "failed"
    assert "died 3 times" in fresh(track).words
    assert work() == 0


def test_a_job_asked_to_stop_whose_worker_died_is_stopped_not_repeated():
    jobs.job("test.again")(lambda progress: None)
    track = ask("test.again")
    with locks.identity() as identity:
        tracking.claim(identity.worker_id, jobs.QUEUES)
        JobTrack.objects.update(cancel_asked_at=timezone.now())
    upkeep.sweep()
    assert fresh(track).state == "stopped"


def test_an_outage_of_the_database_is_no_failure_of_the_job(monkeypatch):
    monkeypatch.setattr(tracking, "WAIT_AFTER_OUTAGE_S", 0)
    runs = []

    def shaky(progress):
        runs.append(1)
        if len(runs) < 3:
            raise OperationalError("server closed the connection unexpectedly")

    jobs.job("test.shaky")(shaky)
    track = ask("test.shaky")
    assert work() == 3
    assert fresh(track).state == "done"


def test_an_outage_that_does_not_end_is_told_after_three_attempts(monkeypatch):
    monkeypatch.setattr(tracking, "WAIT_AFTER_OUTAGE_S", 0)

    def shaky(progress):
        raise OperationalError("database is locked")

    jobs.job("test.shaky")(shaky)
    track = ask("test.shaky")
    assert work() == 3
    assert "The database failed 3 times" in fresh(track).words


def test_after_an_outage_the_job_waits_a_little():
    jobs.job("test.shaky")(lambda progress: (_ for _ in ()).throw(OperationalError("gone")))
    track = ask("test.shaky")
    assert work() == 1
    assert timedelta(seconds=3) < row(track).run_after - timezone.now() < timedelta(seconds=6)


def test_a_worker_that_loses_its_lock_leaves_the_job_and_takes_a_new_name(monkeypatch):
    names, runs = [], []
    real = tracking.claim
    monkeypatch.setattr(worker.tracking, "claim", lambda me, queues: (names.append(me), real(me, queues))[1])

    def lose(progress):
        runs.append(1)
        if len(runs) == 1:
            progress._is_lost.__closure__[0].cell_contents.release()
        progress.step(1, 2)
        with jobs.once("effect"):
            Change.objects.create(room="test", subject="effect", at=timezone.now())

    jobs.job("test.lose")(lose)
    track = ask("test.lose")
    assert work() == 1
    assert (fresh(track).state, fresh(track).attempts) == ("done", 2)
    assert len(set(names)) == 2
    assert Change.objects.count() == 1


def test_a_job_that_ignores_its_progress_can_no_longer_write_once_the_lock_is_lost():
    runs = []

    def lose(progress):
        runs.append(1)
        if len(runs) == 1:
            progress._is_lost.__closure__[0].cell_contents.release()
            Change.objects.create(room="test", subject="late", at=timezone.now())

    jobs.job("test.lose")(lose)
    ask("test.lose")
    work()
    assert len(runs) == 2
    assert not Change.objects.exists()


def test_the_end_of_a_job_that_was_taken_back_does_not_count():
    jobs.job("test.slow")(lambda progress: None)
    track = ask("test.slow")
    taken = tracking.claim("zombie", jobs.QUEUES)
    upkeep.sweep()
    outcome = tracking.Outcome(JobTrack.State.DONE, "Too late.")
    assert not tracking.close(taken, outcome, progress=jobs.Progress(taken.track))
    assert fresh(track).state == "waiting"


def test_an_end_that_cannot_be_written_gives_the_identity_up(monkeypatch):
    monkeypatch.setattr(worker, "PAUSE_FIRST_S", 0)
    real, fails = tracking.close, [3]

    def close(*args, **more):
        if fails[0]:
            fails[0] -= 1
            raise OperationalError("database is locked")
        return real(*args, **more)

    monkeypatch.setattr(worker.tracking, "close", close)
    jobs.job("test.slow")(lambda progress: None)
    track = ask("test.slow")
    assert work() == 1
    assert (fresh(track).state, fresh(track).attempts) == ("done", 2)


def test_a_finished_job_of_long_ago_is_purged_but_never_what_is_done():
    jobs.job("test.old")(lambda progress: None)
    jobs.job("test.fall")(lambda progress: 1 / 0)
    old, new, own, fallen = (
        ask(name, key=str(n)) for n, name in enumerate(["test.fall", *["test.old"] * 2, "test.fall"])
    )
    work()
    waiting = ask("test.old", key="waiting")
    long_ago = timezone.now() - timedelta(days=31)
    JobTrack.objects.filter(pk=old.pk).update(finished_at=long_ago)
    JobTrack.objects.filter(pk__in=[own.pk, fallen.pk]).update(finished_at=timezone.now() - timedelta(days=3))
    Done.objects.create(key="for ever", at=long_ago)
    for days in (40, 35):
        Schedule.objects.create(name="nightly", due_at=timezone.now() - timedelta(days=days))
    assert upkeep.purge(jobs.Progress()) == "2 old jobs removed."
    assert set(JobTrack.objects.values_list("pk", flat=True)) == {new.pk, fallen.pk, waiting.pk}
    assert DBTaskResult.objects.count() == 3
    assert Done.objects.filter(key="for ever").exists()
    assert Schedule.objects.count() == 1
    assert [line.verb for line in TrailLine.objects.all()] == ["begin_purge", "purge", "end_purge"]


@pytest.mark.django_db(transaction=True)
@postgres_only
def test_a_worker_in_the_loop_finishes_its_job_before_it_leaves():
    stop, began, go = Event(), Event(), Event()

    def slow(progress):
        began.set()
        go.wait(10)

    jobs.job("test.slow")(slow)
    first, second = ask("test.slow", key="a"), ask("test.slow", key="b")
    loop = threading.Thread(target=_run_and_close, args=(stop,))
    loop.start()
    assert began.wait(10)
    stop.set()
    go.set()
    loop.join(10)
    assert [fresh(first).state, fresh(second).state] == ["done", "waiting"]


@pytest.mark.django_db(transaction=True)
@postgres_only
def test_an_ended_session_of_the_lock_stops_the_job_and_another_attempt_does_it_once(caplog):
    caplog.set_level(logging.WARNING, "alcaide.jobs")
    runs = []

    def slow(progress):
        runs.append(1)
        if len(runs) == 1:
            _end_lock_sessions()
            for _ in range(100):
                time.sleep(0.05)
                progress.step(1, 2)
        with jobs.once("effect"):
            Change.objects.create(room="test", subject="effect", at=timezone.now())

    jobs.job("test.slow")(slow)
    track = ask("test.slow")
    assert work() == 1
    assert (fresh(track).state, fresh(track).attempts, Change.objects.count()) == ("done", 2, 1)
    assert "takes a new name" in caplog.text


@pytest.mark.django_db(transaction=True)
@postgres_only
def test_a_job_is_not_taken_before_the_asking_that_repeats_it_is_committed():
    jobs.job("test.look", again=True)(lambda progress: None)
    track = ask("test.look")
    asked, go = Event(), Event()

    def ask_slowly():
        with transaction.atomic():
            ask("test.look")
            asked.set()
            go.wait(10)
        connections.close_all()

    asker = threading.Thread(target=ask_slowly)
    asker.start()
    assert asked.wait(10)
    assert tracking.claim("me", jobs.QUEUES) is None
    go.set()
    asker.join()
    assert tracking.claim("me", jobs.QUEUES).track.pk == track.pk


@pytest.mark.django_db(transaction=True)
@postgres_only
def test_two_workers_never_take_the_same_job():
    jobs.job("test.one")(lambda progress: None)
    first, second = ask("test.one", key="a"), ask("test.one", key="b")
    got = []

    def take():
        got.append(tracking.claim("other", jobs.QUEUES).track.pk)
        connections.close_all()

    with transaction.atomic():
        mine = tracking.claim("me", jobs.QUEUES).track.pk
        other = threading.Thread(target=take)
        other.start()
        other.join(10)
    assert {mine, *got} == {first.pk, second.pk}


def _run_and_close(stop: Event) -> None:
    try:
        jobs.run_worker(stop)
    finally:
        connections.close_all()


def _end_lock_sessions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = %s AND datname = current_database()",
            [locks.APPLICATION],
        )
