"""Pages of the grid, of two runs compared, of what is tolerated; and what waits."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alcaide.controls import services as controls
from alcaide.organization import services as organization
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user
from alcaide.risk import services
from alcaide.risk.due import dates, due
from alcaide.risk.models import Scenario, Tolerance
from alcaide.risk.queries import figures, where_it_lies
from alcaide.risk.tests.factories import estimate, leaves, make_measure, priced_scenario, run
from alcaide.risk.tests.pages import as_role, heading, page

pytestmark = pytest.mark.django_db


def text(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_cells_of_the_grid_hold_all_of_the_money(chief):
    for number in range(5):
        priced_scenario(frequency=(0.001 * 7**number, 0.003 * 7**number), loss=(100 * 9**number, 2_000 * 9**number))
    run()
    user = make_user("chief")
    where = where_it_lies(user, figures(user))
    assert sum(each.amount.minor for each in where.bands) == where.amount.minor
    assert sum(each.count for each in where.bands) == where.count == 5
    assert sum(part.amount.minor for part in where.areas) == where.amount.minor
    assert where.units[0].low < where.units[0].amount < where.units[0].high


def test_a_cell_opens_exactly_its_scenarios(chief):
    priced_scenario("Rare and dear", frequency=(0.001, 0.003), loss=(1_000_000, 9_000_000))
    priced_scenario("Often and cheap", frequency=(5, 9), loss=(100, 900))
    run()
    drawn = text(page(chief, "where"))
    cells = sorted({url.replace("&amp;", "&") for url in re.findall(r'href="(/[^"]*often=[^"]*)"', drawn)})
    found = [text(chief.get(url)) for url in cells]
    assert len(found) == 2
    assert sum("Rare and dear" in each for each in found) == 1
    assert sum("Often and cheap" in each for each in found) == 1


def test_the_grid_without_figures_says_what_to_do(chief):
    assert "Nothing is priced yet" in heading(page(chief, "where"))


def test_who_sees_one_unit_sees_its_sums_alone():
    unit = make_unit("Plant")
    priced_scenario("Theft", unit=unit)
    priced_scenario("Fire")
    run()
    answer = text(page(as_role("head", unit), "where"))
    assert "1 scenario, " in answer
    assert "1 hidden from you" in answer


def test_two_runs_are_compared_and_the_kinds_add_up(chief):
    scenario = priced_scenario("Theft")
    first = run()
    estimate(scenario, "loss", 5_000, 150_000)
    run()
    measure = make_measure("Guard")
    leaves(measure, scenario, 0.4, 0.6)
    controls.put_in_place(HOUSE, controls.adopt(HOUSE, measure))
    last = run()
    answer = page(chief, "compare", before=first.uid, after=last.uid)
    assert "The expected loss fell by" in heading(answer)
    assert "revised opinion" in heading(answer)
    assert "Verified action" in heading(answer)
    drawn = answer.context["drawn"]
    moved = last.mean_minor - first.mean_minor
    assert sum(each.amount.minor for each in drawn.kinds) == pytest.approx(moved, abs=4)
    assert drawn.table.rows[-1][3] == drawn.table.rows[-2][3]


def test_runs_may_be_named_in_either_order_and_one_alone_is_said(chief):
    assert "nothing to compare" in heading(page(chief, "compare"))
    scenario = priced_scenario("Theft")
    first = run()
    estimate(scenario, "loss", 5_000, 150_000)
    last = run()
    ways = [{"before": first.uid, "after": last.uid}, {"before": last.uid, "after": first.uid}]
    assert len({heading(page(chief, "compare", **way)) for way in ways}) == 1
    assert "two different runs" in heading(page(chief, "compare", before=last.uid, after=last.uid))
    assert page(chief, "compare", before="nonsense").status_code == 404


def test_the_scenario_page_shows_the_three_levels(chief):
    scenario = priced_scenario("Theft")
    run()
    answer = text(page(chief, "scenario", scenario.uid))
    assert "Without measures, today, and as adopted" in answer
    assert "Bow-tie" in answer


@pytest.fixture
def waiting():
    """A scenario within a wide appetite, asked to be tolerated by an analyst."""
    top = make_organization()
    organization.set_appetite(HOUSE, unit=top, limit_minor=10**10, currency="EUR", chance=0.05, note="a test")
    unit = make_unit("Plant")
    scenario = priced_scenario("Theft", unit=unit)
    run()
    until = timezone.localdate() + timedelta(days=200)
    return services.ask_to_tolerate(
        make_user("analyst", unit=unit), Scenario.objects.get(pk=scenario.pk), until=until, reason="Fence in spring."
    )


def titles(user) -> list[str]:
    return [each.title for each in due(user)]


def test_a_request_waits_for_those_who_may_decide_and_for_nobody_else(waiting):
    unit = waiting.scenario.unit
    assert any("Tolerate “Theft”" in each for each in titles(make_user("head", unit=unit)))
    assert not any("Tolerate" in each for each in titles(waiting.asked_by))
    assert not any("Tolerate" in each for each in titles(make_user("auditor")))


def test_what_rose_waits_again_in_words(waiting):
    head = make_user("head", unit=waiting.scenario.unit)
    services.agree_to_tolerate(head, waiting, opened_version=1)
    assert not any("agreed to" in each for each in titles(head))
    estimate(waiting.scenario, "loss", 20_000, 600_000)
    run()
    found = next(each for each in due(head) if "agreed to" in each.title)
    assert "Tolerated at €" in found.why
    assert ", now €" in found.why


def test_what_ends_soon_or_ended_waits_with_its_clock(waiting):
    head = make_user("head", unit=waiting.scenario.unit)
    services.agree_to_tolerate(head, waiting, opened_version=1)
    today = timezone.localdate()
    assert any(each.on == waiting.until for each in dates(head, today, today + timedelta(days=366)))
    Tolerance.objects.update(until=today + timedelta(days=3))
    assert any("what is tolerated ends" in each for each in titles(head))
    Tolerance.objects.update(until=today - timedelta(days=3))
    found = next(each for each in due(head) if "tolerated no longer" in each.title)
    assert found.at < timezone.now()


def test_a_request_is_asked_and_agreed_on_its_pages(waiting):
    scenario = waiting.scenario
    services.withdraw_tolerance(waiting.asked_by, waiting, opened_version=1, why="again by page")
    analyst, head = as_role("analyst", scenario.unit), as_role("head", scenario.unit)
    until = timezone.localdate() + timedelta(days=100)
    analyst.post(reverse("tolerate", args=[scenario.uid]), {"until": until.isoformat(), "reason": "Fence."})
    made = Tolerance.objects.get(state="asked")
    assert "You asked, so somebody else decides." in heading(page(analyst, "tolerance", made.uid))
    given = {"version": made.version, "note": ""}
    assert analyst.post(reverse("tolerance-agree", args=[made.uid]), given).status_code == 403
    head.post(reverse("tolerance-agree", args=[made.uid]), given)
    assert "is tolerated until" in heading(page(head, "tolerance", made.uid))
    assert "1 risk tolerated or asked for." in heading(page(head, "tolerances"))
    answer = head.post(reverse("tolerance-withdraw", args=[made.uid]), {"version": 2, "note": ""})
    assert answer.status_code == 422
    assert "Say why it ends." in answer.content.decode()


def test_a_day_that_is_refused_stands_beside_its_field(waiting):
    client = as_role("analyst", waiting.scenario.unit)
    services.withdraw_tolerance(waiting.asked_by, waiting, opened_version=1, why="again")
    answer = client.post(reverse("tolerate", args=[waiting.scenario.uid]), {"until": "2020-01-01", "reason": "x"})
    assert "The day is past." in answer.content.decode()


def test_the_views_of_the_register_each_hold_their_own(chief, waiting):
    priced_scenario("Unpriced so far")
    for view, name in (("unpriced", "Unpriced so far"), ("in-use", "Theft"), ("tolerated", "")):
        answer = text(page(chief, "scenarios", view=view))
        assert name in answer
    services.agree_to_tolerate(make_user("chief"), waiting, opened_version=1)
    assert "Theft" in text(page(chief, "scenarios", view="tolerated"))


def test_a_list_of_many_takes_few_queries(chief, django_assert_max_num_queries):
    for number in range(12):
        priced_scenario(f"Scenario {number}")
    run()
    page(chief, "scenarios")
    with django_assert_max_num_queries(12):
        page(chief, "scenarios")
