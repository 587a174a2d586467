"""`alcaide demo`: build the example organization in an empty installation."""

import os
from argparse import ArgumentParser, Namespace

from alcaide.project.home import HomeUnusable, current

from .base import Command, Stop, say
from .house import load


def _arguments(parser: ArgumentParser) -> None:
    parser.description = (
        "Builds the example organization: a food company with two plants, an office, a warehouse and 240 people. "
        "Only in an installation that holds no organization yet."
    )


def _run(_: Namespace) -> int:
    os.umask(0o077)
    try:
        current().prepare()
    except HomeUnusable as fault:
        raise Stop(str(fault)) from fault
    load()
    from alcaide.organization.models import Organization  # noqa: PLC0415  Django is ready only now
    from alcaide.project.example import build  # noqa: PLC0415
    from alcaide.project.prepare import prepare_database  # noqa: PLC0415

    prepare_database()
    if Organization.objects.exists():
        raise Stop(
            "This installation holds an organization already; the example would mix with it. Use another ALCAIDE_HOME."
        )
    chief = build()
    say(f"The example organization is built. `alcaide link {chief.email}` lets you in.")
    return 0


DEMO = Command("demo", "build the example organization in an empty installation", _arguments, _run)
