"""A class of information set on many data sets at once, and the way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from alcaide.assets.models import CHANGE, Asset, HeldClass
from alcaide.common import purging
from alcaide.common.changes import note_change
from alcaide.common.lists import Kept, keep, keep_undo
from alcaide.common.models import LostUpdate, Undo
from alcaide.common.permissions import Refused, require, scope_of
from alcaide.common.trail import Actor, System, audit, write

from .assets import ROOM
from .classes import checked_country
from .many import NothingToChange
from .weighing import ask_to_weigh

UNDO = "assets.classes_of_many"
# As many as can be taken back at once.
MOST = 1_000
FIELDS = ("asset", "data_class", "country", "people", "basis", "counted_on", "source")


@dataclass(frozen=True)
class ClassedMany:
    """On how many data sets the class changed, how many stood so, how many count otherwise, and the way back."""

    changed: int
    stood: int
    otherwise: int = 0
    """Those that count all countries where one was named, or the other way round; they stay as they are."""
    undo: Undo | None = None


@write
def hold_class_on_many(
    actor: Actor,
    assets: Sequence[Asset],
    *,
    data_class: str,
    basis: str,
    counted_on: date,
    country: str = "",
    source: str = "",
    words: str = "",
) -> ClassedMany:
    """Say that many data sets hold a class of information; about how many people stays open, and a count that stands.

    Needs the right to change assets in every unit they stand in; else nothing is written.
    """
    rows = _data_sets(actor, assets)
    country = checked_country(country)
    if country and data_class in HeldClass.WITHOUT_PEOPLE:
        raise ValidationError({"country": "This class is about the organization: leave the country empty."})
    held: dict[int, set[str]] = {row.pk: set() for row in rows}
    for asset_id, where in HeldClass.objects.filter(asset__in=rows, data_class=data_class).values_list(
        "asset_id", "country"
    ):
        held[asset_id].add(where)
    otherwise = [row for row in rows if held[row.pk] and (country == "") != ("" in held[row.pk])]
    new = [row for row in rows if row not in otherwise and country not in held[row.pk]]
    made = [
        HeldClass(asset=row, data_class=data_class, country=country, basis=basis, counted_on=counted_on, source=source)
        for row in new
    ]
    for each in made:
        each.clean_fields(exclude={"asset"})
    HeldClass.objects.bulk_create(made, batch_size=300)
    for each in made:
        told = {"data_class": data_class, "country": country, "counted_on": counted_on, "basis": basis}
        audit(actor, "hold_class", subject=each.asset.subject, after=told)
    _tell(actor, new)
    undo = keep_undo(
        actor, UNDO, words=words, rows=[(each, keep(each, name=each.asset.name, fields=())) for each in made]
    )
    return ClassedMany(len(new), len(rows) - len(new) - len(otherwise), len(otherwise), undo)


@write
def hold_class_no_more_on_many(
    actor: Actor, assets: Sequence[Asset], *, data_class: str, country: str = "", words: str = ""
) -> ClassedMany:
    """Say that many data sets hold a class no more, of one country or, without one, of any.

    Needs the right to change assets in every unit they stand in; else nothing is written.
    """
    rows = _data_sets(actor, assets)
    country = checked_country(country)
    held = HeldClass.objects.filter(asset__in=rows, data_class=data_class).select_related("asset").order_by("pk")
    gone = list(held.filter(country=country) if country else held)
    for each in gone:
        before = {"data_class": data_class, "country": each.country, "people": each.people}
        audit(actor, "hold_class_no_more", subject=each.asset.subject, before=before)
    kept: list[tuple[Any, Mapping[str, Any]]] = [
        (each, keep(each, name=each.asset.name, fields=FIELDS)) for each in gone
    ]
    undo = keep_undo(actor, UNDO, words=words, rows=kept)
    purging.remove(actor, gone, why="The data sets hold the class no more")
    touched = {each.asset.pk: each.asset for each in gone}
    _tell(actor, list(touched.values()))
    return ClassedMany(len(touched), len(rows) - len(touched), undo=undo)


def put_class_back(actor: Actor, kept: Kept) -> None:
    """Take away a class that was set with many, or set again one that was taken away. Raises LostUpdate, Refused."""
    if kept.before:
        _set_again(actor, kept)
        return
    held = HeldClass.objects.select_related("asset").get(uid=kept.uid)
    require(actor, CHANGE, unit_id=held.asset.unit_id)
    if held.version != kept.version:
        raise LostUpdate(held, opened_version=kept.version, mine={})
    before = {"data_class": held.data_class, "country": held.country, "people": held.people}
    audit(actor, "hold_class_no_more", subject=held.asset.subject, before=before)
    purging.remove(actor, held, why="The setting of a class was taken back")
    _tell(actor, [held.asset])


def _set_again(actor: Actor, kept: Kept) -> None:
    values = {name: value for name, value in kept.before.items() if name != "asset"}
    asset = Asset.objects.all().visible_to(actor).get(pk=kept.before["asset"])
    require(actor, CHANGE, unit_id=asset.unit_id)
    same = HeldClass.objects.filter(asset=asset, data_class=values["data_class"])
    standing = same.filter(country="") if values["country"] else same
    if standing.exists() or same.filter(country=values["country"]).exists():
        raise LostUpdate(asset, opened_version=asset.version, mine={})
    made = HeldClass(asset=asset, **{**values, "counted_on": date.fromisoformat(values["counted_on"])})
    made.save()
    after = {name: value for name, value in values.items() if name != "source"}
    audit(actor, "hold_class", subject=asset.subject, after=after)
    _tell(actor, [asset])


def _data_sets(actor: Actor, assets: Sequence[Asset]) -> list[Asset]:
    rows = [asset for asset in assets if asset.kind == "data_set" and asset.merged_into_id is None]
    if not rows:
        raise NothingToChange(_("Information stands in data sets. Choose at least one."))
    if len(rows) > MOST:
        raise NothingToChange(
            _("These are more than %(most)s data sets at once. Narrow the list first.") % {"most": f"{MOST:,}"}
        )
    if not isinstance(actor, System):
        require(actor, CHANGE)
        if not {asset.unit_id for asset in rows} <= scope_of(actor).units_for(CHANGE):
            raise Refused(_("Some of these stand in units where you may not change assets. Nothing was written."))
    return rows


def _tell(actor: Actor, assets: Sequence[Asset]) -> None:
    for asset in assets:
        note_change(ROOM, asset.subject)
    if assets:
        ask_to_weigh(actor)
