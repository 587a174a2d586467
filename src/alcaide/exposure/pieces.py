"""What this room hangs on an asset's page: the ports that answer there."""

from typing import Any

from alcaide.assets.models import Asset
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Piece

from .models import SEE
from .queries.ports import ports_of

SHOWN = 30


def ports(asset: Asset, user: Any) -> list[Piece]:
    """Return the open ports of an asset; nothing where none is known."""
    if not scope_of(user).allows(SEE, asset.unit_id):
        return []
    rows = list(ports_of(asset, user)[: SHOWN + 1])
    if not rows:
        return []
    return [Piece("exposure/_ports.html", {"rows": rows[:SHOWN], "has_more": len(rows) > SHOWN, "asset": asset})]
