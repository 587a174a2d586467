"""The commands of `alcaide`, one module each."""

from .base import Command, Stop
from .solve import SOLVE

COMMANDS: tuple[Command, ...] = (SOLVE,)

__all__ = ["COMMANDS", "Command", "Stop"]
