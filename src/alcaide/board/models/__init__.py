"""Decisions, packs, and what people did with their lists."""

from .agenda import Delegation, Snooze
from .records import DECIDE, PRINT, SEE, Decision, Pack

__all__ = ["DECIDE", "PRINT", "SEE", "Decision", "Delegation", "Pack", "Snooze"]
