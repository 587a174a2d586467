"""Reports taken in, and the findings that stand open, by asset."""

from .findings import FOLLOWED, NO_LIMIT, SEEN_WITHIN, Check, Finding, FindingFlaw, FindingSet, Step
from .reports import SEE, TAKE_IN, Quarantined, Report, Sighting

__all__ = [
    "FOLLOWED",
    "NO_LIMIT",
    "SEE",
    "SEEN_WITHIN",
    "TAKE_IN",
    "Check",
    "Finding",
    "FindingFlaw",
    "FindingSet",
    "Quarantined",
    "Report",
    "Sighting",
    "Step",
]
