"""`alcaide restore`: bring a backup back into an empty place, on either database."""

import json
import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from alcaide.project.databases import DatabaseUrlInvalid, database_settings
from alcaide.project.home import Home, current

from .base import Command, Stop, say
from .house import load


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a backup made by `alcaide backup`")
    parser.add_argument("--passphrase-file", type=Path, help="the file whose first line is the passphrase")
    parser.add_argument("--key", type=Path, action="append", default=[], help="a private key that opens the backup")
    parser.add_argument("--over", default="", metavar="NAME", help="replace the house that stands there: its name")
    parser.add_argument("--json", action="store_true", help="tell the result as JSON")


def _run(chosen: Namespace) -> int:
    # What an installation holds is for its own user alone.
    os.umask(0o077)
    home = current()
    database = _file_of(home)
    # From here on this process works in the place aside; the house itself is not touched before all is whole.
    os.environ["ALCAIDE_HOME"] = str(home.path / ".restoring")
    if database is not None:
        os.environ.pop("DATABASE_URL", None)
    load()
    from alcaide.project.backup import keyring, restoring  # noqa: PLC0415  need the house, loaded above
    from alcaide.project.backup.faults import BackupFault  # noqa: PLC0415  as above

    try:
        openers = keyring.openers(passphrase_file=chosen.passphrase_file, key_files=chosen.key)
        if not chosen.file.is_file():
            raise BackupFault(f"{chosen.file} is not there. Give a file that `alcaide backup` made.")
        quiet = chosen.json
        with restoring.place_for(home, over=chosen.over, database=database):
            restored = restoring.restore(
                chosen.file, openers, home=home, over=chosen.over, database=database or home.database,
                say=(lambda words: None) if quiet else say,
            )  # fmt: skip
    except BackupFault as fault:
        raise Stop(str(fault)) from fault
    if quiet:
        say(json.dumps(restored.told))
    else:
        say(
            f"Restored {restored.rows:,} rows of {restored.tables} tables and {restored.files:,} files in "
            f"{restored.took_s:.1f} s, as they were at {restored.made_at[:19]} UTC; each table compared."
        )
        for missing in restored.faults:
            say(f"  {missing}")
        say("`alcaide up` serves it. E-mail that waited in the backup goes out then.")
    return 1 if restored.faults else 0


def _file_of(home: Home) -> Path | None:
    """Return the file of the SQLite database that is restored, None where it is PostgreSQL. Raises Stop."""
    try:
        settings = database_settings(os.environ.get("DATABASE_URL"), home)
    except DatabaseUrlInvalid as fault:
        raise Stop(str(fault)) from fault
    return Path(settings["NAME"]) if settings["ENGINE"].endswith("sqlite3") else None


RESTORE = Command("restore", "bring a backup back into an empty place, on either database", _arguments, _run)
