"""Writes of the tree of places."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Value
from django.db.models.functions import Concat, Substr

from alcaide.assets.models import CHANGE, SEE, Place
from alcaide.common.changes import note_change
from alcaide.common.models import Record
from alcaide.common.permissions import require
from alcaide.common.search import index
from alcaide.common.trail import Actor, audit, differences, write
from alcaide.organization.models import Unit

from .weighing import ask_to_weigh

ROOM = "assets"
LONGEST_PATH = 400


class PlaceInItself(ValidationError):
    """A place cannot stand in itself, nor in what stands in it."""


@write
def add_place(
    actor: Actor, *, name: str, kind: str, unit: Unit, parent: Place | None = None, address: str = ""
) -> Place:
    """Add a place, in another or at the top. Needs the right to change assets in the unit."""
    require(actor, CHANGE, unit_id=unit.pk)
    if parent is not None:
        require(actor, SEE, unit_id=parent.unit_id)
        _hold_the_tree()
        parent.refresh_from_db(fields=["path"])
    place = Place(name=name.strip(), kind=kind, unit=unit, parent=parent, address=address.strip())
    _must_fit(place)
    # The path holds the row's own number, known only after the first insert.
    place.path = f"new/{place.uid}"
    place.save()
    place.path = _path(place)
    place.save(update_fields=["path"])
    audit(actor, "add_place", subject=place.subject, after={"name": place.name, "kind": kind, "unit": unit.subject})
    _tell(place)
    return place


@write
def change_place(actor: Actor, place: Place, *, opened_version: int, **values: Any) -> Place:
    """Change a place's name, kind, unit, address, or what it stands in; what stands in it moves along.

    Needs the right to change assets in the old unit and the new one. Raises LostUpdate, PlaceInItself.
    """
    require(actor, CHANGE, unit_id=place.unit_id)
    if "unit" in values:
        require(actor, CHANGE, unit_id=values["unit"].pk)
    moves = "parent" in values and values["parent"] != place.parent
    if moves:
        _may_move(actor, place, to=values["parent"])
    before, after = differences({name: getattr(place, name) for name in values}, values)
    if not after:
        return place
    for name, value in after.items():
        setattr(place, name, value)
    _must_fit(place)
    place.save_version(opened_version=opened_version, fields=list(after))
    if moves:
        _carry(place)
    audit(actor, "change_place", subject=place.subject, before=_named(before), after=_named(after))
    _tell(place)
    if moves:
        ask_to_weigh(actor)
    return place


def _hold_the_tree() -> None:
    """Let one write at a time change the tree: two moves at once could close a circle. SQLite holds it already."""
    list(Place.objects.select_for_update().order_by("pk").values_list("pk", flat=True)[:1])


def _may_move(actor: Actor, place: Place, *, to: Place | None) -> None:
    _hold_the_tree()
    place.refresh_from_db(fields=["path"])
    if to is None:
        return
    require(actor, SEE, unit_id=to.unit_id)
    to.refresh_from_db(fields=["path"])
    if to.path.startswith(place.path):
        where = "itself" if to.pk == place.pk else f"{to.name}, which stands in it"
        raise PlaceInItself({"parent": f"{place.name} cannot stand in {where}."})


def _carry(place: Place) -> None:
    """Give the place and everything in it the paths of where they stand now."""
    old, new = place.path, _path(place)
    inside = Place.objects.filter(path__startswith=old)
    longest = max(len(path) for path in inside.values_list("path", flat=True))
    if longest - len(old) + len(new) > LONGEST_PATH:
        raise PlaceInItself({"parent": "The tree would grow deeper than it can be kept; choose a place higher up."})
    inside.update(path=Concat(Value(new), Substr("path", len(old) + 1)))
    place.path = new


def _path(place: Place) -> str:
    path = f"{place.parent.path if place.parent else '/'}{place.pk}/"
    if len(path) > LONGEST_PATH:
        raise PlaceInItself({"parent": "The tree is as deep as it can be kept; choose a place higher up."})
    return path


def _must_fit(place: Place) -> None:
    if not place.name.strip():
        raise ValidationError({"name": "A place needs a name."})
    place.clean_fields(exclude={"path", "parent", "unit"})


def _named(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.subject if isinstance(value, Record) else value for name, value in values.items()}


def _tell(place: Place) -> None:
    note_change(ROOM, place.subject)
    index(
        place.subject, kind=Place.SUBJECT, title=place.name, second=place.get_kind_display(), words=place.address,
        unit_id=place.unit_id,
    )  # fmt: skip
