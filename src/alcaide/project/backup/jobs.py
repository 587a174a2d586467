"""The nightly backup and the rehearsed restore, where a folder is set; who runs the house hears where one fails."""

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common.jobs import Progress, every, job
from alcaide.common.notices import tell
from alcaide.common.trail import System
from alcaide.project.backup import asked, keyring, places
from alcaide.project.backup.faults import BackupFault
from alcaide.project.backup.making import Tell, make
from alcaide.project.backup.rehearsing import clear_left, rehearse
from alcaide.project.signing.emergency import who_must_know

HOUSE, REHEARSAL = System("backup"), System("rehearsal")
BACK_UP, NIGHTLY, AT = "backup.now", "backup.nightly", asked.AT
REHEARSE, WHEN_DUE, LOOKED_AT = "backup.rehearse", "backup.rehearse_when_due", "02:40"
# A rehearsal that failed is tried again after so many days, not each night.
AGAIN_AFTER = timedelta(days=7)
# What a killed rehearsal started may still be at work; it ends by itself.
WAIT_S = 900


@job(BACK_UP)
def back_up(progress: Progress) -> str:
    """Back the house up to the folder that the environment names."""
    folder, began = places.target(), time.monotonic()
    if folder is None:
        return _("No folder for backups is set, so none was made.")
    try:
        made = make(
            HOUSE, settings.HOME, folder=folder, sealers=keyring.sealers(), keep=places.kept(), tell=_say(progress)
        )
    except BackupFault as fault:
        failed = places.Made(
            str(folder), datetime.now(UTC).isoformat(timespec="seconds"), round(time.monotonic() - began, 2),
            0, 0, 0, 0, connection.vendor, error=str(fault),
        )  # fmt: skip
        places.note(settings.HOME, failed)
        _alert(_("The backup failed: %(why)s") % {"why": fault})
        raise
    if made.faults:
        words = _("The backup was made, but lacks %(n)s things: %(first)s")
        _alert(words % {"n": len(made.faults), "first": made.faults[0]})
    return _("%(mb)s MB, %(rows)s rows, %(files)s files") % {
        "mb": f"{made.size_bytes / 1e6:,.1f}", "rows": f"{made.rows:,}", "files": f"{made.files:,}",
    }  # fmt: skip


@job(NIGHTLY)
def back_up_nightly(progress: Progress) -> str:
    """Back the house up, say which nights before were missed, and clear what a killed rehearsal left."""
    clear_left(settings.HOME)
    if places.target() is not None:
        nights = asked.missed(settings.HOME, timezone.now())
        if nights:
            words = ngettext(
                "No backup was made in the night of %(first)s.",
                "No backup was made in %(n)s nights, from that of %(first)s on.",
                len(nights),
            )
            _alert(words % {"n": len(nights), "first": nights[0].isoformat()})
    return back_up(progress)


@job(REHEARSE)
def rehearse_now(progress: Progress) -> str:
    """Restore the newest backup aside, compare all of it, and remove it."""
    say = _say(progress)
    try:
        done = rehearse(REHEARSAL, settings.HOME, file=None, keys=(), tell=say, wait_s=WAIT_S)
    except BackupFault as fault:
        _alert(_("No restore could be rehearsed: %(why)s") % {"why": fault})
        raise
    if not done.is_good:
        words = _("The rehearsed restore failed: %(why)s") % {"why": done.words}
        _alert(words)
        raise BackupFault(words)
    return _("Came back in %(min)s min. %(words)s") % {"min": f"{done.restored_s / 60:,.1f}", "words": done.words}


@job(WHEN_DUE)
def rehearse_when_due(progress: Progress) -> str:
    """Rehearse a restore where backups are made by themselves and the last rehearsal is old."""
    if places.target() is None:
        return _("No folder for backups is set, so none is rehearsed.")
    tried = places.read_ledger(settings.HOME).rehearsed
    now = timezone.now()
    if tried and now - datetime.fromisoformat(tried[-1].at) < AGAIN_AFTER:
        return _("One was rehearsed within the last days.")
    due = asked.rehearsal_due(settings.HOME)
    if due is not None and due > now.date():
        return _("The next is due on %(day)s.") % {"day": due.isoformat()}
    return rehearse_now(progress)


def _say(progress: Progress) -> Tell:
    def say(done: int, of: int, words: str) -> None:
        progress.check_cancel()
        progress.step(done, of, words)

    return say


def _alert(words: str) -> None:
    tell(who_must_know(), kind="house", words=words, url=reverse("backups"))


def repeat() -> None:
    """Have both repeated. Called from `AppConfig.ready`."""
    every(NIGHTLY, function=back_up_nightly, at=AT, about="Back the house up", key=BACK_UP)
    every(WHEN_DUE, function=rehearse_when_due, at=LOOKED_AT, about="Rehearse a restore", key=REHEARSE)
