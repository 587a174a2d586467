"""A sheet of the information that data sets hold."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alcaide.assets import services
from alcaide.assets.models import CHANGE, AssetValue, HeldClass
from alcaide.common import sheets
from alcaide.common.sheets import Context, Outcome, Sheet, SheetColumn, SheetRow, Undone, Written, compared, named
from alcaide.common.trail import Actor
from alcaide.intake.sheets import choice, day, lookup, text, whole

from .finding import assets, may_change, tried

FIELDS = ("people", "basis", "counted_on", "source")


def compare(actor: Actor, rows: Sequence[SheetRow], _context: Context) -> list[Outcome]:
    """Say what would become of each row."""
    held = HeldClass.objects.filter(asset__in={row.values["asset"].pk for row in rows}).select_related("asset")
    standing = {(each.asset_id, each.data_class, each.country): each for each in held}
    return [_outcome(actor, row, standing.get(_key(row))) for row in rows]


def write(actor: Actor, outcomes: Sequence[Outcome], _context: Context) -> list[Outcome]:
    """Keep the counts through the service."""
    return [tried(each, partial(_write, actor, each)) for each in outcomes]


def judge(actor: Actor, written: Sequence[Written], _context: Context) -> list[Undone]:
    """Say what an undo would do to each count."""
    uids = [each.subject.partition(":")[2] for each in written]
    held = {each.subject: each for each in HeldClass.objects.filter(uid__in=uids).select_related("asset")}
    return [_judged(actor, each, held.get(each.subject)) for each in written]


def take_back(actor: Actor, undone: Sequence[Undone], _context: Context) -> None:
    """Take away the counts that the import added, and put back what the others were."""
    for each in undone:
        held = each.held
        if each.row.kind == "added":
            services.hold_class_no_more(actor, held)
            continue
        values = {name: getattr(held, name) for name in FIELDS} | dict(each.restore)
        if isinstance(values["counted_on"], str):
            values["counted_on"] = date.fromisoformat(values["counted_on"])
        services.hold_class(actor, held.asset, data_class=held.data_class, country=held.country, **values)


def _outcome(actor: Actor, row: SheetRow, found: HeldClass | None) -> Outcome:
    values = dict(row.values)
    asset = values["asset"]
    outcome = Outcome(row.number, "refused", asset.name)
    if not may_change(actor, asset.unit_id):
        return outcome.refused(_("You may not change assets of its unit."), "asset")
    if asset.kind != "data_set":
        return outcome.refused(_("Information stands in data sets; this is none."), "asset")
    for name in ("basis", "counted_on"):
        if found is None and name not in values:
            outcome = outcome.refused(_("A new count needs this."), name)
    if outcome.faults:
        return outcome
    becomes = {"asset": named(asset), "data_class": values["data_class"], "country": _country(values)}
    becomes |= {name: values[name] for name in FIELDS if name in values}
    is_now = {**becomes, **{name: getattr(found, name) for name in FIELDS}} if found else {}
    return compared(row, found, name=asset.name, is_now=is_now, becomes=becomes, held=(found, values))


def _write(actor: Actor, outcome: Outcome) -> HeldClass:
    found, values = outcome.held
    known: dict[str, Any] = {name: getattr(found, name) for name in FIELDS} if found else {"people": None, "source": ""}
    known |= {name: values[name] for name in FIELDS if name in values}
    return services.hold_class(
        actor, values["asset"], data_class=values["data_class"], country=_country(values), **known
    )


def _judged(actor: Actor, written: Written, found: HeldClass | None) -> Undone:
    if found is not None and not may_change(actor, found.asset.unit_id):
        return Undone(written, "left", _("You may not change assets of its unit."))
    is_now = {name: getattr(found, name) for name in FIELDS} if found else {}
    return sheets.judged(written, found, is_now=is_now, held=found)


def _key(row: SheetRow) -> tuple[int, str, str]:
    return row.values["asset"].pk, row.values["data_class"], _country(row.values)


def _country(values: Any) -> str:
    return str(values.get("country") or "").strip().upper()


CLASSES = Sheet(
    key="assets.classes",
    label=lazy("Information in data sets"),
    about=lazy("Which information a data set holds, about how many people of a country."),
    permission=CHANGE,
    list_url="assets",
    identity=("asset", "data_class", "country"),
    columns=(
        SheetColumn("asset", lazy("Data set"), lookup(assets, words="the name of a data set, or “name · unit”"),
                    required=True, also=("asset",), example="Customer records"),
        SheetColumn("data_class", lazy("Information about"), choice(HeldClass.CLASSES), required=True,
                    also=("class", "category"), example="Customers"),
        SheetColumn("country", lazy("Country"), text(most=2), empty="clear", help=lazy("Two letters; empty: all."),
                    example="ES"),
        SheetColumn("people", lazy("People"), whole(least=0), empty="clear", also=("records", "count"),
                    help=lazy("Empty: nobody has counted."), example="12,000"),
        SheetColumn("basis", lazy("Rests on"), choice(AssetValue.BASES), example="measured"),
        SheetColumn("counted_on", lazy("Counted on"), day(), example="2026-11-01"),
        SheetColumn("source", lazy("Source"), text(most=300), example="Count of the customer register"),
    ),
    compare=compare,
    write=write,
    judge=judge,
    take_back=take_back,
)  # fmt: skip
