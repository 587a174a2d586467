"""Writing the log of the door, and opening and ending where people are signed in."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from threading import Lock

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from alcaide.common import monitors
from alcaide.common.models import SignedIn, SignInLine, User
from alcaide.common.permissions import Refused, require_everywhere
from alcaide.common.purging import renew
from alcaide.common.trail import Actor, audit, write

from .keys import SET_SIGN_IN
from .queries import open_doors

What = SignInLine.What
SEEN_EVERY_S = 300.0
MOST_REMEMBERED = 5_000
# Longer than a session lasts.
FORGET_DAYS = 30


@dataclass(frozen=True)
class Place:
    """From where somebody stands at the door: their network address and their device, in words."""

    address: str | None
    device: str


def note(what: str, place: Place, *, user: User | None = None, email: str = "", how: str = "") -> None:
    """Add a line to the log of the door. It only grows, and keeps no password or code."""
    line = SignInLine(
        at=timezone.now(), user=user, email=(user.email if user else email.strip().lower())[:254], what=what,
        how=how[:120], address=place.address, device=place.device,
    )  # fmt: skip
    monitors.collect(SignInLine.MONITORED, None, [line])


@transaction.atomic
def open_door(user: User, place: Place, *, session_key: str, how: str) -> SignedIn:
    """Note that a user came in with this browser."""
    now = timezone.now()
    note(What.IN, place, user=user, how=how)
    row = SignedIn.objects.create(
        user=user, session_secret=session_key, how=how[:120], address=place.address, device=place.device,
        since=now, seen_at=now,
    )  # fmt: skip
    _seen.put(session_key)
    return row


def move_door(old_key: str, new_key: str) -> None:
    """Follow a session that got another key, as after a password or a second factor was set."""
    SignedIn.objects.filter(session_secret=old_key).update(session_secret=new_key)
    _seen.put(new_key)


@transaction.atomic
def leave(user: User, place: Place, *, session_key: str) -> None:
    """Note that a user signed out."""
    SignedIn.objects.filter(session_secret=session_key).update(ended_at=timezone.now())
    note(What.OUT, place, user=user)


def forget_ended() -> int:
    """Take places that ended a month ago off the table; the log keeps what happened there."""
    return renew(SignedIn.objects.filter(seen_at__lt=timezone.now() - timedelta(days=FORGET_DAYS)))


def see(session_key: str) -> None:
    """Remember when a browser was last seen; written at most every few minutes by each process."""
    if _seen.is_due(session_key):
        SignedIn.objects.filter(session_secret=session_key).update(seen_at=timezone.now())


@write
def end_doors(actor: User, place: Place, *, of: User, only: int | None = None, but: str = "") -> int:
    """End where a user is signed in, at once: one place, or all but the session named. Only one's own.

    Returns how many were ended. Raises Refused.
    """
    if actor.pk != of.pk:
        raise Refused("You may end only where you yourself are signed in.")
    rows = [row for row in open_doors(of) if row.session_secret != but and only in (None, row.pk)]
    for row in rows:
        _end(row)
        note(What.ENDED, place, user=of, how=row.device)
    audit(actor, "end_sessions", subject=of.subject, after={"ended": len(rows)})
    return len(rows)


@write
def forget_factors(actor: Actor, user: User, *, remove: Callable[[], int], why: str) -> int:
    """Take a person's second factors away because they lost them, and end every place where they are signed in.

    `remove` takes them out of the tables that hold them and returns how many there were. Nobody does so for
    themselves. Raises Refused.
    """
    require_everywhere(actor, SET_SIGN_IN)
    if isinstance(actor, User) and actor.pk == user.pk:
        raise Refused("You may not take your own second factor away here. Ask somebody else who runs the house.")
    number = remove()
    for row in open_doors(user):
        _end(row)
    note(What.FACTOR_REMOVED, Place(None, actor.subject[:80]), user=user, how=why)
    audit(actor, "forget_second_factors", subject=user.subject, after={"removed": number, "why": why})
    return number


def _end(row: SignedIn) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore(row.session_secret)
    store.flush()
    SignedIn.objects.filter(pk=row.pk).update(ended_at=timezone.now())


class _Seen:
    """When this process last wrote down that a browser was seen."""

    def __init__(self) -> None:
        self._at: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def put(self, key: str) -> None:
        with self._lock:
            self._at[key] = time.monotonic()
            self._at.move_to_end(key)
            while len(self._at) > MOST_REMEMBERED:
                self._at.popitem(last=False)

    def is_due(self, key: str) -> bool:
        last = self._at.get(key)
        if last is not None and time.monotonic() - last < SEEN_EVERY_S:
            return False
        self.put(key)
        return True


_seen = _Seen()
