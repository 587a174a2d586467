"""What repeats: letters go out, the daily digest is put together, and due items that are new are told."""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import purging, registries
from alcaide.common.jobs import AlreadyDone, Progress, every, job, once
from alcaide.common.models import DueSeen, Letter, Notice, NoticeSetting, User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Due
from alcaide.common.waiting import SINGLY

from .letters import doubt_handed_over, send_waiting
from .post import post_of_the_house
from .queries import digest_times
from .services import SEND, ask_to_send, tell

DIGEST, WATCH = "notices.digest", "notices.watch_due"
LOOK_S = 300


@job(SEND, again=True)
def send(progress: Progress) -> str:
    """Send the letters that wait. One such job runs at a time, so what is half handed over belongs to a dead one."""
    post = post_of_the_house()
    if post is None:
        return _("E-mail is off.")
    doubted = doubt_handed_over()
    progress.check_cancel()
    ended = send_waiting(post)
    return _("%(sent)s sent, %(failed)s put off or failed, %(doubted)s not known") % {**ended, "doubted": doubted}


@job(DIGEST)
def digest(progress: Progress) -> str:
    """Put together each digest that is due, and ask again for letters whose next try has come."""
    now = timezone.now()
    made = 0
    waiting = Notice.objects.filter(in_digest=True, letter__isnull=True, read_at__isnull=True)
    users = list(User.objects.filter(pk__in=waiting.values("user"), is_active=True))
    times = digest_times(user.pk for user in users)
    for user in users if post_of_the_house() else ():
        progress.check_cancel()
        made += make_digest(user, times[user.pk], now=now) is not None
    if Letter.objects.filter(state=Letter.State.WAITING, try_at__lte=now).exists():
        ask_to_send()
    return _("%(n)s digests put together") % {"n": made}


@job(WATCH)
def watch_due(progress: Progress) -> str:
    """Tell each person, once a day, what newly waits for them and what has passed its time since."""
    today = timezone.now().astimezone(UTC).date()
    told = 0
    for user in User.objects.filter(is_active=True).order_by("pk"):
        progress.check_cancel()
        if not scope_of(user).units_by_role:
            continue
        try:
            with once(f"{WATCH}:{today}:{user.uid}"):
                told += tell_new_due(user)
        except AlreadyDone:
            continue
    return _("%(n)s notices of due items") % {"n": told}


def make_digest(user: User, at: time, *, now: datetime) -> Letter | None:
    """Put a person's digest of their day together once, from what came before its moment; None where there is none."""
    moment, day = _latest_moment(user, at, now)
    rows = Notice.objects.filter(user=user, in_digest=True, letter__isnull=True, read_at__isnull=True, at__lte=moment)
    if not rows.exists():
        return None
    try:
        with once(f"{DIGEST}:{day}:{user.uid}"):
            letter = Letter.objects.create(to=user, digest_on=day, try_at=now)
            rows.update(letter=letter)
            ask_to_send()
            return letter
    except AlreadyDone:
        # Today's went out before they moved its time; what is left comes tomorrow.
        return None


def tell_new_due(user: User) -> int:
    """Tell what newly waits for a user and what is newly late. The first look only remembers."""
    setting, _is_new = NoticeSetting.objects.get_or_create(user=user)
    is_first = setting.due_watched_since is None
    now = timezone.now()
    found = {_key(due): due for due in registries.everything_due(user)}
    seen = dict(DueSeen.objects.filter(user=user).values_list("key", "is_late"))
    late = {key for key, due in found.items() if due.at is not None and due.at < now}
    told = 0
    if not is_first:
        told += _tell_all(user, [found[key] for key in found if key in late and not seen.get(key, False)], "overdue")
        told += _tell_all(user, [found[key] for key in found if key not in late and key not in seen], "due")
    with transaction.atomic():
        purging.renew(DueSeen.objects.filter(user=user, key__in=seen.keys() - found.keys()))
        DueSeen.objects.bulk_create(
            [DueSeen(user=user, key=key, is_late=key in late) for key in found.keys() - seen.keys()]
        )
        DueSeen.objects.filter(user=user, key__in=late, is_late=False).update(is_late=True)
        if is_first:
            NoticeSetting.objects.filter(pk=setting.pk).update(due_watched_since=now)
    return told


def _tell_all(user: User, dues: list[Due], kind: str) -> int:
    """Tell each by itself; of a kind of which there are many only the most pressing, and the others as one."""
    by_kind: dict[str, list[Due]] = {}
    for due in dues:
        by_kind.setdefault(due.kind, []).append(due)
    told = 0
    for of, held in by_kind.items():
        most = SINGLY if of else len(held)
        told += sum(_tell(user, due, kind) for due in held[:most])
        for first in held[most : most + 1]:
            words = first.counted(len(held) - most) if first.counted else first.title
            told += tell(user, kind=kind, subject=first.subject, words=words, url=f"{reverse('decide')}?of={of}")
    return told


def _tell(user: User, due: Due, kind: str) -> int:
    # The title of a due item may be more than its subject's: it is shown only while the subject is.
    return tell(user, kind=kind, subject=due.subject, words=due.title, url=due.url)


def _key(due: Due) -> str:
    return hashlib.sha256(f"{due.subject}\n{due.title}\n{due.act}".encode()).hexdigest()


def _latest_moment(user: User, at: time, now: datetime) -> tuple[datetime, date]:
    """Return the latest moment of the user's digest that is not after now, and its day where they are.

    A time of day that the clock skips counts from the hour before; one that comes twice counts the first time.
    """
    zone = _zone(user.time_zone)
    day = now.astimezone(zone).date()
    moment = datetime.combine(day, at, zone).astimezone(UTC)
    if moment > now:
        day -= timedelta(days=1)
        moment = datetime.combine(day, at, zone).astimezone(UTC)
    return moment, day


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def repeat() -> None:
    """Declare what repeats. Called from `AppConfig.ready`."""
    every(DIGEST, function=digest, seconds=LOOK_S, about=_("Daily digests and late letters"))
    every(WATCH, function=watch_due, at="04:30", about=_("Tell what is newly due"))
