"""What rooms above hang on a measure's page: plain functions, each giving a template and what it needs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from .models import Measure


@dataclass(frozen=True)
class Piece:
    """One part of a measure's page; the template gets it as `piece`."""

    template: str
    about: dict[str, Any] = field(default_factory=dict)


_sources: dict[str, Callable[[Measure, Any], Iterable[Piece]]] = {}


def offer_pieces(room: str, source: Callable[[Measure, Any], Iterable[Piece]]) -> None:
    """Offer what a room knows of a measure; called from its `AppConfig.ready`."""
    _sources[room] = source


def pieces_of(measure: Measure, user: Any) -> list[Piece]:
    """Return what every room hangs on a measure's page for a user."""
    return [piece for source in _sources.values() for piece in source(measure, user)]
