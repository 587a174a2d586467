"""Many assets changed at once, and the way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.assets.models import CHANGE, Asset, Place
from alcaide.common.changes import note_change
from alcaide.common.lists import Kept, keep, keep_undo
from alcaide.common.models import LostUpdate, Record, Undo, User
from alcaide.common.permissions import Refused, require, scope_of
from alcaide.common.search import Doc, index_many
from alcaide.common.trail import Actor, System, audit, differences, writing
from alcaide.organization.models import Person, Unit

from .assets import ROOM, change_asset
from .names import STAND_IN
from .weighing import ask_to_weigh

UNDO = "assets.change_many"
# A transaction's worth; as many as can be taken back at once.
CHUNK = 1_000
MOST = 10_000
# What may be set on many at once, with the model of what stands there where it is a row.
SETTABLE: Mapping[str, type[Record] | None] = {
    "owner": Person, "custodian": Person, "unit": Unit, "place": Place, "reached_from": None, "reached_basis": None,
    "reached_why": None, "retired_at": None,
}  # fmt: skip
REACH = frozenset({"reached_from", "reached_basis", "reached_why"})


class NothingToChange(ValidationError):
    """No asset, or nothing to set, was chosen."""


@dataclass(frozen=True)
class ChangedMany:
    """How many assets changed, how many stood so already, and how to take it back where they were not too many."""

    changed: int
    stood: int
    undo: Undo | None = None


def change_many(actor: Actor, assets: Sequence[Asset], *, values: Mapping[str, Any], words: str = "") -> ChangedMany:
    """Set the same facts on many assets, a thousand in a transaction, each with its own line in the trail.

    Needs the right to change assets in every unit they stand in and in the one they go to; else nothing is written.
    A merged asset is left as it stands. `words` say in a sentence what is done, for the offer to take it back.
    """
    numbers = [asset.pk for asset in assets if asset.merged_into_id is None]
    if not numbers or not values:
        raise NothingToChange(_("Choose the assets, and what is to be set on them."))
    if len(numbers) > MOST:
        raise NothingToChange(_("These are more than %(most)s at once. Narrow the list first.") % {"most": f"{MOST:,}"})
    if unknown := set(values) - set(SETTABLE):
        raise NothingToChange(
            _("%(named)s cannot be set on many assets at once.") % {"named": ", ".join(sorted(unknown))}
        )
    _may_change(actor, {asset.unit_id for asset in assets}, to=values.get("unit"))
    done, undo = 0, None
    for start in range(0, len(numbers), CHUNK):
        with writing():
            kept = _set(actor, numbers[start : start + CHUNK], values)
            done += len(kept)
            if len(numbers) <= CHUNK:
                undo = keep_undo(actor, UNDO, words=words, rows=kept)
    return ChangedMany(done, len(numbers) - done, undo)


def put_back(actor: Actor, kept: Kept) -> None:
    """Put one asset back to what it was before it was changed with many. Raises LostUpdate, Refused, DoesNotExist."""
    asset = Asset.objects.all().visible_to(actor).get(uid=kept.uid)
    if asset.version != kept.version:
        raise LostUpdate(asset, opened_version=kept.version, mine=dict(kept.before))
    change_asset(
        actor, asset, opened_version=kept.version,
        **{name: _from_kept(name, value) for name, value in kept.before.items()},
    )  # fmt: skip


def _set(actor: Actor, numbers: Sequence[int], values: Mapping[str, Any]) -> list[tuple[Record, Mapping[str, Any]]]:
    """Write one chunk; returns the assets that changed, with what they were."""
    rows = Asset.objects.filter(pk__in=numbers).select_for_update(of=("self",)).order_by("pk")
    changed: list[tuple[Asset, Mapping[str, Any]]] = []
    said = {"reached_by": actor if isinstance(actor, User) else None, "reached_at": timezone.now()}
    written = {**values, **(said if REACH & set(values) else {})}
    for asset in rows.select_related("unit", "owner", "custodian", "place", "reached_by"):
        _, after = differences({name: getattr(asset, name) for name in values}, values)
        if after:
            changed.append((asset, keep(asset, name=asset.name, fields=after)))
            was, became = differences({name: getattr(asset, name) for name in written}, written)
            audit(actor, "change_asset", subject=asset.subject, before=_subjects(was), after=_subjects(became))
    kept = [asset.pk for asset, _ in changed]
    Asset.objects.filter(pk__in=kept).update(**written, version=F("version") + 1, changed_at=timezone.now())
    for asset, _before in changed:
        asset.version += 1
    _tell(actor, kept)
    return list(changed)


def _may_change(actor: Actor, units: set[int], *, to: Unit | None) -> None:
    if isinstance(actor, System):
        return
    require(actor, CHANGE)
    allowed = scope_of(actor).units_for(CHANGE)
    if not units <= allowed or (to is not None and to.pk not in allowed):
        raise Refused(_("Some of these assets stand in units where you may not change assets. Nothing was written."))


def _tell(actor: Actor, numbers: Sequence[int]) -> None:
    """Let the search and the rooms above know. A move to another unit changes who finds an asset."""
    docs = []
    for asset in Asset.objects.filter(pk__in=numbers).prefetch_related("identifiers"):
        note_change(ROOM, asset.subject)
        borne = (each.value for each in asset.identifiers.all() if each.ended_at is None and each.kind != STAND_IN)
        docs.append(
            Doc(asset.subject, Asset.SUBJECT, asset.name, second=asset.get_kind_display(),
                words=" ".join([asset.note, *borne]), unit_id=asset.unit_id, row=asset.pk)
        )  # fmt: skip
    index_many(docs)
    if numbers:
        ask_to_weigh(actor)


def _from_kept(name: str, value: Any) -> Any:
    model = SETTABLE[name]
    if model is not None:
        return None if value is None else model._base_manager.get(pk=value)
    return datetime.fromisoformat(value) if name.endswith("_at") and value else value


def _subjects(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: getattr(each, "subject", each) for name, each in values.items()}
