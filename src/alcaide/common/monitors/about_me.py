"""What each room holds about one person, told to that person: offered by the rooms, shown on one page."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise

from alcaide.common.models import User

Text = str | Promise
MOST = 200
"""Rows of one kind that a room tells on the page and in the file; how many there are it says beside."""


@dataclass(frozen=True)
class Held:
    """One record about the person."""

    what: str
    since: date | datetime | None = None
    until: date | datetime | None = None
    more: str = ""


@dataclass(frozen=True)
class HeldPart:
    """One class of records about the person: what, for what, how long, and who can see it."""

    key: str
    label: Text
    purpose: Text
    kept: Text
    """How long, and from when."""
    seen_by: Text
    rows: Sequence[Held] = field(default_factory=tuple)
    total: int | None = None
    """How many there are, where `rows` are not all."""

    @property
    def number(self) -> int:
        return len(self.rows) if self.total is None else self.total

    @property
    def left_out(self) -> int:
        return self.number - len(self.rows)


Source = Callable[[User], Iterable[HeldPart]]
_sources: dict[str, Source] = {}


def offer_held(room: str, source: Source) -> None:
    """Offer what a room holds about a person; called from `AppConfig.ready`, asked only for the person themself."""
    _sources[room] = source


def rooms_that_hold() -> tuple[str, ...]:
    """Return the rooms that say what they hold."""
    return tuple(_sources)


def held_about(user: User) -> Iterator[HeldPart]:
    """Walk what every room holds about a person, empty classes with it."""
    for source in _sources.values():
        yield from source(user)


def part(
    key: str,
    label: Text,
    *,
    purpose: Text,
    kept: Text,
    seen_by: Text,
    rows: Any,
    told: Callable[[Any], Held],
) -> HeldPart:
    """Make a part of a queryset: the first `MOST` rows, and how many there are."""
    first = [told(row) for row in rows[:MOST]]
    total = rows.count() if len(first) == MOST else len(first)
    return HeldPart(key, label, purpose, kept, seen_by, tuple(first), total)
