"""`alcaide reperform`: a run as a kit from which the engine alone computes its figures again."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from .base import Command, Stop, say
from .house import load


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("number", type=int, metavar="RUN", help="the number of the run")
    parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="where to write (run-RUN-reperform.zip)")


def _run(chosen: Namespace) -> int:
    load()
    from django.db import DatabaseError  # noqa: PLC0415  needs the house, loaded above

    from alcaide.common.trail import System  # noqa: PLC0415  as above
    from alcaide.risk.models import Run  # noqa: PLC0415  as above
    from alcaide.risk.services import reperform  # noqa: PLC0415  as above

    try:
        run = Run.objects.filter(number=chosen.number).first()
        if run is None:
            raise Stop(f"There is no run {chosen.number}. Runs are listed under Runs in the house.")
        kit = reperform(System("terminal"), run)
    except DatabaseError as fault:
        raise Stop(f"The database cannot be read ({fault}). Run `alcaide check`, which says what to do.") from fault
    path = chosen.file or Path(kit.name)
    try:
        path.write_bytes(kit.content)
    except OSError as fault:
        raise Stop(f"{path} cannot be written: {fault.strerror}. Give another file, or free some space.") from fault
    say(f"{len(kit.cases)} cases of run {run.number} written to {path}, SHA-256 {kit.sha256}.")
    say("Unpack it and check it anywhere: alcaide solve cases.json --check")
    return 0


REPERFORM = Command("reperform", "write a run as a kit that the engine alone computes again", _arguments, _run)
