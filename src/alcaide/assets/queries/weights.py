"""Reads of criticality, of information that is handled, and of the graph of needs around an asset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from alcaide.assets.models import SEE, Asset, ClassReach, Criticality, Dependency, HeldClass
from alcaide.common.permissions import scope_of
from alcaide.common.trail import System

# A graph of more than this is a carpet; the page says how many more there are, and the list has them all.
MOST_DRAWN = 60
DEEPEST_DRAWN = 6


@dataclass(frozen=True)
class Weight:
    """The worst that one harm to an asset can start. `source` is None for its own, or where the user may not see it."""

    row: Criticality
    is_own: bool
    source: Asset | None
    via: Asset | None


@dataclass(frozen=True)
class Node:
    """One asset in the drawing of needs; `side` is -1 for what needs the asset, 0 for itself, 1 for what it needs."""

    asset: Asset
    side: int
    steps: int


@dataclass(frozen=True)
class Around:
    """What stands around an asset in the graph of needs, as far as it is drawn."""

    nodes: Sequence[Node]
    edges: Sequence[tuple[int, int, str]]
    hidden: int
    more: bool


def weights_of(asset: Asset, user: Any) -> list[Weight]:
    """Return an asset's criticality by harm, the worst first; people hurt come last, apart from money."""
    rows = list(asset.criticality.select_related("source__unit", "via__unit"))
    rows.sort(key=lambda row: (row.aspect == "hurt", -row.high_minor, row.aspect))
    return [
        Weight(row, row.source_id == asset.pk, _seen(row.source, user), _seen(row.via, user) if row.via else None)
        for row in rows
    ]


def rank_of(asset: Asset) -> int:
    """Return how many assets in use are worse to lose, plus one."""
    return Asset.objects.filter(retired_at__isnull=True, critical_minor__gt=asset.critical_minor).count() + 1


def weighed_at() -> datetime | None:
    """Return when a figure of criticality last changed."""
    return Criticality.objects.order_by("-at").values_list("at", flat=True).first()


def handled_by(asset: Asset) -> list[ClassReach]:
    """Return which classes of information an asset handles, by class."""
    return list(asset.class_reach.select_related("source__unit", "via__unit").order_by("data_class"))


def classes_in(asset: Asset) -> list[HeldClass]:
    """Return which classes of information stand in a data set, by class and country."""
    return list(asset.classes.order_by("data_class", "country"))


def may_see(asset: Asset, user: Any) -> bool:
    """Tell whether the user may see an asset that was read without asking."""
    return isinstance(user, System) or scope_of(user).allows(SEE, asset.unit_id)


def around(asset: Asset, user: Any) -> Around:
    """Return the needs around an asset, nearest first, at most as many as can be drawn; unseen ones are counted."""
    units = None if isinstance(user, System) else scope_of(user).units_for(SEE)
    found: dict[int, tuple[int, int]] = {asset.pk: (0, 0)}
    hidden: set[int] = set()
    more = False
    for side, near, far in ((1, "asset", "needs"), (-1, "needs", "asset")):
        edge = {asset.pk}
        for steps in range(1, DEEPEST_DRAWN + 1):
            beyond: list[int] = []
            rows = Dependency.objects.filter(**{f"{near}__in": edge, f"{far}__retired_at__isnull": True})
            for pk, unit in rows.values_list(f"{far}_id", f"{far}__unit_id").order_by(f"{far}__name", "pk"):
                if pk in found or pk in hidden:
                    continue
                if units is not None and unit not in units:
                    hidden.add(pk)
                elif len(found) >= MOST_DRAWN:
                    more = True
                else:
                    found[pk] = (side, steps)
                    beyond.append(pk)
            edge = set(beyond)
            if not edge:
                break
    by_id = Asset.objects.select_related("unit").in_bulk(list(found))
    nodes = [Node(by_id[pk], side, steps) for pk, (side, steps) in found.items()]
    both = Q(asset__in=list(found)) & Q(needs__in=list(found))
    edges = list(Dependency.objects.filter(both).order_by("pk").values_list("asset_id", "needs_id", "why"))
    return Around(nodes, edges, len(hidden), more)


def _seen(asset: Asset, user: Any) -> Asset | None:
    return asset if may_see(asset, user) else None
