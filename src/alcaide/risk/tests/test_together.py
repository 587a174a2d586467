"""Chosen actions are priced as one: what all of them remove, not what each removes alone and added."""

import json

import pytest
from django.urls import reverse

from alcaide.common.words import money
from alcaide.exposure import services as exposure
from alcaide.exposure.models import Action, Finding, FindingAlias
from alcaide.exposure.queries import Chosen, left_when_done
from alcaide.exposure.tests.samples import MONDAY, Host, Item, epss, nessus, stored
from alcaide.organization.tests.factories import HOUSE, make_organization, make_user
from alcaide.risk.pricing import price_portfolio
from alcaide.risk.queries.together import together
from alcaide.risk.tests import factories as make
from alcaide.threats.services import take_in_epss

pytestmark = pytest.mark.django_db
ONE, TWO = "CVE-2024-0001", "CVE-2024-0002"
BOTH = (Item("1", cves=(ONE,)), Item("2", cves=(TWO,)))


def scan(*items, scores=(0.6, 0.6)):
    file = stored(epss(*zip((ONE, TWO), scores, strict=True)), "epss.csv")
    take_in_epss(HOUSE, file=file)
    report = stored(nessus(Host("srv-1.almena.example", items, at=MONDAY)))
    exposure.take_in(HOUSE, file=report, unit=make_organization())
    exposure.renew_limits(HOUSE)


def run():
    scenario = make.priced_scenario(through_flaws=True, reach_unit=make_organization())
    make.estimate(scenario, "through_flaw", 0.02, 0.2)
    return make.run()


def everything():
    return Chosen(frozenset(Action.objects.values_list("pk", flat=True)))


def test_a_choice_removes_what_the_mean_falls_by_once_all_of_it_is_done():
    scan(*BOTH)
    made = run()
    inputs = json.loads(made.inputs)
    bare = {**inputs, "scenarios": [{**each, "pressure": []} for each in inputs["scenarios"]]}
    found = together(everything())
    falls = json.loads(made.results)["mean"] - price_portfolio(bare)["mean"]
    assert found.removes.minor == pytest.approx(falls * 100, rel=1e-6)
    assert 0 < found.low.minor < found.removes.minor < found.high.minor
    assert found.removes.minor != sum(Action.objects.values_list("removes_minor", flat=True))


def test_a_flaw_that_an_unchosen_action_also_holds_stays():
    scan(Item("1", cves=(ONE,)), Item("2", cves=(ONE,)))
    first = Action.objects.get(check_id="1")
    assert left_when_done(Chosen(frozenset({first.pk}))) == []
    [host] = left_when_done(everything())
    assert (host.low, host.low_after) == (pytest.approx(0.6), 0)


def test_a_flaw_known_by_two_names_goes_only_with_both_findings():
    scan(*BOTH)
    FindingAlias.objects.create(finding=Finding.objects.get(check_id="2"), name=ONE)
    first = Action.objects.get(check_id="1")
    assert left_when_done(Chosen(frozenset({first.pk}))) == []


def test_nothing_is_priced_as_one_once_the_findings_moved():
    scan(*BOTH)
    run()
    scan(*BOTH, scores=(0.1, 0.1))
    assert together(everything()).state == "changed"


def test_no_run_and_no_scenario_in_reach_price_nothing():
    scan(*BOTH)
    assert together(everything()) is None
    make.priced_scenario()
    make.run()
    assert together(everything()) is None


def test_the_list_tells_the_price_of_the_choice_with_its_range(client):
    scan(*BOTH)
    run()
    client.force_login(make_user("chief"))
    uids = list(Action.objects.values_list("uid", flat=True))
    told = client.get(reverse("actions-sums"), {"uid": uids}).content.decode()
    assert "removes €" in told
    assert "–" in told
    assert "alone" not in told
    page = client.post(reverse("actions-assign"), {"uid": uids}).content.decode()
    assert "Priced as one" in page
    scan(*BOTH, scores=(0.1, 0.1))
    told = client.get(reverse("actions-sums"), {"uid": uids}).content.decode()
    assert "each alone and added: findings or feeds moved since run 1" in told


def test_a_choice_costs_a_fixed_number_of_queries(client, django_assert_max_num_queries):
    scan(*[Item(str(n), cves=(ONE,)) for n in range(20)])
    run()
    with django_assert_max_num_queries(12):
        together(everything())


def test_the_heading_of_what_to_fix_first_is_priced_as_one(client):
    scan(*BOTH)
    run()
    client.force_login(make_user("chief"))
    said = client.get(reverse("actions-heading")).json()
    found = together(everything())
    assert money(found.removes.major, "EUR") in said["answer"]
    assert "Done together, these 2 actions remove" in said["rest"]
    page = client.get(reverse("actions")).content.decode()
    assert "done together they may remove more or less" in page
    assert f'data-heading="{reverse("actions-heading")}"' in page


def test_a_heading_that_no_run_can_price_stays_the_sum(client):
    scan(*BOTH)
    client.force_login(make_user("chief"))
    assert client.get(reverse("actions-heading")).status_code == 204
