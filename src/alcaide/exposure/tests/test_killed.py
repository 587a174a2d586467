"""An import that is killed at any moment goes on, and ends as an undisturbed one would have."""

import json
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection, connections
from psycopg import sql

from .samples import Host, Item, nessus
from .samples_packages import Flaw, trivy

SEED = 20261123


def _write_nessus(path: Path, *, hosts: int, items: int) -> None:
    rng = random.Random(SEED)  # noqa: S311  shapes of test data
    scanned = [
        Host(
            f"h{number}.almena.example",
            [
                Item(str(rng.randrange(1000, 1200)), severity=rng.randrange(5), cves=(f"CVE-2024-{1000 + each}",))
                for each in range(items)
            ],
        )
        for number in range(hosts)
    ]  # fmt: skip
    path.write_bytes(nessus(*scanned, Host("last.almena.example", [Item("broken")])))


def _write_trivy(path: Path, *, items: int) -> None:
    flaws = [Flaw(cve=f"CVE-2024-{1000 + number}", package=f"lib-{number % 99}") for number in range(items)]
    suppressed = [Flaw(cve=f"CVE-2023-{1000 + number}") for number in range(20)]
    path.write_bytes(trivy(*flaws, suppressed=suppressed, secrets=["app/.env", "app/key.pem"]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hosts", "chunk", "most_held", "attempts"),
    [(20, 150, 200, 12), pytest.param(250, 1_500, 5_000, 60, marks=pytest.mark.full)],
    ids=["some", "many"],
)
def test_an_import_under_kills_ends_as_an_undisturbed_one(tmp_path, two_databases, hosts, chunk, most_held, attempts):
    scans = [tmp_path / "hosts", tmp_path / "packages"]
    _write_nessus(scans[0], hosts=hosts, items=40)
    _write_trivy(scans[1], items=hosts * 40)
    rng = random.Random(SEED + hosts)  # noqa: S311  moments of test kills
    told = _child(tmp_path / "house", {
        "calm": two_databases[0], "killed": two_databases[1], "scans": [str(scan) for scan in scans],
        "chunk": chunk, "most_held": most_held,
        "moments": [(rng.randrange(1, 90), rng.uniform(0, 0.01)) for _ in range(attempts)],
    })  # fmt: skip
    # What is done once is not killed again.
    assert told["kills"] >= 4
    assert told["disturbed"] == told["calm"]
    assert [counts["items"] for _, counts, _, _ in told["calm"]["reports"]] == [hosts * 40 + 1, hosts * 40 + 22]


def _child(house: Path, asked: dict[str, object]) -> dict:
    environment = {**os.environ, "ALCAIDE_HOME": str(house)}
    child = subprocess.run(
        [sys.executable, "-m", "alcaide.exposure.tests.killed_child", json.dumps(asked)],
        env=environment, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert child.returncode == 0, child.stderr
    return json.loads(child.stdout.splitlines()[-1])


@pytest.fixture
def two_databases(tmp_path, transactional_db) -> Iterator[list[str]]:
    """Two copies of the run's own database, which stands migrated already."""
    if connection.vendor == "postgresql":
        with _copied_on_server([f"killed_{os.getpid()}_{place}" for place in "ab"]) as names:
            yield names
        return
    names = [str(tmp_path / f"{name}.sqlite3") for name in ("calm", "killed")]
    connection.ensure_connection()
    for name in names:
        target = sqlite3.connect(name)
        connection.connection.backup(target)
        target.close()
    yield names


@contextmanager
def _copied_on_server(names: list[str]) -> Iterator[list[str]]:
    template = connection.settings_dict["NAME"]
    # A database is copied only while nobody uses it.
    connections.close_all()
    owner = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres"))
    with psycopg.connect(owner, autocommit=True) as server:
        try:
            for name in names:
                server.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
                )
            yield names
        finally:
            for name in names:
                server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
