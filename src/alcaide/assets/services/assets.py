"""Writes of assets: what they are, what they are worth, what names them, what they need."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from alcaide.assets.models import CHANGE, Asset, AssetValue, Dependency, Identifier
from alcaide.common.changes import note_change
from alcaide.common.money import LARGEST_MINOR
from alcaide.common.permissions import require
from alcaide.common.search import index
from alcaide.common.trail import Actor, audit, differences, write
from alcaide.organization.models import Unit
from alcaide.organization.queries import the_organization

ROOM = "assets"
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
    asset.full_clean()
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
    asset.full_clean()
    asset.save_version(opened_version=opened_version, fields=list(after))
    audit(actor, "change_asset", subject=asset.subject, before=before, after=after)
    _tell(asset)
    return asset


@write
def retire_asset(actor: Actor, asset: Asset, *, opened_version: int) -> Asset:
    """Take an asset out of use; its history and findings stay."""
    require(actor, CHANGE, unit_id=asset.unit_id)
    asset.retired_at = timezone.now()
    asset.save_version(opened_version=opened_version, fields=["retired_at"])
    audit(actor, "retire_asset", subject=asset.subject, after={"retired_at": asset.retired_at})
    _tell(asset)
    return asset


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
    before = {name: getattr(held, name) for name in values} if held else {}
    made = held or AssetValue(asset=asset, aspect=aspect)
    for name, value in values.items():
        setattr(made, name, value)
    made.full_clean()
    made.save()
    audit(actor, "set_value", subject=asset.subject, before=before, after={"aspect": aspect, **values})
    note_change(ROOM, asset.subject)
    return made


@write
def identify(actor: Actor, asset: Asset, *, kind: str, value: str, zone: str = "") -> Identifier:
    """Say by which name scanners know an asset. An identifier belongs to one asset at a time."""
    require(actor, CHANGE, unit_id=asset.unit_id)
    value = value.strip().lower()
    held = Identifier.objects.filter(kind=kind, value=value, zone=zone).select_related("asset").first()
    if held is not None and held.asset_id != asset.pk:
        raise IdentifierTaken({"value": f"{value} belongs to {held.asset.name}. Take it away there first."})
    now = timezone.now()
    made = held or Identifier.objects.create(
        asset=asset, kind=kind, value=value, zone=zone, first_seen_at=now, last_seen_at=now
    )
    audit(actor, "identify", subject=asset.subject, after={"kind": kind, "value": value, "zone": zone})
    note_change(ROOM, asset.subject)
    return made


@write
def depend(actor: Actor, asset: Asset, *, needs: Asset, why: str = "") -> Dependency:
    """Say that an asset needs another. A circle is refused, with the way it would close."""
    require(actor, CHANGE, unit_id=asset.unit_id)
    way = _way(needs, asset)
    if way:
        names = " → ".join(each.name for each in [asset, *way])
        raise CircularNeed({"needs": f"That would close a circle: {names}."})
    made = Dependency(asset=asset, needs=needs, why=why)
    made.full_clean()
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


def _tell(asset: Asset) -> None:
    note_change(ROOM, asset.subject)
    index(
        asset.subject, kind="assets.asset", title=asset.name, second=asset.get_kind_display(),
        words=asset.note, unit_id=asset.unit_id,
    )  # fmt: skip
