"""Reads of scenarios, estimates, runs, plans and figures."""

from .currencies import NoRate, in_ours
from .figures import (
    Figures,
    baseline_run,
    figures,
    latest_run,
    moves_since,
    newest_run,
    past_areas,
    proposal_of,
    sums_of,
)
from .inputs import collect_inputs, range_of
from .levels import Level, levels_of_all, levels_of_scenario
from .plans import Plan, PlanLine, plan_of, read_plan
from .priced import LOSS, with_bases
from .runs import InputRow, expected_of, inputs_read, runs
from .scenarios import budget_of, effects_in_force, ends_of, estimates_in_force, scenarios
from .shown import EffectGiven, RangeGiven, ScenarioShown, scenario_shown
from .tolerances import (
    Standing,
    ToleranceShown,
    may_agree,
    others_who_may_agree,
    standing,
    tolerance_shown,
    tolerances_of,
)
from .where import BandSum, Part, Where, where_it_lies

__all__ = [
    "LOSS",
    "BandSum",
    "EffectGiven",
    "Figures",
    "InputRow",
    "Level",
    "NoRate",
    "Part",
    "Plan",
    "PlanLine",
    "RangeGiven",
    "ScenarioShown",
    "Standing",
    "ToleranceShown",
    "Where",
    "baseline_run",
    "budget_of",
    "collect_inputs",
    "effects_in_force",
    "ends_of",
    "estimates_in_force",
    "expected_of",
    "figures",
    "in_ours",
    "inputs_read",
    "latest_run",
    "levels_of_all",
    "levels_of_scenario",
    "may_agree",
    "moves_since",
    "newest_run",
    "others_who_may_agree",
    "past_areas",
    "plan_of",
    "proposal_of",
    "range_of",
    "read_plan",
    "runs",
    "scenario_shown",
    "scenarios",
    "standing",
    "sums_of",
    "tolerance_shown",
    "tolerances_of",
    "where_it_lies",
    "with_bases",
]
