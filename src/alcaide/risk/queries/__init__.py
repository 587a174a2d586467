"""Reads of scenarios, estimates, runs, plans and figures."""

from .figures import (
    Figures,
    baseline_run,
    figures,
    latest_run,
    moves_since,
    newest_run,
    past_figures,
    proposal_of,
)
from .inputs import collect_inputs, range_of
from .plans import Plan, PlanLine, plan_of, read_plan
from .priced import Price, prices_of, with_bases, with_price
from .scenarios import budget_of, effects_in_force, estimates_in_force, scenarios

__all__ = [
    "Figures",
    "Plan",
    "PlanLine",
    "Price",
    "baseline_run",
    "budget_of",
    "collect_inputs",
    "effects_in_force",
    "estimates_in_force",
    "figures",
    "latest_run",
    "moves_since",
    "newest_run",
    "past_figures",
    "plan_of",
    "prices_of",
    "proposal_of",
    "range_of",
    "read_plan",
    "scenarios",
    "with_bases",
    "with_price",
]
