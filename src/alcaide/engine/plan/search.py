"""The best plan, with a proof of how far from the best it can be."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from alcaide.engine.plan.model import BoolArray, FloatArray, Plan, Problem, check, grid_of
from alcaide.engine.plan.program import Answer, Program
from alcaide.engine.plan.quick import fill, plan_of, quick_bound, refusal, start
from alcaide.engine.plan.rules import rules_of

_SAME = 1e-12  # losses that differ by less than this share are the same: the order of multiplication decides no plan
_SURE = 1e-7  # what the solver's tolerances may hide; within it, choices are compared exactly
_SMALL = 40  # free measures up to which the very best is always proven
_CORE = 60  # measures that the first search for a good choice leaves free
_CORNERS = 100_000  # most corners of a program,
_CORNERS_EACH = 60  # and the most for each scenario on average: above, cuts are faster
_CENTRES = 8  # points at which a new program is sharpened from the start
_RELAXATIONS = 12  # most relaxations between two programs


def best(
    problem: Problem,
    *,
    gap: float = 1e-6,
    rounds_at_most: int = 50,
    seconds: float = 30.0,
    between: Callable[[], None] | None = None,
) -> Plan:
    """Choose the measures that leave the least loss within the budget, with a proven bound.

    Parameters
    ----------
    problem : Problem
        n measures over m scenarios.
    gap : float, optional
        Share of the loss left that may stay unproven. 0 asks for the very best; that is also found, whatever `gap`,
        where up to 40 measures stay in doubt.
    rounds_at_most : int, optional
        Runs of the solver.
    seconds : float, optional
        Seconds of the solver; building its models comes on top. Only a search that runs out of them can give
        another answer on another day.
    between : callable, optional
        Called before each run of the solver; what it raises ends the search.

    Returns
    -------
    Plan
        Of equally good choices the cheapest, then the one with fewest measures, then the first as listed.

    Raises
    ------
    CaseError
        If the problem is malformed.
    SolverFailed
        If the solver gives no usable answer.

    Notes
    -----
    ``min Σ_i loss_i Π_k f_ki^x_k`` over 0-1 x under the rules. The product is replaced by its convex envelope, as
    weights on the corners of the measures that act on the scenario, or by cuts where too many act; the mixed-integer
    program then bounds the loss from below, and its choices are priced exactly. Measures are settled by reduced
    costs first: a measure whose entry costs more than the best known choice leaves is out. Memory grows with m and
    with 2 to the number of measures in doubt on a scenario, up to 100,000 weights.

    References
    ----------
    Rikun (1997), J. Global Optimization 10, p. 425-437 (envelopes); Duran, Grossmann (1986), Math. Programming 36,
    p. 307-339 (outer approximation); Huangfu, Hall (2018), Math. Programming Computation 10, p. 119-142 (HiGHS).

    Examples
    --------
    >>> from alcaide.engine.plan.model import Measure
    >>> measures = (Measure("lock", 4.0, {"theft": 0.5}), Measure("guard", 6.0, {"theft": 0.4, "arson": 0.9}))
    >>> plan = best(Problem({"theft": 100.0, "arson": 50.0}, measures, budget=10.0))
    >>> plan.chosen, plan.annual_loss, plan.gap
    (('guard', 'lock'), 65.0, 0.0)
    """
    return Search(problem, gap=gap, rounds_at_most=rounds_at_most, seconds=seconds, between=between).run()


def frontier(
    problem: Problem, budgets: Sequence[float], *, gap: float = 1e-6, seconds: float = 30.0
) -> tuple[Plan, ...]:
    """The best plan for each of several budgets.

    Parameters
    ----------
    problem : Problem
        Its own budget plays no part.
    budgets : sequence of float
        Money, in any order.
    gap, seconds : float, optional
        For each budget, as in `best`.

    Returns
    -------
    tuple of Plan
        In the order of `budgets`; a larger budget never leaves more loss.

    Raises
    ------
    CaseError
        If the problem or a budget is malformed.

    Notes
    -----
    Budgets are taken in rising order; each search starts from the plan before it, which still fits.

    References
    ----------
    Markowitz (1952), J. Finance 7, p. 77-91 (the frontier of choices none of which is bettered).

    Examples
    --------
    >>> from alcaide.engine.plan.model import Measure
    >>> problem = Problem({"theft": 100.0}, (Measure("lock", 4.0, {"theft": 0.5}),), budget=0.0)
    >>> [plan.annual_loss for plan in frontier(problem, [5.0, 1.0])]
    [50.0, 100.0]
    """
    plans: dict[float, Plan] = {}
    hint: tuple[str, ...] = ()
    for budget in sorted(set(budgets)):
        search = Search(replace(problem, budget=budget), gap=gap, seconds=seconds, hint=hint)
        plans[budget] = search.run()
        hint = plans[budget].chosen
    return tuple(plans[budget] for budget in budgets)


class Search:
    """One search: the best choice so far, the proven bound, and what is settled about each measure."""

    def __init__(
        self,
        problem: Problem,
        *,
        gap: float,
        seconds: float,
        rounds_at_most: int = 50,
        hint: tuple[str, ...] = (),
        between: Callable[[], None] | None = None,
    ) -> None:
        check(problem)
        self.problem, self.gap = problem, gap
        self.rounds_at_most, self.seconds = rounds_at_most, seconds
        self.grid, self.rules = grid_of(problem), rules_of(problem)
        self.hint = np.array([name in hint for name in self.grid.ids], dtype=bool)
        self.rounds = 0
        self.between = between
        self.chosen = self.rules.forced
        self.loss = math.inf
        self.bound = 0.0
        self.ones, self.zeros = self.rules.forced, self.rules.barred
        self.centres: list[FloatArray] = []

    def run(self) -> Plan:
        """Search until the gap is closed or the rounds or seconds are used up."""
        if self.rules.reason:
            return refusal(self.rules.reason)
        for choice in (self.hint, self.rules.forced, start(self.grid, self.rules)):
            self._propose(choice)
        self.bound = max(quick_bound(self.grid, self.rules, choice) for choice in (self.rules.forced, self.chosen))
        self._settle(self.ones, self.zeros | self._useless())
        self._relax()
        self._finish()
        return plan_of(self.problem, self.grid, self.chosen, bound=self.bound, rounds=self.rounds)

    @property
    def _free(self) -> BoolArray:
        return ~self.ones & ~self.zeros

    @property
    def _is_proven(self) -> bool:
        return self.loss - self.bound <= self.gap * self.loss * 0.999

    @property
    def _is_spent(self) -> bool:
        return self.rounds >= self.rounds_at_most or self.seconds <= 0

    def _relax(self) -> None:
        for turn in range(4):
            before = self._free.sum()
            if self._is_spent or self._is_proven or before == 0:
                return
            answer = self._relaxed(self._program(self.ones, self.zeros))
            self._round(answer)
            self._fix(answer)
            if turn == 0 and self._free.sum() > _CORE + 20 and not self._is_proven:
                self._try_core(answer)
                self._fix(answer)
            if self._free.sum() > 0.9 * before:
                return

    def _relaxed(self, program: Program) -> Answer:
        centre = self.chosen.astype(float)
        answer = self._ask(program)
        for _ in range(_RELAXATIONS):
            if self._is_spent or answer.is_empty:
                break
            centre = (centre + answer.value) / 2
            if not self._sharpen(program, centre) + self._sharpen(program, answer.value):
                break
            before, answer = answer.bound, self._ask(program)
            if answer.bound - before < 2e-5 * self.loss:
                break
        self._raise_bound(answer)
        return answer

    def _try_core(self, answer: Answer) -> None:
        # In a knapsack the measures in doubt are those of small reduced cost; the others stand as they are.
        order = np.lexsort((np.arange(len(self.ones)), np.abs(answer.reduced_cost), ~self._free))
        stands = self._free.copy()
        stands[order[:_CORE]] = False
        is_in = stands & (answer.value > 0.5)
        ones, zeros = self.rules.spread(self.ones | is_in, self.zeros | (stands & ~is_in))
        if self._is_spent or (ones & zeros).any():
            return
        found = self._ask(self._program(ones, zeros), gap=self.gap, share=0.25)
        if found.has_choice:
            self._propose(found.value > 0.5)

    def _finish(self) -> None:
        if self._is_proven and self._free.sum() > _SMALL:
            return
        if not self._free.any():
            # What is settled is the last choice that might have been better.
            self._propose(self.ones)
            self.bound = self.loss
            return
        is_exact = self.gap < 1e-9 or self._free.sum() <= _SMALL
        program = None
        while not self._is_spent:
            program = program or self._program(self.ones, self.zeros)
            answer = self._ask(program, gap=0.0 if is_exact else self.gap * 0.9, hint=self.chosen)
            if answer.has_choice:
                self._propose(answer.value > 0.5)
            self._raise_bound(answer)
            if answer.is_stopped or not answer.has_choice or answer.bound > self.loss * (1 + _SURE):
                return
            if not self._sharpen(program, answer.value) and not self._go_on(program, answer, is_exact=is_exact):
                return

    def _go_on(self, program: Program, answer: Answer, *, is_exact: bool) -> bool:
        choice = answer.value > 0.5
        if not self.rules.allows(choice):
            # Over the budget by less than the solver sees: so is every larger choice.
            program.exclude(choice, harmless=np.ones_like(choice))
            return True
        if is_exact:
            trimmed = self._trimmed(choice)
            program.exclude(trimmed, harmless=self._idle(trimmed) | choice)
        return is_exact

    def _ask(
        self, program: Program, *, gap: float | None = None, share: float = 1.0, hint: BoolArray | None = None
    ) -> Answer:
        if self.between:
            self.between()
        self.seconds -= program.spent_s()
        seconds = max(self.seconds * share, 0.01)
        answer = program.relax(seconds) if gap is None else program.choose(gap, seconds=seconds, hint=hint)
        self.seconds -= program.spent_s()
        self.rounds += 1
        return answer

    def _program(self, ones: BoolArray, zeros: BoolArray) -> Program:
        is_left = self.grid.remaining(ones) > 0
        crowds = (self.grid.left[~ones & ~zeros][:, is_left] < 1).sum(axis=0)
        allowed = min(_CORNERS, _CORNERS_EACH * len(crowds))
        most = next(d for d in range(12, -1, -1) if d == 0 or (2.0 ** crowds[crowds <= d]).sum() <= allowed)
        program = Program(self.grid, self.rules, ones=ones, zeros=zeros, most=most)
        for centre in (self.chosen.astype(float), *self.centres[-_CENTRES:]):
            program.sharpen(centre)
        return program

    def _sharpen(self, program: Program, centre: FloatArray) -> int:
        self.centres.append(centre)
        return program.sharpen(centre)

    def _raise_bound(self, answer: Answer) -> None:
        # What was settled or excluded leaves no less than the best choice known.
        self.bound = max(self.bound, self.loss if answer.is_empty else min(self.loss, answer.bound))

    def _round(self, answer: Answer) -> None:
        for level in (1 - 1e-6, 0.5):
            choice = answer.value > level
            if answer.has_choice and self.rules.allows(choice):
                self._propose(fill(self.grid, self.rules, choice))

    def _fix(self, answer: Answer) -> None:
        sure = self._free & (answer.bound + np.abs(answer.reduced_cost) > self.loss * (1 + _SURE))
        self._settle(
            self.ones | (sure & (answer.reduced_cost < 0) & (answer.value > 0.5)),
            self.zeros | (sure & (answer.reduced_cost > 0) & (answer.value < 0.5)),
        )

    def _settle(self, ones: BoolArray, zeros: BoolArray) -> None:
        ones, zeros = self.rules.spread(ones, zeros)
        if (ones & zeros).any():
            # Nothing better than the choice in hand can be made.
            ones, zeros = self.chosen, ~self.chosen
        self.ones, self.zeros = ones, zeros

    def _propose(self, choice: BoolArray) -> None:
        if not self.rules.allows(choice):
            return
        choice = self._trimmed(choice)
        loss = self._loss(choice)
        is_less = loss < self.loss * (1 - _SAME)
        if is_less or (loss <= self.loss * (1 + _SAME) and self._order(choice) < self._order(self.chosen)):
            self.chosen, self.loss = choice, loss

    def _order(self, choice: BoolArray) -> tuple[float, int, list[int]]:
        return math.fsum(self.grid.cost[choice]), int(choice.sum()), np.flatnonzero(choice).tolist()

    def _loss(self, choice: BoolArray) -> float:
        return math.fsum(self.grid.remaining(choice))

    def _trimmed(self, choice: BoolArray) -> BoolArray:
        # Without what saves nothing, dearest first; a measure goes with all that need it.
        loss = self._loss(choice)
        for k in np.lexsort((np.arange(len(choice)), -self.grid.cost)):
            dropped = choice & self.rules.needs[:, k]
            if dropped.any() and not (dropped & self.rules.forced).any():
                less = choice & ~dropped
                if self._loss(less) <= loss * (1 + _SAME):
                    choice = less
        return choice

    def _idle(self, choice: BoolArray) -> BoolArray:
        remaining = self.grid.remaining(choice)
        idle: BoolArray = self.grid.savings(remaining) <= _SAME * remaining.sum()
        return idle & ~choice

    def _useless(self) -> BoolArray:
        works = self.grid.savings(self.grid.remaining(self.rules.forced)) > 0
        wanted = self.rules.needs[works & ~self.rules.barred].any(axis=0)
        return ~wanted & ~self.rules.forced
