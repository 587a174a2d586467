"""What the mechanism asks of the room that knows the units, which lies above it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q


@dataclass(frozen=True)
class Places:
    """What the room that knows the units answers."""

    above: Callable[[], Mapping[int, tuple[int, ...]]]
    """Of each unit: the unit itself and those above it, the nearest first."""
    names: Callable[[Collection[int]], Mapping[int, str]]
    of_people: Callable[[str, Collection[int]], Q]
    """The condition on a path to a user for those who belong to some units; who has none belongs to the top one."""
    unit_of: Callable[[int], int | None]
    """The unit to which a user belongs."""


_places: list[Places] = []


def provide_places(places: Places) -> None:
    """Let the room that knows the units answer."""
    _places[:] = [places]


def places() -> Places:
    """Return what was provided. Raises LookupError before any room did."""
    if not _places:
        raise LookupError("No room provides the units. Call monitors.provide_places in AppConfig.ready.")
    return _places[0]


def unit_name(unit_id: int) -> Any:
    """Return what a unit is called."""
    return places().names([unit_id]).get(unit_id, "")
