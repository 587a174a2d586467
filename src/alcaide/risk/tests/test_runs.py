"""Runs: written once, computed again to the same bits, moved by scans and measures, seen as far as one may."""

import hashlib
import json

import pytest

from alcaide.assets.tests.factories import make_asset
from alcaide.common.models import Priced
from alcaide.common.permissions import Refused
from alcaide.controls import services as controls
from alcaide.controls.queries import prices_of
from alcaide.organization.models import Organization
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user
from alcaide.risk import services
from alcaide.risk.models import Proposal, Run
from alcaide.risk.queries import Figures, figures, latest_run, moves_since, plan_of
from alcaide.risk.services import ComputedMeanwhile, runs

from .factories import (
    clean,
    estimate,
    leaves,
    make_measure,
    make_scenario,
    pressed,
    priced_scenario,
    run,
    scans_say,
    set_budget,
)

pytestmark = pytest.mark.django_db


def through_flaws(**more):
    scenario = priced_scenario("Ransomware", through_flaws=True, reach_unit=make_organization(), **more)
    estimate(scenario, "through_flaw", 0.01, 0.2)
    return scenario


def mean(made: Run) -> float:
    return json.loads(made.results)["mean"]


def test_nothing_changed_makes_no_second_run():
    priced_scenario()
    run()
    assert services.refresh(HOUSE, cause="again") is None
    assert Run.objects.count() == 1


def test_an_organization_without_an_estimate_has_no_run_that_says_nothing_costs():
    make_scenario()
    assert services.refresh(HOUSE, cause="a look") is None


def test_a_scenario_without_both_ranges_is_named_and_left_out():
    priced_scenario("Fire")
    half = make_scenario("Flood")
    estimate(half, "frequency", 0.1, 0.2)
    shown = Figures.of(run())
    assert [row["name"] for row in shown.results["scenarios"]] == ["Fire"]
    assert shown.inputs["unpriced"] == [
        {"uid": str(half.uid), "name": "Flood", "why": "nobody said yet what it costs each time"}
    ]


def test_a_scan_raises_the_expected_loss_and_names_the_host():
    through_flaws()
    host = make_asset("mur-vpn-1", reached_from="internet")
    with scans_say(clean(host)):
        before = run()
    with scans_say(pressed(host)):
        after = run()
    assert mean(after) > mean(before)
    [move] = json.loads(after.results)["moves"]
    assert (move["kind"], move["what"]) == ("world", "Flaws found or newly exploited: mur-vpn-1")
    assert move["sum"] == pytest.approx(mean(after) - mean(before))


def test_fixing_what_a_scan_found_lowers_it_as_verified_action():
    through_flaws()
    host = make_asset("mur-vpn-1", reached_from="internet")
    with scans_say(pressed(host)):
        before = run()
    with scans_say(clean(host)):
        after = run()
    [move] = json.loads(after.results)["moves"]
    assert move["kind"] == "verified action"
    assert mean(after) == pytest.approx(mean(before) + move["sum"])


def test_a_retired_host_is_not_counted_as_our_work():
    through_flaws()
    host = make_asset(reached_from="internet")
    with scans_say(pressed(host)):
        run()
    with scans_say():
        after = run()
    assert [move["kind"] for move in json.loads(after.results)["moves"]] == ["scope"]


def test_a_run_computed_again_gives_the_same_bits():
    leaves(make_measure(), through_flaws(), 0.4, 0.8)
    set_budget(50_000)
    with scans_say(pressed(make_asset(reached_from="unknown"))):
        run()
    estimate(priced_scenario(), "harm", 0.1, 2.0)
    made = run()
    again = services.run_again(HOUSE, made)
    assert (again.same, again.results_hash, again.differs, again.changed) == (True, made.results_hash, (), ())


def test_a_changed_engine_is_named_with_what_came_out_differently(monkeypatch):
    priced_scenario("Fire")
    made = run()
    price = runs.price_portfolio
    monkeypatch.setattr(runs, "ENGINE_VERSION", "99.0")
    monkeypatch.setattr(runs, "price_portfolio", lambda inputs, **more: {**price(inputs, **more), "mean": 1.0})
    again = services.run_again(HOUSE, made)
    assert not again.same
    assert ("engine", made.engine, "99.0") in again.changed
    assert [(each.what, each.now) for each in again.differs] == [("Expected loss a year", 1.0)]


def test_a_new_engine_version_makes_a_new_run_of_unchanged_inputs(monkeypatch):
    priced_scenario()
    run()
    monkeypatch.setattr(runs, "ENGINE_VERSION", "99.0")
    assert run("new engine").engine == "99.0"


def test_a_run_that_was_overtaken_is_computed_anew_from_what_stands_then(monkeypatch):
    priced_scenario("Fire")
    compute, late = runs.compute, []

    def overtaken(inputs, *, before, **more):
        if not late:
            late.append(True)
            priced_scenario("Flood")
            services.refresh(HOUSE, cause="the other")
            priced_scenario("Theft")
        return compute(inputs, before=before, **more)

    monkeypatch.setattr(runs, "compute", overtaken)
    made = run("the slow one")
    assert [each.cause for each in Run.objects.order_by("number")] == ["the other", "the slow one"]
    assert [move["what"] for move in json.loads(made.results)["moves"]] == ["Theft counted"]


def test_a_run_that_is_overtaken_without_end_gives_up_in_words(monkeypatch):
    priced_scenario()
    monkeypatch.setattr(runs, "_keep", lambda *_: None)
    with pytest.raises(ComputedMeanwhile, match="Ask for the figures again"):
        services.refresh(HOUSE, cause="a test")


@pytest.mark.parametrize("role", ["head", "executive", "auditor", "employee", None])
def test_who_may_not_compute_is_refused(role):
    user = make_user(role)
    priced_scenario()
    with pytest.raises(Refused):
        services.refresh(user, cause="mine")


def test_an_auditor_of_the_whole_may_compute_again_and_one_of_a_unit_may_not():
    priced_scenario()
    made = run()
    assert services.run_again(make_user("auditor"), made).same
    with pytest.raises(Refused):
        services.run_again(make_user("auditor", unit=make_unit()), made)


def test_who_sees_one_unit_sees_its_scenarios_without_totals_and_how_many_are_hidden():
    unit = make_unit()
    own = priced_scenario("Own", unit=unit)
    priced_scenario("Other", unit=make_unit())
    priced_scenario("Third")
    run()
    shown = figures(make_user("head", unit=unit))
    assert shown is not None
    assert not shown.whole
    assert [row["name"] for row in shown.results["scenarios"]] == ["Own"]
    assert [row["uid"] for row in shown.inputs["scenarios"]] == [str(own.uid)]
    assert [(each.rule, each.count.shown) for each in shown.hidden] == [("outside your units", 2)]
    assert not {"mean", "bad_year", "curve", "areas", "shares"} & shown.results.keys()
    assert plan_of(shown) is None
    assert moves_since(shown, shown.run) == []


def test_prices_go_down_with_their_range_date_and_run_and_old_ones_go():
    scenario = through_flaws()
    measure = make_measure()
    leaves(measure, scenario, 0.4, 0.8)
    set_budget(1)
    host = make_asset(reached_from="internet")
    with scans_say(pressed(host)):
        made = run()
        price = prices_of([scenario.subject], figure="loss_a_year")[scenario.subject]
        assert price.low.minor <= price.amount.minor <= price.high.minor
        assert (price.run, price.at, price.amount.minor) == (made.subject, made.at, round(mean(made) * 100))
        assert set(Priced.objects.values_list("figure", flat=True)) == {
            "loss_a_year", "flaws_a_year", "avoids_a_year",
        }  # fmt: skip
        services.retire(HOUSE, scenario)
        run()
    assert not Priced.objects.exclude(figure="avoids_a_year").exists()


def test_the_price_of_hosts_adds_up_to_what_comes_through_flaws():
    through_flaws()
    hosts = [make_asset(reached_from=reach) for reach in ("internet", "unknown", "isolated")]
    with scans_say(*(pressed(host) for host in hosts)):
        made = run()
    through = json.loads(made.results)["scenarios"][0]["through_flaws"]
    by_host = Priced.objects.filter(figure="flaws_a_year").values_list("amount_minor", flat=True)
    assert sum(by_host) / 100 == pytest.approx(through, abs=0.02)


def test_the_measures_in_place_before_an_estimate_are_in_it_already():
    scenario, measure = priced_scenario(), make_measure()
    leaves(measure, scenario, 0.4, 0.8)
    before = run()
    controls.put_in_place(HOUSE, controls.adopt(HOUSE, measure))
    counted = run()
    estimate(scenario, "frequency", 0.1, 0.9)
    again = run()
    assert mean(counted) < mean(before)
    assert mean(again) == pytest.approx(mean(before))


def test_a_plan_keeps_the_budget_it_was_made_under():
    leaves(make_measure(), priced_scenario(), 0.4, 0.8)
    set_budget(20_000)
    run()
    set_budget(30_000)
    assert Proposal.objects.get().budget_minor == 2_000_000


def test_a_plan_says_of_each_measure_why_it_is_not_chosen():
    scenario = priced_scenario()
    good, dear = make_measure("Good"), make_measure("Dear", cost=90_000)
    rival, idle = make_measure("Rival", cost=11_000), make_measure("Idle")
    for each in (good, dear):
        leaves(each, scenario, 0.2, 0.4)
    leaves(rival, scenario, 0.9, 0.95)
    controls.link(HOUSE, good, kind="excludes", other=rival)
    set_budget(40_000)
    made = run()
    plan = plan_of(Figures.of(made))
    assert plan is not None
    assert [line.name for line in plan.chosen] == ["Good"]
    assert {line.name: line.why_not for line in plan.others} == {
        "Dear": "over budget: it costs €90k and €30k is left",
        "Rival": "cannot stand beside Good",
        "Idle": "nobody said yet what it leaves of a scenario that has a price",
    }
    assert idle.name in {line.name for line in plan.others}


def test_a_plan_never_nets_cash_against_expected_loss():
    leaves(make_measure(), priced_scenario(), 0.2, 0.4)
    set_budget(40_000)
    plan = plan_of(Figures.of(run()))
    assert plan is not None
    assert (plan.cost.kind, plan.spare.kind, plan.avoided.kind) == ("cash", "cash", "expected")


def test_the_seed_and_the_inputs_are_kept_with_the_run():
    priced_scenario()
    made = run()
    name = Organization.objects.get().name
    assert made.seed == int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") % 2**53
    assert json.loads(made.inputs)["seed"] == made.seed
    assert set(json.loads(made.versions)) == {"alcaide", "engine", "python", "numpy", "scipy", "highspy"}
    assert latest_run() == made


def test_a_run_that_is_stopped_on_its_way_leaves_nothing_behind():
    priced_scenario()

    class StoppedError(Exception):
        pass

    for step in range(services.STEPS):
        said = []

        def say(done, words, *, step=step, said=said):
            said.append((done, words))
            if done == step:
                raise StoppedError

        with pytest.raises(StoppedError):
            services.refresh(HOUSE, cause="a test", say=say)
        assert [done for done, _ in said] == sorted(done for done, _ in said)
        assert all(words for _, words in said)
    assert not Run.objects.exists()
