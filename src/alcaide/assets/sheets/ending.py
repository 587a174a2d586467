"""Whole lists of assets: what is in use here and missing in the list goes out of use, as a person says so."""

from collections.abc import Iterator, Sequence
from functools import partial

from alcaide.assets import services
from alcaide.assets.models import Asset
from alcaide.common.sheets import Context, Outcome, Standing
from alcaide.common.sheets.declared import same
from alcaide.common.trail import Actor
from alcaide.organization.queries import unconfirmed

from .finding import may_change, tried


def standing(actor: Actor, context: Context) -> Iterator[Standing]:
    """Walk what is in use in units where the actor may change assets, of the kinds that the list names any of.

    A list of servers says nothing of buildings: a kind of which it names none that stands here is left alone.
    """
    rows = Asset.objects.filter(retired_at__isnull=True, merged_into__isnull=True).select_related("unit")
    kept = [asset for asset in rows.order_by("pk") if may_change(actor, asset.unit_id)]
    spoken_of = {asset.kind for asset in kept if (same(asset.unit), same(asset.name)) in context.identities}
    for asset in kept:
        if asset.kind in spoken_of:
            yield Standing((asset.unit, asset.name), asset.subject, asset.name, held=asset.pk)


def end(actor: Actor, rows: Sequence[Standing], context: Context) -> list[Outcome]:
    """Take what is missing out of use; a number beyond the bound needs a second person's word."""
    refused = unconfirmed(actor, context.subject.partition(":")[2])
    if refused:
        return [Outcome(0, "refused", row.name, row.subject).refused(refused) for row in rows]
    found = Asset.objects.in_bulk([row.held for row in rows])
    return [_ended(actor, row, found[row.held]) for row in rows]


def _ended(actor: Actor, row: Standing, asset: Asset) -> Outcome:
    retire = partial(services.retire_asset, actor, asset, opened_version=asset.version)
    return tried(Outcome(0, "ended", row.name, row.subject), retire)
