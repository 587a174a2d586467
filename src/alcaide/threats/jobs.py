"""What this room does in the background."""

from alcaide.common.jobs import Progress, job
from alcaide.common.trail import System

from . import services
from .models import Feed


@job(services.JOB)
def read_feed(progress: Progress, feed: str) -> str:
    """Read a landed edition."""
    landed = Feed.of(feed)

    def step(done: int) -> None:
        progress.check_cancel()
        progress.step(done)

    read = services.read(landed.brought_by or System("threats"), landed, progress=step)
    return read.reason or f"{read.added:,} added, {read.changed:,} changed, {read.removed:,} taken off."
