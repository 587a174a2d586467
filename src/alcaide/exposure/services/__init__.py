"""Writes of reports, findings, actions and decisions."""

from .acting import keep_actions, recount
from .closing import confirm_closing
from .deciding import (
    DecisionRefused,
    approve,
    ask,
    ask_all,
    end_early,
    end_over,
    propose,
    refuse,
    renew,
    withdraw,
)
from .landing import NothingToRead, bring_in, land, look, look_at
from .limiting import renew_limits
from .pricing import take_prices
from .promising import NothingToPromise, assign, estimate, promise
from .reading import read_in, stop_reading, take_in
from .tabling import FactsUnusable, TableMoved, set_table, state_facts, take_facts

__all__ = [
    "DecisionRefused",
    "FactsUnusable",
    "NothingToPromise",
    "NothingToRead",
    "TableMoved",
    "approve",
    "ask",
    "ask_all",
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
    "renew",
    "renew_limits",
    "set_table",
    "state_facts",
    "stop_reading",
    "take_facts",
    "take_in",
    "take_prices",
    "withdraw",
]
