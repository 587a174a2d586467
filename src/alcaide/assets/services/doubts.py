"""Answers to targets of scans that could be more than one asset."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from alcaide.assets.models import CHANGE, Asset, MatchDoubt
from alcaide.common.models import LostUpdate, User
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write

from .assets import tell
from .merging import merge_assets

KEPT_APART = " (kept apart)"


@write
def answer_doubt(
    actor: Actor, doubt: MatchDoubt, *, answer: str, reason: str, opened_version: int, same_as: Asset | None = None
) -> MatchDoubt:
    """Say which asset a doubtful target is; the next scan that shows the same names follows the answer.

    `same`: it is `same_as`. `other`: an asset of its own. `all`: it and every candidate are one, `same_as` stays.
    Needs the right to change assets in the unit, and in those of the assets that become one. Raises LostUpdate.
    """
    require(actor, CHANGE, unit_id=doubt.unit_id)
    if doubt.answer:
        raise LostUpdate(MatchDoubt.of(doubt.uid), opened_version=opened_version, mine={"answer": answer})
    if answer not in {"same", "other", "all"}:
        raise ValidationError({"answer": "Say whether it is a known asset, one of its own, or all are one."})
    if not reason.strip():
        raise ValidationError({"reason": "Say what you know it by; the next reader will ask."})
    candidates = [each.asset for each in doubt.candidates.select_related("asset")]
    if answer != "other" and same_as not in candidates:
        raise ValidationError({"same_as": "Choose one of the assets that it may be."})
    doubt.answer, doubt.reason, doubt.answered_at = answer, reason.strip()[:300], timezone.now()
    doubt.answered_by = actor if isinstance(actor, User) else None
    doubt.save_version(opened_version=opened_version, fields=["answer", "reason", "answered_at", "answered_by"])
    audit(
        actor, "answer_doubt", subject=doubt.subject,
        after={"answer": answer, "reason": doubt.reason, "same_as": same_as.subject if same_as else ""},
    )  # fmt: skip
    if same_as is None or answer == "other":
        _stand_alone(actor, doubt.asset)
        return doubt
    for other in [doubt.asset, *(each for each in candidates if answer == "all" and each != same_as)]:
        if other.merged_into_id is None:
            merge_assets(actor, other, into=same_as, reason=doubt.reason, opened_version=other.version)
    return doubt


def _stand_alone(actor: Actor, asset: Asset) -> None:
    """Let the asset that stood for the target be called what it is."""
    name, note = asset.name.removesuffix(KEPT_APART), asset.note
    if name == asset.name:
        return
    before = {"name": asset.name, "note": note}
    asset.name, asset.note = name, ""
    asset.save_version(opened_version=asset.version, fields=["name", "note"])
    audit(actor, "change_asset", subject=asset.subject, before=before, after={"name": name, "note": ""})
    tell(asset)
