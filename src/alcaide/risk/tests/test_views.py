"""Pages of scenarios: who may open them, what their headings say, what a form refuses."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alcaide.assets.tests.factories import make_asset
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit
from alcaide.risk import services
from alcaide.risk.models import Effect, Estimate, Scenario

from .factories import (
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
from .pages import as_role, heading, page

pytestmark = pytest.mark.django_db
# Twelve for the list, two for the counts in the side bar.
MOST_QUERIES = 14

RANGE = {"low": "1,000", "high": "25k", "basis": "judgement", "observations": "3", "source": "the line manager"}


def test_the_register_says_what_a_year_costs_and_which_scenario_leads(chief):
    priced_scenario("Ransomware", loss=(1_000_000, 9_000_000))
    priced_scenario("Theft")
    run()
    said = heading(page(chief, "scenarios"))
    assert "a year is expected, €" in said
    assert "2 scenarios. Ransomware leads with €" in said


def test_an_empty_register_says_what_to_do_first(chief):
    answer = page(chief, "scenarios")
    assert heading(answer) == "Nothing is priced yet."
    assert "say how often and how much" in answer.content.decode()


def test_the_register_shows_no_total_to_who_sees_one_unit():
    unit = make_unit()
    priced_scenario("Own", unit=unit)
    priced_scenario("Other")
    run()
    answer = page(as_role("head", unit), "scenarios")
    assert heading(answer).startswith("1 scenario. Own leads with €")
    assert "1 hidden from you by the rule “outside your units”" in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"area": "people"}, {"Injury"}),
        ({"basis": "measured"}, {"Injury"}),
        ({"view": "unpriced"}, {"Rumour"}),
        ({"text": "ransom"}, {"Ransomware"}),
    ],
)
def test_the_register_is_narrowed(chief, asked, names):
    priced_scenario("Ransomware")
    injury = priced_scenario("Injury", area="people")
    estimate(injury, "frequency", 1, 2, basis="measured")
    run()
    make_scenario("Rumour")
    rows = page(chief, "scenarios", **asked).context["page"].rows
    assert {row.item.name for row in rows} == names


def test_an_opened_row_shows_how_its_figure_comes_about(chief):
    scenario = priced_scenario("Ransomware")
    run()
    text = page(chief, "scenarios", open=str(scenario.uid)).content.decode()
    assert "Happens anyway" in text
    assert "times the mean loss each time" in text


@pytest.mark.parametrize("name", ["scenarios", "runs", "measures"])
def test_lists_need_few_queries_with_everything_around_them(chief, django_assert_max_num_queries, name):
    for _ in range(4):
        leaves(make_measure(), priced_scenario(), 0.5, 0.9)
    set_budget(1)
    run()
    page(chief, name)
    with django_assert_max_num_queries(MOST_QUERIES):
        assert page(chief, name).status_code == 200


@pytest.mark.slow
def test_a_list_asks_no_more_for_more_rows(chief):
    counts = []
    for _ in range(2):
        for _ in range(3):
            priced_scenario()
        run()
        page(chief, "scenarios")
        with CaptureQueriesContext(connection) as asked:
            page(chief, "scenarios")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_scenario_answers_in_its_heading(chief):
    scenario = priced_scenario("Ransomware stops a plant")
    run()
    said = heading(page(chief, "scenario", scenario.uid))
    assert said.startswith("Ransomware stops a plant: €")
    assert "a year, €" in said
    assert "each time." in said


def test_a_scenario_without_a_range_says_what_is_missing(chief):
    scenario = make_scenario("Fire")
    estimate(scenario, "frequency", 0.1, 0.2)
    said = heading(page(chief, "scenario", scenario.uid))
    assert said == "Fire has no price yet. Say how often it happens and what it costs each time."


def test_a_scenario_names_the_hosts_whose_flaws_lead_to_it(chief):
    scenario = priced_scenario(through_flaws=True, reach_unit=make_organization())
    estimate(scenario, "through_flaw", 0.01, 0.2)
    host = make_asset("mur-vpn-1", reached_from="unknown")
    with scans_say(pressed(host, known_exploited=1)):
        run()
    text = page(chief, "scenario", scenario.uid).content.decode()
    assert "mur-vpn-1" in text
    assert "Not known yet" in text
    assert "costed both ways" in text
    assert "1 exploited in the wild" in text


def test_people_harmed_stand_on_a_line_of_their_own_and_are_never_money(chief):
    scenario = priced_scenario()
    estimate(scenario, "harm", 0.5, 3)
    run()
    text = page(chief, "scenario", scenario.uid).content.decode()
    assert "each time. Never money." in " ".join(text.split())


def test_an_estimate_newer_than_the_figures_is_said(chief):
    scenario = priced_scenario()
    run()
    assert "A range was changed" not in page(chief, "scenario", scenario.uid).content.decode()
    estimate(scenario, "frequency", 1, 2)
    assert "A range was changed after run 1" in page(chief, "scenario", scenario.uid).content.decode()


def test_every_estimate_stays_on_the_page(chief):
    scenario = make_scenario()
    for low in (0.1, 0.2, 0.3):
        estimate(scenario, "frequency", low, 0.9, source=f"report {low}")
    text = page(chief, "scenario", scenario.uid).content.decode()
    assert [f"report {low}" in text for low in (0.1, 0.2, 0.3)] == [True] * 3


def test_a_scenario_of_another_unit_is_not_there():
    scenario = make_scenario(unit=make_unit())
    client = as_role("analyst", make_unit())
    assert page(client, "scenario", scenario.uid).status_code == 404
    assert page(client, "scenario-estimate", scenario.uid, "loss").status_code == 404


@pytest.mark.parametrize("role", ["head", "executive", "auditor"])
def test_who_reads_opens_the_page_and_no_form(role):
    scenario = priced_scenario()
    made = run()
    client = as_role(role)
    assert page(client, "scenario", scenario.uid).status_code == 200
    assert page(client, "run", made.uid).status_code == 200
    for name, arguments in (("scenario-edit", [scenario.uid]), ("scenario-estimate", [scenario.uid, "loss"]),
                            ("scenario-reach", [scenario.uid]), ("scenario-new", []), ("effect-new", [])):  # fmt: skip
        assert page(client, name, *arguments).status_code == 403, name
    assert client.post(reverse("scenario-retire", args=[scenario.uid])).status_code == 403
    assert client.post(reverse("compute")).status_code == 403


def test_a_new_scenario_leads_on_to_its_frequency_and_then_to_its_loss(chief):
    top = make_organization()
    answer = chief.post(
        reverse("scenario-new"), {"name": "Flood", "area": "physical", "unit": top.pk, "story": "Rain."}
    )
    flood = Scenario.objects.get()
    assert answer["Location"] == reverse("scenario-estimate", args=[flood.uid, "frequency"])
    answer = chief.post(answer["Location"], {**RANGE, "low": "1/12", "high": "0.5"})
    assert answer["Location"] == reverse("scenario-estimate", args=[flood.uid, "loss"])
    chief.post(answer["Location"], RANGE)
    assert [(each.what, each.low or each.low_minor) for each in Estimate.objects.order_by("id")] == [
        ("frequency", pytest.approx(1 / 12)), ("loss", 100_000),
    ]  # fmt: skip


def test_two_scenarios_of_one_name_in_a_unit_are_refused_beside_the_form(chief):
    make_scenario("Flood")
    answer = chief.post(
        reverse("scenario-new"), {"name": "Flood", "area": "digital", "unit": make_organization().pk, "story": ""}
    )
    assert answer.status_code == 200
    assert "already exists" in answer.content.decode()


def test_a_scenario_changed_meanwhile_shows_both_versions(chief):
    scenario = make_scenario("Flood")
    services.change_scenario(HOUSE, scenario, opened_version=1, story="theirs")
    answer = chief.post(
        reverse("scenario-edit", args=[scenario.uid]),
        {"name": "Flood", "area": "digital", "unit": make_organization().pk, "story": "mine", "version": "1"},
    )
    assert answer.status_code == 409
    assert "mine" in answer.content.decode()
    assert "theirs" in answer.content.decode()


def test_a_change_is_kept_with_the_version_that_was_open(chief):
    scenario = make_scenario("Flood")
    chief.post(
        reverse("scenario-edit", args=[scenario.uid]),
        {"name": "High water", "area": "physical", "unit": make_organization().pk, "story": "", "version": "1"},
    )
    scenario.refresh_from_db()
    assert (scenario.name, scenario.area, scenario.version) == ("High water", "physical", 2)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"low": "30k"}, "runs backwards"),
        ({"low": "1,5"}, "a comma only parts thousands"),
        ({"low": "a lot"}, "is not a sum"),
        ({"low": "nan"}, "more decimals"),
        ({"low": "0"}, "above zero"),
        ({"low": "-5"}, "above zero"),
        ({"high": ""}, "required"),
        ({"observations": "0"}, "one or more"),
        ({"source": ""}, "required"),
    ],
)
def test_a_wrong_range_is_told_beside_its_field_and_nothing_typed_is_lost(chief, typed, words):
    scenario = make_scenario()
    answer = chief.post(reverse("scenario-estimate", args=[scenario.uid, "loss"]), {**RANGE, **typed})
    text = answer.content.decode()
    [name] = typed
    assert any(words in fault for fault in answer.context["form"].errors[name])
    assert "the line manager" in text or name == "source"
    assert "25k" in text or name == "high"
    assert not Estimate.objects.exists()


@pytest.mark.parametrize(
    ("what", "low", "high", "kept"),
    [
        ("frequency", "1/12", "0.5", (1 / 12, 0.5)),
        ("through_flaw", "0.2 %", "2", (0.002, 0.02)),
        ("harm", "0", "2", (0.0, 2.0)),
        ("frequency", "1,200", "3,000", (1200.0, 3000.0)),
    ],
)
def test_each_kind_of_range_is_typed_in_its_own_unit(chief, what, low, high, kept):
    scenario = make_scenario(through_flaws=True)
    chief.post(reverse("scenario-estimate", args=[scenario.uid, what]), {**RANGE, "low": low, "high": high})
    made = Estimate.objects.get()
    assert (made.low, made.high) == pytest.approx(kept)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"low": "1k", "high": "25k"}, "Half are below"),
        ({"low": "30k", "high": "25k"}, "runs backwards"),
        ({"low": "x", "high": "25k"}, "is not a sum"),
        ({"low": "0", "high": "25k"}, "above zero"),
        ({"low": "-1", "high": "25k"}, "above zero"),
        ({"low": "5k", "high": "5k"}, "Exactly €5.0k"),
        ({"low": "1", "high": "99M", "observations": "3"}, "Is one scenario two?"),
        ({}, "Type both ends"),
    ],
)
def test_the_range_is_drawn_while_it_is_typed(chief, typed, words):
    scenario = make_scenario()
    answer = chief.get(reverse("estimate-drawing", args=[scenario.uid, "loss"]), typed)
    assert words in answer.content.decode()


def test_the_drawing_says_what_the_scenario_would_cost(chief):
    scenario = priced_scenario(frequency=(1, 1), loss=(1_000, 1_000))
    run()
    url = reverse("estimate-drawing", args=[scenario.uid, "frequency"])
    text = chief.get(url, {"low": "1", "high": "4"}).content.decode()
    assert "the newest figures say €1.0k" in text


def test_drawing_without_script_keeps_nothing(chief):
    scenario = make_scenario()
    answer = chief.post(reverse("scenario-estimate", args=[scenario.uid, "loss"]), {**RANGE, "draw": "1"})
    assert "Half are below" in answer.content.decode()
    assert not Estimate.objects.exists()


def test_there_is_nothing_to_estimate_but_the_four_kinds(chief):
    assert page(chief, "scenario-estimate", make_scenario().uid, "luck").status_code == 404


def test_words_find_assets_and_ticked_ones_are_kept(chief):
    scenario, host = make_scenario(), make_asset("mur-scada-1")
    url = reverse("scenario-reach", args=[scenario.uid])
    found = chief.post(url, {"version": "1", "through_flaws": "on", "words": "scada", "find": "1"})
    assert "mur-scada-1" in found.content.decode()
    assert not scenario.assets.exists()
    chief.post(url, {"version": "1", "through_flaws": "on", "assets": [str(host.uid)]})
    scenario.refresh_from_db()
    assert (scenario.through_flaws, list(scenario.assets.all())) == (True, [host])


def test_a_reach_set_meanwhile_shows_both(chief):
    scenario = make_scenario()
    url = reverse("scenario-reach", args=[scenario.uid])
    chief.post(url, {"version": "1", "through_flaws": "on"})
    assert chief.post(url, {"version": "1"}).status_code == 409


def test_a_scenario_is_retired_once(chief):
    scenario = priced_scenario("Flood")
    for words in ("is retired. The next figures", "is retired already"):
        answer = chief.post(reverse("scenario-retire", args=[scenario.uid]), follow=True)
        assert words in answer.content.decode()
    assert "was retired on" in heading(page(chief, "scenario", scenario.uid))


def test_an_effect_is_given_and_withdrawn(chief):
    scenario, measure = priced_scenario(), make_measure()
    typed = {"measure": measure.pk, "scenario": scenario.pk, "left_low": "35", "left_high": "75 %",
             "basis": "judgement", "source": "the network team"}  # fmt: skip
    chief.post(reverse("effect-new"), typed)
    effect = Effect.objects.get()
    assert (effect.left_low, effect.left_high) == (0.35, 0.75)
    chief.post(reverse("effect-withdraw", args=[effect.uid]))
    effect.refresh_from_db()
    assert effect.withdrawn_at is not None


@pytest.mark.parametrize(
    ("low", "high", "field"), [("80", "20", "left_low"), ("0", "20", "left_low"), ("20", "120", "left_high")]
)
def test_an_effect_that_cannot_be_is_told_beside_its_field(chief, low, high, field):
    scenario, measure = priced_scenario(), make_measure()
    typed = {"measure": measure.pk, "scenario": scenario.pk, "left_low": low, "left_high": high,
             "basis": "judgement", "source": "me"}  # fmt: skip
    answer = chief.post(reverse("effect-new"), typed)
    assert list(answer.context["form"].errors) == [field]
