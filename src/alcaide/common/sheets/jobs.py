"""What the sheets do in the background."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from alcaide.common.files import FileLost
from alcaide.common.jobs import Cancelled, Progress, job
from alcaide.common.models import SheetImport, User
from alcaide.common.permissions import Refused
from alcaide.common.sheets import services, undoing
from alcaide.common.sheets.ending import MissingGrew
from alcaide.common.sheets.queries import COUNTED
from alcaide.common.trail import Actor, System
from alcaide.intake.sheets.cells import SheetRefused

Work = Callable[..., SheetImport]
# What a person can do something about; anything else is a fault of ours and fails the job with its own words.
TOLD = (SheetRefused, FileLost, Refused, MissingGrew, services.NotNow)


@job(services.CHECK_JOB)
def try_sheet(progress: Progress, imported: str, user: int | None) -> str:
    """Try an import without writing a row."""
    return _carried_out(progress, services.check, imported, user=user)


@job(services.RUN_JOB)
def import_sheet(progress: Progress, imported: str, user: int | None) -> str:
    """Import the rows of a file."""
    return _carried_out(progress, services.run, imported, user=user)


@job(services.UNDO_JOB)
def undo_sheet(progress: Progress, imported: str, user: int | None) -> str:
    """Undo an import."""
    return _carried_out(progress, undoing.undo, imported, user=user)


def at_once(work: Work, actor: Actor, imported: SheetImport) -> SheetImport:
    """Do the work now; what a person can mend stands on the import, and is not raised."""
    try:
        return work(actor, imported)
    except TOLD as fault:
        return services.fail(actor, imported, str(fault))


def _carried_out(progress: Progress, work: Work, uid: str, *, user: int | None) -> str:
    imported = SheetImport.of(uid)
    actor: Actor = User.objects.get(pk=user) if user else System("sheets")
    rows = imported.counts.get("rows") if work is services.run else None

    def tick(done: int) -> None:
        progress.check_cancel()
        progress.step(done, rows)

    try:
        done = work(actor, imported, tick=tick)
    except TOLD as fault:
        services.fail(actor, imported, str(fault), is_told=True)
        return str(fault)
    except Cancelled:
        words = _("It was stopped. What is written so far stands; let it go on, or undo it.")
        services.fail(actor, imported, words, is_told=True)
        raise
    counts = done.undo_counts or done.counts
    return ", ".join(f"{name} {counts[name]:,}" for name in (*COUNTED, *undoing.KINDS) if name in counts)
