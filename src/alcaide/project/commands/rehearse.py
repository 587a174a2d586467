"""`alcaide rehearse`: restore a backup aside, compare all of it, and say how long a recovery takes."""

import json
import os
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

from alcaide.project.home import HomeUnusable, current

from .base import Command, Stop, say
from .house import load


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="the newest of this house where none is given"
    )
    parser.add_argument("--passphrase-file", type=Path, help="the file whose first line is the passphrase")
    parser.add_argument("--key", type=Path, action="append", default=[], help="a private key that opens the backup")
    parser.add_argument("--json", action="store_true", help="tell the result as JSON")


def _run(chosen: Namespace) -> int:
    os.umask(0o077)
    load()
    from django.db import DatabaseError  # noqa: PLC0415  as below

    from alcaide.common.trail import System  # noqa: PLC0415  needs the house, loaded above
    from alcaide.project.backup.faults import BackupFault  # noqa: PLC0415  as above
    from alcaide.project.backup.rehearsing import rehearse  # noqa: PLC0415  as above

    home, words = current(), [""]

    def tell(done: int, of: int, said: str) -> None:
        stage = said.partition(",")[0].rstrip("0123456789 of")
        if stage != words[0] and not chosen.json:
            words[0] = stage
            say(f"{stage} …")

    try:
        home.prepare()
        done = rehearse(System("rehearsal"), home, file=chosen.file, keys=_keys(chosen), tell=tell)
    except (BackupFault, HomeUnusable) as fault:
        raise Stop(str(fault)) from fault
    except DatabaseError as fault:
        raise Stop(f"The database cannot be read: {str(fault).splitlines()[0]}. Run `alcaide check`.") from fault
    if chosen.json:
        say(json.dumps(asdict(done)))
    elif done.is_good:
        times = f"{done.restored_s / 60:,.1f} min; compared and asked in {done.took_s / 60:,.1f} min in all"
        say(f"{Path(done.file).name}, {done.size_bytes / 1e6:,.1f} MB, came back in {times}, {done.database}.")
        say(done.words)
    else:
        say(f"{Path(done.file).name} does not come back as it should. {done.words}")
    return 0 if done.is_good else 1


def _keys(chosen: Namespace) -> list[str]:
    """Return the options that open the backup, as `alcaide restore` takes them; files by their whole names."""
    words = ["--passphrase-file", str(chosen.passphrase_file.absolute())] if chosen.passphrase_file else []
    return words + [part for key in chosen.key for part in ("--key", str(key.absolute()))]


REHEARSE = Command("rehearse", "restore a backup aside, compare all of it, and remove it again", _arguments, _run)
