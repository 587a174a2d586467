"""Writes of the board: decisions, printed packs, and what people do with their lists."""

from .agenda import NotSo, decline, delegate, snooze, take_back, wake
from .decisions import NothingToPrint, decide, print_pack

__all__ = ["NotSo", "NothingToPrint", "decide", "decline", "delegate", "print_pack", "snooze", "take_back", "wake"]
