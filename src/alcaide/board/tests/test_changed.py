"""What changed, in at most ten lines that add up."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from alcaide.board.queries.changed import MOST_LINES, as_text, changed
from alcaide.board.queries.owners import owners_of
from alcaide.common.models import User
from alcaide.controls import services as controls
from alcaide.controls.models import Measure
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit, make_user
from alcaide.risk import services as risk
from alcaide.risk.models import Scenario

from .factories import make_programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief() -> User:
    make_organization()
    return make_user("chief")


def revise(scenario, high=0.1):
    risk.estimate(
        HOUSE, scenario, what="frequency", low=0.02, high=high, basis="sector", observations=9, source="a survey"
    )


def test_one_run_is_nothing_to_compare(client: Client, chief):
    make_programme()
    client.force_login(chief)
    assert "Nothing to compare yet." in client.get("/changed/").content.decode()


def test_a_revised_estimate_is_a_line_with_its_kind_and_sum(client: Client, chief):
    make_programme()
    revise(Scenario.objects.get(area="digital"))
    risk.refresh(HOUSE, cause="Looked at again")
    client.force_login(chief)
    page = client.get("/changed/").content.decode()
    assert "Ransomware stops a plant re-estimated" in page
    assert "revised opinion" in page


def test_more_than_ten_moves_are_ten_lines_whose_sums_add_up(chief, monkeypatch):
    make_programme()
    revise(Scenario.objects.get(area="digital"))
    risk.refresh(HOUSE, cause="Looked at again")
    sums = [1000.0 * number for number in range(1, 31)]
    moves = [{"what": f"Move {n}", "kind": "world", "sum": n, "scenarios": []} for n in sorted(sums, reverse=True)]
    monkeypatch.setattr("alcaide.board.queries.changed.moves_since", lambda shown, run: moves)
    found = changed(chief, since=timezone.localdate())
    assert len(found.lines) == MOST_LINES
    rest = sum(sorted(sums)[: len(sums) - (MOST_LINES - 1)])
    assert found.lines[-1].what == "21 smaller moves"
    assert f"{rest / 1000:.0f}k" in found.lines[-1].amount


def test_the_text_is_whole_and_says_the_range(client: Client, chief):
    make_programme()
    revise(Scenario.objects.get(area="digital"))
    risk.refresh(HOUSE, cause="Looked at again")
    client.force_login(chief)
    answer = client.get("/changed/", {"as": "text", "since": str(timezone.localdate())})
    assert answer["Content-Type"].startswith("text/plain")
    text = answer.content.decode()
    assert text == as_text(changed(chief, since=timezone.localdate()))
    assert "…" not in text


def test_figures_younger_than_the_day_are_said_to_be(client: Client, chief):
    make_programme()
    revise(Scenario.objects.get(area="digital"))
    risk.refresh(HOUSE, cause="Looked at again")
    client.force_login(chief)
    told = "these are compared with the first"
    assert told in client.get("/changed/", {"since": "2020-01-01"}).content.decode()


def test_who_sees_one_plant_gets_no_totals(client: Client, chief):
    make_programme()
    revise(Scenario.objects.get(area="digital"))
    risk.refresh(HOUSE, cause="Looked at again")
    client.force_login(make_user("head", unit=make_unit("Murcia")))
    assert "Nothing to compare yet." in client.get("/changed/").content.decode()


@pytest.mark.parametrize("typed", ["yesterday", str(timezone.localdate() + timedelta(days=2))])
def test_a_day_that_cannot_be_is_said_beside_the_field(client: Client, chief, typed):
    make_programme()
    client.force_login(chief)
    page = client.get("/changed/", {"since": typed}).content.decode()
    assert "Write the day as" in page or "has begun" in page


def owned(row, name):
    row.owner = make_person(name)
    row.save()
    return row


def test_a_measure_put_in_place_is_its_owners_move_before_the_scenarios(chief):
    make_programme()
    owned(Scenario.objects.get(area="digital"), "Olga Scenario")
    measure = owned(Measure.objects.get(area="digital"), "Max Measure")
    controls.put_in_place(HOUSE, controls.adopt(HOUSE, measure))
    risk.refresh(HOUSE, cause="A measure stands")
    [line] = [each for each in changed(chief, since=timezone.localdate()).lines if each.kind == "verified action"]
    assert line.owner == "Max Measure"


def test_a_measure_of_nobody_is_the_move_of_who_owns_the_scenario(chief):
    make_programme()
    owned(Scenario.objects.get(area="digital"), "Olga Scenario")
    controls.put_in_place(HOUSE, controls.adopt(HOUSE, Measure.objects.get(area="digital")))
    risk.refresh(HOUSE, cause="A measure stands")
    [line] = [each for each in changed(chief, since=timezone.localdate()).lines if each.kind == "verified action"]
    assert line.owner == "Olga Scenario"


def test_a_scenario_of_nobody_is_its_nearest_heads_and_else_nobodys(chief):
    unit = make_unit("Murcia")
    scenario = risk.add_scenario(HOUSE, name="Theft", area="physical", unit=unit)
    move = {"scenarios": [str(scenario.uid)]}
    assert owners_of([move]) == [()]
    head = make_user("head", unit=unit)
    assert owners_of([move, {"scenarios": []}]) == [(head.name,), ()]
