"""What the inputs of a run are worth: plain data in, plain data out."""

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alcaide.engine.loss import range_product
from alcaide.risk.pricing import derive, implied, moves, price_portfolio, propose, refusal

pytestmark = pytest.mark.once


def a_range(low, high, *, basis="judgement", observations=6.0):
    return {"low": low, "high": high, "basis": basis, "observations": observations, "estimate": "e"}


def a_host(uid, *, low=0.1, high=0.6, reach="internal", flaws=3, **more):
    return {"uid": uid, "name": f"host-{uid}", "reach": reach, "low": low, "high": high, "flaws": flaws, "known": 0,
            "unpriced": 0, **more}  # fmt: skip


def a_scenario(uid="a", **more):
    return {
        "uid": uid, "name": f"Scenario {uid}", "area": "digital", "frequency": a_range(0.1, 0.9),
        "loss": a_range(10_000.0, 300_000.0), "through_flaw": None, "harm": None, "pressure": None, "clean": [],
        "in_place": [], **more,
    }  # fmt: skip


def flawed(*hosts, clean=(), **more):
    return a_scenario(through_flaw=a_range(0.01, 0.2), pressure=list(hosts), clean=list(clean), **more)


def a_measure(uid="m", *, cost=10_000.0, effects=(), **more):
    return {"uid": uid, "name": f"Measure {uid}", "area": "digital", "state": "proposed", "cost": cost,
            "mandatory": False, "mandatory_why": "", "effects": list(effects), **more}  # fmt: skip


def an_effect(scenario="a", low=0.4, high=0.8):
    return {"scenario": scenario, "low": low, "high": high, "basis": "judgement"}


def inputs(*scenarios, measures=(), links=(), **more):
    return {
        "schema": "alcaide.run/1", "currency": "EUR", "seed": 7, "shared_swing": 0.25,
        "appetite": {"limit": 1_000_000.0, "chance": 0.05}, "scenarios": list(scenarios), "unpriced": [],
        "measures": list(measures), "links": [list(each) for each in links], "budget": None, **more,
    }  # fmt: skip


def mean(given):
    return price_portfolio(given)["mean"]


def kinds(before, after):
    return {move["kind"]: move["sum"] for move in moves(inputs(before), inputs(after))}


def test_the_same_inputs_give_the_same_bits():
    given = inputs(flawed(a_host("h")), a_scenario("b", harm=a_range(0.1, 2.0)))
    assert price_portfolio(given) == price_portfolio(deepcopy(given))


def test_the_scenarios_add_up_to_the_whole_and_to_the_areas():
    results = price_portfolio(inputs(a_scenario(), a_scenario("b", area="people"), flawed(a_host("h"), uid="c")))
    assert sum(row["mean"] for row in results["scenarios"]) == pytest.approx(results["mean"], rel=1e-12)
    assert sum(area["mean"] for area in results["areas"].values()) == pytest.approx(results["mean"], rel=1e-12)
    assert sum(results["shares"].values()) == pytest.approx(1)


def test_every_range_holds_its_figure():
    results = price_portfolio(inputs(a_scenario(), flawed(a_host("h"), uid="c")))
    for low, figure, high in [
        (results["mean_range"][0], results["mean"], results["mean_range"][1]),
        (results["bad_year_range"][0], results["bad_year"], results["bad_year_range"][1]),
        *((*row["range"][:1], row["mean"], *row["range"][1:]) for row in results["scenarios"]),
    ]:
        assert low <= figure <= high


@settings(max_examples=3, deadline=None)
@given(low=st.floats(0.01, 2), width=st.floats(1.1, 30), loss=st.floats(100, 1e6), observations=st.floats(2, 50))
@pytest.mark.slow
def test_ten_times_the_money_is_ten_times_every_figure(low, width, loss, observations):
    def case(scale):
        sums = a_range(loss * scale, loss * width * scale, observations=observations)
        row = a_scenario(frequency=a_range(low, low * width), loss=sums)
        appetite = {"limit": 1_000_000.0 * scale, "chance": 0.05}
        given = inputs(row, measures=[a_measure(cost=1_000.0 * scale, effects=[an_effect()])], appetite=appetite)
        results = price_portfolio(given)
        plan = propose(given, budget=5_000.0 * scale, bad_year=results["bad_year"])
        sums = [results["mean"], *results["mean_range"], results["bad_year"], *results["bad_year_range"]]
        figures = [*sums, results["curve"]["at"][-1], plan["mean"], plan["bad_year"], plan["measures"][0]["avoids"]]
        return figures, [results["beyond"]["chance"], *results["curve"]["chance"], plan["measures"][0]["per_unit"]]

    (ones, chances), (tens, same) = case(1), case(10)
    assert tens == pytest.approx([10 * each for each in ones], rel=1e-6)
    assert same == pytest.approx(chances, rel=1e-6, abs=1e-9)


def test_a_measure_without_effect_changes_nothing():
    idle = a_measure("idle", effects=[an_effect(low=1.0, high=1.0)])
    given = inputs(a_scenario(), measures=[idle])
    results = price_portfolio(given)
    plan = propose(given, budget=50_000.0, bad_year=results["bad_year"])
    [row] = plan["measures"]
    assert (plan["mean"], plan["bad_year"], plan["chosen"]) == (results["mean"], results["bad_year"], [])
    assert (row["avoids"], row["range"], row["bad_year"], row["first_in"]) == (0.0, [0.0, 0.0], 0.0, 0)


def test_a_measure_in_place_without_effect_changes_nothing():
    nothing = {"measure": "m", "name": "M", "low": 1.0, "high": 1.0}
    assert mean(inputs(a_scenario(in_place=[nothing]))) == mean(inputs(a_scenario()))


def test_a_flaw_raises_the_expected_loss_and_a_clean_host_does_not():
    bare = mean(inputs(flawed()))
    assert mean(inputs(flawed(clean=["h"]))) == bare
    assert mean(inputs(flawed(a_host("h")))) > bare


def test_a_host_that_is_reached_from_the_internet_presses_hardest_and_an_unknown_reach_is_costed_both_ways():
    by_reach = {
        reach: derive(flawed(a_host("h", reach=reach))) for reach in ("internet", "internal", "isolated", "unknown")
    }
    means = {reach: made.expected for reach, made in by_reach.items()}
    assert means["internet"] > means["internal"] > means["isolated"]
    assert by_reach["unknown"].hazard == (by_reach["internal"].hazard[0], by_reach["internet"].hazard[1])


def test_the_steps_of_a_derivation_multiply_to_exactly_the_figure():
    measure = {"measure": "m", "name": "M", "low": 0.4, "high": 0.8}
    scenario = flawed(a_host("h"), a_host("i", reach="unknown"), in_place=[measure], harm=a_range(0.1, 2.0))
    results = price_portfolio(inputs(scenario))
    made = derive(scenario)
    assert made.expected == pytest.approx(results["scenarios"][0]["mean"], rel=1e-12)
    assert made.harmed == pytest.approx(results["harm"]["mean"], rel=1e-12)
    assert made.events * made.left_share * made.each_time == made.expected


def test_a_range_implies_a_median_a_mean_above_it_and_a_bad_end_beyond_it():
    sure, unsure = implied(10_000, 300_000), implied(10_000, 300_000, observations=2)
    assert sure.one_in_20 == pytest.approx(300_000)
    assert sure.median == unsure.median < sure.mean < unsure.mean
    assert unsure.one_in_20 > sure.one_in_20


def test_two_ranges_multiply_with_their_spreads_added_in_squares():
    assert range_product((2, 2), (3, 3)) == pytest.approx((6, 6))
    low, high = range_product((1, 100), (1, 100))
    assert (low * high) ** 0.5 == pytest.approx(100)
    assert high / low == pytest.approx(100**2**0.5)


def test_what_the_engine_cannot_price_says_why_by_name():
    assert refusal(a_scenario(frequency=a_range(2.0, 1.0))) == "rate_low 2 is above rate_high 1: swap them"
    assert refusal(a_scenario()) == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (flawed(a_host("h")), flawed(a_host("h", flaws=1, low=0.05, high=0.3), a_host("i"), clean=["j"])),
        (flawed(a_host("h")), a_scenario(frequency=a_range(0.2, 0.4))),
        (a_scenario(), flawed(a_host("h"), in_place=[{"measure": "m", "name": "M", "low": 0.4, "high": 0.8}])),
        (flawed(a_host("h", reach="unknown")), flawed(a_host("h", reach="internet", high=0.8))),
        (a_scenario("gone"), a_scenario("came")),
    ],
)
def test_the_moves_add_up_exactly_to_the_difference(before, after):
    found = moves(inputs(before), inputs(after))
    moved = sum(move["sum"] for move in found)
    assert moved == pytest.approx(mean(inputs(after)) - mean(inputs(before)), rel=1e-9)
    assert found == sorted(found, key=lambda move: -abs(move["sum"]))


def test_a_fixed_flaw_is_verified_action():
    assert set(kinds(flawed(a_host("h")), flawed(clean=["h"]))) == {"verified action"}
    fewer = a_host("h", flaws=1, low=0.05, high=0.3)
    assert set(kinds(flawed(a_host("h")), flawed(fewer))) == {"verified action"}


def test_a_new_flaw_or_a_worse_chance_is_the_world():
    assert set(kinds(flawed(clean=["h"]), flawed(a_host("h")))) == {"world"}
    assert set(kinds(flawed(a_host("h")), flawed(a_host("h", high=0.9)))) == {"world"}


def test_a_lower_chance_with_the_same_flaws_is_the_world_and_not_our_work():
    assert set(kinds(flawed(a_host("h")), flawed(a_host("h", low=0.05, high=0.3)))) == {"world"}


def test_a_host_that_leaves_the_reach_is_scope_and_not_our_work():
    assert set(kinds(flawed(a_host("h")), flawed())) == {"scope"}


def test_a_host_scanned_for_the_first_time_is_scope():
    assert set(kinds(flawed(), flawed(a_host("h")))) == {"scope"}


def test_flaws_that_a_feed_prices_for_the_first_time_are_scope():
    unknown = a_host("h", low=0.0, high=0.0, unpriced=3)
    assert set(kinds(flawed(unknown), flawed(a_host("h")))) == {"scope"}


def test_a_reach_that_somebody_revised_is_opinion():
    assert set(kinds(flawed(a_host("h", reach="unknown")), flawed(a_host("h", reach="isolated")))) == {
        "revised opinion"
    }


def test_a_measure_put_in_place_is_verified_and_its_revised_effect_is_opinion():
    first, second = ({"measure": "m", "name": "M", "low": low, "high": 0.8} for low in (0.4, 0.3))
    assert set(kinds(a_scenario(), a_scenario(in_place=[first]))) == {"verified action"}
    assert set(kinds(a_scenario(in_place=[first]), a_scenario(in_place=[second]))) == {"revised opinion"}


def test_moves_name_the_hosts():
    found = moves(inputs(flawed(clean=["h", "i"])), inputs(flawed(a_host("h"), a_host("i"))))
    assert [move["what"] for move in found] == ["Flaws found or newly exploited: host-h and 1 more"]


def test_the_same_thing_in_several_scenarios_is_one_move():
    before = inputs(*(flawed(a_host("h"), uid=uid) for uid in "ab"))
    after = inputs(*(flawed(clean=["h"], uid=uid) for uid in "ab"))
    [move] = moves(before, after)
    assert move["scenarios"] == ["a", "b"]
    assert move["sum"] == pytest.approx(mean(after) - mean(before))


def test_a_scenario_that_cannot_be_priced_any_more_is_not_called_retired():
    after = inputs(unpriced=[{"uid": "a", "name": "Scenario a", "why": "…"}])
    assert moves(inputs(a_scenario()), after)[0]["what"] == "Scenario a cannot be priced"


def plan_for(*measures, budget=30_000.0, links=()):
    given = inputs(a_scenario(), measures=measures, links=links)
    return propose(given, budget=budget, bad_year=price_portfolio(given)["bad_year"])


def test_a_plan_keeps_to_its_budget_and_says_what_is_left():
    plan = plan_for(a_measure("m", effects=[an_effect()]), a_measure("n", cost=25_000.0, effects=[an_effect()]))
    assert plan["feasible"]
    assert plan["cost"] <= 30_000
    assert plan["proof"]["bound"] <= plan["proof"]["left"]
    assert plan["proof"]["greedy_left"] >= plan["proof"]["left"]


def test_what_the_law_asks_for_takes_its_part_of_the_budget_even_if_it_avoids_nothing():
    law = a_measure("law", cost=25_000.0, mandatory=True)
    plan = plan_for(law, a_measure("m", effects=[an_effect()]))
    assert plan["chosen"] == ["law"]


def test_a_measure_that_another_needs_is_bought_with_it_even_if_it_avoids_nothing_itself():
    base = a_measure("base", cost=5_000.0)
    plan = plan_for(base, a_measure("m", effects=[an_effect()]), links=[("needs", "m", "base")])
    assert plan["chosen"] == ["base", "m"]
    assert plan["cost"] == 15_000


def test_a_budget_below_what_is_mandatory_is_infeasible_in_words_with_names():
    plan = plan_for(a_measure("law", cost=25_000.0, mandatory=True), budget=10_000.0)
    assert not plan["feasible"]
    assert plan["reason"]
    both = [a_measure(uid, mandatory=True, effects=[an_effect()]) for uid in ("m-1", "m-2")]
    clash = plan_for(*both, links=[("excludes", "m-1", "m-2")])
    assert "“Measure m-1”" in clash["reason"]
    assert '"m-1"' not in clash["reason"]


def test_no_measure_at_all_still_gives_a_plan():
    plan = plan_for()
    assert (plan["feasible"], plan["chosen"], plan["measures"]) == (True, [], [])


def test_a_plan_counts_in_how_many_draws_each_measure_is_first():
    plan = plan_for(a_measure("m", effects=[an_effect()]), a_measure("n", effects=[an_effect(low=0.5, high=0.7)]))
    assert sum(row["first_in"] for row in plan["measures"]) == 200


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 12, 300])
def test_the_drawn_curve_ends_where_hardly_a_year_goes(count):
    small = [a_scenario(f"s{n}", frequency=a_range(0.5, 4.0), loss=a_range(1e4, 4e4)) for n in range(count)]
    given = inputs(*small, appetite={"limit": 20_000.0, "chance": 0.05})
    drawn = price_portfolio(given)["curve"]
    assert drawn["chance"][-1] <= 0.001 + 1e-9
    assert drawn["at"][-1] >= 50_000


def test_the_drawn_curve_goes_past_an_appetite_that_no_year_reaches():
    given = inputs(a_scenario(), appetite={"limit": 1e9, "chance": 0.05})
    assert price_portfolio(given)["curve"]["at"][-1] == pytest.approx(2.5e9)
