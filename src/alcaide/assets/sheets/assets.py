"""A sheet of assets."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alcaide.assets import services
from alcaide.assets.models import CHANGE, Asset, Place
from alcaide.common import sheets
from alcaide.common.sheets import (
    Context,
    Outcome,
    Sheet,
    SheetColumn,
    SheetRow,
    Snapshot,
    Undone,
    Written,
    compared,
    named,
)
from alcaide.common.sheets.naming import folded
from alcaide.common.trail import Actor
from alcaide.intake.sheets import choice, lookup, text
from alcaide.organization.models import Person, Unit
from alcaide.organization.queries import MOST_ENDED, MOST_SHARE, waits_for_second

from . import ending
from .finding import may_change, people, places, tried, units

ROWS: Mapping[str, Any] = {"unit": Unit, "owner": Person, "custodian": Person, "place": Place}
PEOPLE = "an e-mail address, an HR number or a name"
COLUMNS = (
    "name", "kind", "unit", "owner", "custodian", "place", "reached_from", "reached_basis", "reached_why", "note",
)  # fmt: skip


def compare(actor: Actor, rows: Sequence[SheetRow], _context: Context) -> list[Outcome]:
    """Say what would become of each row."""
    held = Asset.objects.filter(unit__in={row.values["unit"].pk for row in rows}, retired_at__isnull=True)
    standing: dict[tuple[int, str], list[Asset]] = {}
    wanted = {folded(row.values["name"]) for row in rows}
    for asset in held.select_related("unit", "owner", "custodian", "place"):
        if folded(asset.name) in wanted:
            standing.setdefault((asset.unit_id, folded(asset.name)), []).append(asset)
    return [_outcome(actor, row, standing.get((row.values["unit"].pk, folded(row.values["name"])), [])) for row in rows]


def write(actor: Actor, outcomes: Sequence[Outcome], _context: Context) -> list[Outcome]:
    """Add and change assets through the services."""
    return [tried(each, partial(_write, actor, each)) for each in outcomes]


def judge(actor: Actor, written: Sequence[Written], _context: Context) -> list[Undone]:
    """Say what an undo would do: an added asset goes out of use, a changed one gets back what it was."""
    uids = [each.subject.partition(":")[2] for each in written]
    rows = Asset.objects.filter(uid__in=uids).select_related("unit", "owner", "custodian", "place")
    held = {row.subject: row for row in rows}
    return [_judged(actor, each, held.get(each.subject)) for each in written]


def take_back(actor: Actor, undone: Sequence[Undone], _context: Context) -> None:
    """Take what was added out of use, and put back what was changed."""
    for each in undone:
        if each.row.kind == "added":
            services.retire_asset(actor, each.held, opened_version=each.held.version)
        elif each.row.kind == "ended":
            services.bring_back(actor, each.held, opened_version=each.held.version)
        else:
            values = {name: _row_of(name, value) for name, value in each.restore.items()}
            services.change_asset(actor, each.held, opened_version=each.held.version, **values)


def _outcome(actor: Actor, row: SheetRow, standing: Sequence[Asset]) -> Outcome:
    values = dict(row.values)
    outcome = Outcome(row.number, "refused", values["name"])
    if not may_change(actor, values["unit"].pk):
        return outcome.refused(_("You may not change assets of this unit."), "unit")
    if len(standing) > 1:
        return outcome.refused(_("Several assets of this unit are called so. Change them one by one."), "name")
    found = standing[0] if standing else None
    if found is None and "kind" not in values:
        return outcome.refused(_("A new asset needs this."), "kind")
    # Another case of letters names the same asset; the file's spelling does not rename it.
    values["name"] = found.name if found else values["name"]
    becomes = {name: named(value) if name in ROWS else value for name, value in values.items()}
    return compared(
        row, found, name=values["name"], is_now=_now(found) if found else {}, becomes=becomes, held=(found, values)
    )


def _write(actor: Actor, outcome: Outcome) -> Asset:
    found, values = outcome.held
    changed = {name: values[name] for name in outcome.after}
    if found is None:
        return services.add_asset(actor, **{name: value for name, value in changed.items() if value is not None})
    return services.change_asset(actor, found, opened_version=outcome.version, **changed)


def _judged(actor: Actor, written: Written, found: Asset | None) -> Undone:
    if found is not None and not may_change(actor, found.unit_id):
        return Undone(written, "left", _("You may not change assets of its unit."))
    if found is not None and (found.retired_at is not None) != (written.kind == "ended"):
        if written.kind == "ended":
            return Undone(written, "left", _("It is in use again."))
        return Undone(written, "left", _("It went out of use after the import."))
    return sheets.judged(written, found, is_now=_now(found) if found else {}, held=found)


def _now(asset: Asset) -> dict[str, Any]:
    return {
        name: named(getattr(asset, name)) if name in ROWS else getattr(asset, name) for name in COLUMNS
    }  # fmt: skip


def _row_of(name: str, value: Any) -> Any:
    return ROWS[name].objects.get(pk=value["pk"]) if name in ROWS and value is not None else value


ASSETS = Sheet(
    key="assets.assets",
    label=lazy("Assets"),
    about=lazy("What is worth protecting, by name and unit. Only a whole list takes any out of use."),
    permission=CHANGE,
    list_url="assets",
    identity=("unit", "name"),
    columns=(
        SheetColumn("name", lazy("Name"), text(most=200), required=True, also=("name", "asset", "host"),
                    example="Ordering portal"),
        SheetColumn("unit", lazy("Unit"), lookup(units, words="the name of a unit"), required=True,
                    also=("department", "business unit"), example="Madrid head office"),
        SheetColumn("kind", lazy("Kind"), choice(Asset.KINDS), also=("type",), help=lazy("A new asset needs it."),
                    example="Application"),
        SheetColumn("owner", lazy("Owner"), lookup(people, words=PEOPLE), empty="clear", also=("responsible",),
                    help=lazy("An empty cell means nobody.")),
        SheetColumn("custodian", lazy("Looked after by"), lookup(people, words=PEOPLE), empty="clear",
                    also=("custodian",)),
        SheetColumn("place", lazy("Stands in"), lookup(places, words="the name of a place"), empty="clear",
                    also=("place", "location"), example="Server room, Madrid head office"),
        SheetColumn("reached_from", lazy("Can be reached"), choice(Asset.REACHES), also=("reach", "exposure"),
                    example="From the internet"),
        SheetColumn("reached_basis", lazy("How that is known"), choice(Asset.REACH_BASES), example="Written down"),
        SheetColumn("reached_why", lazy("By what"), text(most=200), example="Firewall rules of 4 May"),
        SheetColumn("note", lazy("Note"), text(most=5_000), also=("description", "comment")),
    ),
    compare=compare,
    write=write,
    judge=judge,
    take_back=take_back,
    snapshot=Snapshot(
        words=lazy("What is in use here, is of a kind that the file names, and is not in the file goes out of use."),
        things=lazy("assets"), standing=ending.standing, end=ending.end, moves=("owner", "place"),
        most=MOST_ENDED, most_share=MOST_SHARE, second=waits_for_second,
    ),
)  # fmt: skip
