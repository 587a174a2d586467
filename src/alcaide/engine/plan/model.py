"""What a plan is asked and what it answers; the loss left, and the arrays behind it."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from alcaide.engine.errors import CaseError

FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]
IntArray: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Measure:
    """Something the organization may do: its cost, and the share of each scenario's loss that it leaves."""

    id: str
    cost: float
    effects: Mapping[str, float]


@dataclass(frozen=True)
class Problem:
    """Which measures to choose. Losses and costs in money of the same period; `requires` pairs read: a needs b."""

    losses: Mapping[str, float]
    measures: tuple[Measure, ...]
    budget: float
    exclusive: tuple[tuple[str, str], ...] = ()
    requires: tuple[tuple[str, str], ...] = ()
    mandatory: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A choice of measures with its loss left and what is proven about it.

    chosen: ids sorted as text.  annual_loss, cost, bound: money; no allowed choice leaves less than `bound`.
    gap: (annual_loss - bound) / annual_loss.  rounds: solver runs it took.
    If nothing is allowed, `feasible` is false, `reason` says why, and every figure is NaN.
    """

    chosen: tuple[str, ...]
    annual_loss: float
    cost: float
    bound: float
    gap: float
    rounds: int
    feasible: bool
    reason: str = ""


@dataclass(frozen=True)
class Grid:
    """The problem as arrays, in the order in which measures and scenarios are listed.

    cost: (n,).  loss: (m,).  left: (n, m), the share that each measure leaves of each scenario.
    """

    ids: tuple[str, ...]
    cost: FloatArray
    loss: FloatArray
    left: FloatArray

    @cached_property
    def _touched(self) -> tuple[IntArray, IntArray, FloatArray]:
        # A measure touches few of many scenarios: the pairs, measure by measure, are a thousandth of the whole grid.
        measure, scenario = np.nonzero(self.left != 1.0)
        return measure, scenario, self.left[measure, scenario]

    def remaining(self, chosen: BoolArray) -> FloatArray:
        """(m,) loss left of each scenario."""
        measure, scenario, left = self._touched
        held = chosen[measure]
        share = np.ones_like(self.loss)
        np.multiply.at(share, scenario[held], left[held])
        remaining: FloatArray = self.loss * share
        return remaining

    def savings(self, remaining: FloatArray) -> FloatArray:
        """(n,) what each measure alone takes off a loss left."""
        measure, scenario, left = self._touched
        taken = np.bincount(measure, (1.0 - left) * remaining[scenario], minlength=len(self.cost))
        return taken.astype(np.float64)


def loss_left(problem: Problem, chosen: Iterable[str]) -> float:
    """Yearly loss that remains with these measures.

    Parameters
    ----------
    problem : Problem
        Its budget and rules play no part here.
    chosen : iterable of str
        Ids, in any order.

    Returns
    -------
    float
        Money a year; the same to the bit for any order of measures, scenarios and ids.

    Raises
    ------
    CaseError
        If the problem is malformed or an id is unknown.

    Notes
    -----
    ``Σ_i loss_i · Π_k f_ki`` over the chosen k; a scenario that a measure does not name has factor 1.

    References
    ----------
    Nemhauser, Wolsey, Fisher (1978), Math. Programming 14, p. 265-294 (savings that shrink as measures join).

    Examples
    --------
    >>> lock = Measure("lock", 4e3, {"theft": 0.5})
    >>> loss_left(Problem({"theft": 3e4, "fire": 1e4}, (lock,), budget=5e3), ["lock"])
    25000.0
    """
    check(problem)
    by_id = {measure.id: measure for measure in problem.measures}
    names = sorted(set(chosen))
    for name in names:
        if name not in by_id:
            raise CaseError(f'there is no measure "{name}" to choose')
    return math.fsum(
        loss * math.prod(by_id[name].effects.get(scenario, 1.0) for name in names)
        for scenario, loss in problem.losses.items()
    )


def cost_of(problem: Problem, chosen: Iterable[str]) -> float:
    """Sum of the costs, rounded once."""
    names = set(chosen)
    return math.fsum(measure.cost for measure in problem.measures if measure.id in names)


def fits(cost: float, budget: float) -> bool:
    """Whether a cost is within the budget; the last bits are forgiven, so that 0.1 + 0.2 fits 0.3."""
    return cost <= budget + 1e-12 * abs(budget)


def grid_of(problem: Problem) -> Grid:
    """The problem's arrays."""
    place = {scenario: index for index, scenario in enumerate(problem.losses)}
    left = np.ones((len(problem.measures), len(place)))
    for row, measure in zip(left, problem.measures, strict=True):
        for scenario, factor in measure.effects.items():
            row[place[scenario]] = factor
    cost = np.array([measure.cost for measure in problem.measures], dtype=np.float64)
    loss = np.array(list(problem.losses.values()), dtype=np.float64)
    return Grid(tuple(measure.id for measure in problem.measures), cost, loss, left)


def check(problem: Problem) -> None:
    """Raise CaseError in words if the problem is malformed."""
    for scenario, loss in problem.losses.items():
        if not _is_amount(loss):
            raise CaseError(f'scenario "{scenario}": the annual loss must be a number of zero or more, got {loss!r}')
    if not _is_number(problem.budget) or math.isnan(problem.budget):
        raise CaseError(f"the budget must be a number, got {problem.budget!r}")
    counts = Counter(measure.id for measure in problem.measures)
    for name, count in counts.items():
        if count > 1:
            raise CaseError(f'measure "{name}" is listed {count} times')
    for measure in problem.measures:
        _check_measure(measure, problem.losses)
    for what, pairs in (("exclusive", problem.exclusive), ("requires", problem.requires)):
        for pair in pairs:
            _check_known(counts, pair, f"{what} [{', '.join(pair)}]")
    _check_known(counts, problem.mandatory, "mandatory")


def _check_measure(measure: Measure, losses: Mapping[str, float]) -> None:
    if not _is_amount(measure.cost):
        raise CaseError(f'measure "{measure.id}": the cost must be a number of zero or more, got {measure.cost!r}')
    for scenario, factor in measure.effects.items():
        if scenario not in losses:
            raise CaseError(f'measure "{measure.id}" acts on "{scenario}", which is no scenario')
        if not _is_number(factor) or not 0 <= factor <= 1:
            raise CaseError(f'measure "{measure.id}", "{scenario}": the factor left must be 0 to 1, got {factor!r}')


def _check_known(known: Mapping[str, int], names: Iterable[str], where: str) -> None:
    for name in names:
        if name not in known:
            raise CaseError(f'{where} names "{name}", which is no measure')


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.floating | np.integer) and not isinstance(value, bool)


def _is_amount(value: Any) -> bool:
    return _is_number(value) and math.isfinite(value) and value >= 0
