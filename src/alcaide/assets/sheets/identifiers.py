"""A sheet of the names by which scans know assets."""

from collections.abc import Sequence
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alcaide.assets import services
from alcaide.assets.models import CHANGE, Asset, Identifier
from alcaide.assets.queries import KINDS_SCANNED, KINDS_TYPED
from alcaide.common.rows import listed
from alcaide.common.sheets import Context, Outcome, Sheet, SheetColumn, SheetRow, Undone, Written, compared, named
from alcaide.common.trail import Actor, writing
from alcaide.intake.sheets import choice, lookup, text

from .finding import assets, may_change

Key = tuple[str, str, str]


def compare(actor: Actor, rows: Sequence[SheetRow], _context: Context) -> list[Outcome]:
    """Say what would become of each row. A name that another asset bears is refused by the service."""
    keys = [_key(row) for row in rows]
    standing = _standing({key[1] for key in keys if key})
    return [
        _outcome(actor, row, key, standing.get(key) if key else None) for row, key in zip(rows, keys, strict=True)
    ]  # fmt: skip


def write(actor: Actor, outcomes: Sequence[Outcome], _context: Context) -> list[Outcome]:
    """Add names."""
    return [_written(actor, each) for each in outcomes]


def judge(actor: Actor, written: Sequence[Written], _context: Context) -> list[Undone]:
    """Say what an undo would do: a name that still leads to its asset is taken away."""
    standing = _standing({str(each.after["value"]) for each in written})
    return [_judged(actor, each, standing.get(_key_of(each.after))) for each in written]


def take_back(actor: Actor, undone: Sequence[Undone], _context: Context) -> None:
    """Take away the names that the import added."""
    for each in undone:
        held = each.held
        services.no_longer_identify(actor, held.asset, kind=held.kind, value=held.value, zone=held.zone)


def _key(row: SheetRow) -> Key | None:
    """Return a row's name as scans bring it, None where it cannot tell one host from another."""
    normal = services.normal_name(row.values["kind"], row.values["value"])
    return (
        (row.values["kind"], normal, services.zone_of(row.values["kind"], row.values.get("zone", "")))
        if normal
        else None
    )


def _key_of(after: Any) -> Key:
    return str(after["kind"]), str(after["value"]), str(after["zone"])


def _standing(values: set[str]) -> dict[Key, Identifier]:
    rows = Identifier.objects.filter(value__in=listed(values), ended_at__isnull=True).select_related("asset")
    return {(row.kind, row.value, row.zone): row for row in rows}


def _outcome(actor: Actor, row: SheetRow, key: Key | None, held: Identifier | None) -> Outcome:
    asset: Asset = row.values["asset"]
    name = f"{asset.name}: {row.values['value']}"
    refused = Outcome(row.number, "refused", name)
    if not may_change(actor, asset.unit_id):
        return refused.refused(_("You may not change assets of its unit."), "asset")
    if key is None:
        return refused.refused(_("This is malformed, or many hosts bear it. Write what a scan shows."), "value")
    if held is not None and held.asset_id != asset.pk:
        return refused.refused(_("Another asset bears this name. Take it away there first."), "value")
    kind, value, zone = key
    becomes = {"asset": named(asset), "kind": kind, "value": value, "zone": zone}
    return compared(row, asset if held else None, name=name, is_now=becomes, becomes=becomes, held=(asset, key))


def _written(actor: Actor, outcome: Outcome) -> Outcome:
    asset, (kind, value, zone) = cast(tuple[Asset, Key], outcome.held)
    try:
        with writing():
            services.identify(actor, asset, kind=kind, value=value, zone=zone)
    except ValidationError as fault:
        return outcome.refused(" ".join(fault.messages))
    return outcome.written(asset.subject, asset.version)


def _judged(actor: Actor, written: Written, held: Identifier | None) -> Undone:
    if held is None or held.asset.subject != written.subject:
        return Undone(written, "left", _("It is no longer there."))
    if not may_change(actor, held.asset.unit_id):
        return Undone(written, "left", _("You may not change assets of its unit."))
    return Undone(written, "undone", held=held)


IDENTIFIERS = Sheet(
    key="assets.identifiers",
    label=lazy("Names of scans"),
    about=lazy("By which names and addresses scans know an asset, one a row. An import adds; it takes nothing away."),
    permission=CHANGE,
    list_url="assets",
    identity=("kind", "value", "zone"),
    columns=(
        SheetColumn("asset", lazy("Asset"), lookup(assets, words="the name of an asset, or “name · unit”"),
                    required=True, also=("asset", "host"), example="mad-db-1"),
        SheetColumn("kind", lazy("Kind"), choice([*KINDS_TYPED.items(), *KINDS_SCANNED.items()]), required=True,
                    also=("type",), example="Full name on the network"),
        SheetColumn("value", lazy("Name or address"), text(most=300), required=True, also=("value", "identifier"),
                    example="mad-db-1.almena.example"),
        SheetColumn("zone", lazy("Network zone"), text(most=60), also=("zone",),
                    help=lazy("For short names and addresses. An empty cell means everywhere.")),
    ),
    compare=compare,
    write=write,
    judge=judge,
    take_back=take_back,
)  # fmt: skip
