"""Pages of runs and the plan: what they say, to whom, and what their buttons do."""

import hashlib
import json

import pytest
from django.urls import reverse

from alcaide.common.models import JobTrack
from alcaide.organization.tests.factories import make_organization, make_unit
from alcaide.risk.services import runs

from .factories import estimate, leaves, make_measure, priced_scenario, run, set_budget
from .pages import as_role, heading, page

pytestmark = pytest.mark.django_db


def test_a_run_says_its_sum_and_why_it_moved(chief):
    scenario = priced_scenario("Fire")
    run("the first")
    estimate(scenario, "frequency", 1, 2)
    answer = page(chief, "run", run("estimates changed: Fire").uid)
    assert "Run 2: €" in heading(answer)
    assert "since run 1: estimates changed: Fire." in heading(answer)
    assert "Fire re-estimated" in answer.content.decode()


def test_a_run_shows_no_total_and_no_inputs_to_who_sees_one_unit():
    unit = make_unit()
    priced_scenario("Own", unit=unit)
    priced_scenario("Other")
    made = run()
    client = as_role("head", unit)
    text = page(client, "run", made.uid).content.decode()
    assert "Totals are shown to whoever may see the whole organization" in text
    assert "Other" not in text
    assert "1 hidden from you by the rule" in text
    for name in ("run-inputs", "run-results"):
        assert page(client, name, made.uid).status_code == 403
    assert client.post(reverse("run-again", args=[made.uid])).status_code == 403
    assert "not shown to you" in page(client, "runs").content.decode()


def test_inputs_and_results_are_handed_over_as_they_were_hashed(chief):
    priced_scenario()
    made = run()
    for name, digest in (("run-inputs", made.inputs_hash), ("run-results", made.results_hash)):
        answer = page(chief, name, made.uid)
        assert hashlib.sha256(answer.content).hexdigest() == digest
        assert json.loads(answer.content)
        assert "attachment" in answer["Content-Disposition"]


def test_computing_again_says_that_the_bits_are_the_same(chief):
    priced_scenario()
    made = run()
    text = chief.post(reverse("run-again", args=[made.uid])).content.decode()
    assert "The same bits." in text


def test_computing_again_with_another_engine_says_which(chief, monkeypatch):
    priced_scenario("Fire")
    made = run()
    price = runs.price_portfolio
    monkeypatch.setattr(runs, "ENGINE_VERSION", "99.0")
    monkeypatch.setattr(runs, "price_portfolio", lambda inputs, **more: {**price(inputs, **more), "mean": 1.0})
    text = chief.post(reverse("run-again", args=[made.uid])).content.decode()
    assert f"engine was {made.engine} and is 99.0" in text
    assert "Expected loss a year" in text


def test_compute_now_asks_for_one_job_and_shows_it(chief):
    priced_scenario()
    for _ in range(2):
        answer = chief.post(reverse("compute"), follow=True)
    assert JobTrack.objects.count() == 1
    assert "Compute the figures" in answer.content.decode()
    assert "No worker is running" in answer.content.decode()


def test_without_a_budget_the_plan_asks_for_one(chief):
    priced_scenario()
    run()
    assert heading(page(chief, "plan")).startswith("No budget is set, so no plan is made.")


def test_a_budget_is_set_on_the_plans_page(chief):
    priced_scenario()
    chief.post(reverse("plan"), {"sum": "160k"})
    assert heading(page(chief, "plan")).startswith("The plan is being made.")
    answer = chief.post(reverse("plan"), {"sum": "-1"})
    assert "nothing or more" in answer.content.decode()


def test_the_plan_says_what_the_cash_avoids_and_what_is_not_chosen(chief):
    scenario = priced_scenario()
    leaves(make_measure("Keys"), scenario, 0.2, 0.4)
    leaves(make_measure("Wall", cost=900_000), scenario, 0.2, 0.4)
    set_budget(40_000)
    run()
    answer = page(chief, "plan")
    text = " ".join(answer.content.decode().split())
    assert heading(answer).startswith("€10k a year of cash avoids €")
    assert "over budget: it costs €900k and €30k is left" in text
    assert "first in 200 of 200 draws" in text
    assert "never added or netted" in text
    assert reverse("decide-plan", args=[answer.context["plan"].proposal.uid]) in text


def test_a_measure_that_costs_more_than_it_avoids_is_bought_for_the_bad_year(chief):
    law = make_measure("Lids", cost=900_000, mandatory=True, mandatory_why="FSMA 121.135")
    leaves(law, priced_scenario(), 0.2, 0.4)
    set_budget(1_000_000)
    run()
    text = page(chief, "plan").content.decode()
    assert "bought for the bad year" in text
    assert "no choice: FSMA 121.135" in text


def test_an_infeasible_plan_says_why(chief):
    leaves(make_measure("Lids", cost=900_000, mandatory=True, mandatory_why="FSMA"), priced_scenario(), 0.2, 0.4)
    set_budget(10)
    run()
    said = heading(page(chief, "plan"))
    assert said.startswith("No plan fits this budget. The mandatory measures")


def test_the_plan_is_kept_from_who_sees_one_unit():
    assert page(as_role("head", make_unit()), "plan").status_code == 403


def test_who_reads_the_plan_does_not_change_its_budget():
    make_organization()
    client = as_role("executive")
    assert page(client, "plan").status_code == 200
    assert client.post(reverse("plan"), {"sum": "1"}).status_code == 403
