"""The mixed-integer program behind a plan: linear bounds from below on every scenario's loss.

A scenario that few free measures touch is a block of vertices: one weight for each of their allowed combinations,
so that its loss is exact at whole choices and its convex envelope in between. The loss of a crowded scenario is a
single column, held up by cuts that are added where the last answer needs them.
"""

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from alcaide.engine.plan.cuts import Point, cube, cuts_of, facets_of
from alcaide.engine.plan.model import BoolArray, FloatArray, Grid, IntArray
from alcaide.engine.plan.rules import Rules
from alcaide.engine.plan.solver import INF, Parts, SolverFailed, loaded

SCALE = 1000.0


@dataclass(frozen=True)
class Answer:
    """What a run gives: a bound in money, and for each measure its value and reduced cost (relaxations only)."""

    bound: float
    value: FloatArray
    reduced_cost: FloatArray
    has_choice: bool
    is_empty: bool
    is_stopped: bool


@dataclass(frozen=True)
class Block:
    """A scenario as vertices: (v, d) corners, (v,) their weighted losses, and the row of their sum."""

    measures: IntArray
    corners: BoolArray
    losses: FloatArray
    row: int


@dataclass(frozen=True)
class Crowded:
    """A scenario whose loss stands in one column, held up by cuts over the columns of its measures."""

    weight: float
    measures: IntArray
    factors: FloatArray
    column: int


class Program:
    """One model over the measures that are still free.

    ones, zeros: (n,) measures fixed in and out.  most: measures on a scenario up to which it is a block of vertices.
    """

    def __init__(self, grid: Grid, rules: Rules, *, ones: BoolArray, zeros: BoolArray, most: int) -> None:
        self.grid, self.rules, self.ones = grid, rules, ones
        self.free = np.flatnonzero(~ones & ~zeros)
        self.unit = max(float(grid.remaining(rules.forced).sum()), 1e-300) / SCALE
        self.blocks: list[Block] = []
        self.crowded: list[Crowded] = []
        self._run_s = 0.0
        parts = Parts()
        parts.columns(np.zeros(len(self.free)), 1.0)
        self._rule_rows(parts)
        self.fixed_loss = self._scenarios(parts, most)
        self.solver = loaded(parts)

    def spent_s(self) -> float:
        """Seconds of the solver since this was last asked."""
        spent, self._run_s = self._run_s, 0.0
        return spent

    def relax(self, seconds: float) -> Answer:
        """Solve with fractions allowed."""
        return self._run(np.zeros(len(self.free), dtype=np.uint8), gap=0.0, seconds=seconds)

    def choose(self, gap: float, *, seconds: float, hint: BoolArray | None = None) -> Answer:
        """Solve for whole choices to a relative gap, starting from `hint` where given."""
        if hint is not None:
            self.solver.setSolution(len(self.free), np.arange(len(self.free)), hint[self.free].astype(float))
        return self._run(np.ones(len(self.free), dtype=np.uint8), gap=gap, seconds=seconds)

    def sharpen(self, centre: FloatArray) -> int:
        """Add the cuts that the last answer violates, taken at `centre`, (n,) shares of the measures."""
        if not self.crowded:
            return 0
        value = np.array(self.solver.getSolution().col_value)
        if len(value) == 0:
            value = np.zeros(self.solver.getNumCol())
            value[: len(self.free)] = centre[self.free]
        points = [Point(block.factors, np.clip(centre[self.free][block.measures], 0.0, 1.0)) for block in self.crowded]
        facets, run_s = facets_of(points)
        self._run_s += run_s
        rows = []
        for block, point, facet in zip(self.crowded, points, facets, strict=True):
            held = value[block.column] / block.weight
            reached = held + 1e-9 + 1e-6 * held
            columns = np.append(block.measures, block.column)
            for cut in cuts_of(point, facet):
                if cut.base + cut.slopes @ value[block.measures] > reached:
                    rows.append((columns, np.append(-block.weight * cut.slopes, 1.0), block.weight * cut.base))
        self._add(rows)
        return len(rows)

    def exclude(self, chosen: BoolArray, harmless: BoolArray) -> None:
        """Rule out a choice, alone or with any of the `harmless` measures."""
        inside = chosen[self.free]
        outside = ~inside & ~harmless[self.free]
        columns = np.flatnonzero(inside | outside)
        self._add([(columns, np.where(inside[columns], -1.0, 1.0), 1.0 - float(inside.sum()))])

    def _add(self, rows: list[tuple[IntArray, FloatArray, float]]) -> None:
        if not rows:
            return
        starts = np.cumsum([0, *(len(columns) for columns, _, _ in rows)])
        index = np.concatenate([columns for columns, _, _ in rows])
        value = np.concatenate([values for _, values, _ in rows])
        low, high = np.array([low for _, _, low in rows]), np.full(len(rows), INF)
        self.solver.addRows(
            len(rows), low, high, len(index), starts[:-1].astype(np.int32), index.astype(np.int32), value
        )

    def _run(self, kinds: NDArray[np.uint8], *, gap: float, seconds: float) -> Answer:
        solver = self.solver
        solver.changeColsIntegrality(len(kinds), np.arange(len(kinds), dtype=np.int32), kinds)
        solver.setOptionValue("mip_rel_gap", gap)
        before = float(solver.getRunTime())
        solver.setOptionValue("time_limit", seconds)
        solver.run()
        self._run_s += float(solver.getRunTime()) - before
        return self._answer(is_mixed=bool(kinds.any()))

    def _answer(self, *, is_mixed: bool) -> Answer:
        status, info, solution = self.solver.getModelStatus(), self.solver.getInfo(), self.solver.getSolution()
        kind = highspy.HighsModelStatus
        if status not in (kind.kOptimal, kind.kInfeasible, kind.kTimeLimit):
            raise SolverFailed(f"the solver stopped: {self.solver.modelStatusToString(status)}")
        is_optimal = status == kind.kOptimal
        lowest = info.mip_dual_bound if is_mixed else info.objective_function_value if is_optimal else -INF
        value, reduced_cost = self.ones.astype(float), np.zeros(len(self.ones))
        if solution.value_valid:
            value[self.free] = np.array(solution.col_value)[: len(self.free)]
        if is_optimal and not is_mixed:
            reduced_cost[self.free] = self._strengthened(value[self.free]) * self.unit
        return Answer(
            bound=max(0.0, lowest * self.unit + self.fixed_loss) if lowest > -INF else 0.0,
            value=value,
            reduced_cost=reduced_cost,
            has_choice=bool(solution.value_valid),
            is_empty=status == kind.kInfeasible,
            is_stopped=status == kind.kTimeLimit,
        )

    def _strengthened(self, value: FloatArray) -> FloatArray:
        # A measure at 0 or 1 is often basic and its reduced cost 0, while the corners that it alone would open have
        # slack: move that slack into its slope. The bound stays, and the duals stay valid.
        solution = self.solver.getSolution()
        cost, dual = np.array(solution.col_dual)[: len(value)], np.array(solution.row_dual)
        for block in self.blocks:
            slopes = dual[block.row + 1 : block.row + 1 + len(block.measures)]
            slack = np.maximum(block.losses - dual[block.row] - block.corners @ slopes, 0.0)
            for measure, is_on in zip(block.measures, block.corners.T, strict=True):
                if value[measure] < 1e-9:
                    gain = slack[is_on].min(initial=INF)
                    slack[is_on] -= gain
                elif value[measure] > 1 - 1e-9:
                    gain = -slack[~is_on].min(initial=INF)
                    slack[~is_on] += gain
                else:
                    continue
                cost[measure] += gain
        return cost

    def _rule_rows(self, parts: Parts) -> None:
        rules, free = self.rules, self.free
        cost = rules.cost[free]
        room = max(rules.budget - float(rules.cost[self.ones].sum()), 0.0)
        if np.isfinite(room) and cost.sum() > room:
            unit = max(room, float(cost.max()))
            parts.row(np.arange(len(free)), cost / unit, low=-INF, high=room / unit)
        for a, b in np.argwhere(np.triu(rules.excludes[np.ix_(free, free)])):
            parts.row(np.array([a, b]), np.ones(2), low=-INF, high=1.0)
        for a, b in np.argwhere(rules.links[np.ix_(free, free)]):
            if a != b:
                parts.row(np.array([a, b]), np.array([1.0, -1.0]), low=-INF, high=0.0)

    def _scenarios(self, parts: Parts, most: int) -> float:
        weights = self.grid.remaining(self.ones)
        touching = self.grid.left[self.free] < 1
        fixed = 0.0
        for scenario in np.flatnonzero(weights > 0):
            measures = np.flatnonzero(touching[:, scenario])
            factors = self.grid.left[self.free[measures], scenario]
            weight = float(weights[scenario]) / self.unit
            if len(measures) == 0:
                fixed += float(weights[scenario])
            elif len(measures) > most:
                (column,) = parts.columns(np.ones(1), INF)
                self.crowded.append(Crowded(weight, measures, factors, int(column)))
            else:
                self._block(parts, weight, measures=measures, factors=factors)
        return fixed

    def _block(self, parts: Parts, weight: float, *, measures: IntArray, factors: FloatArray) -> None:
        corners = self._corners(self.free[measures])
        losses = weight * np.where(corners, factors, 1.0).prod(axis=1)
        columns = parts.columns(losses, 1.0)
        self.blocks.append(Block(measures, corners, losses, row=len(parts.low)))
        parts.row(columns, np.ones(len(columns)), low=1.0, high=1.0)
        for measure, is_on in zip(measures, corners.T, strict=True):
            values = np.append(np.ones(is_on.sum()), -1.0)
            parts.row(np.append(columns[is_on], measure), values, low=0.0, high=0.0)

    def _corners(self, measures: IntArray) -> BoolArray:
        corners = cube(len(measures))
        clashes = ((corners @ self.rules.excludes[np.ix_(measures, measures)]) & corners).any(axis=1)
        unmet = ((corners @ self.rules.needs[np.ix_(measures, measures)]) & ~corners).any(axis=1)
        allowed: BoolArray = corners[~clashes & ~unmet]
        return allowed
