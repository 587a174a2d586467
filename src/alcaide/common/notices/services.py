"""Telling people, marking as read, choosing how to be told, following."""

from collections.abc import Iterable
from datetime import datetime, time
from zoneinfo import available_timezones

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import jobs
from alcaide.common.about import is_seen
from alcaide.common.models import Follow, Letter, Notice, NoticeChoice, NoticeSetting, User
from alcaide.common.permissions import Refused, require
from alcaide.common.trail import audit, differences, write

from .kinds import Way, kind_of, kinds_to_choose
from .post import post_of_the_house
from .queries import READ, notices, setting_of, ways_chosen, ways_of

SEND = "notices.send"
WORDS_LONGEST = 300


class ZoneUnknown(ValueError):
    """There is no time zone of this name; the message says how one is written."""


def tell(
    users: User | Iterable[User],
    *,
    kind: str,
    words: str,
    subject: str = "",
    url: str = "",
    by: User | None = None,
    insist: bool = False,
) -> int:
    """Tell people something inside the write that did it; returns how many were told.

    Nobody is told of a subject that they may not see, of their own deed (`by`), or of a kind that they switched off.
    The subject's title is read when the notice is; title and words show only to who may see the subject then.
    `insist` tells everyone, by e-mail too, whatever they chose: for what the law asks to be told. Raises KindUnknown.
    """
    kind_of(kind)
    wanted = {
        each.pk: each for each in ([users] if isinstance(users, User) else users) if each != by and each.is_active
    }
    chosen = dict.fromkeys(wanted, Way.MAIL) if insist else ways_of(wanted, kind)
    ways = {pk: way for pk, way in chosen.items() if way != Way.OFF}
    told = [wanted[pk] for pk in ways if not subject or is_seen(subject, wanted[pk])]
    now = timezone.now()
    rows = [
        Notice(user=user, kind=kind, subject=subject, words=words[:WORDS_LONGEST], url=url, at=now,
               in_digest=ways[user.pk] == Way.DIGEST)
        for user in told
    ]  # fmt: skip
    Notice.objects.bulk_create(rows)
    at_once = [row for row in rows if ways[row.user_id] == Way.MAIL]
    if at_once and post_of_the_house() is not None:
        _write_letters(at_once, now)
    return len(rows)


def read_notices(actor: User, *, only: Iterable[int] | None = None) -> tuple[int, datetime]:
    """Mark the actor's own notices as read, all or the named ones; returns how many and the moment, for undoing.

    Nothing is audited: what somebody has read of their own is no deed in the house.
    """
    require(actor, READ)
    now = timezone.now()
    rows = notices(actor).filter(read_at__isnull=True)
    rows = rows if only is None else rows.filter(pk__in=list(only))
    return rows.update(read_at=now), now


def unread_notices(actor: User, *, marked_at: datetime) -> int:
    """Mark as unread again what the actor marked as read at that moment; returns how many."""
    require(actor, READ)
    return notices(actor).filter(read_at=marked_at).update(read_at=None)


@write
def follow(actor: User, subject: str, *, is_on: bool) -> None:
    """Follow a subject, or stop. For who may see it. Raises Refused."""
    require(actor, READ)
    if not is_seen(subject, actor):
        raise Refused(_("There is no such record, or you may not see it."))
    Follow.objects.update_or_create(user=actor, subject=subject, defaults={"is_on": is_on})
    audit(actor, "follow" if is_on else "unfollow", subject=actor.subject, after={"what": subject})


@write
def choose_notices(
    actor: User, *, ways: dict[str, Way], digest_at: time, time_zone: str, opened_version: int
) -> NoticeSetting:
    """Choose how to be told of each kind, when the digest comes and in which time zone. For one's own only.

    Raises ZoneUnknown, LostUpdate.
    """
    require(actor, READ)
    if time_zone not in available_timezones():
        raise ZoneUnknown(_("There is no time zone “%(name)s”. Write one as Europe/Madrid.") % {"name": time_zone})
    setting = setting_of(actor)
    if setting._state.adding:
        setting.save()
    before = {**ways_chosen(actor), "digest_at": setting.digest_at, "time_zone": actor.time_zone}
    setting.digest_at = digest_at
    setting.save_version(opened_version=opened_version, fields=["digest_at"])
    known = {kind.key for kind in kinds_to_choose()}
    for kind, way in ways.items():
        if kind in known:
            NoticeChoice.objects.update_or_create(user=actor, kind=kind, defaults={"way": way})
    User.objects.filter(pk=actor.pk).update(time_zone=time_zone)
    actor.time_zone = time_zone
    old, new = differences(before, {**before, **ways, "digest_at": digest_at, "time_zone": time_zone})
    audit(actor, "choose_notices", subject=actor.subject, before=old, after=new)
    return setting


def ask_to_send() -> None:
    """Have the letters that wait sent, once this transaction stands."""
    jobs.enqueue(SEND, key=SEND, about=_("Send e-mail"), asked_by=None)


def _write_letters(rows: list[Notice], now: datetime) -> None:
    """Put each notice in a letter of its own and ask for their sending."""
    with transaction.atomic():
        for row in rows:
            row.letter = Letter.objects.create(to_id=row.user_id, try_at=now)
        Notice.objects.bulk_update(rows, ["letter"])
        ask_to_send()
