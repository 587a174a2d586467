"""`alcaide work` as a process: how it leaves, and many askers at once."""

import json
import signal
import time

import pytest
from jobs_ordeal import program, start

pytestmark = pytest.mark.slow
ASKERS = 4


@pytest.fixture
def env(foundation, tmp_path):
    with foundation.house(tmp_path / "house") as house:
        yield house.environment


@pytest.fixture
def worker(env):
    """Start a worker that is in the middle of a slow job; a quick one waits."""
    program("slow", env, "2.0")
    process = start("worker", env)
    assert [process.stdout.readline().strip() for _ in range(2)] == ["begins", "slow begins"]
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def states(env: dict[str, str]) -> dict[str, str]:
    return json.loads(program("states", env))


def test_one_signal_lets_the_job_at_hand_finish(env, worker):
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0
    assert worker.stdout.read().strip() == "1 job done."
    assert states(env) == {"slow": "done", "0": "waiting"}


def test_a_second_signal_leaves_at_once_and_the_job_is_done_by_the_next(env, worker):
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == -signal.SIGTERM
    assert time.monotonic() - began < 1.5
    assert states(env) == {"slow": "running", "0": "waiting"}
    program("worker", env, "once")
    assert states(env) == {"slow": "done", "0": "done"}


def test_many_askers_at_once_get_one_job_per_key(env):
    program("prepare", env, "0")
    askers = [start("crowd", env, "40") for _ in range(ASKERS)]
    assert [each.stdout.readline().strip() for each in askers] == ["ready"] * ASKERS
    for each in askers:
        each.stdin.write("go\n")
        each.stdin.close()
    assert [each.wait(60) for each in askers] == [0] * ASKERS
    for each in askers:
        each.stdout.close()
    assert program("count", env).strip() == "40"
