"""Scenarios, estimates, runs that are never changed, plans, what is tolerated, bow-ties, what was taken."""

from .library import LibraryMeasureRow, LibraryScenarioRow
from .rights import ACCEPT, ACCEPT_ABOVE, ACCEPTANCE, ACCEPTANCE_ABOVE, ASK, BASES, ESTIMATE, RUN, SEE
from .run import Budget, Proposal, Run
from .scenario import NEVER, NO_BAND, NO_PRICE, Effect, Estimate, Scenario
from .taken import Taken
from .tie import TieMeasure, TiePart
from .tolerance import Tolerance

__all__ = [
    "ACCEPT",
    "ACCEPTANCE",
    "ACCEPTANCE_ABOVE",
    "ACCEPT_ABOVE",
    "ASK",
    "BASES",
    "ESTIMATE",
    "NEVER",
    "NO_BAND",
    "NO_PRICE",
    "RUN",
    "SEE",
    "Budget",
    "Effect",
    "Estimate",
    "LibraryMeasureRow",
    "LibraryScenarioRow",
    "Proposal",
    "Run",
    "Scenario",
    "Taken",
    "TieMeasure",
    "TiePart",
    "Tolerance",
]
