"""Writes of places and assets. Matching what a scan saw to an asset stands in `matching`."""

from .assets import add_asset, change_asset, depend, identify, no_longer_depend, retire_asset, set_value
from .places import add_place

__all__ = [
    "add_asset",
    "add_place",
    "change_asset",
    "depend",
    "identify",
    "no_longer_depend",
    "retire_asset",
    "set_value",
]
