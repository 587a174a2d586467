"""Everything that waits for a decision, from every room, sorted by its clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from alcaide.common.models import User
from alcaide.common.registries import Due, everything_due

State = Literal["late", "today", "run", "wait"]
SOON = timedelta(days=3)


@dataclass(frozen=True)
class Item:
    """One thing to decide, with its state on the clock."""

    due: Due
    state: State
    used: int | None
    """Per cent of the clock that is gone, where the clock has a beginning and runs."""


@dataclass(frozen=True)
class Agenda:
    """What waits for one person, most pressing first."""

    items: tuple[Item, ...]
    now: datetime

    @property
    def today(self) -> int:
        """How many cannot wait for tomorrow: overdue, due today, or running out."""
        return sum(item.state != "wait" for item in self.items)

    @property
    def next_clock(self) -> datetime | None:
        """The first clock that runs out after today's."""
        later = [item.due.at for item in self.items if item.state == "wait" and item.due.at]
        return min(later, default=None)


def agenda(user: User, *, now: datetime) -> Agenda:
    """Return what every room wants this user to decide, sorted by clock."""
    return Agenda(tuple(_sorted(_item(due, now=now) for due in everything_due(user))), now)


def _item(due: Due, *, now: datetime) -> Item:
    if due.at is None:
        return Item(due, "wait", None)
    left = due.at - now
    if left < timedelta(0):
        return Item(due, "late", None)
    state: State = "today" if due.at.date() == now.date() else "run" if left <= SOON else "wait"
    used = None
    if due.since and due.at > due.since and state != "wait":
        used = round(100 * ((now - due.since) / (due.at - due.since)))
    return Item(due, state, used)


def _sorted(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=_pressing)


def _pressing(item: Item) -> tuple[bool, float, str]:
    moment = item.due.at or item.due.since
    return item.due.at is None, moment.timestamp() if moment else 0.0, item.due.subject
