"""Writes of reports, findings, actions and decisions."""

from .acting import keep_actions, recount
from .closing import confirm_closing
from .deciding import DecisionRefused, SamePerson, approve, ask, end_early, end_over, propose, refuse, withdraw
from .landing import NothingToRead, bring_in, land, look, look_at
from .limiting import renew_limits
from .pricing import take_prices
from .promising import NothingToPromise, assign, estimate, promise
from .reading import read_in, stop_reading, take_in

__all__ = [
    "DecisionRefused",
    "NothingToPromise",
    "NothingToRead",
    "SamePerson",
    "approve",
    "ask",
    "assign",
    "bring_in",
    "confirm_closing",
    "end_early",
    "end_over",
    "estimate",
    "keep_actions",
    "land",
    "look",
    "look_at",
    "promise",
    "propose",
    "read_in",
    "recount",
    "refuse",
    "renew_limits",
    "stop_reading",
    "take_in",
    "take_prices",
    "withdraw",
]
