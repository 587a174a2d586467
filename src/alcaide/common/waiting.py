"""What waits for somebody and what is dated, asked of every room once until something is written, at most a minute."""

from datetime import date

from alcaide.common import recall, registries
from alcaide.common.models import User
from alcaide.common.registries import Dated, Due


def due_for(user: User) -> tuple[Due, ...]:
    """Return what every room wants decided by a user. One small query where nothing changed since it was last asked."""
    return recall.until_written(user, "due", lambda: tuple(registries.everything_due(user)), head=recall.trail_head())


def dated_for(user: User, first: date, last: date) -> tuple[Dated, ...]:
    """Return every room's dates between two days, both included, as `due_for` does."""
    return recall.until_written(
        user, f"dated {first} {last}", lambda: tuple(registries.everything_dated(user, first, last)),
        head=recall.trail_head(),
    )  # fmt: skip
