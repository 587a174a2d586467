"""Which measures to choose under one budget, with a proof of how good the choice is.

The parts load on first use, so that a page without a plan imports no SciPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alcaide.engine.plan.model import Measure, Plan, Problem, loss_left
    from alcaide.engine.plan.quick import greedy
    from alcaide.engine.plan.search import best, frontier
    from alcaide.engine.plan.solver import SolverFailed

__all__ = ["Measure", "Plan", "Problem", "SolverFailed", "best", "frontier", "greedy", "loss_left"]

_WHERE = {
    "Measure": "model",
    "Plan": "model",
    "Problem": "model",
    "SolverFailed": "solver",
    "best": "search",
    "frontier": "search",
    "greedy": "quick",
    "loss_left": "model",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    value = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
