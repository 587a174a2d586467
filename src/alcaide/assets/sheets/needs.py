"""A sheet of what needs what."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alcaide.assets import services
from alcaide.assets.models import CHANGE, Dependency
from alcaide.common import sheets
from alcaide.common.sheets import Context, Outcome, Sheet, SheetColumn, SheetRow, Undone, Written, compared, named
from alcaide.common.trail import Actor
from alcaide.intake.sheets import lookup, text

from .finding import assets, may_change, tried


def compare(actor: Actor, rows: Sequence[SheetRow], _context: Context) -> list[Outcome]:
    """Say what would become of each row."""
    held = Dependency.objects.filter(asset__in={row.values["asset"].pk for row in rows})
    standing = {(need.asset_id, need.needs_id): need for need in held.select_related("asset", "needs")}
    return [
        _outcome(actor, row, standing.get((row.values["asset"].pk, row.values["needs"].pk))) for row in rows
    ]  # fmt: skip


def write(actor: Actor, outcomes: Sequence[Outcome], _context: Context) -> list[Outcome]:
    """Add needs, and say anew what for."""
    return [tried(each, partial(_write, actor, each)) for each in outcomes]


def judge(actor: Actor, written: Sequence[Written], _context: Context) -> list[Undone]:
    """Say what an undo would do to each need."""
    uids = [each.subject.partition(":")[2] for each in written]
    held = {need.subject: need for need in Dependency.objects.filter(uid__in=uids).select_related("asset", "needs")}
    return [_judged(actor, each, held.get(each.subject)) for each in written]


def take_back(actor: Actor, undone: Sequence[Undone], _context: Context) -> None:
    """Take away the needs that the import added, and say again what the others were for."""
    for each in undone:
        if each.row.kind == "added":
            services.no_longer_depend(actor, each.held)
        else:
            services.say_why(actor, each.held, why=each.restore["why"])


def _outcome(actor: Actor, row: SheetRow, found: Dependency | None) -> Outcome:
    asset, needs = row.values["asset"], row.values["needs"]
    name = f"{asset.name} → {needs.name}"
    if not may_change(actor, asset.unit_id):
        return Outcome(row.number, "refused", name).refused(_("You may not change assets of its unit."), "asset")
    if asset.pk == needs.pk:
        return Outcome(row.number, "refused", name).refused(_("An asset does not need itself."), "needs")
    becomes: dict[str, Any] = {"asset": named(asset), "needs": named(needs)}
    becomes |= {"why": row.values["why"]} if "why" in row.values else {}
    is_now = {**becomes, "why": found.why} if found else {}
    return compared(row, found, name=name, is_now=is_now, becomes=becomes, held=(found, dict(row.values)))


def _write(actor: Actor, outcome: Outcome) -> Dependency:
    found, values = outcome.held
    if found is None:
        return services.depend(actor, values["asset"], needs=values["needs"], why=values.get("why", ""))
    return services.say_why(actor, found, why=values["why"])


def _judged(actor: Actor, written: Written, found: Dependency | None) -> Undone:
    if found is not None and not may_change(actor, found.asset.unit_id):
        return Undone(written, "left", _("You may not change assets of its unit."))
    is_now = {"asset": named(found.asset), "needs": named(found.needs), "why": found.why} if found else {}
    return sheets.judged(written, found, is_now=is_now, held=found)


NEEDS = Sheet(
    key="assets.needs",
    label=lazy("What needs what"),
    about=lazy("One need a row: when the needed asset falls, the other falls with it."),
    permission=CHANGE,
    list_url="assets",
    identity=("asset", "needs"),
    columns=(
        SheetColumn("asset", lazy("Asset"), lookup(assets, words="the name of an asset, or “name · unit”"),
                    required=True, also=("asset", "from", "source"), example="Ordering portal"),
        SheetColumn("needs", lazy("Needs"), lookup(assets, words="the name of an asset, or “name · unit”"),
                    required=True, also=("needs", "depends on", "to", "target"), example="mad-db-1"),
        SheetColumn("why", lazy("What for"), text(most=200), also=("why", "description"), example="Orders"),
    ),
    compare=compare,
    write=write,
    judge=judge,
    take_back=take_back,
)  # fmt: skip
