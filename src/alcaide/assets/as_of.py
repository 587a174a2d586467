"""How the trail tells of this room's records."""

from django.utils.translation import gettext_lazy as _

from alcaide.assets.models import Asset, MatchDoubt, Place
from alcaide.common import asof
from alcaide.common.asof import Trailed, Was

SCANS = _("follows scans, which write many assets at once")
WORKED_OUT = _("worked out from what harm would cost and from what depends on it")


def offer() -> None:
    """Offer them."""
    asof.offer(_asset(), _place(), _doubt())


def _asset() -> Trailed:
    return Trailed(
        Asset,
        verbs=("add_asset", "change_asset", "retire_asset", "bring_back", "merge_asset", "take_in_asset",
               "unmerge_asset"),
        followed=("name", "kind", "unit", "place", "owner", "custodian", "is_place", "reached_from", "reached_basis",
                  "reached_why", "reached_by", "reached_at", "note", "retired_at", "merged_into"),
        quiet={
            "first_seen_at": SCANS, "last_seen_at": SCANS,
            "critical_minor": WORKED_OUT, "critical_low_minor": WORKED_OUT, "critical_currency": WORKED_OUT,
            "critical_aspect": WORKED_OUT, "critical_own": WORKED_OUT,
        },
        names={"merge_asset.into": "merged_into"},
        says={
            "merge_asset": {"merged_into": Was(None), "retired_at": Was()},
            "unmerge_asset": {"merged_into": Was(), "retired_at": Was()},
        },
        labels={"is_place": _("Is the place"), "reached_basis": _("That rests on"), "reached_why": _("Because"),
                "reached_by": _("Said by"), "reached_at": _("Said at"), "merged_into": _("Merged into"),
                "retired_at": _("Out of use since")},
    )  # fmt: skip


def _place() -> Trailed:
    return Trailed(
        Place, verbs=("add_place", "change_place"), followed=("name", "kind", "parent", "unit", "address"),
        quiet={"path": _("worked out from the tree of places")}, labels={"parent": _("Stands in")},
    )  # fmt: skip


def _doubt() -> Trailed:
    said = {"answer": Was(""), "reason": Was(""), "answered_at": Was(None), "answered_by": Was(None)}
    return Trailed(
        MatchDoubt, verbs=("answer_doubt",),
        fixed=("stand_in", "unit", "asset", "why", "name", "target", "zone", "identifiers"),
        quiet={
            "first_seen_at": SCANS, "last_seen_at": SCANS, "answer": _("taken back with the merge, without a line"),
            "answered_at": _("taken back with the merge, without a line"),
        },
        followed=("reason", "answered_by"),
        says={"answer_doubt": {name: said[name] for name in ("reason", "answered_by")}}, is_counted=False,
    )  # fmt: skip
