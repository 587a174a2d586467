"""HiGHS with the options that plans need: one thread, tight tolerances, the same answer each time."""

from dataclasses import dataclass, field

import highspy
import numpy as np
from scipy.sparse import csc_array

from alcaide.engine.errors import EngineError
from alcaide.engine.plan.model import FloatArray, IntArray

INF = highspy.kHighsInf
_OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 0,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
    "mip_feasibility_tolerance": 1e-9,
    "mip_abs_gap": 1e-10,
    "mip_heuristic_effort": 0.01,  # a good choice is known before
    "mip_allow_restart": False,
}


class SolverFailed(EngineError):
    """HiGHS came back without an answer that can be used; the message holds its words."""


@dataclass
class Parts:
    """Columns (from 0 up to a bound) and rows of a linear program while they are collected."""

    cost: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    entries: list[tuple[IntArray, IntArray, FloatArray]] = field(default_factory=list)

    def columns(self, cost: FloatArray, upper: float) -> IntArray:
        """Add columns; returns their numbers."""
        first = len(self.cost)
        self.cost.extend(cost)
        self.upper.extend([upper] * len(cost))
        return np.arange(first, first + len(cost))

    def row(self, columns: IntArray, values: FloatArray, *, low: float, high: float) -> None:
        """Add a row: low <= values · columns <= high."""
        self.entries.append((np.full(len(columns), len(self.low)), columns, values))
        self.low.append(low)
        self.high.append(high)


def loaded(parts: Parts) -> highspy.Highs:
    """A solver that holds the program; raises SolverFailed if it refuses it."""
    solver = highspy.Highs()
    for name, value in _OPTIONS.items():
        solver.setOptionValue(name, value)
    entries = parts.entries or [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))]
    rows, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
    matrix = csc_array((values, (rows, columns)), shape=(len(parts.low), len(parts.cost)))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(parts.cost), len(parts.low)
    model.col_cost_, model.col_lower_ = np.array(parts.cost), np.zeros(len(parts.cost))
    model.col_upper_ = np.array(parts.upper)
    model.row_lower_, model.row_upper_ = np.array(parts.low), np.array(parts.high)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.a_matrix_.value_ = matrix.data
    model.integrality_ = [highspy.HighsVarType.kContinuous] * len(parts.cost)
    if solver.passModel(model) == highspy.HighsStatus.kError:
        raise SolverFailed("the solver refused the model: scale losses, costs and budget to ordinary sums")
    return solver
