"""Reads of scenarios, estimates, runs and figures."""

from .figures import Figures, baseline_run, figures, latest_run, moves_since, past_figures, proposal_of
from .inputs import collect_inputs
from .scenarios import budget_of, effects_in_force, estimates_in_force, scenarios

__all__ = [
    "Figures",
    "baseline_run",
    "budget_of",
    "collect_inputs",
    "effects_in_force",
    "estimates_in_force",
    "figures",
    "latest_run",
    "moves_since",
    "past_figures",
    "proposal_of",
    "scenarios",
]
