"""The commands of `alcaide`, one module each."""

from .backup import BACKUP
from .base import Command, Stop
from .break_glass import BREAK_GLASS
from .check import CHECK
from .demo import DEMO
from .importing import IMPORT
from .link import LINK
from .migrate import MIGRATE
from .reading import READ
from .rehearse import REHEARSE
from .reperform import REPERFORM
from .restore import RESTORE
from .retaining import RETAIN
from .solve import SOLVE
from .trail import TRAIL
from .up import UP
from .verify import VERIFY
from .work import WORK

COMMANDS: tuple[Command, ...] = (
    UP,
    WORK,
    CHECK,
    LINK,
    BREAK_GLASS,
    DEMO,
    IMPORT,
    READ,
    SOLVE,
    MIGRATE,
    RETAIN,
    BACKUP,
    RESTORE,
    REHEARSE,
    TRAIL,
    REPERFORM,
    VERIFY,
)

__all__ = ["COMMANDS", "Command", "Stop"]
