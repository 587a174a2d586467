"""Loads the house for a command, and says in words why it cannot be loaded."""

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
