"""Writes of places and assets. Matching what a scan saw to an asset stands in `matching`."""

from .assets import (
    IdentifierTaken,
    StillMerged,
    add_asset,
    bring_back,
    change_asset,
    identify,
    no_longer_identify,
    normal_name,
    retire_asset,
    set_value,
    zone_of,
)
from .classes import hold_class, hold_class_no_more
from .doubts import answer_doubt
from .following import Moved, offer_follow
from .many import ChangedMany, NothingToChange, change_many, put_back
from .many_classes import ClassedMany, hold_class_no_more_on_many, hold_class_on_many
from .merging import CannotMerge, CannotUnmerge, Previewed, merge_assets, preview, unmerge
from .needs import circle_of, depend, no_longer_depend, say_why
from .places import PlaceInItself, add_place, change_place
from .weighing import Weighed, ask_to_weigh, weigh_all

__all__ = [
    "CannotMerge",
    "CannotUnmerge",
    "ChangedMany",
    "ClassedMany",
    "IdentifierTaken",
    "Moved",
    "NothingToChange",
    "PlaceInItself",
    "Previewed",
    "StillMerged",
    "Weighed",
    "add_asset",
    "add_place",
    "answer_doubt",
    "ask_to_weigh",
    "bring_back",
    "change_asset",
    "change_many",
    "change_place",
    "circle_of",
    "depend",
    "hold_class",
    "hold_class_no_more",
    "hold_class_no_more_on_many",
    "hold_class_on_many",
    "identify",
    "merge_assets",
    "no_longer_depend",
    "no_longer_identify",
    "normal_name",
    "offer_follow",
    "preview",
    "put_back",
    "retire_asset",
    "say_why",
    "set_value",
    "unmerge",
    "weigh_all",
    "zone_of",
]
