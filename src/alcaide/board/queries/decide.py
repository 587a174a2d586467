"""Everything that waits for a decision, from every room, sorted by its clock, without what was put off or handed on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Literal

from django.utils import timezone

from alcaide.board.models import Delegation, Snooze
from alcaide.common.models import User
from alcaide.common.registries import Due, subject_of
from alcaide.common.waiting import due_for

State = Literal["late", "today", "run", "wait"]
SOON = timedelta(days=3)


@dataclass(frozen=True)
class Item:
    """One thing to decide, with its state on the clock."""

    due: Due
    state: State
    used: int | None
    """Per cent of the clock that is gone, where the clock has a beginning and runs."""
    key: str
    delegation: Delegation | None = None
    """How it came to this person, where somebody else handed it on."""

    @property
    def giver(self) -> User | None:
        """Who handed it on; None where it is the person's own."""
        return self.delegation.giver if self.delegation else None

    @property
    def may_rest(self) -> bool:
        """Whether it may be put off: not once it is overdue."""
        return self.state != "late"


@dataclass(frozen=True)
class Away:
    """Something that was handed to somebody else, and whether it still waits there."""

    delegation: Delegation
    item: Item


@dataclass(frozen=True)
class Agenda:
    """What waits for one person, most pressing first; apart from it what they put off and handed on."""

    items: tuple[Item, ...]
    now: datetime
    resting: tuple[tuple[Snooze, Item], ...] = ()
    away: tuple[Away, ...] = ()

    @property
    def today(self) -> int:
        """How many cannot wait for tomorrow: overdue, due today, or running out."""
        return sum(item.state != "wait" for item in self.items)

    @property
    def next_clock(self) -> date | datetime | None:
        """What comes next after today: the first clock that runs out, or the first thing put off that comes back."""
        later: list[tuple[datetime, date | datetime]] = [(rest.until, rest.until) for rest, _ in self.resting]
        for due in (item.due for item in self.items if item.state == "wait"):
            if due.at and due.clock:
                later.append((due.at, due.clock))
        return min(later, key=lambda each: each[0])[1] if later else None


def agenda(user: User, *, now: datetime) -> Agenda:
    """Return what every room wants this user to decide, sorted by clock."""
    own = [_item(due, now=now) for due in due_for(user)]
    rests = {each.key: each for each in Snooze.objects.filter(user=user, woken_at=None, until__gt=now)}
    given = {
        each.key: each
        for each in Delegation.objects.filter(giver=user, ended_at=None).select_related("taker", "giver__person")
    }
    here, resting, away = [], [], []
    for item in own:
        rest, gone = rests.get(item.key), given.get(item.key)
        if gone is not None and item.state != "late":
            away.append(Away(gone, item))
        elif rest is not None and _still_rests(rest, item):
            resting.append((rest, item))
        else:
            here.append(item)
    here.extend(_handed_to(user, {item.key for item in own}, now=now))
    return Agenda(tuple(_sorted(here)), now, tuple(resting), tuple(away))


def waiting_item(user: User, key: str, *, now: datetime) -> Item | None:
    """Return one thing that waits for a user now, by its key; None where it does not."""
    return next((item for item in agenda(user, now=now).items if item.key == key), None)


def key_of(due: Due) -> str:
    """Name a thing that waits: its subject, and the page on which it is decided, for a subject may wait for two."""
    return blake2b(f"{due.subject}\0{due.url}".encode(), digest_size=12).hexdigest()


def may_take(taker: User, due: Due) -> bool:
    """Tell whether somebody may be handed a thing: it waits for them too, or their roles let them see its subject."""
    if subject_of(due.subject, taker) is not None:
        return True
    key = key_of(due)
    return any(key_of(each) == key for each in due_for(taker))


def _handed_to(user: User, own: set[str], *, now: datetime) -> Iterator[Item]:
    """Yield what others handed to the user and what still waits; the clock is read from the giver's own list."""
    given = list(
        Delegation.objects.filter(taker=user, ended_at=None, giver__is_active=True).select_related("giver", "taker")
    )
    waits: dict[int, dict[str, Due]] = {}
    for each in given:
        if each.giver_id not in waits:
            waits[each.giver_id] = {key_of(due): due for due in due_for(each.giver)}
        due = waits[each.giver_id].get(each.key)
        if due is None or each.key in own or not may_take(user, due):
            continue
        yield replace(_item(due, now=now), delegation=each)


def _still_rests(rest: Snooze, item: Item) -> bool:
    """Tell whether a thing stays put off: not once it is overdue, nor after its clock was set to an earlier moment."""
    if item.state == "late":
        return False
    earlier = item.due.at is not None and (rest.clock_was is None or item.due.at < rest.clock_was)
    return not earlier


def _item(due: Due, *, now: datetime) -> Item:
    key = key_of(due)
    if due.at is None:
        return Item(due, "wait", None, key)
    left = due.at - now
    if left < timedelta(0):
        return Item(due, "late", None, key)
    last = due.by or timezone.localdate(due.at)
    state: State = "today" if last == timezone.localdate(now) else "run" if left <= SOON else "wait"
    used = None
    if due.since and due.at > due.since and state != "wait":
        used = round(100 * ((now - due.since) / (due.at - due.since)))
    return Item(due, state, used, key)


def _sorted(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=_pressing)


def _pressing(item: Item) -> tuple[bool, float, str]:
    moment = item.due.at or item.due.since
    return item.due.at is None, moment.timestamp() if moment else 0.0, item.due.subject
