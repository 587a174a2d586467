"""What the tests of backups share: the command in a house of its own, and what an archive says of itself."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from alcaide.project.backup.opening import as_json, opened
from alcaide.project.backup.sealing import Openers

WORDS = "correct horse battery staple"
OPENS = Openers(WORDS.encode())


def environment(home: Path, url: str = "") -> dict[str, str]:
    """Return what a command in this house sees; without `url` its database is a file in its folder."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("ALCAIDE_")}
    plain.pop("DATABASE_URL", None)
    plain |= {"ALCAIDE_HOME": str(home), "ALCAIDE_BACKUP_PASSPHRASE": WORDS}
    return plain | ({"DATABASE_URL": url} if url else {})


def start(home: Path, *arguments: str, url: str = "", **more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "alcaide.project.cli", *arguments],
        env=environment(home, url) | more, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def alcaide(home: Path, *arguments: str, url: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
    child = start(home, *arguments, url=url, **more)
    told, faults = child.communicate(timeout=300)
    return subprocess.CompletedProcess(arguments, child.returncode, told, faults)


def back_up(home: Path, folder: Path, *, url: str = "") -> Path:
    """Make a backup that holds everything and return its file."""
    done = alcaide(home, "backup", "--to", str(folder), "--json", url=url)
    assert done.returncode == 0, done.stdout + done.stderr
    return Path(json.loads(done.stdout)["file"])


def restored(file: Path, home: Path, *, url: str = "") -> dict[str, Any]:
    """Restore a backup and return what the command tells."""
    done = alcaide(home, "restore", str(file), "--json", url=url)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def manifest_of(file: Path) -> dict[str, Any]:
    with opened(file, OPENS) as entries:
        (manifest,) = [as_json(each) for each in entries if each.name == "manifest.json"]
        return manifest
