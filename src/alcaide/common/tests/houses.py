"""Whole houses of their own for tests with several processes: a folder, a database, and children that work there.

They begin as copies of one foundation: the tables are laid once in a run, not once in a test.
"""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection

SOURCE = Path(__file__).resolve().parents[3]
START = "import django; django.setup()\nfrom alcaide.common.trail import System, audit, write, writing\n"


@dataclass(frozen=True)
class House:
    """One installation for the length of a test."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, script: str, *arguments: str) -> "subprocess.Popen[str]":
        """Start a child that runs a script in this house."""
        return subprocess.Popen(
            [sys.executable, "-c", START + script, *arguments],
            env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, script: str, *arguments: str) -> str:
        """Run a script to its end and return what it printed; a failure shows its words."""
        child = self.start(script, *arguments)
        told, faults = child.communicate(timeout=240)
        assert child.returncode == 0, faults
        return told.strip()


def example(shared: Path) -> Path:
    """Return a house on SQLite with the example organization that nobody has entered, for tests to copy.

    Built once a run, by the first worker to ask; what `alcaide demo` said stands beside it as `example.told`.
    """
    home = shared / "example"
    with (shared / "example.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            begun = shared / "example.begun"
            shutil.rmtree(begun, ignore_errors=True)
            plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
            built = subprocess.run(
                [sys.executable, "-m", "alcaide.project.cli", "demo"],
                env={**plain, "ALCAIDE_HOME": str(begun)}, text=True, capture_output=True, check=False, timeout=600,
            )  # fmt: skip
            assert built.returncode == 0, built.stdout + built.stderr
            (shared / "example.told").write_text(built.stdout)
            begun.rename(home)
    return home


@dataclass(frozen=True)
class Foundation:
    """An empty database with all its tables, of the kind that this run tests: a file, or PostgreSQL's name for it."""

    file: Path | None
    name: str = ""

    @contextmanager
    def house(self, path: Path) -> Iterator[House]:
        """Build a house in a folder on a copy of the foundation, and take its database down afterwards."""
        plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        plain |= {
            "ALCAIDE_HOME": str(path), "DJANGO_SETTINGS_MODULE": "alcaide.project.settings", "PYTHONPATH": str(SOURCE),
        }  # fmt: skip
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.file is not None:
            shutil.copyfile(self.file, path / "alcaide.sqlite3")
            yield House(path, plain)
            return
        with database(template=self.name) as url:
            yield House(path, plain | {"DATABASE_URL": url})


@contextmanager
def foundation(folder: Path) -> Iterator[Foundation]:
    """Keep the run's own test database, as it stands before the first test, for houses to begin with."""
    if connection.vendor != "postgresql":
        connection.ensure_connection()
        file = folder / "foundation.sqlite3"
        kept = sqlite3.connect(file)
        connection.connection.backup(kept)
        kept.close()
        yield Foundation(file)
        return
    own = connection.settings_dict["NAME"]
    # PostgreSQL copies no database that somebody is connected to.
    connection.close()
    name = f"foundation_{uuid.uuid4().hex[:12]}"
    _as_owner(f'CREATE DATABASE "{name}" TEMPLATE "{own}"')
    try:
        yield Foundation(None, name)
    finally:
        _as_owner(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def database(*, template: str = "template1") -> Iterator[str]:
    """Make a database on the server that this run tests, and yield its address until the block ends."""
    name = f"alcaide_{uuid.uuid4().hex[:12]}"
    settings = connection.settings_dict
    host, user = settings["HOST"], settings["USER"]
    _as_owner(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield f"postgresql://{user}:@{'localhost' if host.startswith('/') else host}/{name}?host={host}"
    finally:
        _as_owner(f'DROP DATABASE "{name}" WITH (FORCE)')


def _as_owner(statement: str) -> None:
    import psycopg  # noqa: PLC0415  only where PostgreSQL is what this run tests

    settings: dict[str, Any] = connection.settings_dict
    place = {"host": settings["HOST"], "user": settings["USER"], "password": settings["PASSWORD"] or None}
    with psycopg.connect(**place, dbname="postgres", autocommit=True) as owner:
        owner.execute(statement)
