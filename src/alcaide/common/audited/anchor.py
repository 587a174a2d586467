"""The trail itself: how old its last signed head is, what is not signed yet, and whether it was read whole."""

from datetime import datetime, timedelta

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common import words
from alcaide.common.heads import TRAIL
from alcaide.common.history import TRAIL_SEE, tell
from alcaide.common.jobs import Progress, job
from alcaide.common.models import TrailHead, TrailLine, User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import AuditPart
from alcaide.common.trail import System, audit, writing
from alcaide.common.trail_check import TrailCheck, check_trail

from .telling import lines_of, part, told_lines

VERB = "verify_trail"
JOB = "trail.verify"
# A head is signed each hour; one that is older than this, with lines after it, was missed.
LATE = timedelta(hours=2)
READ_AGAIN = timedelta(days=31)


def trail(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell of the trail: heads, and when it was last read from its first line to its last."""
    if not scope_of(user).allows(TRAIL_SEE):
        return None
    now = timezone.now()
    head = TrailHead.objects.order_by("-size").first()
    lines = TrailLine.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    last = TrailLine.objects.filter(verb=VERB).order_by("-seq").first()
    signed = TrailHead.objects.filter(at__gte=since, at__lt=until).count()
    written = TrailLine.objects.filter(at__gte=since, at__lt=until).count()
    return part(
        lines_of(since, until, verbs=(VERB, "export_trail")), told_lines(user),
        counts=((_("Lines written"), written), (_("Heads signed"), signed), (_("Lines not signed yet"),
                lines - (head.size if head else 0))),
        said=_said(head, last, now=now), asks=_asks(head, last, lines=lines, now=now), url=reverse("trail"),
    )  # fmt: skip


def _said(head: TrailHead | None, last: TrailLine | None, *, now: datetime) -> str:
    said = [
        _("The last head was signed %(ago)s, over %(size)s lines.")
        % {"ago": words.ago(head.at, now=now), "size": words.count(head.size)}
        if head
        else _("No head is signed yet.")
    ]
    if last is None:
        said.append(_("The trail was never read whole from here."))
    else:
        found = {each.field: each.after for each in tell([last])[0].fields}
        outcome = _("sound") if found.get("sound") == _("yes") else _("broken")
        about = {"ago": words.ago(last.at, now=now), "outcome": outcome, "lines": found.get("lines", "")}
        said.append(_("It was read whole %(ago)s: %(outcome)s, %(lines)s lines.") % about)
    said.append(_("Heads carry no outside time stamp: none is set."))
    return " ".join(said)


def _asks(head: TrailHead | None, last: TrailLine | None, *, lines: int, now: datetime) -> str:
    if last is not None and any(each.field == "sound" and each.after != _("yes") for each in tell([last])[0].fields):
        return _("The trail does not hold. Compare it with the last export.")
    if (head is None and lines) or (head is not None and head.size < lines and now - head.at > LATE):
        return _("No head was signed for more than two hours. See whether a worker runs.")
    if last is None or now - last.at > READ_AGAIN:
        return _("Nobody had the trail read whole for a month. Have it read now.")
    return ""


def verify(actor: User | System, progress: Progress | None = None) -> TrailCheck:
    """Read the whole trail and keep what came of it as its next line."""
    newest = TrailLine.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    key = settings.HOME.trail_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def step(done: int) -> None:
        if progress is not None:
            progress.check_cancel()
            progress.step(done, newest, _("lines of the trail"))

    check = check_trail(public_keys=[key], step=step)
    told = {
        "sound": check.is_sound, "lines": check.lines, "values": check.values, "heads": check.heads,
        "faults": check.faults,
    }  # fmt: skip
    with writing():
        audit(actor, VERB, subject=TRAIL, after=told)
    return check


@job(JOB)
def verify_job(progress: Progress, by: str = "") -> str:
    """Read the whole trail for whoever asked."""
    asked = User.objects.filter(uid=by).first() if by else None
    check = verify(asked or System("audit"), progress)
    if not check.is_sound:
        return " ".join(check.faults[:3])
    said = ngettext("%(n)s line, sound.", "%(n)s lines, sound.", check.lines)
    return said % {"n": words.count(check.lines)}
