"""Writes of the board: decisions, printed packs, what people do with their lists, and the year."""

from .agenda import NotSo, decline, delegate, snooze, take_back, wake
from .audit import have_trail_read, take_out
from .decisions import NothingToPrint, decide, print_pack
from .feeds import new_feed, revoke_feed
from .year import (
    CannotMove,
    add_quiet_time,
    answer_proposal,
    end_quiet_time,
    move_date,
    say_why_missed,
    withdraw_proposal,
)

__all__ = [
    "CannotMove",
    "NotSo",
    "NothingToPrint",
    "add_quiet_time",
    "answer_proposal",
    "decide",
    "decline",
    "delegate",
    "end_quiet_time",
    "have_trail_read",
    "move_date",
    "new_feed",
    "print_pack",
    "revoke_feed",
    "say_why_missed",
    "snooze",
    "take_back",
    "take_out",
    "wake",
    "withdraw_proposal",
]
