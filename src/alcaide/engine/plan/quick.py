"""A plan at once: the best saving for its cost, again and again."""

import math

import numpy as np

from alcaide.engine.plan.model import BoolArray, FloatArray, Grid, Plan, Problem, check, cost_of, grid_of, loss_left
from alcaide.engine.plan.rules import Rules, rules_of


def greedy(problem: Problem) -> Plan:
    """Choose by saving per cost until nothing more fits.

    Parameters
    ----------
    problem : Problem
        n measures over m scenarios.

    Returns
    -------
    Plan
        Allowed but seldom the best; its gap is proven against a quick bound and often wide. `rounds` is 0.

    Raises
    ------
    CaseError
        If the problem is malformed.

    Notes
    -----
    A measure is weighed together with whatever it needs and is not yet chosen. The dearest single saving is tried
    too, as density alone can be arbitrarily bad. Bound: savings shrink as measures join, so no allowed choice saves
    more on top of any S than the fractional knapsack of the savings that each measure has on top of S; the better of
    S = the forced and S = the chosen. O(n² m) time.

    References
    ----------
    Khuller, Moss, Naor (1999), The budgeted maximum coverage problem, Inf. Process. Lett. 70, p. 39-45;
    Leskovec and others (2007), Cost-effective outbreak detection in networks, KDD, section 3.2 (the bound).

    Examples
    --------
    >>> from alcaide.engine.plan.model import Measure
    >>> lock, guard = Measure("lock", 4.0, {"theft": 0.5}), Measure("guard", 9.0, {"theft": 0.4})
    >>> greedy(Problem({"theft": 100.0}, (lock, guard), budget=10.0)).chosen
    ('guard',)
    """
    check(problem)
    grid, rules = grid_of(problem), rules_of(problem)
    if rules.reason:
        return refusal(rules.reason)
    chosen = start(grid, rules)
    bound = max(quick_bound(grid, rules, rules.forced), quick_bound(grid, rules, chosen))
    return plan_of(problem, grid, chosen, bound=bound, rounds=0)


def start(grid: Grid, rules: Rules) -> BoolArray:
    """(n,) the better of density greedy and the one best measure followed by density greedy."""
    base = fill(grid, rules, rules.forced)
    savings = {k: _saving(grid, rules.forced, rules.needs[k]) for k in np.flatnonzero(~rules.barred & ~rules.forced)}
    if not savings:
        return base
    best = max(savings, key=lambda k: savings[k])
    other = fill(grid, rules, rules.forced | rules.needs[best])
    return other if grid.remaining(other).sum() < grid.remaining(base).sum() else base


def fill(grid: Grid, rules: Rules, chosen: BoolArray) -> BoolArray:
    """(n,) an allowed choice, filled up by density; measures that save nothing stay out."""
    chosen = chosen.copy()
    while True:
        best = _densest(grid, rules, chosen)
        if best is None:
            return chosen
        chosen |= rules.needs[best]


def quick_bound(grid: Grid, rules: Rules, chosen: BoolArray) -> float:
    """A loss that no allowed choice can go below, from the savings on top of `chosen`."""
    remaining = grid.remaining(chosen)
    savings = grid.savings(remaining)
    spare = ~(chosen | rules.barred)
    budget = rules.budget - math.fsum(rules.cost[rules.forced])
    savings, cost = savings[spare], grid.cost[spare]
    order = np.lexsort((cost, -_density(savings, cost)))
    savings, cost = savings[order], cost[order]
    room = np.maximum(budget - (np.cumsum(cost) - cost), 0.0)
    share = np.divide(np.minimum(room, cost), cost, out=np.ones_like(cost), where=cost > 0)
    return max(0.0, float(remaining.sum() - share @ savings) - 1e-12 * float(remaining.sum()))


def plan_of(problem: Problem, grid: Grid, chosen: BoolArray, *, bound: float, rounds: int) -> Plan:
    """The answer for a choice, with its figures computed anew from the problem."""
    names = sorted(grid.ids[k] for k in np.flatnonzero(chosen))
    loss = loss_left(problem, names)
    bound = min(bound, loss)
    gap = (loss - bound) / loss if loss > 0 else 0.0
    return Plan(tuple(names), loss, cost_of(problem, names), bound, gap, rounds, feasible=True)


def refusal(reason: str) -> Plan:
    """The answer where nothing is allowed."""
    nan = math.nan
    return Plan((), nan, nan, nan, nan, 0, feasible=False, reason=reason)


def _densest(grid: Grid, rules: Rules, chosen: BoolArray) -> int | None:
    open_ = np.flatnonzero(~chosen & ~rules.barred)
    missing = rules.needs[open_] & ~chosen
    # Few need another: adding up what is missing pair by pair spares whole products of matrices at every step.
    row, other = np.nonzero(missing)
    cost = np.bincount(row, grid.cost[other], minlength=len(open_)).astype(np.float64)
    spent = math.fsum(grid.cost[chosen])
    clashing = rules.excludes @ chosen
    clashes = np.bincount(row, clashing[other], minlength=len(open_)) > 0
    alone = np.bincount(row, minlength=len(open_)) == 1
    savings = grid.savings(grid.remaining(chosen))[open_] * alone
    for at in np.flatnonzero(~alone):
        savings[at] = _saving(grid, chosen, missing[at])
    density = np.where(clashes | (savings <= 0), -1.0, _density(savings, cost))
    for at in np.lexsort((open_, cost, -density)):
        if density[at] < 0:
            return None
        if spent + cost[at] <= rules.budget * 1.000001 + 1e-9 and rules.allows(chosen | missing[at]):
            return int(open_[at])
    return None


def _saving(grid: Grid, chosen: BoolArray, more: BoolArray) -> float:
    return float(grid.remaining(chosen).sum() - grid.remaining(chosen | more).sum())


def _density(savings: FloatArray, cost: FloatArray) -> FloatArray:
    free = np.where(savings > 0, np.inf, 0.0)
    return np.divide(savings, cost, out=free, where=cost > 0)
