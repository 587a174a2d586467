"""The address at which a calendar reads somebody's year, and what it is told."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from alcaide.board.models import Feed, FeedDate
from alcaide.board.queries.year import is_many, monday
from alcaide.common.models import User
from alcaide.common.registries import Dated, date_kind
from alcaide.common.trail import audit, write

SECRET_BYTES = 32


@dataclass(frozen=True)
class Told:
    """One date as a calendar is told it."""

    key: str
    title: str
    on: date
    lead_days: int
    url: str
    sequence: int
    told_at: datetime


def digest_of(secret: str) -> str:
    """Return what is kept of a secret address."""
    return hashlib.sha256(secret.encode()).hexdigest()


@write
def new_feed(actor: User, *, with_titles: bool = False) -> str:
    """Make the actor's secret address anew and return the secret, which is shown once; an older one ends.

    Titles are free text and may say what nobody outside should read, so they leave only where the actor says so.
    """
    Feed.objects.filter(user=actor, revoked_at=None).update(revoked_at=timezone.now())
    secret = secrets.token_urlsafe(SECRET_BYTES)
    made = Feed.objects.create(user=actor, digest=digest_of(secret), with_titles=with_titles)
    audit(actor, "make_feed", subject=made.subject, after={"of": actor.subject, "with_titles": with_titles})
    return secret


@write
def revoke_feed(actor: User) -> bool:
    """End the actor's address; a calendar that asks again gets nothing. Tells whether there was one."""
    held = Feed.objects.filter(user=actor, revoked_at=None).first()
    if held is None:
        return False
    Feed.objects.filter(pk=held.pk).update(revoked_at=timezone.now())
    audit(actor, "revoke_feed", subject=held.subject)
    return True


def told_to_calendars(every: Sequence[Dated], *, now: datetime, with_titles: bool) -> list[Told]:
    """Return the dates as calendars are told them, counting each move since the last time one asked."""
    rows = (_wanted(each, with_titles=with_titles) for each in every)
    wanted = {row.key: row for row in rows}
    known = {row.key: row for row in FeedDate.objects.filter(key__in=list(wanted))}
    new = [
        FeedDate(key=key, on=row.on, lead_days=row.lead_days, told_at=now)
        for key, row in wanted.items() if key not in known
    ]  # fmt: skip
    moved = []
    for key, row in known.items():
        now_is = wanted[key]
        if (row.on, row.lead_days) != (now_is.on, now_is.lead_days):
            row.on, row.lead_days, row.sequence, row.told_at = now_is.on, now_is.lead_days, row.sequence + 1, now
            moved.append(row)
    # Two calendars may ask at once; who comes second finds the row and says the same.
    FeedDate.objects.bulk_create(new, ignore_conflicts=True, batch_size=500)
    FeedDate.objects.bulk_update(moved, ["on", "lead_days", "sequence", "told_at"], batch_size=500)
    known |= {row.key: row for row in new}
    return [
        Told(key, each.title, each.on, each.lead_days, each.url, known[key].sequence, known[key].told_at)
        for key, each in wanted.items()
    ]


@dataclass(frozen=True)
class _Wanted:
    key: str
    title: str
    on: date
    lead_days: int
    url: str


def _wanted(dated: Dated, *, with_titles: bool) -> _Wanted:
    """Return a date as it leaves the house: no names of people; what stands for a week lies on its Monday."""
    on, about = dated.on, dated.subject
    if is_many(dated):
        on = monday(on)
        about = f"{dated.subject.partition(':')[0]}:{on}"
    key = hashlib.sha256(f"{about}|{dated.what}".encode()).hexdigest()[:40]
    title = dated.discreet or dated.title if with_titles else _kind_and_number(dated)
    return _Wanted(key, title[:300], on, min(dated.lead_days, 365), dated.url)


def _kind_and_number(dated: Dated) -> str:
    """Name a date by its kind, with how many it stands for or the end of its identifier."""
    kind = str(date_kind(dated.what).label)
    return f"{kind} ({dated.number})" if is_many(dated) else f"{kind} ({dated.subject[-6:]})"


def seen_in(today: date) -> tuple[date, date]:
    """Return the first and last day that a calendar is told of."""
    return today - timedelta(weeks=13), today + timedelta(days=400)
