"""`alcaide up` and what stands around it, run as a person runs it: as processes."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from alcaide.common.tests import houses

START_WITHIN_S = 300


@pytest.fixture
def environment(tmp_path):
    """An installation's own home and, where the suite runs on PostgreSQL, a database of its own: nothing in them."""
    own = {**os.environ, "ALCAIDE_HOME": str(tmp_path / "home")}
    if not own.get("DATABASE_URL"):
        yield own
        return
    with houses.database() as url:
        yield {**own, "DATABASE_URL": url}


@pytest.fixture(scope="module")
def serving(foundation, tmp_path_factory):
    """An installation that serves, for tests which leave it serving: its surrounding, the process, what it said."""
    home = tmp_path_factory.mktemp("serving") / "home"
    with foundation.house(home) as house, running(house.environment) as (process, told):
        yield house.environment, process, told


@pytest.fixture
def laid_out(foundation, tmp_path):
    """An installation whose tables are laid; the first start has less to do."""
    with foundation.house(tmp_path / "home") as house:
        yield house.environment


def alcaide(environment, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "alcaide.project.cli", *arguments],
        env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def home_of(environment) -> Path:
    return Path(environment["ALCAIDE_HOME"])


@contextmanager
def running(environment, *arguments):
    """Run `alcaide up` until the block ends. Yields the process and what it said."""
    told = home_of(environment).parent / f"told-{uuid4().hex}"
    with told.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "alcaide.project.cli", "up", "--empty", "--port", "0", *arguments],
            env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        ends_at = time.monotonic() + START_WITHIN_S
        while "stops it." not in told.read_text():
            assert process.poll() is None, told.read_text()
            assert time.monotonic() < ends_at, told.read_text()
            time.sleep(0.05)
        yield process, told
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def address_of(environment):
    return json.loads((home_of(environment) / "run" / "up.json").read_text())["address"]


def answers(address, within_s=5.0):
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=within_s) as answer:  # noqa: S310  our own address
            return answer.status == 200
    except OSError:
        return False


def children_of(pid):
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def child_of(pid, named):
    return next(each for each in children_of(pid) if named in Path(f"/proc/{each}/cmdline").read_text())


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(claim, within_s=60.0):
    ends_at = time.monotonic() + within_s
    while not claim():
        if time.monotonic() > ends_at:
            return False
        time.sleep(0.1)
    return True


def test_a_taken_port_is_named_with_another(environment):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = alcaide(environment, "up", "--port", str(port))
    assert done.returncode == 2
    assert f"Port {port} is taken by another program. Choose another one, such as --port {port + 1}." in done.stderr


def test_a_second_start_for_the_same_home_is_refused(environment):
    run = home_of(environment) / "run"
    run.mkdir(parents=True)
    with (run / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = alcaide(environment, "up", "--port", "0")
    assert done.returncode == 1
    assert "already runs" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ALCAIDE_HOME", "/dev/null/home", "cannot be written"),
        ("DATABASE_URL", "mysql://root@localhost/x", "Use postgresql://"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "Check that PostgreSQL runs"),
    ],
)
@pytest.mark.once
@pytest.mark.slow
def test_an_unusable_surrounding_is_said_in_words(environment, name, value, words):
    done = alcaide({**environment, name: value}, "up", "--empty", "--port", "0")
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_start_serves_and_ends_in_order(environment):
    with running(environment) as (process, told):
        assert "/sign-in/link/?key=" in told.read_text()
        assert answers(address_of(environment))
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert "Alcaide has stopped." in told.read_text()
    assert not (home_of(environment) / "run" / "up.json").exists()


@pytest.mark.once
@pytest.mark.slow
def test_a_killed_supervisor_leaves_nothing_behind_and_its_data_stay(laid_out):
    with running(laid_out) as (process, _):
        address = address_of(laid_out)
        process.kill()
        assert eventually(lambda: not answers(address))
    with running(laid_out) as (_, told):
        assert answers(address_of(laid_out))
    assert "changes to apply" not in told.read_text()


@pytest.mark.once
@pytest.mark.slow
def test_a_start_killed_while_the_example_is_built_has_served_nothing_and_leaves_nothing(environment):
    said = home_of(environment).parent / "said"
    with said.open("w") as out:
        command = [sys.executable, "-m", "alcaide.project.cli", "up", "--port", "0"]
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        assert eventually(lambda: "Example organization: building" in said.read_text(), START_WITHIN_S)
        children = children_of(process.pid)
        served = answers(address_of(environment), within_s=0.2)
    finally:
        process.kill()
        process.wait()
    assert len(children) == 2
    assert not served
    assert eventually(lambda: not any(is_alive(each) for each in children))
    with running(environment) as (_, told):
        assert answers(address_of(environment))
    assert "Almena" not in alcaide(environment, "link", "ines.robledo@almena.example").stdout
    assert "/sign-in/link/?key=" in told.read_text()


@pytest.mark.slow
def test_what_serves_the_sign_in_loads_no_solver_no_spreadsheet_writer_and_no_other_database_driver(serving):
    python = (
        "import sys; from alcaide.project.served import application; from django.test import Client; "
        "assert Client().get('/sign-in/').status_code == 200; "
        "print(*{'scipy', 'highspy', 'numba', 'xlsxwriter', 'psycopg', 'matplotlib', 'pandas'} & {*sys.modules})"
    )
    environment, _process, _told = serving
    settled = {**environment, "ALCAIDE_HOSTS": "testserver"}
    done = subprocess.run([sys.executable, "-c", python], env=settled, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert loaded <= ({"psycopg"} if environment.get("DATABASE_URL") else set())


@pytest.mark.slow
def test_a_killed_web_process_is_started_again(serving):
    environment, process, told = serving
    os.kill(child_of(process.pid, "granian"), signal.SIGKILL)
    assert eventually(lambda: "The web process ended (killed by SIGKILL)" in told.read_text())
    assert eventually(lambda: answers(address_of(environment)))


@pytest.mark.slow
def test_the_home_is_open_to_its_owner_alone(serving):
    home = home_of(serving[0])
    kept = [home, home / "keys", home / "keys" / "web.secret", home / "keys" / "trail.ed25519"]
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []


@pytest.mark.slow
def test_check_finds_a_dropped_guard_and_migrate_puts_it_back(laid_out):
    assert alcaide(laid_out, "migrate").returncode == 0
    python = "from alcaide.project.commands.house import load; load(); from alcaide.common import guards; guards.drop()"
    subprocess.run([sys.executable, "-c", python], env=laid_out, check=True)
    broken = alcaide(laid_out, "check")
    assert broken.returncode == 1
    assert "guards are missing" in broken.stdout
    alcaide(laid_out, "migrate")
    assert "guards are missing" not in alcaide(laid_out, "check").stdout


@pytest.mark.slow
def test_a_link_is_made_for_a_user_and_for_nobody_else(serving):
    made = alcaide(serving[0], "link", "CHIEF@localhost", "--address", "http://localhost:1234/")
    assert made.stdout.startswith("http://localhost:1234/sign-in/link/?key=")
    stranger = alcaide(serving[0], "link", "who@example.org")
    assert (stranger.returncode, stranger.stdout) == (1, "")
    assert "No active user has the address who@example.org" in stranger.stderr
