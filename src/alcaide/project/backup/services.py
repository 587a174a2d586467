"""What people ask for on the page of backups."""

from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common.jobs import enqueue
from alcaide.common.models import JobTrack, User
from alcaide.common.permissions import require_everywhere
from alcaide.common.trail import audit, write

from .jobs import BACK_UP, REHEARSE
from .making import SUBJECT
from .permissions import RUN_BACKUPS


@write
def ask_backup(actor: User) -> JobTrack:
    """Have a backup made now, by who runs backups. While one waits or is being made, it is that one."""
    require_everywhere(actor, RUN_BACKUPS)
    track = enqueue(BACK_UP, key=BACK_UP, about=_("Back the house up"), asked_by=actor, url=reverse("backups"))
    audit(actor, "ask_backup", subject=f"{SUBJECT}:now", after={"job": str(track.result_id)})
    return track


@write
def ask_rehearsal(actor: User) -> JobTrack:
    """Have a restore rehearsed now, by who runs backups. While one waits or is at work, it is that one."""
    require_everywhere(actor, RUN_BACKUPS)
    track = enqueue(REHEARSE, key=REHEARSE, about=_("Rehearse a restore"), asked_by=actor, url=reverse("backups"))
    audit(actor, "ask_rehearsal", subject=f"{SUBJECT}:now", after={"job": str(track.result_id)})
    return track
