"""`alcaide read`: tell what a foreign file holds, without a database."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from .base import Command, Stop, say


def _arguments(parser: ArgumentParser) -> None:
    parser.description = "Tells the format of a report or feed, what it holds, and what in it cannot be read."
    parser.add_argument("file", type=Path, help="a report of a scanner, or a threat feed; .gz and .zip are unpacked")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of words")


def _run(chosen: Namespace) -> int:
    from alcaide.intake import IntakeError, examine  # noqa: PLC0415  other commands need not wait for the readers

    try:
        found = examine(chosen.file)
    except IntakeError as fault:
        raise Stop(str(fault)) from fault
    if chosen.json:
        say(json.dumps(found.as_dict(), indent=2, ensure_ascii=False))
        return 0
    say(f"{chosen.file.name}: {found.label}")
    for name, number in found.counts.items():
        say(f"  {number:>9,}  {name.replace('_', ' ')}")
    for warning in found.warnings:
        say(f"  note: {warning}")
    for bad in found.quarantined:
        say(f"  set aside: {bad.place}: {bad.reason} {bad.excerpt}")
    return 0


READ = Command("read", "tell what a report or feed holds, without a database", _arguments, _run)
