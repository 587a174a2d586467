"""Writes of what needs what. A circle is kept as it is in life, and told: whoever stands in it falls together."""

from typing import Any

from django.core.exceptions import ValidationError

from alcaide.assets.graph import Graph
from alcaide.assets.models import CHANGE, SEE, Asset, Dependency
from alcaide.common import purging
from alcaide.common.changes import note_change
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write

from .assets import ROOM, name_for
from .weighing import ask_to_weigh


@write
def depend(actor: Actor, asset: Asset, *, needs: Asset, why: str = "") -> Dependency:
    """Say that an asset needs another that the actor sees. A circle is allowed; `circle_of` tells of it."""
    require(actor, CHANGE, unit_id=asset.unit_id)
    require(actor, SEE, unit_id=needs.unit_id)
    if asset.pk == needs.pk:
        raise ValidationError({"needs": "An asset does not need itself. Choose another one."})
    if Dependency.objects.filter(asset=asset, needs=needs).exists():
        raise ValidationError({"needs": f"{asset.name} needs {needs.name} already."})
    made = Dependency(asset=asset, needs=needs, why=why)
    made.clean_fields()
    made.save()
    audit(actor, "depend", subject=asset.subject, after={"needs": needs.subject, "why": why})
    note_change(ROOM, asset.subject)
    ask_to_weigh(actor)
    return made


@write
def say_why(actor: Actor, need: Dependency, *, why: str) -> Dependency:
    """Say anew what an asset needs another for."""
    require(actor, CHANGE, unit_id=need.asset.unit_id)
    before, need.why, need.version = need.why, why, need.version + 1
    need.clean_fields(exclude={"asset", "needs"})
    need.save()
    after = {"needs": need.needs.subject, "why": why}
    audit(actor, "say_why", subject=need.asset.subject, before={"why": before}, after=after)
    note_change(ROOM, need.asset.subject)
    return need


@write
def no_longer_depend(actor: Actor, need: Dependency) -> None:
    """Take a need away."""
    require(actor, CHANGE, unit_id=need.asset.unit_id)
    before: dict[str, Any] = {"needs": need.needs.subject, "why": need.why}
    audit(actor, "no_longer_depend", subject=need.asset.subject, before=before)
    note_change(ROOM, need.asset.subject)
    purging.remove(actor, need, why="The asset no longer depends on it")
    ask_to_weigh(actor)


def circle_of(actor: Actor, need: Dependency) -> str:
    """Return the circle that a need closes, in words that name only what the actor sees; empty where it closes none."""
    rows = Dependency.objects.filter(asset__retired_at__isnull=True, needs__retired_at__isnull=True)
    way = Graph.of(rows.values_list("asset_id", "needs_id")).way(need.needs_id, need.asset_id)
    if not way:
        return ""
    by_id = Asset.objects.in_bulk(way)
    return " needs ".join(name_for(actor, by_id[pk]) for pk in [need.asset_id, *way])
