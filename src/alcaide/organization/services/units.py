"""Writes of the tree of units."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from alcaide.common.changes import note_change
from alcaide.common.permissions import require
from alcaide.common.search import index
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import CHANGE, Unit
from alcaide.organization.queries import has_ended

from .rows import ROOM, change, check, refuse

LONGEST_PATH = 400
ENTITY = ("legal_name", "registration", "jurisdiction", "share_held")


class UnitInUse(ValidationError):
    """The unit cannot move below itself, nor leave the top."""


class NameTaken(ValidationError):
    """Another unit below the same one has this name."""


@write
def add_unit(actor: Actor, *, name: str, kind: str, parent: Unit, country: str = "", **more: Any) -> Unit:
    """Add a unit below another, with dates and the legal entity it is where given.

    Needs the right to change units there. Raises NameTaken, UnitInUse below a unit that ended.
    """
    require(actor, CHANGE, unit_id=parent.pk)
    _hold_the_tree()
    parent.refresh_from_db(fields=["path"])
    if has_ended(parent):
        raise UnitInUse({"parent": f"{parent.name} has ended; nothing new stands below it."})
    must_be_sound(more, Unit())
    unit = put_below(parent, name=name, kind=kind, country=country, **more)
    told = {"name": unit.name, "kind": kind, "parent": parent.subject, "country": country, **more}
    audit(actor, "add_unit", subject=unit.subject, after={key: value for key, value in told.items() if value})
    note_change(ROOM, unit.subject)
    return unit


@write
def change_unit(actor: Actor, unit: Unit, *, opened_version: int, **values: Any) -> Unit:
    """Change a unit's name, kind, country, dates, legal entity, or what it stands below; all below moves along.

    Needs the right to change units in the unit and where it goes. Raises LostUpdate, NameTaken, UnitInUse.
    """
    require(actor, CHANGE, unit_id=unit.pk)
    must_be_sound(values, unit)
    if "name" in values:
        values["name"] = values["name"].strip()
    moves = "parent" in values and values["parent"] != unit.parent
    if moves:
        _may_move(actor, unit, to=values["parent"])
    _must_be_free(values.get("name", unit.name), below=values.get("parent", unit.parent), unit=unit)
    if change(actor, "change_unit", unit, opened_version=opened_version, values=values):
        if moves:
            _carry(unit)
        _tell_search(unit)
    return unit


def must_be_sound(values: dict[str, Any], unit: Unit) -> None:
    """Refuse dates that do not follow each other, and facts of a legal entity without its name."""
    given = {name: values.get(name, getattr(unit, name)) for name in ("from_on", "until_on", *ENTITY)}
    if given["from_on"] and given["until_on"] and given["until_on"] < given["from_on"]:
        raise refuse("until_on", _("A unit does not end before it begins: one of the two dates is wrong."))
    if given["until_on"] and unit.pk and unit.parent_id is None:
        raise UnitInUse({"until_on": "The top unit is the organization itself; it does not end here."})
    if not given["legal_name"] and any(given[name] not in ("", None) for name in ENTITY[1:]):
        raise refuse(
            "legal_name", _("Write the legal entity's name first: number, jurisdiction and share belong to it.")
        )


def put_below(parent: Unit | None, *, name: str, kind: str, country: str = "", **more: Any) -> Unit:
    """Write a unit at its place in the tree; the verbs around it ask and audit."""
    unit = Unit(name=name.strip(), kind=kind, parent=parent, country=country, **more)
    check(unit, fields={"name", "kind", "country", *more})
    _must_be_free(unit.name, below=parent, unit=unit)
    # The path holds the row's own number, known only after the first insert.
    unit.path = f"new/{unit.uid}"
    unit.save()
    unit.path = _path(unit, below=parent)
    unit.save(update_fields=["path"])
    _tell_search(unit)
    return unit


def _hold_the_tree() -> None:
    """Let one write at a time change the tree: two moves at once could close a circle. SQLite holds it already."""
    list(Unit.objects.select_for_update().filter(parent__isnull=True).order_by("pk").values_list("pk"))


def _may_move(actor: Actor, unit: Unit, *, to: Unit | None) -> None:
    if unit.parent_id is None:
        raise UnitInUse({"parent": "The top unit stays at the top."})
    if to is None:
        raise UnitInUse({"parent": "Choose the unit that this one stands below."})
    require(actor, CHANGE, unit_id=to.pk)
    _hold_the_tree()
    unit.refresh_from_db(fields=["path"])
    to.refresh_from_db(fields=["path"])
    if has_ended(to):
        raise UnitInUse({"parent": f"{to.name} has ended; nothing new stands below it."})
    if to.path.startswith(unit.path):
        where = "itself" if to.pk == unit.pk else f"{to.name}, which stands below it already"
        raise UnitInUse({"parent": f"{unit.name} cannot stand below {where}."})


def _carry(unit: Unit) -> None:
    """Give the unit and everything below it the paths of their new place."""
    old, new = unit.path, _path(unit, below=unit.parent)
    below = Unit.objects.filter(path__startswith=old)
    longest = max(len(path) for path in below.values_list("path", flat=True))
    if longest - len(old) + len(new) > LONGEST_PATH:
        raise UnitInUse({"parent": "The tree would grow deeper than it can be kept; choose a place higher up."})
    below.update(path=Concat(Value(new), Substr("path", len(old) + 1)))
    unit.path = new


def _path(unit: Unit, *, below: Unit | None) -> str:
    path = f"{below.path if below else '/'}{unit.pk}/"
    if len(path) > LONGEST_PATH:
        raise UnitInUse({"parent": "The tree is as deep as it can be kept; choose a place higher up."})
    return path


def _must_be_free(name: str, *, below: Unit | None, unit: Unit) -> None:
    if not name:
        raise refuse("name", _("A unit needs a name."))
    if below and Unit.objects.filter(parent=below, name=name).exclude(pk=unit.pk).exists():
        raise NameTaken({"name": f"There is a “{name}” below {below.name} already."})


def _tell_search(unit: Unit) -> None:
    index(
        unit.subject, kind=Unit.SUBJECT, title=unit.name, second=unit.get_kind_display(), words=unit.legal_name,
        unit_id=unit.pk,
    )  # fmt: skip
