"""Writes of scenarios, estimates, effects, runs and plans."""

from .kits import Kit, reperform
from .prices import write_prices
from .runs import STEPS, Again, ComputedMeanwhile, Differs, refresh, run_again
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
from .ties import add_part, change_part, move_part, place_measure, remove_part, take_measure_off
from .tolerances import (
    AlreadyDecided,
    agree_to_tolerate,
    ask_to_tolerate,
    refuse_to_tolerate,
    withdraw_tolerance,
)

__all__ = [
    "STEPS",
    "Again",
    "AlreadyDecided",
    "ComputedMeanwhile",
    "Differs",
    "Kit",
    "add_part",
    "add_scenario",
    "agree_to_tolerate",
    "ask_to_tolerate",
    "change_part",
    "change_scenario",
    "estimate",
    "move_part",
    "place_measure",
    "refresh",
    "refuse_to_tolerate",
    "remove_part",
    "reperform",
    "retire",
    "run_again",
    "set_budget",
    "set_effect",
    "set_reach",
    "take_measure_off",
    "withdraw_effect",
    "withdraw_tolerance",
    "write_prices",
]
