"""Everything that waits for a decision, from every room, sorted by its clock, without what was put off or handed on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Literal

from django.utils import timezone

from alcaide.board.models import Delegation, Snooze
from alcaide.common.models import User
from alcaide.common.registries import Due, end_of, subject_of
from alcaide.common.waiting import all_due_for, due_about, due_for

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

    waits: int = 1
    """How many things it stands for."""
    pressing: int = 0
    """How many of them cannot wait for tomorrow."""

    @property
    def giver(self) -> User | None:
        """Who handed it on; None where it is the person's own."""
        return self.delegation.giver if self.delegation else None

    @property
    def may_rest(self) -> bool:
        """Whether it may be put off: not once it is overdue."""
        return self.state != "late"

    @property
    def is_many(self) -> bool:
        """Whether it only stands for others, each of which is decided by itself."""
        return bool(self.due.rest)


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
        return sum(item.pressing for item in self.items)

    @property
    def number(self) -> int:
        """How many wait, those told as one counted one by one."""
        return sum(item.waits for item in self.items)

    @property
    def next_clock(self) -> date | datetime | None:
        """What comes next after today: the first clock that runs out, or the first thing put off that comes back."""
        later: list[tuple[datetime, date | datetime]] = [(rest.until, rest.until) for rest, _ in self.resting]
        for item in self.items:
            if item.is_many:
                days = [day for _subject, day in item.due.rest if day and day >= _first_quiet_day(self.now)]
                later.extend((end_of(day), day) for day in sorted(days)[:1])
            elif item.state == "wait" and item.due.at and item.due.clock:
                later.append((item.due.at, item.due.clock))
        return min(later, key=lambda each: each[0])[1] if later else None


def agenda(user: User, *, now: datetime, of: str = "", whole: bool = False) -> Agenda:
    """Return what every room wants this user to decide, sorted by clock, of each kind the most pressing by themselves.

    of: a kind, for all of that kind one by one and nothing else.  whole: whether all of every kind stand one by one.
    """
    dues = all_due_for(user) if whole or of else due_for(user)
    own = [_item(due, now=now) for due in dues if not of or due.kind == of]
    rests = {each.key: each for each in Snooze.objects.filter(user=user, woken_at=None, until__gt=now)}
    given = {
        each.key: each
        for each in Delegation.objects.filter(giver=user, ended_at=None).select_related("taker", "giver__person")
    }
    named = {item.key for item in own}
    many = {(item.due.kind, subject) for item in own for subject, _day in item.due.rest}
    here, resting, away = [], [], []
    for item in [*own, *_unnamed(user, [*rests.values(), *given.values()], named=named, many=many, now=now)]:
        rest, gone = rests.get(item.key), given.get(item.key)
        if gone is not None and item.state != "late":
            away.append(Away(gone, item))
        elif rest is not None and _still_rests(rest, item):
            resting.append((rest, item))
        elif item.key in named:
            here.append(item)
    apart = {
        (item.due.kind, item.due.subject) for item in [*(rested for _, rested in resting), *(a.item for a in away)]
    }
    kept = _less(here, apart, now=now)
    if not of:
        kept.extend(_handed_to(user, named, many=many, now=now))
    return Agenda(tuple(_sorted(kept)), now, tuple(resting), tuple(away))


def _unnamed(
    user: User, apart: Iterable[Snooze | Delegation], *, named: set[str], many: set[tuple[str, str]], now: datetime
) -> Iterator[Item]:
    """Yield what was put off or handed on and is not named by itself, because more pressing things came."""
    among = {subject for _kind, subject in many}
    wanted = {each.key: each.about for each in apart if each.about in among and each.key not in named}
    for due in due_about(user, set(wanted.values())) if wanted else ():
        item = _item(due, now=now)
        if item.key in wanted:
            yield item


def _less(items: Iterable[Item], apart: set[tuple[str, str]], *, now: datetime) -> list[Item]:
    """Return the items, each that stands for many without those of them that rest or were handed on."""
    found = []
    for item in items:
        left = tuple(each for each in item.due.rest if (item.due.kind, each[0]) not in apart)
        if left == item.due.rest:
            found.append(item)
        elif left and item.due.counted:
            day = min((day for _subject, day in left if day), default=None)
            due = replace(item.due, rest=left, title=item.due.counted(len(left)), by=day, at=None)
            found.append(_item(due, now=now))
    return found


def waiting_item(user: User, key: str, *, now: datetime) -> Item | None:
    """Return one thing that waits for a user now, by its key; None where it does not, or stands for many."""
    for whole in (False, True):
        for item in agenda(user, now=now, whole=whole).items:
            if item.key == key and not item.is_many:
                return item
    return None


def key_of(due: Due) -> str:
    """Name a thing that waits: its subject, and the page on which it is decided, for a subject may wait for two."""
    return blake2b(f"{due.subject}\0{due.url}".encode(), digest_size=12).hexdigest()


def may_take(taker: User, due: Due) -> bool:
    """Tell whether somebody may be handed a thing: it waits for them too, or their roles let them see its subject."""
    if subject_of(due.subject, taker) is not None:
        return True
    key = key_of(due)
    return any(key_of(each) == key for each in (*due_for(taker), *due_about(taker, {due.subject})))


def _handed_to(user: User, own: set[str], *, many: set[tuple[str, str]], now: datetime) -> Iterator[Item]:
    """Yield what others handed to the user and what still waits; the clock is read from the giver's own list."""
    given = list(
        Delegation.objects.filter(taker=user, ended_at=None, giver__is_active=True).select_related("giver", "taker")
    )
    waits: dict[int, dict[str, Due]] = {}
    for each in given:
        if each.giver_id not in waits:
            about = {one.about for one in given if one.giver_id == each.giver_id}
            named = due_for(each.giver)
            waits[each.giver_id] = {key_of(due): due for due in (*named, *due_about(each.giver, about))}
        due = waits[each.giver_id].get(each.key)
        if due is None or each.key in own or (due.kind, due.subject) in many or not may_take(user, due):
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
        return Item(due, "wait", None, key, waits=max(1, len(due.rest)))
    state = _state(due.at, due.by or timezone.localdate(due.at), now=now)
    if due.rest:
        quiet = _first_quiet_day(now)
        pressing = sum(day is not None and day < quiet for _subject, day in due.rest)
        return Item(due, state, None, key, waits=len(due.rest), pressing=pressing)
    used = None
    if due.since and due.at > due.since and state in {"today", "run"}:
        used = round(100 * ((now - due.since) / (due.at - due.since)))
    return Item(due, state, used, key, pressing=int(state != "wait"))


def _state(at: datetime, last: date, *, now: datetime) -> State:
    left = at - now
    if left < timedelta(0):
        return "late"
    return "today" if last == timezone.localdate(now) else "run" if left <= SOON else "wait"


def _first_quiet_day(now: datetime) -> date:
    """Return the first day whose end is further away than what runs out soon; `_state` for many days at once."""
    return timezone.localdate(now + SOON)


def _sorted(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=_pressing)


def _pressing(item: Item) -> tuple[bool, float, str]:
    moment = item.due.at or item.due.since
    return item.due.at is None, moment.timestamp() if moment else 0.0, item.due.subject
