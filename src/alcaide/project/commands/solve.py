"""`alcaide solve`: compute cases with the engine alone, and check them against known answers."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from alcaide.engine.errors import EngineError

from .base import Command, Stop, say


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a file of cases (alcaide.cases/1)")
    parser.add_argument("--check", action="store_true", help="compare with the expected values; exit 1 on any miss")


def _run(chosen: Namespace) -> int:
    from alcaide.engine.solve import check, load, solve  # noqa: PLC0415  the engine loads SciPy, which other commands need not wait for

    try:
        document = load(chosen.file.read_text(encoding="utf-8"))
        if not chosen.check:
            say(json.dumps(solve(document), indent=2))
            return 0
        misses = check(document)
    except (OSError, UnicodeDecodeError) as fault:
        raise Stop(f"{chosen.file} cannot be read: {fault}") from fault
    except EngineError as fault:
        raise Stop(str(fault)) from fault
    cases = len(document["cases"])
    for miss in misses:
        say(str(miss))
    say(f"{cases - len({miss.case for miss in misses})} of {cases} cases within tolerance")
    return 1 if misses else 0


SOLVE = Command("solve", "compute cases with the engine alone, without a database", _arguments, _run)
