"""The commands of `alcaide`, one module each."""

from .base import Command, Stop
from .check import CHECK
from .link import LINK
from .migrate import MIGRATE
from .solve import SOLVE
from .up import UP

COMMANDS: tuple[Command, ...] = (UP, CHECK, MIGRATE, LINK, SOLVE)

__all__ = ["COMMANDS", "Command", "Stop"]
