"""A worker lives while its lock is held, and not a moment longer."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from django.conf import settings
from django.db import connection

from alcaide.common.jobs import locks

from .jobs_support import own_jobs  # noqa: F401  a fixture works by being imported

pytestmark = pytest.mark.django_db
sqlite_only = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="lock files serve SQLite")
postgres_only = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="advisory locks serve PostgreSQL")

HOLDER = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "alcaide.project.settings"
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from alcaide.common.jobs import locks
with locks.identity("held") as identity:
    print(identity.worker_id, flush=True)
    if "fork" in sys.argv and os.fork() == 0:
        time.sleep(60)
        os._exit(0)
    time.sleep(60)
"""


@pytest.fixture
def holder():
    """Start another process that holds a lock; it and its children are killed at the end."""
    started = []

    def start(*more: str) -> tuple[str, subprocess.Popen[str]]:
        name = str(connection.settings_dict["NAME"])
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, name, *more], stdout=subprocess.PIPE, text=True, start_new_session=True,
            env={**os.environ, "ALCAIDE_HOME": str(settings.HOME.path)},
        )  # fmt: skip
        started.append(process)
        return process.stdout.readline().strip(), process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def is_dead(worker_id: str, within_s: float = 3) -> bool:
    ends_at = time.monotonic() + within_s
    while locks.living([worker_id]) and time.monotonic() < ends_at:
        time.sleep(0.02)
    return not locks.living([worker_id])


def test_a_worker_lives_within_its_identity_and_not_after():
    with locks.identity("a") as identity:
        assert identity.check()
        assert locks.living([identity.worker_id, "nobody"]) == {identity.worker_id}
    assert not identity.check()
    assert locks.living([identity.worker_id]) == set()


def test_two_workers_with_one_name_have_two_identities():
    with locks.identity("same") as first, locks.identity("same") as second:
        assert first.worker_id != second.worker_id
        second.release()
        assert locks.living([first.worker_id, second.worker_id]) == {first.worker_id}


def test_a_name_is_made_safe_for_a_file_and_short_enough_for_the_queue():
    with locks.identity("../../etc/ nightly \n" + "x" * 90) as identity:
        assert identity.worker_id.startswith("etc-nightly-x")
        assert len(identity.worker_id) <= 64


@pytest.mark.django_db(transaction=True)  # within one transaction PostgreSQL shows its sessions as they first were
def test_living_workers_are_counted():
    before = locks.workers_now()
    with locks.identity(), locks.identity():
        assert locks.workers_now() == before + 2
    assert locks.workers_now() == before


@pytest.mark.slow
def test_a_lock_is_free_the_moment_its_worker_is_killed(holder):
    worker_id, process = holder()
    assert locks.living([worker_id]) == {worker_id}
    process.kill()
    process.wait()
    assert is_dead(worker_id)


@pytest.mark.slow
def test_a_child_of_a_killed_worker_does_not_keep_it_alive(holder):
    worker_id, process = holder("fork")
    process.kill()
    process.wait()
    assert is_dead(worker_id)


@sqlite_only
@pytest.mark.slow
def test_a_stale_lock_file_counts_as_dead_and_is_removed(holder):
    worker_id, process = holder()
    file = settings.HOME.run / f"{worker_id}.worker.lock"
    process.kill()
    process.wait()
    assert file.exists()
    assert locks.living([worker_id]) == set()
    locks.sweep_files()
    assert not file.exists()


@sqlite_only
def test_a_sweep_leaves_the_files_of_the_living_and_of_others():
    other = settings.HOME.run / "server.lock"
    with locks.identity() as identity:
        other.touch()
        locks.sweep_files()
        assert identity.check()
    assert other.exists()


@sqlite_only
def test_a_worker_whose_lock_file_was_removed_knows_that_it_lost_it():
    with locks.identity() as identity:
        (settings.HOME.run / f"{identity.worker_id}.worker.lock").unlink()
        assert not identity.check()
        assert locks.living([identity.worker_id]) == set()


@sqlite_only
def test_a_worker_whose_lock_file_was_replaced_knows_that_it_lost_it():
    with locks.identity() as identity:
        file = settings.HOME.run / f"{identity.worker_id}.worker.lock"
        # Renamed first, so that the new file cannot get the number of the old one.
        file.rename(file.with_suffix(".old"))
        file.touch()
        assert not identity.check()
    assert file.exists()


@postgres_only
def test_a_worker_whose_session_was_ended_knows_that_it_lost_its_lock():
    with locks.identity() as identity:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                "AND ((classid::bigint << 32) | objid::bigint) = %s",
                [locks.lock_key(identity.worker_id)],
            )
        assert is_dead(identity.worker_id)
        assert not identity.check()


@postgres_only
def test_a_lock_given_away_by_a_pooler_is_refused(monkeypatch):
    monkeypatch.setattr(locks.AdvisoryLock, "is_held", lambda lock: False)
    with pytest.raises(locks.LockUnusable, match="pooler"), locks.identity():
        pass
