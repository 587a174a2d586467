"""What this room does in the background."""

from django.utils.translation import gettext

from alcaide.common.jobs import Cancelled, Progress, job
from alcaide.common.trail import System

from . import services
from .models import Report
from .services.landing import JOB
from .services.tabling import RENEW

HOUSE = System("exposure")
RENEW_EVERY_S = 300


@job(JOB)
def read_report(progress: Progress, report: str) -> str:
    """Read a landed report."""
    landed = Report.of(report)
    actor = landed.brought_by or HOUSE

    def step(done: int) -> None:
        progress.check_cancel()
        progress.step(done)

    try:
        read = services.read_in(actor, landed, progress=step)
    except Cancelled:
        services.stop_reading(actor, landed, reason=gettext("The reading was stopped."))
        raise
    progress.step(read.counts.get("items", 0), words=gettext("Limits and actions"))
    services.renew_limits(HOUSE)
    counts = read.counts
    return read.reason or gettext("%(new)s new findings, %(closed)s closed.") % {
        "new": f"{counts['new']:,}", "closed": f"{counts['closed']:,}",
    }  # fmt: skip


@job(RENEW, again=True)
def renew_limits(progress: Progress) -> str:
    """Bring limits, exceptions and actions in step with what changed."""
    progress.check_cancel()
    return gettext("%(count)s limits moved.") % {"count": f"{services.renew_limits(HOUSE):,}"}
