"""What the house tells people: in the bell, once a day, or by e-mail at once; each chooses per kind.

A room declares a kind with `offer_kind` and calls `tell` inside the write that it tells of.
"""

from .kinds import KINDS_OF_THE_HOUSE, Kind, KindUnknown, Way, kinds, offer_kind
from .services import follow, tell

__all__ = ["KINDS_OF_THE_HOUSE", "Kind", "KindUnknown", "Way", "follow", "kinds", "offer_kind", "tell"]
