"""Reads of the tree of places."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from alcaide.assets.models import Place
from alcaide.common.registries import Subject
from alcaide.common.search import fold

from .assets import one_of


def places(user: Any) -> QuerySet[Place]:
    """Return the places that the user sees, in tree order."""
    return Place.objects.visible_to(user).select_related("unit", "parent")


def place_tree(rows: Iterable[Place]) -> list[tuple[Place, int]]:
    """Return places in tree order, by name on each floor of it, with how many of the given ones stand above each."""
    given = {place.pk: place for place in rows}
    below: dict[int | None, list[Place]] = {}
    for place in given.values():
        below.setdefault(place.parent_id if place.parent_id in given else None, []).append(place)
    found: list[tuple[Place, int]] = []
    left = [(place, 0) for place in reversed(_by_name(below.get(None, [])))]
    while left:
        place, depth = left.pop()
        found.append((place, depth))
        left.extend((each, depth + 1) for each in reversed(_by_name(below.get(place.pk, []))))
    return found


def _by_name(rows: list[Place]) -> list[Place]:
    return sorted(rows, key=lambda place: (fold(place.name), place.pk))


def places_above(place: Place, user: Any) -> list[Place]:
    """Return the places that a place stands in, the outermost first, as far as the user sees them."""
    ids = [int(part) for part in place.path.strip("/").split("/")[:-1]]
    by_id = {each.pk: each for each in Place.objects.filter(pk__in=ids).visible_to(user)}
    return [by_id[pk] for pk in ids if pk in by_id]


def place_subject(uid: str, user: Any) -> Subject | None:
    """Return a place's name and page, None where the user may not see it."""
    found = one_of(Place.objects.all().visible_to(user), uid)
    return Subject(found.name, reverse("place", args=[found.uid])) if found else None
