"""What this room wants decided, its dates, its names, and the line that dates the figures."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from alcaide.common import guards
from alcaide.common.registries import as_of, subject_of
from alcaide.common.search import find
from alcaide.controls import services as controls
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user
from alcaide.risk import due
from alcaide.risk.models import Estimate, Proposal, Scenario

from .factories import leaves, make_measure, make_scenario, priced_scenario, run, set_budget

pytestmark = pytest.mark.django_db


def titles(user) -> list[str]:
    return [each.title for each in due.due(user)]


def aged(days: int) -> None:
    """Let every range be so old, on the estimate and where lists read it."""
    with guards.lifted():
        Estimate.objects.update(made_at=timezone.now() - timedelta(days=days))
    Scenario.objects.update(ranges_from=timezone.localdate() - timedelta(days=days))


def test_a_scenario_without_a_price_waits_for_who_estimates_there():
    here, there = make_unit(), make_unit()
    make_scenario("Fire", unit=here)
    assert titles(make_user("analyst", unit=here)) == ["“Fire” has no price"]
    assert titles(make_user("analyst", unit=there)) == []
    assert titles(make_user("executive")) == []


def test_several_scenarios_without_a_price_are_one_line():
    for _ in range(3):
        make_scenario()
    [one] = due.due(make_user("chief"))
    assert one.title == "3 scenarios have no price"
    assert one.url.endswith("?view=unpriced")


def test_ranges_older_than_a_year_are_overdue_for_review():
    priced_scenario("Fire")
    aged(400)
    [one] = due.due(make_user("chief"))
    assert one.title == "Review the ranges of “Fire”"
    assert one.at < timezone.now()


def test_ranges_younger_than_a_year_stand_in_the_calendar():
    priced_scenario("Fire")
    aged(350)
    user = make_user("chief")
    today = timezone.localdate()
    [dated] = due.dates(user, today, today + timedelta(days=91))
    assert (dated.title, dated.on) == ("Review: Fire", today + timedelta(days=15))
    assert list(due.dates(user, today, today + timedelta(days=5))) == []
    assert titles(user) == []


def test_a_plan_waits_until_its_measures_are_adopted_or_dropped():
    measure = make_measure()
    leaves(measure, priced_scenario(), 0.2, 0.4)
    set_budget(40_000)
    run()
    executive = make_user("executive")
    [one] = due.due(executive)
    assert one.title.startswith("€10k plan removes €")
    assert one.why == "1 measure not decided yet, under a budget of €40k"
    assert one.url == f"/board/plans/{Proposal.objects.get().uid}/"
    controls.adopt(HOUSE, measure)
    assert titles(executive) == []


def test_a_plan_waits_for_nobody_who_may_not_adopt():
    leaves(make_measure(), priced_scenario(), 0.2, 0.4)
    set_budget(40_000)
    run()
    assert titles(make_user("analyst")) == []
    assert titles(make_user("executive", unit=make_unit())) == []


@pytest.mark.slow
def test_only_the_newest_plan_waits():
    leaves(make_measure(), priced_scenario(), 0.2, 0.4)
    set_budget(40_000)
    run()
    priced_scenario()
    run()
    assert [each.subject for each in due.due(make_user("executive"))] == [Proposal.objects.first().subject]


def test_the_figures_are_dated_on_every_page():
    assert as_of(make_user("chief")).run_label == ""
    priced_scenario()
    made = run()
    shown = as_of(make_user("chief"))
    assert (shown.organization, shown.at, shown.run_label) == ("Almena Foods", made.at, "run 1")
    assert shown.run_url == f"/risk/runs/{made.uid}/"
    assert as_of(make_user("employee")).run_label == ""


def test_before_there_is_an_organization_nothing_is_dated_or_due():
    assert due.as_of(None) is None
    assert list(due.due(None)) == []


def test_subjects_are_named_for_whoever_may_see_them():
    unit = make_unit()
    scenario = priced_scenario("Fire", unit=unit)
    set_budget(1)
    made = run()
    chief, stranger = make_user("chief"), make_user("head", unit=make_unit())
    assert subject_of(scenario.subject, chief).title == "Fire"
    assert subject_of(scenario.subject, stranger) is None
    assert subject_of(made.subject, chief).title == "run 1"
    assert subject_of(Proposal.objects.get().subject, chief).title == "plan of run 1"
    assert subject_of(Proposal.objects.get().subject, stranger) is None
    assert subject_of("risk.scenario:nonsense", chief) is None


def test_the_search_finds_scenarios_by_their_story():
    priced_scenario("Fire", story="Insulation panels burn")
    assert [hit.title for hit in find(make_user("chief"), "insul")] == ["Fire"]


def test_nothing_is_dated_without_scenarios():
    make_organization()
    assert list(due.dates(make_user("chief"), date(2026, 1, 1), date(2027, 1, 1))) == []
