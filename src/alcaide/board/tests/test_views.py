"""The home page and the board's pages."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from alcaide.board.queries.decide import agenda
from alcaide.common import registries
from alcaide.common.models import User
from alcaide.common.registries import Due
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user
from alcaide.risk import services as risk
from alcaide.risk.models import Proposal, Scenario

from .factories import make_programme

pytestmark = pytest.mark.django_db
CLOCK = re.compile(r'<div class="clock"><b>(.*?)</b><small>(.*?)</small>')


@pytest.fixture
def chief() -> User:
    make_organization()
    return make_user("chief")


def test_an_empty_house_says_what_to_do_first(client: Client, chief: User) -> None:
    client.force_login(chief)
    page = client.get("/").content.decode()
    assert "No figures yet." in page
    assert "There are no figures yet." in page


def test_home_shows_every_sum_with_its_range_shares_and_run(client: Client, chief: User) -> None:
    run = make_programme()
    client.force_login(chief)
    page = client.get("/").content.decode()
    assert f"run {run.number}" in page
    for words in ("90 % range", "measured", "sector", "judgement", "Never money", "Bad year, 1 in 20"):
        assert words.replace(" %", "\u00a0%") in page or words in page, words


def test_home_says_why_the_figure_moved(client: Client, chief: User) -> None:
    make_programme()
    scenario = Scenario.objects.get(area="digital")
    risk.estimate(
        HOUSE, scenario, what="frequency", low=0.02, high=0.1, basis="sector", observations=9, source="a survey"
    )
    risk.refresh(HOUSE, cause="Looked at again")
    client.force_login(chief)
    page = client.get("/").content.decode()
    assert "Expected loss fell" in page
    assert "because estimates were revised" in page
    assert "Ransomware stops a plant re-estimated" in page


def test_who_sees_one_plant_gets_no_totals_and_a_count_of_what_is_hidden(client: Client) -> None:
    make_programme()
    client.force_login(make_user("head", unit=make_unit("Murcia")))
    page = client.get("/").content.decode()
    assert "Expected loss a year" not in page
    assert "2 hidden from you by the rule “outside your units”" in page


def test_home_does_not_ask_the_database_more_with_more_scenarios(
    client: Client, chief: User, django_assert_max_num_queries
) -> None:
    make_programme()
    client.force_login(chief)
    client.get("/")
    with django_assert_max_num_queries(52):
        client.get("/")


def test_a_plan_is_decided_on_the_page_and_typed_words_are_kept_on_a_fault(client: Client, chief: User) -> None:
    make_programme()
    proposal = Proposal.objects.get()
    client.force_login(chief)
    path = f"/board/plans/{proposal.uid}/"
    faulty = client.post(path, {"note": "agreed on 3 March"}).content.decode()
    assert "agreed on 3 March" in faulty
    assert "Choose at least one measure" in faulty


def test_what_is_overdue_comes_first_and_what_only_waits_comes_last(chief: User, monkeypatch) -> None:
    now = timezone.now()
    clocks = {"waits": None, "late": now - timedelta(days=2), "soon": now + timedelta(hours=5)}
    dues = [Due(f"t:{name}", name, "", "/", "Open", "clock", at=at) for name, at in clocks.items()]
    monkeypatch.setattr(registries._all, "due", {"test": lambda user: dues})
    shown = agenda(chief, now=now)
    assert [(item.due.title, item.state) for item in shown.items if item.due.title != "soon"] == [
        ("late", "late"),
        ("waits", "wait"),
    ]
    assert shown.today == 2


def test_a_limit_in_days_is_counted_in_days_as_the_lists_count_it(client: Client, chief: User, monkeypatch) -> None:
    make_programme()
    today = timezone.localdate()
    days = {"six over": -6, "last day": 0, "in seventy": 70}
    dues = [Due(f"t:{name}", name, "", "/", "Open", "clock", by=today + timedelta(days=n)) for name, n in days.items()]
    monkeypatch.setattr(registries._all, "due", {"test": lambda user: dues})
    client.force_login(chief)
    clocks = [" ".join(words) for words in CLOCK.findall(client.get("/decide/").content.decode())]
    assert clocks == ["6 days overdue", "Today by its end", "70 days left"]
    shown = agenda(chief, now=timezone.now())
    assert [item.state for item in shown.items] == ["late", "today", "wait"]
    assert shown.next_clock == today + timedelta(days=70)
