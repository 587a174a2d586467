"""`alcaide demo` in a folder that does not exist yet."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.once]


def alcaide(home, *arguments):
    environment = {**os.environ, "ALCAIDE_HOME": str(home)}
    environment.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-m", "alcaide.project.cli", *arguments],
        env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def held(home) -> dict[str, int]:
    """Count what each room has to show at first start."""
    tables = {
        "fact": "organization_fact", "rate": "organization_rate", "qualification": "organization_qualification",
        "liaison": "organization_liaison", "tolerance": "risk_tolerance",
        "drifted": "controls_measure WHERE failing_since IS NOT NULL",
    }  # fmt: skip
    with closing(sqlite3.connect(next(home.glob("*.sqlite3")))) as house:
        return {
            name: house.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  names of our own
            for name, table in tables.items()
        }


def test_the_example_is_built_once_and_its_trail_verifies(example, tmp_path):
    home = tmp_path / "new" / "house"
    shutil.copytree(example, home)
    assert "alcaide link" in example.with_suffix(".told").read_text()
    assert held(home) == {"fact": 16, "rate": 8, "qualification": 3, "liaison": 3, "tolerance": 2, "drifted": 1}
    again = alcaide(home, "demo")
    assert (again.returncode, "already" in again.stderr) == (2, True)
    export = tmp_path / "trail.jsonl"
    assert alcaide(home, "trail", "export", str(export)).returncode == 0
    assert alcaide(home, "verify", str(export)).returncode == 0
