"""As of: any record and any permission as they were at a moment, from the trail; what is not known is said so."""

from alcaide.common.asof.kinds import ABSENT, Event, Rows, Trailed, Was, offer, offer_beside, once, provide_tree
from alcaide.common.asof.queries import AsOf, NotThere, Then, record, who_could_see

__all__ = [
    "ABSENT",
    "AsOf",
    "Event",
    "NotThere",
    "Rows",
    "Then",
    "Trailed",
    "Was",
    "offer",
    "offer_beside",
    "once",
    "provide_tree",
    "record",
    "who_could_see",
]
