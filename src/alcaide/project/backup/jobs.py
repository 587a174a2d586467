"""The nightly backup, where a folder is set; who runs the house hears where it fails."""

import time
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from alcaide.common.jobs import Progress, every, job
from alcaide.common.notices import tell
from alcaide.common.trail import System
from alcaide.project.backup import keyring, places
from alcaide.project.backup.faults import BackupFault
from alcaide.project.backup.making import make
from alcaide.project.signing.emergency import who_must_know

HOUSE = System("backup")
NIGHTLY, AT = "backup.nightly", "01:30"


@job(NIGHTLY)
def back_up_nightly(progress: Progress) -> str:
    """Back the house up to the folder that the environment names."""
    folder, began = places.target(), time.monotonic()
    if folder is None:
        return _("No folder for backups is set, so none was made.")

    def say(done: int, of: int, words: str) -> None:
        progress.check_cancel()
        progress.step(done, of, words)

    try:
        made = make(HOUSE, settings.HOME, folder=folder, sealers=keyring.sealers(), keep=places.kept(), tell=say)
    except BackupFault as fault:
        failed = places.Made(
            str(folder), datetime.now(UTC).isoformat(timespec="seconds"), round(time.monotonic() - began, 2),
            0, 0, 0, 0, connection.vendor, error=str(fault),
        )  # fmt: skip
        places.note(settings.HOME, failed)
        tell(who_must_know(), kind="house", words=_("The backup failed: %(why)s") % {"why": fault})
        raise
    if made.faults:
        words = _("The backup was made, but lacks %(n)s things: %(first)s")
        tell(who_must_know(), kind="house", words=words % {"n": len(made.faults), "first": made.faults[0]})
    return _("%(mb)s MB, %(rows)s rows, %(files)s files") % {
        "mb": f"{made.size_bytes / 1e6:,.1f}", "rows": f"{made.rows:,}", "files": f"{made.files:,}",
    }  # fmt: skip


def offer() -> None:
    """Have it repeated. Called from `AppConfig.ready`."""
    every(NIGHTLY, function=back_up_nightly, at=AT, about="Back the house up")
