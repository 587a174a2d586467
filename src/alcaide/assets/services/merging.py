"""Two assets that are one: merging them with all that hangs on them, and taking a merge back."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.assets.models import CHANGE, Asset, MatchDoubt, Merge
from alcaide.common.models import User
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write

from .assets import tell
from .following import Moved, followers, offer_follow
from .matching import one_at_a_time
from .weighing import ask_to_weigh

__all__ = ["CannotMerge", "CannotUnmerge", "Moved", "Previewed", "merge_assets", "offer_follow", "preview", "unmerge"]


class CannotMerge(ValidationError):
    """These two assets cannot become one as they stand; the message says why."""


class CannotUnmerge(ValidationError):
    """The merge cannot be taken back as things stand; the message says what to do first."""


@dataclass(frozen=True)
class Previewed:
    """What a merge would do, table by table."""

    moved: tuple[Moved, ...]

    @property
    def moves(self) -> int:
        """Rows that would follow."""
        return sum(each.moves for each in self.moved)

    @property
    def stays(self) -> int:
        """Rows that would stay, for the survivor has the like."""
        return sum(each.stays for each in self.moved)


class _Undo(Exception):
    pass


def preview(actor: Actor, merged: Asset, *, into: Asset) -> Previewed:
    """Return what a merge would do; it is tried and rolled back, so the numbers are those of the merge itself."""
    _may_merge(actor, merged, into)
    moved: list[Moved] = []
    try:
        with transaction.atomic():
            moved = [each.move(merged, into) for each in followers()]
            raise _Undo
    except _Undo:
        return Previewed(tuple(each for each in moved if each.moves or each.stays))


@write
def merge_assets(actor: Actor, merged: Asset, *, into: Asset, reason: str, opened_version: int) -> Merge:
    """Make one asset of two: everything that points at the merged one points at the survivor from now on.

    Needs the right to change assets in both units, and a reason. The survivor keeps its own facts; the merged row
    leaves every list and stays as a former name. Raises LostUpdate, CannotMerge.
    """
    one_at_a_time()
    merged.refresh_from_db()
    into.refresh_from_db()
    _may_merge(actor, merged, into)
    if not reason.strip():
        raise ValidationError({"reason": "Say by what the two are known to be one."})
    retired_at = merged.retired_at
    merged.merged_into, merged.retired_at = into, retired_at or timezone.now()
    merged.save_version(opened_version=opened_version, fields=["merged_into", "retired_at"])
    told = {each.name: each.move(merged, into) for each in followers()}
    made = Merge.objects.create(
        survivor=into, merged=merged, reason=reason.strip()[:300], by=actor if isinstance(actor, User) else None,
        was_retired_at=retired_at,
        moved={"facts": _see_longer(merged, into), **{name: each.rows for name, each in told.items() if each.moves}},
    )  # fmt: skip
    counts = {each.words: each.moves for each in told.values() if each.moves}
    audit(actor, "merge_asset", subject=merged.subject, after={"into": into.subject, "reason": reason, "moved": counts})
    audit(actor, "take_in_asset", subject=into.subject, after={"from": merged.subject, "reason": reason})
    _tell_both(actor, merged, into)
    return made


@write
def unmerge(actor: Actor, merge: Merge) -> tuple[Moved, ...]:
    """Take a merge back: what it moved goes back as far as nobody changed it since. Returns what went and what stays.

    Needs the right to change assets in both units. Raises CannotUnmerge.
    """
    one_at_a_time()
    merge.refresh_from_db()
    merged, survivor = Asset.objects.get(pk=merge.merged_id), Asset.objects.get(pk=merge.survivor_id)
    require(actor, CHANGE, unit_id=merged.unit_id)
    require(actor, CHANGE, unit_id=survivor.unit_id)
    if merge.undone_at is not None:
        raise CannotUnmerge(_("%(name)s stands on its own already.") % {"name": merged.name})
    if survivor.merged_into_id is not None:
        raise CannotUnmerge(_("%(name)s was merged in turn. Take that merge back first.") % {"name": survivor.name})
    merge.undone_at, merge.undone_by = timezone.now(), actor if isinstance(actor, User) else None
    merge.save(update_fields=["undone_at", "undone_by"])
    merged.merged_into, merged.retired_at = None, merge.was_retired_at
    merged.save_version(opened_version=merged.version, fields=["merged_into", "retired_at"])
    gone = tuple(
        each.back(merge.moved[each.name], merged, survivor) for each in followers() if each.name in merge.moved
    )
    _see_as_before(survivor, merge.moved.get("facts", {}))
    MatchDoubt.objects.filter(asset=merged, answer__in=("same", "all")).update(answer="", answered_at=None)
    stays = {each.words: each.stays for each in gone if each.stays}
    for asset in (merged, survivor):
        audit(actor, "unmerge_asset", subject=asset.subject, after={"merge": merge.subject, "stays": stays})
    _tell_both(actor, merged, survivor)
    return gone


def _may_merge(actor: Actor, merged: Asset, into: Asset) -> None:
    require(actor, CHANGE, unit_id=merged.unit_id)
    require(actor, CHANGE, unit_id=into.unit_id)
    if merged.pk == into.pk:
        raise CannotMerge({"into": "These are one asset already. Choose another one."})
    for each in (merged, into):
        if each.merged_into_id is not None:
            raise CannotMerge({"into": f"{each.name} is merged into another asset. Choose that one."})
    if into.retired_at is not None:
        raise CannotMerge({"into": f"{into.name} is out of use. Bring it back first, or merge the other way round."})


def _see_longer(merged: Asset, into: Asset) -> dict[str, list[str | None]]:
    """Let the survivor be seen since the earlier and until the later of the two; returns what it said before."""
    first = min((at for at in (merged.first_seen_at, into.first_seen_at) if at), default=None)
    last = max((at for at in (merged.last_seen_at, into.last_seen_at) if at), default=None)
    told = {}
    for name, value in (("first_seen_at", first), ("last_seen_at", last)):
        before = getattr(into, name)
        if value != before:
            told[name] = [each.isoformat() if each else None for each in (before, value)]
            setattr(into, name, value)
    Asset.objects.filter(pk=into.pk).update(first_seen_at=into.first_seen_at, last_seen_at=into.last_seen_at)
    return told


def _see_as_before(survivor: Asset, told: dict[str, list[str | None]]) -> None:
    for name, (before, made) in told.items():
        Asset.objects.filter(pk=survivor.pk, **{name: made}).update(**{name: before})
    survivor.refresh_from_db()


def _tell_both(actor: Actor, merged: Asset, survivor: Asset) -> None:
    for asset in (merged, survivor):
        tell(asset)
    ask_to_weigh(actor)
