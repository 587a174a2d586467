"""Writes of scenarios, estimates, effects, runs and plans."""

from .prices import write_prices
from .runs import Again, ComputedMeanwhile, Differs, refresh, run_again
from .scenarios import (
    add_scenario,
    change_scenario,
    estimate,
    retire,
    set_budget,
    set_effect,
    set_reach,
    withdraw_effect,
)

__all__ = [
    "Again",
    "ComputedMeanwhile",
    "Differs",
    "add_scenario",
    "change_scenario",
    "estimate",
    "refresh",
    "retire",
    "run_again",
    "set_budget",
    "set_effect",
    "set_reach",
    "withdraw_effect",
    "write_prices",
]
