"""Whole houses of their own for tests with several processes: a folder, a database, and children that work there."""

import os
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


@contextmanager
def built(path: Path) -> Iterator[House]:
    """Build a house of the kind of database that this run tests, migrated, and take it down afterwards."""
    name = f"alcaide_{uuid.uuid4().hex[:12]}"
    url = ""
    if connection.vendor == "postgresql":
        settings = connection.settings_dict
        _as_owner(settings, f'CREATE DATABASE "{name}"')
        host, user = settings["HOST"], settings["USER"]
        url = f"postgresql://{user}:@{'localhost' if host.startswith('/') else host}/{name}?host={host}"
    environment = {
        **os.environ,
        "ALCAIDE_HOME": str(path),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "alcaide.project.settings",
        "PYTHONPATH": str(SOURCE),
    }
    house = House(path, environment)
    house.run(
        "from django.conf import settings\nsettings.HOME.prepare()\n"
        "from django.core.management import call_command\ncall_command('migrate', 'common', verbosity=0)"
    )
    try:
        yield house
    finally:
        if url:
            _as_owner(settings, f'DROP DATABASE "{name}" WITH (FORCE)')


def _as_owner(settings: dict[str, Any], statement: str) -> None:
    import psycopg  # noqa: PLC0415  only where PostgreSQL is what this run tests

    place = {"host": settings["HOST"], "user": settings["USER"], "password": settings["PASSWORD"] or None}
    with psycopg.connect(**place, dbname="postgres", autocommit=True) as owner:
        owner.execute(statement)
