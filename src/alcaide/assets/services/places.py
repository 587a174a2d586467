"""Writes of the tree of places."""

from django.core.exceptions import ValidationError

from alcaide.assets.models import CHANGE, Place
from alcaide.common.changes import note_change
from alcaide.common.permissions import require
from alcaide.common.search import index
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import Unit


@write
def add_place(
    actor: Actor, *, name: str, kind: str, unit: Unit, parent: Place | None = None, address: str = ""
) -> Place:
    """Add a place, below another or at the top. Needs the right to change assets in the unit."""
    require(actor, CHANGE, unit_id=unit.pk)
    if not name.strip():
        raise ValidationError({"name": "A place needs a name."})
    place = Place(name=name.strip(), kind=kind, unit=unit, parent=parent, address=address)
    # The path holds the row's own number, known only after the first insert.
    place.path = f"new/{place.uid}"
    place.save()
    place.path = f"{parent.path if parent else '/'}{place.pk}/"
    place.save(update_fields=["path"])
    audit(actor, "add_place", subject=place.subject, after={"name": name, "kind": kind, "unit": unit.subject})
    note_change("assets", place.subject)
    index(place.subject, kind="assets.place", title=place.name, second=place.get_kind_display(), unit_id=unit.pk)
    return place
