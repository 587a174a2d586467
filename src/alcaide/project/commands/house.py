"""Loads the house for a command, and says in words why it cannot be loaded."""

from contextlib import suppress
from pathlib import Path

from alcaide.project.databases import DatabaseUrlInvalid
from alcaide.project.home import HomeUnusable, current

from .base import Stop, with_house


def load() -> None:
    """Load Django. Raises Stop where the environment names something unusable."""
    try:
        current().refuse_half()
        with_house()
    except (DatabaseUrlInvalid, HomeUnusable) as fault:
        raise Stop(str(fault)) from fault
    _set_the_clock()


def _set_the_clock() -> None:
    """Count days as the organization does, where a house stands already."""
    from django.db import DatabaseError, connection  # noqa: PLC0415  needs the house, loaded by now

    from alcaide.common import clock  # noqa: PLC0415  as above

    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).is_file():
        return
    # Without tables, or without an answer, the command itself says what is wrong.
    with suppress(DatabaseError):
        clock.settle()
