"""What the mechanism asks of the room that knows units, roles and absences, which lies above it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from alcaide.common.models import User


@dataclass(frozen=True)
class Others:
    """Who may answer besides those who may not for having asked."""

    names: tuple[str, ...]
    words: str
    """Who may, or what must happen first where nobody may."""
    url: str = ""
    """Where such a role is granted; empty where the reader may not grant it there."""


@dataclass(frozen=True)
class Away:
    """That somebody is away, and until when."""

    user_id: int
    from_on: date
    until_on: date


@dataclass(frozen=True)
class People:
    """What the room that knows the units answers."""

    holders: Callable[[str, int | None], list[User]]
    """Those who hold a permission in a unit, or in the top one."""
    words: Callable[[str, int | None, tuple[str, ...], Any], Others]
    """Who may answer, told to a user: permission, unit, their names, the reader."""
    within: Callable[[int], frozenset[int]]
    """A unit and everything below it."""
    granted_since: Callable[[User, str, int | None, Collection[int], datetime], bool]
    """Whether a user holds a permission in a unit only by what some people granted since a moment."""
    away: Callable[[Collection[int], date, date], Mapping[int, Away]]
    """Which users are away between two days."""
    unit_name: Callable[[int | None], str]


_people: list[People] = []


def provide_people(people: People) -> None:
    """Let the room that knows the units answer."""
    _people[:] = [people]


def people() -> People:
    """Return what was provided. Raises LookupError before any room did."""
    if not _people:
        raise LookupError("No room provides who may answer. Call eyes.provide_people in AppConfig.ready.")
    return _people[0]
