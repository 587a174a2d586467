"""`alcaide demo` in a folder that does not exist yet."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def alcaide(home, *arguments):
    environment = {**os.environ, "ALCAIDE_HOME": str(home)}
    environment.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-m", "alcaide.project.cli", *arguments],
        env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_the_example_is_built_once_and_its_trail_verifies(tmp_path):
    home = tmp_path / "new" / "house"
    built = alcaide(home, "demo")
    assert built.returncode == 0, built.stderr
    assert "alcaide link" in built.stdout
    again = alcaide(home, "demo")
    assert (again.returncode, "already" in again.stderr) == (2, True)
    export = tmp_path / "trail.jsonl"
    assert alcaide(home, "trail", "export", str(export)).returncode == 0
    assert alcaide(home, "verify", str(export)).returncode == 0
