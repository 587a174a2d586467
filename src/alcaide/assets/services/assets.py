"""Writes of assets: what they are, what they are worth, what names them, what they need."""

from datetime import datetime
from typing import Any, cast, get_args

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from alcaide.assets.models import CHANGE, SEE, Asset, AssetValue, Dependency, Identifier
from alcaide.common.changes import note_change
from alcaide.common.models import Record
from alcaide.common.money import LARGEST_MINOR
from alcaide.common.permissions import require, scope_of
from alcaide.common.search import index
from alcaide.common.trail import Actor, System, audit, differences, write
from alcaide.intake.identifiers import identify as normal_form
from alcaide.intake.records import IdentifierKind
from alcaide.organization.models import Unit
from alcaide.organization.queries import the_organization

from .matching import LOCAL, STAND_IN

ROOM = "assets"
KINDS = frozenset(get_args(IdentifierKind))
# Words of the search per asset; a host that changed its address daily for years need not be found by each.
MOST_NAMES = 200
# A chain of needs longer than this is a mistake in the data, not an estate.
DEEPEST = 200


class CircularNeed(ValidationError):
    """The new need would make an asset need itself through others."""


class IdentifierTaken(ValidationError):
    """Another asset carries this identifier."""


@write
def add_asset(actor: Actor, *, name: str, kind: str, unit: Unit, **more: Any) -> Asset:
    """Add an asset to a unit. Needs the right to change assets there."""
    require(actor, CHANGE, unit_id=unit.pk)
    asset = Asset(name=name.strip(), kind=kind, unit=unit, **more)
    _must_fit(asset)
    asset.save()
    audit(actor, "add_asset", subject=asset.subject, after={"name": asset.name, "kind": kind, "unit": unit.subject})
    _tell(asset)
    return asset


@write
def change_asset(actor: Actor, asset: Asset, *, opened_version: int, **values: Any) -> Asset:
    """Change an asset's name, kind, unit, place, owner, reach or note. Raises LostUpdate."""
    require(actor, CHANGE, unit_id=asset.unit_id)
    if "unit" in values:
        require(actor, CHANGE, unit_id=values["unit"].pk)
    before, after = differences({name: getattr(asset, name) for name in values}, values)
    if not after:
        return asset
    for name, value in after.items():
        setattr(asset, name, value)
    _must_fit(asset)
    asset.save_version(opened_version=opened_version, fields=list(after))
    audit(actor, "change_asset", subject=asset.subject, before=_named(before), after=_named(after))
    _tell(asset)
    return asset


@write
def retire_asset(actor: Actor, asset: Asset, *, opened_version: int) -> Asset:
    """Take an asset out of use; its history and findings stay. Raises LostUpdate."""
    return _put(actor, "retire_asset", asset, opened_version=opened_version, retired_at=timezone.now())


@write
def bring_back(actor: Actor, asset: Asset, *, opened_version: int) -> Asset:
    """Take an asset into use again. Raises LostUpdate."""
    return _put(actor, "bring_back", asset, opened_version=opened_version, retired_at=None)


@write
def set_value(
    actor: Actor, asset: Asset, *, aspect: str, low_minor: int, high_minor: int, basis: str, source: str = ""
) -> AssetValue:
    """Say what one harm to an asset would cost, as a 90 % range in our currency; replaces the earlier one."""
    require(actor, CHANGE, unit_id=asset.unit_id)
    if low_minor < 0:
        raise ValidationError({"low_minor": "A worth is nothing or more."})
    if low_minor > high_minor:
        raise ValidationError({"low_minor": "The range runs backwards: swap the two sums."})
    if high_minor > LARGEST_MINOR:
        raise ValidationError({"high_minor": "The sum is larger than any ledger can hold."})
    values = {
        "low_minor": low_minor, "high_minor": high_minor, "basis": basis, "source": source,
        "currency": the_organization().currency,
    }  # fmt: skip
    held = AssetValue.objects.filter(asset=asset, aspect=aspect).first()
    before = _told(held) if held else {}
    made = held or AssetValue(asset=asset, aspect=aspect)
    for name, value in values.items():
        setattr(made, name, value)
    made.full_clean()
    made.save()
    audit(actor, "set_value", subject=asset.subject, before=before, after={"aspect": aspect, **_told(made)})
    note_change(ROOM, asset.subject)
    return made


@write
def identify(actor: Actor, asset: Asset, *, kind: str, value: str, zone: str = "") -> Identifier:
    """Say by which name scanners know an asset, in the form in which scans bring it.

    Short names and addresses count inside a zone, or everywhere where none is named; other names always everywhere.
    Raises IdentifierTaken, and ValidationError for what cannot tell one host from another.
    """
    require(actor, CHANGE, unit_id=asset.unit_id)
    normal = normal_form(cast(IdentifierKind, kind), value) if kind in KINDS else None
    if normal is None:
        raise ValidationError({"value": f"“{value}” is malformed, or many hosts bear it. Type what a scan shows."})
    value, zone = normal.value, zone.strip() if kind in LOCAL else ""
    held = Identifier.objects.filter(kind=kind, value=value, zone=zone).select_related("asset").first()
    if held is not None and held.asset_id != asset.pk:
        raise IdentifierTaken(
            {"value": f"{value} belongs to {_name_for(actor, held.asset)}. Take it away there first."}
        )
    now = timezone.now()
    made = held or Identifier.objects.create(
        asset=asset, kind=kind, value=value, zone=zone, first_seen_at=now, last_seen_at=now
    )
    audit(actor, "identify", subject=asset.subject, after={"kind": kind, "value": value, "zone": zone})
    _tell(asset)
    return made


@write
def no_longer_identify(actor: Actor, asset: Asset, *, kind: str, value: str, zone: str = "") -> None:
    """Take away a name by which scanners know an asset. What is not there needs no taking away."""
    require(actor, CHANGE, unit_id=asset.unit_id)
    gone, _ = Identifier.objects.filter(asset=asset, kind=kind, value=value, zone=zone).delete()
    if gone:
        before = {"kind": kind, "value": value, "zone": zone}
        audit(actor, "no_longer_identify", subject=asset.subject, before=before)
        _tell(asset)


@write
def depend(actor: Actor, asset: Asset, *, needs: Asset, why: str = "") -> Dependency:
    """Say that an asset needs another that the actor sees. A circle is refused, with the way it would close."""
    require(actor, CHANGE, unit_id=asset.unit_id)
    require(actor, SEE, unit_id=needs.unit_id)
    if Dependency.objects.filter(asset=asset, needs=needs).exists():
        raise ValidationError({"needs": f"{asset.name} needs {needs.name} already."})
    way = _way(needs, asset)
    if way:
        names = " → ".join(_name_for(actor, each) for each in [asset, *way])
        raise CircularNeed({"needs": f"That would close a circle: {names}."})
    made = Dependency(asset=asset, needs=needs, why=why)
    made.clean_fields()
    made.save()
    audit(actor, "depend", subject=asset.subject, after={"needs": needs.subject, "why": why})
    note_change(ROOM, asset.subject)
    return made


@write
def no_longer_depend(actor: Actor, need: Dependency) -> None:
    """Take a need away."""
    require(actor, CHANGE, unit_id=need.asset.unit_id)
    audit(actor, "no_longer_depend", subject=need.asset.subject, before={"needs": need.needs.subject})
    note_change(ROOM, need.asset.subject)
    need.delete()


def _way(start: Asset, end: Asset) -> list[Asset]:
    """Return the assets on a way of needs from start to end, both included; empty where there is none."""
    came_from: dict[int, int | None] = {start.pk: None}
    edge = {start.pk}
    for _ in range(DEEPEST):
        if end.pk in came_from or not edge:
            break
        rows = Dependency.objects.filter(Q(asset_id__in=edge)).values_list("asset_id", "needs_id")
        found = [(origin, target) for origin, target in rows if target not in came_from]
        came_from.update({target: origin for origin, target in found})
        edge = {target for _, target in found}
    if end.pk not in came_from:
        return []
    ids: list[int] = []
    at: int | None = end.pk
    while at is not None:
        ids.append(at)
        at = came_from[at]
    by_id = Asset.objects.in_bulk(ids)
    return [by_id[pk] for pk in reversed(ids)]


def _told(value: AssetValue) -> dict[str, Any]:
    """Return a range as the trail keeps it."""
    return {"low": value.low, "high": value.high, "basis": value.basis, "source": value.source}


def _put(actor: Actor, verb: str, asset: Asset, *, opened_version: int, retired_at: datetime | None) -> Asset:
    require(actor, CHANGE, unit_id=asset.unit_id)
    if (asset.retired_at is None) == (retired_at is None):
        return asset
    before, asset.retired_at = asset.retired_at, retired_at
    asset.save_version(opened_version=opened_version, fields=["retired_at"])
    audit(actor, verb, subject=asset.subject, before={"retired_at": before}, after={"retired_at": retired_at})
    _tell(asset)
    return asset


def _must_fit(asset: Asset) -> None:
    """Hold every field against what its column takes; rows it points to were chosen, so they are not asked again."""
    asset.clean_fields(exclude={"unit", "place", "owner"})


def _named(values: dict[str, Any]) -> dict[str, Any]:
    """Write rows as their subjects: the trail keeps which row it was, whatever it is called later."""
    return {name: value.subject if isinstance(value, Record) else value for name, value in values.items()}


def _name_for(actor: Actor, asset: Asset) -> str:
    """Name an asset only to who may see it."""
    seen = isinstance(actor, System) or scope_of(actor).allows(SEE, asset.unit_id)
    return asset.name if seen else "an asset outside your units"


def _tell(asset: Asset) -> None:
    note_change(ROOM, asset.subject)
    known = asset.identifiers.exclude(kind=STAND_IN).order_by("id").values_list("value", flat=True)[:MOST_NAMES]
    index(
        asset.subject, kind=Asset.SUBJECT, title=asset.name, second=asset.get_kind_display(),
        words=" ".join([asset.note, *known]), unit_id=asset.unit_id,
    )  # fmt: skip
