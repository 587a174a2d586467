"""The page that draws what an asset needs and what needs it, and lists the same beside it."""

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from alcaide.assets.models import SEE, Asset
from alcaide.assets.queries import Around, around
from alcaide.common.asking import Asking
from alcaide.common.permissions import require
from alcaide.common.rights.doors import rule

from .assets import the_asset


@rule(SEE)
def asset_graph(request: Asking, uid: str) -> HttpResponse:
    """Draw the needs around an asset."""
    asset = the_asset(request, uid)
    require(request.user, SEE, unit_id=asset.unit_id)
    found = around(asset, request.user)
    sides = {side: [node for node in found.nodes if node.side == side] for side in (-1, 1)}
    about = {
        "asset": asset, "around": found, "drawn": _drawn(found, asset), "above": sides[-1], "below": sides[1],
        "table": _table(found),
    }  # fmt: skip
    return render(request, "assets/graph.html", about)


def _drawn(found: Around, asset: Asset) -> str:
    """Return the graph as the drawing reads it from the page."""
    along = {node.asset.pk: node.side * node.steps for node in found.nodes}
    drawn: dict[str, Any] = {
        "nodes": [
            {"id": str(node.asset.pk), "label": node.asset.name, "area": node.asset.area, "side": node.side,
             "steps": node.steps, "url": reverse("asset-graph", args=[node.asset.uid]),
             "here": node.asset.pk == asset.pk}
            for node in found.nodes
        ],
        "edges": [
            {"id": f"{start}-{end}", "source": str(start), "target": str(end), "beside": along[start] == along[end]}
            for start, end, why in found.edges
        ],
    }  # fmt: skip
    return json.dumps(drawn)


def _table(found: Around) -> list[tuple[Asset, Asset, str]]:
    by_id = {node.asset.pk: node.asset for node in found.nodes}
    return [(by_id[start], by_id[end], why) for start, end, why in found.edges]
