"""Inherent, current, planned: the same draws with and without measures; keys of draws; what runs keep on scenarios."""

import json

import pytest
from django.utils import timezone

from alcaide.common.models import Priced
from alcaide.controls import services as controls
from alcaide.organization.tests.factories import HOUSE
from alcaide.risk import services
from alcaide.risk.models import NO_BAND, NO_PRICE, Effect, Run, Scenario
from alcaide.risk.queries import collect_inputs
from alcaide.risk.services.runs import compute
from alcaide.risk.tests.factories import estimate, leaves, make_measure, make_scenario, priced_scenario, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def guarded():
    """A scenario with one measure in place since, and one adopted."""
    scenario = priced_scenario("Theft")
    standing, coming = make_measure("Guard"), make_measure("Camera")
    leaves(standing, scenario, 0.4, 0.6)
    leaves(coming, scenario, 0.3, 0.5)
    controls.put_in_place(HOUSE, controls.adopt(HOUSE, standing))
    controls.adopt(HOUSE, coming)
    return scenario


def results_of(made: Run) -> dict:
    return json.loads(made.results)


def test_without_measures_a_year_costs_more_and_with_those_adopted_less(guarded):
    row = results_of(run())["scenarios"][0]
    assert row["inherent"]["mean"] == pytest.approx(row["mean"] / 0.5, rel=0.02)
    assert row["planned"]["mean"] == pytest.approx(row["mean"] * 0.397, rel=0.02)
    for end in (0, 1):
        assert row["inherent"]["range"][end] > row["range"][end] > row["planned"]["range"][end]


def test_the_levels_of_the_whole_are_those_of_its_scenarios(guarded):
    priced_scenario("Fire")
    results = results_of(run())
    for level in ("inherent", "planned"):
        together = sum(row[level]["mean"] for row in results["scenarios"])
        assert results["levels"][level]["mean"] == pytest.approx(together, rel=1e-12)
        ends = [sum(row[level]["range"][end] for row in results["scenarios"]) for end in (0, 1)]
        low, high = results["levels"][level]["mean_range"]
        assert ends[0] < low < high < ends[1]


def test_where_no_measure_counts_every_level_is_the_figure():
    priced_scenario()
    results = results_of(run())
    row = results["scenarios"][0]
    assert row["inherent"]["mean"] == row["planned"]["mean"] == row["mean"]
    assert results["levels"]["planned"] == {
        "mean": results["mean"], "mean_range": results["mean_range"], "bad_year": results["bad_year"],
        "bad_year_range": results["bad_year_range"], "curve": None, "differs": False,
    }  # fmt: skip


def test_a_run_of_the_first_schema_comes_out_as_it_was(guarded):
    inputs = {**collect_inputs(), "budget": None, "schema": "alcaide.run/1"}
    for scenario in inputs["scenarios"]:
        del scenario["draw"], scenario["unit"]
    results = compute(inputs, before=None)
    assert "levels" not in results
    assert "units" not in results
    assert set(results["scenarios"][0]) == {"uid", "name", "area", "mean", "range", "through_flaws"}


def test_a_run_is_computed_again_to_the_same_bits(guarded):
    assert services.run_again(HOUSE, run()).same


def test_the_scenario_keeps_what_the_run_said(guarded):
    made = run()
    row = results_of(made)["scenarios"][0]
    guarded.refresh_from_db()
    assert guarded.loss_minor == round(row["mean"] * 100)
    assert guarded.inherent_minor > guarded.loss_minor > guarded.planned_minor
    assert (guarded.currency, guarded.priced_run, guarded.moved_minor) == ("EUR", made.uid, 0)
    # 0.17 events a year after the guard, 105,000 euros each.
    assert (guarded.rate_band, guarded.size_band) == (-2, 10)


def test_the_move_of_a_scenario_is_that_of_the_last_run():
    scenario, other = priced_scenario("Theft"), priced_scenario("Fire")
    run()
    estimate(scenario, "loss", 5_000, 150_000)
    run()
    scenario.refresh_from_db()
    other.refresh_from_db()
    assert scenario.moved_minor == -scenario.moved_size_minor < 0
    assert scenario.moved_minor == pytest.approx(-scenario.loss_minor, abs=2)
    assert other.moved_size_minor == 0


def test_a_scenario_that_leaves_the_figures_has_no_price_any_more():
    scenario = priced_scenario("Theft")
    priced_scenario("Fire")
    run()
    services.retire(HOUSE, scenario)
    run()
    scenario.refresh_from_db()
    assert (scenario.loss_minor, scenario.rate_band, scenario.priced_run) == (NO_PRICE, NO_BAND, None)


def test_the_day_of_the_oldest_range_stands_on_the_scenario():
    scenario = make_scenario()
    estimate(scenario, "frequency", 0.1, 0.2)
    scenario.refresh_from_db()
    assert scenario.ranges_from.year == 1
    made = estimate(scenario, "loss", 1_000, 2_000)
    scenario.refresh_from_db()
    assert scenario.ranges_from == timezone.localdate(made.made_at)


def test_what_is_named_alike_draws_alike_wherever_it_is_set_up(guarded):
    first = results_of(run())
    keys = Scenario.objects.get().draw_key, sorted(Effect.objects.values_list("draw_key", flat=True))
    again = {**collect_inputs(), "budget": None}
    for scenario in again["scenarios"]:
        scenario["uid"] = "another"
        for each in scenario["in_place"]:
            each["measure"] = "another measure"
    for measure in again["measures"]:
        for each in measure["effects"]:
            each["scenario"] = "another"
    second = compute(again, before=None)
    assert second["mean_range"] == first["mean_range"]
    assert keys == (Scenario.objects.get().draw_key, sorted(Effect.objects.values_list("draw_key", flat=True)))


def test_a_new_name_keeps_the_draws_and_the_old_name_gets_others():
    scenario = priced_scenario("Theft")
    key = scenario.draw_key
    services.change_scenario(HOUSE, scenario, opened_version=scenario.version, name="Theft at night")
    other = make_scenario("Theft")
    scenario.refresh_from_db()
    assert scenario.draw_key == key != other.draw_key


def test_a_revised_effect_keeps_its_draws(guarded):
    before = Effect.objects.filter(measure__name="Guard").get().draw_key
    leaves(Effect.objects.filter(measure__name="Guard").get().measure, guarded, 0.2, 0.3)
    assert set(Effect.objects.filter(measure__name="Guard").values_list("draw_key", flat=True)) == {before}


def test_prices_of_units_add_up_to_the_whole(guarded):
    priced_scenario("Fire")
    results = results_of(run())
    assert sum(each["mean"] for each in results["units"].values()) == pytest.approx(results["mean"], rel=1e-12)
    assert Priced.objects.filter(figure="loss_a_year").count() == 3


def test_no_level_lies_above_a_lesser_one_at_any_sum_or_in_any_draw(guarded):
    priced_scenario("Fire")
    results = results_of(run())
    today, levels = results["curve"], results["levels"]
    assert levels["inherent"]["curve"]["at"] == today["at"] == levels["planned"]["curve"]["at"]
    for name in ("chance", "low", "high"):
        rows = zip(levels["inherent"]["curve"][name], today[name], levels["planned"]["curve"][name], strict=True)
        assert all(more >= now - 1e-9 >= less - 2e-9 for more, now, less in rows), name


def test_levels_of_a_measure_that_does_nothing_do_not_differ_by_a_digit():
    scenario, idle = priced_scenario("Theft"), make_measure("Idle")
    leaves(idle, scenario, 1.0, 1.0)
    controls.put_in_place(HOUSE, controls.adopt(HOUSE, idle))
    results = results_of(run())
    inherent = results["levels"]["inherent"]
    assert inherent["differs"]
    assert inherent["curve"] == results["curve"]
    assert inherent["bad_year_range"] == results["bad_year_range"]
