"""Assets, what they are worth, how scanners call them, where they stand, and what depends on what."""

from .assets import Asset, AssetValue, HeldClass
from .matching import Identifier, MatchCandidate, MatchDoubt, Merge
from .needs import ClassReach, Criticality, Dependency
from .places import CHANGE, SEE, Place

__all__ = [
    "CHANGE",
    "SEE",
    "Asset",
    "AssetValue",
    "ClassReach",
    "Criticality",
    "Dependency",
    "HeldClass",
    "Identifier",
    "MatchCandidate",
    "MatchDoubt",
    "Merge",
    "Place",
]
