"""Writes of assets: what they are, what they are worth, what names them, what they need."""

from datetime import datetime
from typing import Any, cast, get_args

from django.core.exceptions import ValidationError
from django.db.models.functions import Greatest, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.assets.models import CHANGE, SEE, Asset, AssetValue, Identifier
from alcaide.common.changes import note_change
from alcaide.common.models import Record, User
from alcaide.common.money import LARGEST_MINOR
from alcaide.common.permissions import require, scope_of
from alcaide.common.search import forget, index
from alcaide.common.trail import Actor, System, audit, differences, write
from alcaide.intake.identifiers import identify as normal_form
from alcaide.intake.records import IdentifierKind
from alcaide.organization.models import Unit
from alcaide.organization.queries import the_organization

from .names import LOCAL, STAND_IN
from .weighing import ask_to_weigh

ROOM = "assets"
KINDS = frozenset(get_args(IdentifierKind))
# Words of the search per asset; a host that changed its address daily for years need not be found by each.
MOST_NAMES = 200
MOST_PEOPLE = 10**9
REACH = frozenset({"reached_from", "reached_basis", "reached_why"})


class StillMerged(ValidationError):
    """The asset is merged into another; it comes back with the merge, not alone."""


class IdentifierTaken(ValidationError):
    """Another asset carries this identifier."""


@write
def add_asset(actor: Actor, *, name: str, kind: str, unit: Unit, **more: Any) -> Asset:
    """Add an asset to a unit. Needs the right to change assets there."""
    require(actor, CHANGE, unit_id=unit.pk)
    asset = Asset(name=name.strip(), kind=kind, unit=unit, **more)
    _must_fit(asset)
    if asset.is_place_id:
        _only_building(asset)
    if asset.reached_from != "unknown":
        asset.reached_by, asset.reached_at = actor if isinstance(actor, User) else None, timezone.now()
    asset.save()
    audit(actor, "add_asset", subject=asset.subject, after={"name": asset.name, "kind": kind, "unit": unit.subject})
    tell(asset)
    return asset


@write
def change_asset(actor: Actor, asset: Asset, *, opened_version: int, **values: Any) -> Asset:
    """Change an asset's facts: name, kind, unit, place, owner, custodian, reach, note. Raises LostUpdate.

    Whoever changes from where it can be reached, or on what that rests, is kept as the one who said so.
    """
    require(actor, CHANGE, unit_id=asset.unit_id)
    if "unit" in values:
        require(actor, CHANGE, unit_id=values["unit"].pk)
    before, after = differences({name: getattr(asset, name) for name in values}, values)
    if not after:
        return asset
    if REACH & set(after):
        after |= {"reached_by": actor if isinstance(actor, User) else None, "reached_at": timezone.now()}
    for name, value in after.items():
        setattr(asset, name, value)
    _must_fit(asset)
    if "is_place" in after:
        _only_building(asset)
    asset.save_version(opened_version=opened_version, fields=list(after))
    audit(actor, "change_asset", subject=asset.subject, before=_named(before), after=_named(after))
    tell(asset)
    ask_to_weigh(actor)
    return asset


@write
def retire_asset(actor: Actor, asset: Asset, *, opened_version: int) -> Asset:
    """Take an asset out of use; its history and findings stay. Raises LostUpdate."""
    return _put(actor, "retire_asset", asset, opened_version=opened_version, retired_at=timezone.now())


@write
def bring_back(actor: Actor, asset: Asset, *, opened_version: int) -> Asset:
    """Take an asset into use again. Raises LostUpdate, StillMerged."""
    if asset.merged_into is not None:
        raise StillMerged(
            _("%(name)s is merged into %(name_2)s. Take the merge back instead.")
            % {"name": asset.name, "name_2": asset.merged_into.name}
        )
    if asset.is_place_id:
        _only_building(asset)
    return _put(actor, "bring_back", asset, opened_version=opened_version, retired_at=None)


@write
def set_value(
    actor: Actor,
    asset: Asset,
    *,
    aspect: str,
    low_minor: int,
    high_minor: int,
    basis: str,
    source: str = "",
    people: tuple[int, int] | None = None,
) -> AssetValue:
    """Say what one harm to an asset would cost, as a 90 % range in our currency; replaces the earlier one.

    The harm `hurt` also needs how many people it would hurt; they are never part of a sum of money.
    """
    require(actor, CHANGE, unit_id=asset.unit_id)
    _people_must_fit(aspect, people)
    people_low, people_high = people or (None, None)
    if low_minor < 0:
        raise ValidationError({"low_minor": "A worth is nothing or more."})
    if low_minor > high_minor:
        raise ValidationError({"low_minor": "The range runs backwards: swap the two sums."})
    if high_minor > LARGEST_MINOR:
        raise ValidationError({"high_minor": "The sum is larger than any ledger can hold."})
    values = {
        "low_minor": low_minor, "high_minor": high_minor, "basis": basis, "source": source,
        "currency": the_organization().currency, "people_low": people_low, "people_high": people_high,
    }  # fmt: skip
    held = AssetValue.objects.filter(asset=asset, aspect=aspect).first()
    before = _told(held) if held else {}
    made = held or AssetValue(asset=asset, aspect=aspect)
    for name, value in values.items():
        setattr(made, name, value)
    made.full_clean()
    made.version += held is not None
    made.save()
    audit(actor, "set_value", subject=asset.subject, before=before, after={"aspect": aspect, **_told(made)})
    note_change(ROOM, asset.subject)
    ask_to_weigh(actor)
    return made


@write
def identify(actor: Actor, asset: Asset, *, kind: str, value: str, zone: str = "") -> Identifier:
    """Say by which name scanners know an asset, in the form in which scans bring it.

    Short names and addresses count inside a zone, or everywhere where none is named; other names always everywhere.
    Raises IdentifierTaken, and ValidationError for what cannot tell one host from another.
    """
    require(actor, CHANGE, unit_id=asset.unit_id)
    normal = normal_name(kind, value)
    if normal is None:
        raise ValidationError({"value": f"“{value}” is malformed, or many hosts bear it. Type what a scan shows."})
    value, zone = normal, zone_of(kind, zone)
    now_held = Identifier.objects.filter(kind=kind, value=value, zone=zone, ended_at__isnull=True)
    held = now_held.select_related("asset").first()
    if held is not None and held.asset_id != asset.pk:
        raise IdentifierTaken({"value": f"{value} belongs to {name_for(actor, held.asset)}. Take it away there first."})
    now = timezone.now()
    made = held or Identifier.objects.create(
        asset=asset, kind=kind, value=value, zone=zone, first_seen_at=now, last_seen_at=now
    )
    audit(actor, "identify", subject=asset.subject, after={"kind": kind, "value": value, "zone": zone})
    tell(asset)
    return made


def normal_name(kind: str, value: str) -> str | None:
    """Return a name in the form in which scans bring it, None where it cannot tell one host from another."""
    normal = normal_form(cast(IdentifierKind, kind), value) if kind in KINDS else None
    return normal.value if normal else None


def zone_of(kind: str, zone: str) -> str:
    """Return the zone in which a name counts: the one that is named for short names and addresses, else none."""
    return zone.strip() if kind in LOCAL else ""


@write
def no_longer_identify(actor: Actor, asset: Asset, *, kind: str, value: str, zone: str = "") -> None:
    """End a name by which scanners know an asset; until when it held stays known. What is not there needs no ending."""
    require(actor, CHANGE, unit_id=asset.unit_id)
    held = Identifier.objects.filter(asset=asset, kind=kind, value=value, zone=zone, ended_at__isnull=True)
    if held.update(ended_at=Greatest(Now(), "first_seen_at")):
        before = {"kind": kind, "value": value, "zone": zone}
        audit(actor, "no_longer_identify", subject=asset.subject, before=before)
        tell(asset)


def _told(value: AssetValue) -> dict[str, Any]:
    """Return a range as the trail keeps it."""
    people = {"people": [value.people_low, value.people_high]} if value.people_high is not None else {}
    return {"low": value.low, "high": value.high, "basis": value.basis, "source": value.source, **people}


def _people_must_fit(aspect: str, people: tuple[int, int] | None) -> None:
    if aspect != "hurt":
        if people is not None:
            raise ValidationError({"people_low": "People are counted only where they are hurt."})
        return
    if people is None:
        raise ValidationError({"people_low": "Say how many people it would hurt: from and to."})
    low, high = people
    if low < 0 or low > high:
        raise ValidationError({"people_low": "The range runs backwards: swap the two numbers."})
    if high > MOST_PEOPLE:
        raise ValidationError({"people_high": "These are more people than live."})


def _only_building(asset: Asset) -> None:
    """One place is one building: two would both be needed by all that stands there."""
    if asset.is_place_id is None:
        return
    if asset.kind != "building":
        raise ValidationError({"is_place": "Only a building is a place; a thing stands in one."})
    other = Asset.objects.filter(is_place=asset.is_place_id, retired_at__isnull=True).exclude(pk=asset.pk).first()
    if other is not None:
        raise ValidationError({"is_place": f"{other.name} is this place already."})


def _put(actor: Actor, verb: str, asset: Asset, *, opened_version: int, retired_at: datetime | None) -> Asset:
    require(actor, CHANGE, unit_id=asset.unit_id)
    if (asset.retired_at is None) == (retired_at is None):
        return asset
    before, asset.retired_at = asset.retired_at, retired_at
    asset.save_version(opened_version=opened_version, fields=["retired_at"])
    audit(actor, verb, subject=asset.subject, before={"retired_at": before}, after={"retired_at": retired_at})
    tell(asset)
    ask_to_weigh(actor)
    return asset


def _must_fit(asset: Asset) -> None:
    """Hold every field against what its column takes; rows it points to were chosen, so they are not asked again."""
    asset.clean_fields(exclude={"unit", "place", "owner", "custodian", "is_place", "reached_by", "merged_into"})


def _named(values: dict[str, Any]) -> dict[str, Any]:
    """Write rows as their subjects: the trail keeps which row it was, whatever it is called later."""
    return {name: value.subject if isinstance(value, Record) else value for name, value in values.items()}


def name_for(actor: Actor, asset: Asset) -> str:
    """Name an asset only to who may see it."""
    seen = isinstance(actor, System) or scope_of(actor).allows(SEE, asset.unit_id)
    return asset.name if seen else "an asset outside your units"


def tell(asset: Asset) -> None:
    """Let the search and the rooms above know of a change of an asset; what is merged is found no more."""
    note_change(ROOM, asset.subject)
    if asset.merged_into_id is not None:
        forget(asset.subject)
        return
    known = (
        asset.identifiers.filter(ended_at__isnull=True)
        .exclude(kind=STAND_IN)
        .order_by("id")
        .values_list("value", flat=True)[:MOST_NAMES]
    )
    index(
        asset.subject, kind=Asset.SUBJECT, title=asset.name, second=asset.get_kind_display(),
        words=" ".join([asset.note, *known]), unit_id=asset.unit_id,
    )  # fmt: skip
