"""What may stand together: budget, exclusions, prerequisites and duties, with everything they imply."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from alcaide.engine.plan.model import BoolArray, FloatArray, Problem, cost_of, fits


@dataclass(frozen=True)
class Rules:
    """The rules over n measures, with their consequences drawn.

    needs: (n, n), needs[a, b] if a cannot be chosen without b, directly or through others; true on the diagonal.
    links: (n, n), the prerequisites as given.
    excludes: (n, n), symmetric, if a and b are never chosen together.
    forced, barred: (n,), in every allowed choice, and in none.
    reason: why no choice is allowed, in words; empty if one is.
    """

    cost: FloatArray
    budget: float
    needs: BoolArray
    links: BoolArray
    excludes: BoolArray
    forced: BoolArray
    barred: BoolArray
    reason: str

    def allows(self, chosen: BoolArray) -> bool:
        """Whether a choice keeps every rule, in exact sums."""
        return (
            self.affords(chosen)
            and bool(chosen[self.forced].all())
            and not self.excludes[np.ix_(chosen, chosen)].any()
            and not (self.needs[chosen].any(axis=0) & ~chosen).any()
        )

    def affords(self, chosen: BoolArray) -> bool:
        """Whether the budget suffices."""
        return fits(math.fsum(self.cost[chosen]), self.budget)

    def spread(self, ones: BoolArray, zeros: BoolArray) -> tuple[BoolArray, BoolArray]:
        """What follows if `ones` are chosen and `zeros` are not; a measure in both means that no choice is left."""
        while True:
            more_ones = ones | self.needs[ones].any(axis=0)
            more_zeros = zeros | self.needs[:, zeros].any(axis=1) | self.excludes[:, more_ones].any(axis=1)
            if (more_ones == ones).all() and (more_zeros == zeros).all():
                return ones, zeros
            ones, zeros = more_ones, more_zeros


def rules_of(problem: Problem) -> Rules:
    """Draw the consequences of a problem's rules."""
    place = {measure.id: index for index, measure in enumerate(problem.measures)}
    cost = np.array([measure.cost for measure in problem.measures], dtype=np.float64)
    links, excludes = _matrix(problem.requires, place), _matrix(problem.exclusive, place)
    needs, excludes = _closed(links | np.eye(len(place), dtype=bool)), excludes | excludes.T
    mandatory = np.array([measure.id in set(problem.mandatory) for measure in problem.measures], dtype=bool)
    forced = needs[mandatory].any(axis=0) if mandatory.any() else mandatory
    draft = Rules(cost, problem.budget, needs, links, excludes, forced, np.zeros_like(forced), "")
    reason = _conflict(problem, forced) or _too_dear(problem, forced)
    barred = np.array([not _joins(draft, k) for k in range(len(place))], dtype=bool)
    return Rules(cost, problem.budget, needs, links, excludes, forced, barred, reason)


def _matrix(pairs: Iterable[tuple[str, str]], place: Mapping[str, int]) -> BoolArray:
    matrix = np.zeros((len(place), len(place)), dtype=bool)
    for a, b in pairs:
        matrix[place[a], place[b]] = True
    return matrix


def _closed(needs: BoolArray) -> BoolArray:
    while True:
        further = needs @ needs
        if (further == needs).all():
            return needs
        needs = further


def _joins(rules: Rules, measure: int) -> bool:
    bundle = rules.forced | rules.needs[measure]
    return rules.affords(bundle) and not rules.excludes[np.ix_(bundle, bundle)].any()


def _conflict(problem: Problem, forced: BoolArray) -> str:
    must = {measure.id for measure, is_forced in zip(problem.measures, forced, strict=True) if is_forced}
    for a, b in problem.exclusive:
        if a in must and b in must:
            return f'"{a}" and "{b}" exclude each other, but {_why(problem, a)} and {_why(problem, b)}'
    return ""


def _too_dear(problem: Problem, forced: BoolArray) -> str:
    must = [measure.id for measure, is_forced in zip(problem.measures, forced, strict=True) if is_forced]
    cost = cost_of(problem, must)
    if fits(cost, problem.budget):
        return ""
    if not must:
        return f"the budget is below zero: {problem.budget:,.12g}"
    return f"the mandatory measures and what they need cost {cost:,.12g}, the budget is {problem.budget:,.12g}"


def _why(problem: Problem, name: str) -> str:
    if name in problem.mandatory:
        return f'"{name}" is mandatory'
    needed_by = next(other for other in problem.mandatory if name in _needed(problem, other))
    return f'"{name}" is needed by the mandatory "{needed_by}"'


def _needed(problem: Problem, name: str) -> set[str]:
    found, waiting = {name}, [name]
    while waiting:
        at = waiting.pop()
        for a, b in problem.requires:
            if a == at and b not in found:
                found.add(b)
                waiting.append(b)
    return found
