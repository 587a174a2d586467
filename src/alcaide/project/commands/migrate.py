"""`alcaide migrate`: bring the database up to this version, without serving anything."""

import os
from argparse import ArgumentParser, Namespace

from alcaide.project.home import HomeUnusable, current

from .base import Command, Stop, say
from .house import load


def _arguments(parser: ArgumentParser) -> None:
    """Take none."""


def _run(chosen: Namespace) -> int:
    # What an installation holds is for its own user alone.
    os.umask(0o077)
    try:
        current().prepare()
    except HomeUnusable as fault:
        raise Stop(str(fault)) from fault
    load()
    from alcaide.common import guards  # noqa: PLC0415  needs the house, loaded above
    from alcaide.project.prepare import prepare_database  # noqa: PLC0415  as above

    if not prepare_database():
        say("Database: already up to date.")
    guards.install()
    return 0


MIGRATE = Command("migrate", "bring the database up to this version", _arguments, _run)
