"""Plans against full enumeration, and the promises a plan makes about itself."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alcaide.engine.errors import CaseError
from alcaide.engine.plan import Measure, Plan, Problem, best, frontier, greedy, loss_left
from alcaide.engine.plan.model import grid_of

COSTS = st.sampled_from([0.0, 0.0, 1.0, 2.0, 3.0, 4.5, 7.0, 10.0, 12.0, 33.3])
FACTORS = st.one_of(st.sampled_from([0.0, 1.0, 0.5, 0.25]), st.floats(0.0, 1.0, allow_nan=False, width=32))
LOSSES = st.one_of(st.sampled_from([0.0, 100.0, 1000.0]), st.floats(0.0, 1e6, allow_nan=False, width=32))


@st.composite
def problems(draw, most: int = 9) -> Problem:
    count, scenarios = draw(st.integers(0, most)), [f"s{i}" for i in range(draw(st.integers(0, 5)))]
    names = [f"m{k}" for k in range(count)]
    effects = st.dictionaries(st.sampled_from(scenarios), FACTORS) if scenarios else st.just({})
    pairs = st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=3) if names else st.just([])
    return Problem(
        losses={name: draw(LOSSES) for name in scenarios},
        measures=tuple(Measure(name, draw(COSTS), draw(effects)) for name in names),
        budget=draw(st.sampled_from([0.0, 1.0, 5.0, 11.5, 20.0, 45.0, 1000.0])),
        exclusive=tuple(draw(pairs)),
        requires=tuple(draw(pairs)),
        mandatory=tuple(draw(st.lists(st.sampled_from(names), max_size=2))) if names else (),
    )


def allowed(problem: Problem, names: set[str]) -> bool:
    return (
        sum(measure.cost for measure in problem.measures if measure.id in names) <= problem.budget + 1e-9
        and not any(a in names and b in names for a, b in problem.exclusive)
        and all(b in names for a, b in problem.requires if a in names)
        and names >= set(problem.mandatory)
    )


def by_enumeration(problem: Problem) -> float | None:
    ids = [measure.id for measure in problem.measures]
    choices = (
        {name for name, is_in in zip(ids, bits, strict=True) if is_in} for bits in product([0, 1], repeat=len(ids))
    )
    return min((loss_left(problem, names) for names in choices if allowed(problem, names)), default=None)


def large(seed: int, *, measures: int = 60, scenarios: int = 150, each: int = 12) -> Problem:
    rng = np.random.default_rng(seed)
    names = [f"m{k}" for k in range(measures)]
    effects = [
        {f"s{i}": float(rng.uniform(0.2, 0.95)) for i in rng.choice(scenarios, rng.integers(3, each), replace=False)}
        for _ in names
    ]
    costs = np.round(rng.lognormal(10, 0.8, measures), -2) + 100
    pairs = [tuple(str(name) for name in rng.choice(names, 2, replace=False)) for _ in range(8)]
    return Problem(
        losses={f"s{i}": float(loss) for i, loss in enumerate(rng.lognormal(11, 1.2, scenarios))},
        measures=tuple(Measure(*row) for row in zip(names, map(float, costs), effects, strict=True)),
        budget=float(costs.sum()) * 0.25,
        exclusive=tuple(pairs[:4]),
        requires=tuple(pairs[4:]),
    )


def door(**changes) -> Problem:
    measures = (
        Measure("lock", 4.0, {"theft": 0.5}),
        Measure("guard", 9.0, {"theft": 0.4, "arson": 0.7}),
        Measure("camera", 3.0, {"theft": 0.9}),
    )
    return replace(Problem({"theft": 100.0, "arson": 50.0}, measures, budget=12.0), **changes)


def assert_true_to_itself(problem: Problem, plan: Plan) -> None:
    assert allowed(problem, set(plan.chosen))
    assert list(plan.chosen) == sorted(plan.chosen)
    assert plan.annual_loss == loss_left(problem, plan.chosen)
    assert plan.bound <= plan.annual_loss
    assert plan.gap == ((plan.annual_loss - plan.bound) / plan.annual_loss if plan.annual_loss else 0.0)


@settings(max_examples=300, deadline=None)
@given(problems())
@pytest.mark.slow
def test_the_best_plan_is_that_of_full_enumeration(problem):
    plan, least = best(problem), by_enumeration(problem)
    assert plan.feasible == (least is not None)
    if least is not None:
        assert plan.annual_loss == pytest.approx(least, rel=1e-9, abs=1e-9)
        assert plan.gap <= 1e-9
        assert_true_to_itself(problem, plan)


@settings(max_examples=150, deadline=None)
@given(problems())
@pytest.mark.slow
def test_greedy_is_allowed_and_its_bound_holds(problem):
    plan, least = greedy(problem), by_enumeration(problem)
    assert plan.feasible == (least is not None)
    if least is not None:
        assert_true_to_itself(problem, plan)
        assert plan.bound <= least * (1 + 1e-9) <= plan.annual_loss * (1 + 2e-9)


@settings(max_examples=60, deadline=None)
@given(problems(most=6))
def test_no_measure_is_bought_that_saves_nothing(problem):
    plan = best(problem)
    for name in plan.chosen:
        fewer = set(plan.chosen) - {name}
        if allowed(problem, fewer):
            assert loss_left(problem, fewer) > plan.annual_loss


@pytest.mark.parametrize("seed", range(3))
def test_a_crowded_scenario_is_solved_like_any(seed):
    rng = np.random.default_rng(seed)
    scenarios = [f"s{i}" for i in range(3)]
    measures = tuple(
        Measure(f"m{k}", float(rng.integers(0, 9)), {name: float(rng.choice([0, 0.3, 0.7, 0.9])) for name in scenarios})
        for k in range(13)
    )
    problem = Problem(dict.fromkeys(scenarios, 1000.0), measures, budget=15.0, requires=(("m1", "m2"), ("m2", "m1")))
    plan = best(replace(problem, measures=measures), gap=0.0, rounds_at_most=500)
    assert plan.annual_loss == pytest.approx(by_enumeration(problem), rel=1e-9)
    assert plan.gap <= 1e-9


def test_many_measures_on_one_scenario_are_bounded_by_cuts():
    rng = np.random.default_rng(7)
    measures = tuple(
        Measure(f"m{k}", float(rng.integers(1, 20)), {"s": float(rng.uniform(0.5, 0.99))}) for k in range(30)
    )
    plan = best(Problem({"s": 1e6}, measures, budget=60.0), gap=0.0, rounds_at_most=500)
    # One scenario is a knapsack of logarithms: solved by its own recursion over whole costs.
    reach = [0.0] * 61
    for measure in measures:
        saved = -math.log(measure.effects["s"])
        for room in range(60, int(measure.cost) - 1, -1):
            reach[room] = max(reach[room], reach[room - int(measure.cost)] + saved)
    assert plan.annual_loss == pytest.approx(1e6 * math.exp(-reach[60]), rel=1e-9)
    assert plan.gap <= 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_a_large_plan_is_proven_and_no_worse_than_greedy(seed):
    problem = large(seed)
    plan = best(problem, gap=1e-6)
    assert_true_to_itself(problem, plan)
    assert plan.gap <= 1e-6
    assert plan.annual_loss <= greedy(problem).annual_loss


def test_the_same_problem_has_the_same_plan_to_the_bit():
    assert best(large(5)) == best(large(5))
    assert greedy(large(5)) == greedy(large(5))


def test_money_in_another_unit_changes_no_choice():
    problem = large(4)
    cents = replace(problem, losses={name: loss * 1e8 for name, loss in problem.losses.items()})
    cheap = replace(
        problem,
        budget=problem.budget * 1e-6,
        measures=tuple(replace(measure, cost=measure.cost * 1e-6) for measure in problem.measures),
    )
    assert best(problem).chosen == best(cents).chosen == best(cheap).chosen


def test_a_coarse_gap_is_kept_and_a_true_bound_given():
    problem = large(1)
    exact, coarse = best(problem, gap=0.0), best(problem, gap=0.05)
    assert coarse.gap <= 0.05
    assert coarse.bound <= exact.annual_loss


def test_without_a_round_the_answer_is_greedy_and_says_so():
    plan = best(large(1), rounds_at_most=0)
    assert plan.rounds == 0
    assert plan.annual_loss == greedy(large(1)).annual_loss
    assert plan.gap > 0.01


def test_of_equal_choices_the_cheaper_is_taken():
    measures = (Measure("dear", 9.0, {"s": 0.5}), Measure("cheap", 8.0, {"s": 0.5}))
    assert best(Problem({"s": 10.0}, measures, budget=9.0)).chosen == ("cheap",)


def test_of_equal_choices_at_one_cost_the_first_listed_is_taken():
    measures = tuple(Measure(name, 8.0, {"s": 0.5}) for name in ("m2", "m10", "m1"))
    assert best(Problem({"s": 10.0}, measures, budget=9.0)).chosen == ("m2",)


def test_a_scenario_that_a_measure_removes_leaves_nothing():
    measures = (Measure("end", 5.0, {"s": 0.0}), Measure("less", 1.0, {"s": 0.5}))
    plan = best(Problem({"s": 10.0}, measures, budget=9.0))
    assert (plan.chosen, plan.annual_loss, plan.gap) == (("end",), 0.0, 0.0)


def test_a_prerequisite_that_saves_nothing_is_bought_with_what_needs_it():
    measures = (Measure("base", 2.0, {}), Measure("top", 2.0, {"s": 0.1}), Measure("other", 4.0, {"s": 0.2}))
    problem = Problem({"s": 10.0}, measures, budget=4.0, requires=(("top", "base"),))
    assert best(problem).chosen == greedy(problem).chosen == ("base", "top")


def test_a_circle_of_prerequisites_stands_or_falls_together():
    measures = (Measure("a", 2.0, {"s": 0.5}), Measure("b", 2.0, {"s": 0.5}), Measure("c", 3.0, {"s": 0.4}))
    problem = Problem({"s": 8.0}, measures, budget=3.0, requires=(("a", "b"), ("b", "a")))
    assert best(problem).chosen == ("c",)
    assert best(replace(problem, budget=4.0)).chosen == ("a", "b")


def test_costs_that_meet_the_budget_in_their_last_bit_fit():
    measures = (Measure("a", 0.1, {"s": 0.5}), Measure("b", 0.2, {"s": 0.5}))
    assert best(Problem({"s": 8.0}, measures, budget=0.3)).chosen == ("a", "b")


def test_costs_over_the_budget_by_less_than_the_solver_sees_do_not_fit():
    measures = (Measure("a", 1e6, {"s": 0.5}), Measure("b", 1e6 + 1e-4, {"s": 0.5}))
    assert best(Problem({"s": 8.0}, measures, budget=2e6)).annual_loss == 4.0


def test_an_endless_budget_buys_all_that_saves():
    assert best(door(budget=math.inf)).chosen == greedy(door(budget=math.inf)).chosen == ("camera", "guard", "lock")


def test_nothing_to_choose_from_is_a_plan_that_leaves_all():
    plan = best(Problem({"s": 10.0}, (), budget=0.0))
    assert (plan.feasible, plan.chosen, plan.annual_loss, plan.gap) == (True, (), 10.0, 0.0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mandatory": ("guard",), "budget": 8.0}, "the mandatory measures and what they need cost 9, the budget is 8"),
        (
            {"mandatory": ("guard", "lock"), "exclusive": (("lock", "guard"),)},
            '"lock" and "guard" exclude each other, but "lock" is mandatory and "guard" is mandatory',
        ),
        (
            {"mandatory": ("guard",), "requires": (("guard", "lock"),), "exclusive": (("lock", "guard"),)},
            '"lock" and "guard" exclude each other, but "lock" is needed by the mandatory "guard"',
        ),
        ({"mandatory": ("lock",), "exclusive": (("lock", "lock"),)}, '"lock" and "lock" exclude each other'),
        ({"budget": -1.0}, "the budget is below zero"),
    ],
)
def test_a_plan_that_cannot_be_says_why(changes, reason):
    for plan in (best(door(**changes)), greedy(door(**changes))):
        assert not plan.feasible
        assert plan.reason.startswith(reason)
        assert math.isnan(plan.annual_loss)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"losses": {"theft": -1.0, "arson": 1.0}},
            'scenario "theft": the annual loss must be a number of zero or more',
        ),
        ({"losses": {"theft": 1.0}}, 'measure "guard" acts on "arson", which is no scenario'),
        ({"budget": math.nan}, "the budget must be a number"),
        ({"measures": (Measure("a", -1.0, {}),)}, 'measure "a": the cost must be a number of zero or more'),
        ({"measures": (Measure("a", math.inf, {}),)}, 'measure "a": the cost must be a number'),
        ({"measures": (Measure("a", 1.0, {"theft": 1.1}),)}, 'measure "a", "theft": the factor left must be 0 to 1'),
        ({"measures": (Measure("a", 1.0, {"theft": math.nan}),)}, "the factor left must be 0 to 1, got nan"),
        ({"measures": (Measure("a", 1.0, {}), Measure("a", 2.0, {}))}, 'measure "a" is listed 2 times'),
        ({"exclusive": (("lock", "moat"),)}, 'exclusive [lock, moat] names "moat", which is no measure'),
        ({"requires": (("moat", "lock"),)}, 'requires [moat, lock] names "moat", which is no measure'),
        ({"mandatory": ("moat",)}, 'mandatory names "moat", which is no measure'),
    ],
)
def test_a_malformed_problem_is_refused_in_words(changes, words):
    for ask in (best, greedy, lambda problem: loss_left(problem, [])):
        with pytest.raises(CaseError) as refused:
            ask(door(**changes))
        assert words in str(refused.value)


def test_the_loss_left_of_an_unknown_measure_is_refused():
    with pytest.raises(CaseError, match='there is no measure "moat"'):
        loss_left(door(), ["moat"])


def test_the_frontier_falls_as_the_budget_rises_and_keeps_the_order_asked():
    budgets = [16.0, 0.0, 4.0, 9.0, 4.0]
    plans = frontier(door(), budgets)
    assert [plan.chosen for plan in plans] == [best(door(budget=budget)).chosen for budget in budgets]
    assert [plan.cost <= budget for plan, budget in zip(plans, budgets, strict=True)] == [True] * 5
    assert sorted(budgets) == sorted(budgets, key=lambda budget: -plans[budgets.index(budget)].annual_loss)


def test_the_frontier_starts_where_the_mandatory_become_affordable():
    plans = frontier(door(mandatory=("guard",)), [4.0, 9.0])
    assert [plan.feasible for plan in plans] == [False, True]


def test_what_few_pairs_leave_is_what_the_whole_grid_leaves():
    rng = np.random.default_rng(5)
    effects = [{f"s{k}": float(rng.random()) for k in rng.choice(30, 3, replace=False)} for _ in range(20)]
    measures = tuple(Measure(f"m{place}", 1.0, each) for place, each in enumerate(effects))
    grid = grid_of(Problem({f"s{k}": float(rng.random()) for k in range(30)}, measures, budget=5.0))
    chosen = rng.random(20) < 0.5
    remaining = grid.remaining(chosen)
    np.testing.assert_array_equal(remaining, grid.loss * np.prod(grid.left[chosen], axis=0))
    np.testing.assert_allclose(grid.savings(remaining), (1 - grid.left) @ remaining, rtol=1e-13)
