"""Writes of places and assets. Matching what a scan saw to an asset stands in `matching`."""

from .assets import (
    CircularNeed,
    IdentifierTaken,
    add_asset,
    bring_back,
    change_asset,
    depend,
    identify,
    no_longer_depend,
    no_longer_identify,
    retire_asset,
    set_value,
)
from .places import PlaceInItself, add_place, change_place

__all__ = [
    "CircularNeed",
    "IdentifierTaken",
    "PlaceInItself",
    "add_asset",
    "add_place",
    "bring_back",
    "change_asset",
    "change_place",
    "depend",
    "identify",
    "no_longer_depend",
    "no_longer_identify",
    "retire_asset",
    "set_value",
]
