"""Reports taken in, and the findings that stand open, by asset."""

from .actions import ASSIGN, Action, ActionSet, Promise
from .decisions import ASK, DECIDE, EXCEPTION, SET_LIMITS, STATE_FACTS, Covered, Decision, FlawFacts, LimitTable
from .findings import FOLLOWED, NO_LIMIT, SEEN_WITHIN, Check, Finding, FindingAlias, FindingFlaw, FindingSet, Step
from .reports import SEE, TAKE_IN, OpenPort, Quarantined, Report, Sighting, Verdict

__all__ = [
    "ASK",
    "ASSIGN",
    "DECIDE",
    "EXCEPTION",
    "FOLLOWED",
    "NO_LIMIT",
    "SEE",
    "SEEN_WITHIN",
    "SET_LIMITS",
    "STATE_FACTS",
    "TAKE_IN",
    "Action",
    "ActionSet",
    "Check",
    "Covered",
    "Decision",
    "Finding",
    "FindingAlias",
    "FindingFlaw",
    "FindingSet",
    "FlawFacts",
    "LimitTable",
    "OpenPort",
    "Promise",
    "Quarantined",
    "Report",
    "Sighting",
    "Step",
    "Verdict",
]
