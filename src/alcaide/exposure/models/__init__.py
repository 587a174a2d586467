"""Reports taken in, and the findings that stand open, by asset."""

from .findings import FOLLOWED, NO_LIMIT, SEEN_WITHIN, Check, Finding, FindingAlias, FindingFlaw, FindingSet, Step
from .reports import SEE, TAKE_IN, OpenPort, Quarantined, Report, Sighting, Verdict

__all__ = [
    "FOLLOWED",
    "NO_LIMIT",
    "SEE",
    "SEEN_WITHIN",
    "TAKE_IN",
    "Check",
    "Finding",
    "FindingAlias",
    "FindingFlaw",
    "FindingSet",
    "OpenPort",
    "Quarantined",
    "Report",
    "Sighting",
    "Step",
    "Verdict",
]
