"""What this room does in the background."""

from django.utils.translation import gettext

from alcaide.common.jobs import Cancelled, Progress, job
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

    actor = landed.brought_by or System("threats")
    try:
        read = services.read(actor, landed, progress=step)
    except Cancelled:
        services.stop_reading(actor, landed, reason=gettext("The reading was stopped."))
        raise
    return read.reason or f"{read.added:,} added, {read.changed:,} changed, {read.removed:,} taken off."
