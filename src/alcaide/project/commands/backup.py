"""`alcaide backup`: one encrypted file that holds the whole house, made while it serves."""

import json
import os
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

from alcaide.project.home import HomeUnusable, current

from .base import Command, Stop, say
from .house import load


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="the folder; ALCAIDE_BACKUP_TO where none is given")
    parser.add_argument("--recipient", action="append", default=[], metavar="KEY", help="a public key that may open it")
    parser.add_argument("--passphrase-file", type=Path, help="the file whose first line is the passphrase")
    parser.add_argument("--new-key", type=Path, metavar="FILE", help="make a key pair, print its public key, and end")
    parser.add_argument("--json", action="store_true", help="tell the result as JSON")


def _run(chosen: Namespace) -> int:
    os.umask(0o077)
    if chosen.new_key:
        return _make_key(chosen.new_key)
    load()
    from django.db import DatabaseError  # noqa: PLC0415  as below

    from alcaide.common.trail import System  # noqa: PLC0415  needs the house, loaded above
    from alcaide.project.backup import keyring, making, places  # noqa: PLC0415  as above
    from alcaide.project.backup.faults import BackupFault  # noqa: PLC0415  as above

    home = current()
    folder = chosen.to or places.target()
    if folder is None:
        raise Stop(f"Say where the backup goes: --to FOLDER, or {places.TO} in the environment.")
    try:
        home.prepare()
        made = making.make(
            System("backup"), home, folder=folder,
            sealers=keyring.sealers(passphrase_file=chosen.passphrase_file, recipients=chosen.recipient),
            # A folder given by hand is for whoever gave it to tidy.
            keep=None if chosen.to else places.kept(),
        )  # fmt: skip
    except (BackupFault, HomeUnusable) as fault:
        raise Stop(str(fault)) from fault
    except DatabaseError as fault:
        raise Stop(f"The database cannot be read: {str(fault).splitlines()[0]}. Run `alcaide check`.") from fault
    if chosen.json:
        say(json.dumps(asdict(made)))
    else:
        size = f"{made.size_bytes / 1e6:,.1f} MB"
        say(f"{made.file}: {size}, {made.rows:,} rows, {made.files:,} files, {made.took_s:.1f} s")
        for missing in made.faults:
            say(f"  {missing}")
    return 1 if made.faults else 0


def _make_key(path: Path) -> int:
    from alcaide.project.backup.keyring import KeyUnusable, new_key  # noqa: PLC0415  heavy

    try:
        public = new_key(path)
    except KeyUnusable as fault:
        raise Stop(str(fault)) from fault
    say(public)
    say(f"{path} opens every backup made for this key. Keep it away from this machine; without it they stay shut.")
    return 0


BACKUP = Command("backup", "make one encrypted file that holds the whole house", _arguments, _run)
