"""What may be said of scenarios, by whom, and what is refused."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from alcaide.assets.models import Asset
from alcaide.assets.tests.factories import make_asset
from alcaide.common.models import Change, LostUpdate, TrailLine
from alcaide.common.money import MixedCurrencies
from alcaide.common.permissions import Refused
from alcaide.organization.models import Organization
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user
from alcaide.risk import services
from alcaide.risk.models import Effect, Estimate, Run
from alcaide.risk.queries import collect_inputs, estimates_in_force

from .factories import estimate, leaves, make_measure, make_scenario, priced_scenario, run, set_budget

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("what", "low", "high", "words"),
    [
        ("frequency", 2.0, 1.0, "runs backwards: 2 is more than 1"),
        ("loss", 900, 100, "runs backwards: €900.00 is more than €100.00"),
        ("frequency", -1.0, 1.0, "above zero"),
        ("loss", 0, 100, "above zero"),
        ("harm", -1, 2, "above zero"),
        ("frequency", float("nan"), 1.0, "plain numbers"),
        ("loss", 1, float("inf"), "plain numbers"),
        ("through_flaw", 0.1, 1.2, "at most 1"),
        ("frequency", 1e6, 1e9, "check the unit"),
        ("harm", 1e6, 1e9, "check the unit"),
        ("loss", 1, 90_000, "10,000-fold apart"),
    ],
)
def test_a_range_that_cannot_be_is_refused_in_words(what, low, high, words):
    scenario = make_scenario()
    with pytest.raises(ValidationError, match=words):
        estimate(scenario, what, low, high)
    assert not Estimate.objects.exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"basis": "guess"}, "measured, sector or judgement"),
        ({"observations": 0.5}, "one or more"),
        ({"source": "  "}, "Name the source"),
        ({"source": "x" * 301}, "At most 300"),
    ],
)
def test_a_range_without_its_grounds_is_refused(more, words):
    with pytest.raises(ValidationError, match=words):
        estimate(make_scenario(), "frequency", 0.1, 1.0, **more)


def test_a_new_estimate_leaves_the_old_one_as_history():
    scenario = make_scenario()
    first = estimate(scenario, "frequency", 0.1, 1.0)
    second = estimate(scenario, "frequency", 0.2, 0.8)
    assert estimates_in_force([scenario.pk])[scenario.pk]["frequency"] == second
    assert list(scenario.estimates.all()) == [second, first]


def test_ranges_that_the_engine_cannot_price_together_are_refused_before_they_break_every_total(monkeypatch):
    scenario = make_scenario("Port scans")
    monkeypatch.setattr("alcaide.risk.services.scenarios.refusal", lambda scenario: "too much of it")
    estimate(scenario, "frequency", 400, 900)
    with pytest.raises(ValidationError, match="cannot price these ranges together: too much of it"):
        estimate(scenario, "loss", 1, 900)


def test_an_analyst_of_one_unit_does_not_estimate_in_another():
    here, there = make_unit(), make_unit()
    analyst = make_user("analyst", unit=here)
    scenario = make_scenario(unit=there)
    with pytest.raises(Refused):
        services.estimate(
            analyst, scenario, what="frequency", low=1, high=2, basis="judgement", observations=1, source="me"
        )


@pytest.mark.parametrize("role", ["head", "executive", "auditor", "employee", None])
def test_who_may_not_estimate_is_refused(role):
    user = make_user(role)
    with pytest.raises(Refused):
        services.add_scenario(user, name="Mine", area="digital", unit=make_organization())


def test_two_people_changing_one_scenario_are_told():
    scenario = make_scenario()
    services.change_scenario(HOUSE, scenario, opened_version=1, story="first")
    with pytest.raises(LostUpdate):
        services.change_scenario(HOUSE, scenario, opened_version=1, story="second")


def test_a_retired_scenario_takes_nothing_more():
    scenario, measure = priced_scenario(), make_measure()
    services.retire(HOUSE, scenario)
    for act in (
        lambda: estimate(scenario, "frequency", 1, 2),
        lambda: leaves(measure, scenario, 0.5, 0.9),
        lambda: services.retire(HOUSE, scenario),
    ):
        with pytest.raises(ValidationError, match="retired"):
            act()


def test_reach_keeps_the_assets_that_the_actor_does_not_see():
    here, there = make_unit(), make_unit()
    scenario = make_scenario(unit=here)
    unseen, seen = make_asset(unit=there), make_asset(unit=here)
    _reach(HOUSE, scenario, [unseen])
    _reach(make_user("analyst", unit=here), scenario, [seen])
    assert set(scenario.assets.all()) == {unseen, seen}


def test_reach_takes_no_asset_that_the_actor_does_not_see():
    here, there = make_unit(), make_unit()
    scenario, unseen = make_scenario(unit=here), make_asset(unit=there)
    with pytest.raises(ValidationError, match="not yours to see"):
        _reach(make_user("analyst", unit=here), scenario, [unseen])
    assert not scenario.assets.exists()


def test_two_people_setting_one_reach_are_told():
    scenario = make_scenario()
    _reach(HOUSE, scenario, [])
    stale = services.set_reach
    with pytest.raises(LostUpdate):
        stale(HOUSE, scenario, opened_version=1, through_flaws=True, unit=None, assets=[])


def test_a_new_effect_replaces_the_old_one():
    scenario, measure = priced_scenario(), make_measure()
    leaves(measure, scenario, 0.5, 0.9)
    leaves(measure, scenario, 0.2, 0.4)
    assert [each.left_low for each in Effect.objects.filter(withdrawn_at__isnull=True)] == [0.2]
    assert Effect.objects.count() == 2


@pytest.mark.parametrize(("low", "high"), [(0.9, 0.5), (0.0, 0.5), (0.5, 1.2), (-0.1, 0.5)])
def test_an_effect_that_leaves_no_share_is_refused(low, high):
    with pytest.raises(ValidationError, match="at most 100 %"):
        leaves(make_measure(), priced_scenario(), low, high)


def test_an_effect_is_withdrawn_once():
    scenario, measure = priced_scenario(), make_measure()
    leaves(measure, scenario, 0.5, 0.9)
    effect = Effect.objects.get()
    services.withdraw_effect(HOUSE, effect)
    with pytest.raises(ValidationError, match="already"):
        services.withdraw_effect(HOUSE, effect)


def test_a_budget_below_nothing_is_refused():
    with pytest.raises(ValidationError, match="nothing or more"):
        set_budget(-1)


def test_a_sum_in_another_currency_stops_the_figures_in_words():
    priced_scenario("Fire")
    Organization.objects.update(currency="USD")
    with pytest.raises(MixedCurrencies, match="“Fire” stands in EUR, all figures in USD"):
        collect_inputs()


def test_every_write_leaves_a_line_in_the_trail_and_a_change():
    scenario = priced_scenario()
    verbs = set(TrailLine.objects.filter(subject=scenario.subject).values_list("verb", flat=True))
    assert verbs == {"add_scenario", "estimate"}
    assert Change.objects.filter(room="risk", subject=scenario.subject).count() == 3


def test_runs_and_estimates_are_never_changed_or_removed():
    priced_scenario()
    made = run()
    for rows in (Run.objects.filter(pk=made.pk), Estimate.objects.all()):
        for act in (lambda rows=rows: rows.update(created_at=None), lambda rows=rows: rows._raw_delete("default")):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()
    assert Run.objects.filter(pk=made.pk).exists()


def _reach(actor, scenario, assets: list[Asset]) -> None:
    scenario.refresh_from_db()
    services.set_reach(actor, scenario, opened_version=scenario.version, through_flaws=True, unit=None, assets=assets)
