"""What doing something about flaws removes: the engine's own difference of means, one action at a time."""

import numpy as np
import pytest

from alcaide.engine import loss
from alcaide.risk.pricing import Touch, price_portfolio, removed_by, removed_together
from alcaide.risk.pricing.streams import streams_of
from alcaide.risk.tests.test_pricing import a_host, a_range, a_scenario, flawed, inputs


def mean_of(scenario) -> float:
    return float(loss.means(streams_of(scenario)).sum())


def touch(what: str, host: dict, *, low: float, high: float) -> Touch:
    return Touch(what, host["uid"], host["low"], host["high"], low, high)


def test_an_action_removes_exactly_what_the_mean_falls_by():
    here, there = a_host("h", low=0.2, high=0.9), a_host("i", low=0.1, high=0.4)
    scenario = flawed(here, there)
    found = removed_by(inputs(scenario), [touch("a", here, low=0.05, high=0.3)])["a"]
    after = flawed({**here, "low": 0.05, "high": 0.3}, there)
    assert found.mean == pytest.approx(mean_of(scenario) - mean_of(after), rel=1e-9)
    assert 0 < found.low < found.mean < found.high


def test_doing_everything_removes_all_that_comes_through_flaws():
    here = a_host("h", low=0.2, high=0.9)
    scenario = flawed(here)
    anyway = mean_of({**scenario, "pressure": []})
    found = removed_by(inputs(scenario), [touch("a", here, low=0.0, high=1e-17)])["a"]
    assert found.mean == pytest.approx(mean_of(scenario) - anyway, rel=1e-9)


def test_measures_in_place_make_an_action_worth_less():
    here = a_host("h")
    measure = {"measure": "m", "name": "M", "low": 0.5, "high": 0.5}
    bare, guarded = flawed(here), flawed(here, in_place=[measure])
    one, half = (removed_by(inputs(each), [touch("a", here, low=0, high=0)])["a"] for each in (bare, guarded))
    assert half.mean == pytest.approx(one.mean / 2, rel=1e-9)


def test_a_host_out_of_reach_is_worth_nothing_and_says_so():
    found = removed_by(inputs(flawed(a_host("h"))), [Touch("a", "elsewhere", 0.5, 0.9, 0.0, 0.0)])["a"]
    assert (found.mean, found.low, found.high) == (0, 0, 0)


def test_one_host_in_two_scenarios_counts_in_both():
    here = a_host("h")
    first, second = flawed(here), {**flawed(here), "uid": "other"}
    one = removed_by(inputs(first), [touch("a", here, low=0, high=0)])["a"]
    both = removed_by(inputs(first, second), [touch("a", here, low=0, high=0)])["a"]
    assert both.mean == pytest.approx(2 * one.mean, rel=1e-9)


def test_two_actions_together_are_priced_by_what_is_left_when_both_are_done():
    here = a_host("h", low=0.9, high=0.95)
    scenario = flawed(here)
    alone = removed_by(inputs(scenario), [touch("a", here, low=0.9, high=0.95), touch("b", here, low=0.9, high=0.95)])
    together = removed_together(inputs(scenario), [touch("", here, low=0.0, high=0.0)])
    assert alone["a"].mean + alone["b"].mean == 0
    assert together.mean == pytest.approx(mean_of(scenario) - mean_of({**scenario, "pressure": []}))
    with pytest.raises(ValueError, match="once"):
        removed_together(inputs(scenario), [touch("", here, low=0, high=0)] * 2)


def test_an_action_never_adds_to_the_loss():
    here = a_host("h", low=0.5, high=0.5)
    found = removed_by(inputs(flawed(here)), [touch("a", here, low=1e-9, high=0.499)])["a"]
    assert found.low >= 0
    assert found.mean >= 0


def test_no_flaws_and_no_actions_are_priced_as_nothing():
    assert removed_by(inputs(flawed()), [Touch("a", "h", 1, 1, 0, 0)])["a"].mean == 0
    assert removed_by(inputs(flawed(a_host("h"))), []) == {}


@pytest.mark.slow
def test_each_of_thousands_of_actions_has_its_price():
    hosts = [a_host(f"h{n}", low=0.1, high=0.4) for n in range(2_000)]
    scenarios = [{**flawed(*hosts), "uid": f"s{n}"} for n in range(5)]
    touches = [touch(f"a{n}", hosts[(n * 7 + k) % 2_000], low=0.05, high=0.2) for n in range(5_000) for k in range(10)]
    found = removed_by(inputs(*scenarios), touches)
    assert len(found) == 5_000
    assert all(each.low <= each.mean <= each.high for each in found.values())


def test_a_share_with_one_value_is_priced_too():
    here = a_host("h")
    scenario = {**flawed(here), "through_flaw": a_range(0.01, 0.01)}
    found = removed_by(inputs(scenario), [touch("a", here, low=0, high=0)])["a"]
    assert found.mean == pytest.approx(mean_of(scenario) - mean_of({**scenario, "pressure": []}), rel=1e-9)


def test_a_choice_removes_what_the_whole_portfolio_falls_by_when_it_is_priced_anew():
    hosts = [a_host(f"h{n}", low=0.05 * (n + 1), high=0.1 * (n + 2)) for n in range(6)]
    measure = {"measure": "m", "name": "M", "low": 0.3, "high": 0.7}
    before = [flawed(*hosts[:4]), {**flawed(*hosts[2:], in_place=[measure]), "uid": "b"}, a_scenario("c")]
    left = {each["uid"]: {**each, "low": each["low"] / 3, "high": each["high"] / 2} for each in hosts[1:5]}
    after = [
        {**each, "pressure": [left.get(host["uid"], host) for host in each["pressure"] or ()] or None}
        for each in before
    ]
    touches = [touch("", host, low=left[host["uid"]]["low"], high=left[host["uid"]]["high"]) for host in hosts[1:5]]
    found = removed_together(inputs(*before), touches)
    now, then = (price_portfolio(inputs(*each)) for each in (before, after))
    assert found.mean == pytest.approx(now["mean"] - then["mean"], rel=1e-9)
    assert found.low < found.mean < found.high


def test_the_range_of_a_choice_is_that_of_the_same_draws_priced_anew():
    here = a_host("h", low=0.4, high=0.8)
    given = inputs(flawed(here))
    after = inputs(flawed({**here, "low": 0.1, "high": 0.2}))
    now, then = (
        loss.stream_draws(streams_of(each["scenarios"][0]), seed=7, draws=200).sum(axis=1) for each in (given, after)
    )
    found = removed_together(given, [touch("", here, low=0.1, high=0.2)])
    assert (found.low, found.high) == pytest.approx(np.percentile(now - then, [5, 95]), rel=1e-9)


@pytest.mark.slow
def test_scenarios_out_of_reach_change_nothing_of_a_choice_on_many_hosts():
    hosts = [a_host(f"h{n}", low=0.1, high=0.4) for n in range(2_000)]
    scenarios = [{**flawed(*hosts), "uid": f"s{n}"} for n in range(30)]
    others = [{**flawed(a_host("elsewhere")), "uid": f"o{n}"} for n in range(1_000)]
    chosen = [touch("", each, low=0.05, high=0.2) for each in hosts]
    alone = removed_together(inputs(*scenarios), chosen)
    assert alone.mean > 0
    assert removed_together(inputs(*scenarios, *others), chosen) == alone
