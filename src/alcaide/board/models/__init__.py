"""Decisions, packs, what people did with their lists, and the year."""

from .agenda import Delegation, Snooze
from .records import AUDIT, DECIDE, PRINT, SEE, Decision, Pack
from .year import PLAN_YEAR, Feed, FeedDate, MissedDay, ProposedDay, QuietTime

__all__ = [
    "AUDIT",
    "DECIDE",
    "PLAN_YEAR",
    "PRINT",
    "SEE",
    "Decision",
    "Delegation",
    "Feed",
    "FeedDate",
    "MissedDay",
    "Pack",
    "ProposedDay",
    "QuietTime",
    "Snooze",
]
