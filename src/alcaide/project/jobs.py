"""Jobs of the whole house: what needs the installation's key."""

import time

from django.conf import settings

from alcaide.common.files import clear_unfinished
from alcaide.common.heads import sign_head
from alcaide.common.jobs import Progress, job


@job("trail.sign_head")
def sign_trail_head(progress: Progress) -> str:
    """Sign what the trail is now with the key that stands outside the database."""
    progress.step(0, 1, "Reading the new lines")
    head = sign_head(settings.HOME.trail_key())
    return f"{head.size:,} lines stand under a signed head" if head else "The trail is empty"


@job("files.clear_unfinished")
def clear_unfinished_files(progress: Progress) -> str:
    """Remove what uploads left behind that broke off more than a day ago."""
    progress.check_cancel()
    return f"{clear_unfinished(now_s=time.time())} files that never arrived whole were removed"
