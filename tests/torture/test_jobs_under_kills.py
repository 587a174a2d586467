"""No job is lost, doubled or stuck when its workers are killed, or when the database ends every session."""

import sys
import threading

import psycopg
import pytest
from jobs_ordeal import WORKING, Figures, torture

from alcaide.common.jobs.locks import APPLICATION


@pytest.mark.slow
def test_killed_workers_lose_double_and_block_nothing(foundation, tmp_path):
    with foundation.house(tmp_path / "house") as house:
        found = torture(house.environment, jobs=150, kills=5, seed=5)
    assert not any(found.faults.values()), found
    assert found.writes >= 75


@pytest.mark.slow
@pytest.mark.full
def test_a_thousand_jobs_survive_fifteen_kills(foundation, tmp_path, capsys):
    with foundation.house(tmp_path / "house") as house:
        found = torture(house.environment, jobs=1000, kills=15, seed=15)
    _tell(capsys, found)
    assert not any(found.faults.values()), found
    assert found.hit >= 3


@pytest.mark.slow
@pytest.mark.full
def test_jobs_survive_the_end_of_every_session_of_their_workers(foundation, tmp_path, capsys):
    with foundation.house(tmp_path / "house") as house:
        env = house.environment
        if "DATABASE_URL" not in env:
            pytest.skip("SQLite has no sessions that a server could end")
        stop = threading.Event()
        ender = threading.Thread(target=_end_sessions, args=(env["DATABASE_URL"], stop))
        ender.start()
        try:
            found = torture(env, jobs=300, kills=0, seed=3)
        finally:
            stop.set()
            ender.join()
    _tell(capsys, found)
    assert not any(found.faults.values()), found
    assert found.hit >= 1


def _end_sessions(url: str, stop: threading.Event) -> None:
    """End the sessions of the workers, those that hold their locks and those that work, every other second."""
    with psycopg.connect(url, autocommit=True) as server:
        while not stop.wait(2):
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND application_name IN (%s, %s)",
                [APPLICATION, WORKING],
            )


def _tell(capsys: pytest.CaptureFixture[str], found: Figures) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{found}\n")
