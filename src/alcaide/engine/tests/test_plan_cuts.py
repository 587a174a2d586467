"""Every cut stays below the product it bounds, at every whole choice, and touches it where it was taken."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alcaide.engine.plan.cuts import Point, cuts_of, facets_of
from alcaide.engine.plan.model import grid_of
from alcaide.engine.plan.program import Program
from alcaide.engine.plan.rules import rules_of
from alcaide.engine.tests.test_plan import by_enumeration, problems

LEVELS = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0, width=32))
SHARES = st.one_of(st.sampled_from([0.0, 0.5]), st.floats(0.0, 0.75, width=32))
POINTS = st.lists(st.tuples(SHARES, LEVELS), min_size=1, max_size=8).map(lambda rows: Point(*np.array(rows).T))


def corners(size: int) -> np.ndarray:
    return np.array(list(product([0.0, 1.0], repeat=size)))


@settings(max_examples=200, deadline=None)
@given(POINTS)
@pytest.mark.slow
def test_no_cut_is_above_the_product_at_a_whole_choice(point):
    (facet,), _ = facets_of([point])
    whole = corners(len(point.factors))
    truth = np.where(whole > 0, point.factors, 1.0).prod(axis=1)
    for cut in cuts_of(point, facet):
        assert (cut.base + whole @ cut.slopes <= truth + 1e-9).all()


@settings(max_examples=100, deadline=None)
@given(POINTS, st.integers(0, 255))
def test_a_cut_at_a_whole_choice_touches_the_product_there(point, bits):
    whole = np.array([float(bits >> k & 1) for k in range(len(point.factors))])
    at = Point(point.factors, whole)
    (facet,), _ = facets_of([at])
    truth = np.where(whole > 0, point.factors, 1.0).prod()
    reached = max((cut.base + cut.slopes @ whole for cut in cuts_of(at, facet)), default=0.0)
    assert abs(reached - truth) < 1e-9


def test_a_facet_reaches_the_envelope_between_whole_choices():
    point = Point(np.array([0.1, 0.5]), np.array([0.5, 0.5]))
    (facet,), _ = facets_of([point])
    # Half of each measure is best read as one or the other: (0.1 + 0.5) / 2, not both or none: (1 + 0.05) / 2.
    assert abs(facet.base + facet.slopes @ point.chosen - 0.3) < 1e-9


def test_many_measures_in_part_are_left_to_the_tangent():
    point = Point(np.full(20, 0.9), np.full(20, 0.3))
    (facet,), _ = facets_of([point])
    (tangent,) = cuts_of(point, facet)
    assert abs(tangent.base + tangent.slopes @ point.chosen - 0.9**6) < 1e-12


@settings(max_examples=150, deadline=None)
@given(problems(most=7), st.sampled_from([0, 2, 12]))
def test_a_reduced_cost_bounds_every_choice_on_the_other_side(problem, most):
    grid, rules = grid_of(problem), rules_of(problem)
    if rules.reason or (rules.forced | rules.barred).all():
        return
    program = Program(grid, rules, ones=rules.forced, zeros=rules.barred, most=most)
    answer = program.relax(10.0)
    total = sum(problem.losses.values())
    for k in np.flatnonzero(np.abs(answer.reduced_cost) > 1e-8 * total):  # below it is the solver's tolerance
        name, is_in = f"m{k}", answer.value[k] > 0.5
        turned = (
            replace(problem, exclusive=(*problem.exclusive, (name, name)))
            if is_in
            else replace(problem, mandatory=(*problem.mandatory, name))
        )
        least = by_enumeration(turned)
        assert (answer.reduced_cost[k] < 0) == is_in
        assert least is None or answer.bound + abs(answer.reduced_cost[k]) <= least + 1e-8 * total
