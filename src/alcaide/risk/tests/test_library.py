"""The libraries: every row is sound, taking one asks for each figure, the same row twice is noticed."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from alcaide.common.models import TrailLine
from alcaide.controls.models import Measure
from alcaide.organization.models import Organization
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit
from alcaide.risk.library import YEAR, LibraryFault, differences_from, library, plain, read_library
from alcaide.risk.models import Scenario, Taken
from alcaide.risk.pricing import refusal
from alcaide.risk.services.library import From, GivenRange, take_scenario

from .factories import priced_scenario
from .pages import as_role, heading, page

SCENARIO = """version = "1"
currency = "EUR"
year = 2026
[[scenario]]
key = "flood"
name = "Flood"
story = "Water comes."
area = "physical"
tags = ["water"]
frequency = [0.1, 0.2]
per = "site"
basis = "judgement"
source = "judgement"
licence = "judgement"
confidence = "low"
loss = [1000, 2000]
loss_basis = "judgement"
loss_source = "judgement"
event = "Water stands"
causes = ["Rain"]
follows = [["stop", "We stop"]]
"""
MEASURE = """version = "1"
currency = "EUR"
year = 2026
[[measure]]
key = "wall"
name = "A wall"
what = "It holds."
area = "physical"
purchase = [10, 20]
yearly = [1, 2]
per = "site"
years = 10
hours = [1, 2]
cost_basis = "judgement"
cost_source = "judgement"
effects = [{ to = "water", on = "frequency", left = [0.2, 0.6], basis = "judgement", source = "judgement" }]
test = "Pour water."
"""


def test_the_libraries_hold_at_least_sixty_of_each():
    assert len(library().scenarios) >= 60
    assert len(library().measures) >= 60


@pytest.mark.parametrize("key", list(library().scenarios))
def test_each_scenario_is_sound_and_can_be_priced(key):
    row = library().scenarios[key]
    for low, high in (row.frequency, row.loss, *([row.harm] if row.harm else [])):
        assert 0 < low <= high
        assert high / low <= 10_000
    assert row.source.strip()
    assert row.loss_source.strip()
    assert all(YEAR.search(source) for basis, source in ((row.basis, row.source), (row.loss_basis, row.loss_source))
               if basis != "judgement")  # fmt: skip
    assert (row.licence == "judgement") == (row.source == "judgement")
    ranges = {
        what: {"low": low, "high": high, "observations": 2}
        for what, (low, high) in {"frequency": row.frequency, "loss": row.loss}.items()
    }
    assert refusal({"uid": key, "name": row.name, "area": row.area, **ranges}) == ""


@pytest.mark.parametrize("key", list(library().measures))
def test_each_measure_is_sound(key):
    row = library().measures[key]
    for low, high in (row.purchase, row.yearly, row.hours):
        assert 0 <= low <= high
    assert row.cash[1] > 0
    for each in row.effects:
        assert 0 < each.left[0] <= each.left[1] <= 1
        assert each.basis == "judgement" or YEAR.search(each.source)
    assert json.loads(json.dumps(plain(row))) == plain(row)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("frequency = [0.1, 0.2]", "frequency = [0.3, 0.2]"), "scenario flood, frequency: 0.3 to 0.2 runs backwards"),
        (("frequency = [0.1, 0.2]", "frequency = [0, 0.2]"), "not above zero"),
        (('loss_source = "judgement"', 'loss_source = ""'), "loss_source: nothing is said"),
        (('basis = "judgement"\nsource', 'basis = "sector"\nsource'), "needs a source with its year"),
        (('area = "physical"', 'area = "magic"'), "one of digital, physical, people"),
        (('key = "flood"', 'key = "Flood!"'), "small letters"),
        (('"stop", ', '"party", '), "follows"),
        (('tags = ["water"]', 'tags = ["fire"]'), "no scenario has the tag"),
    ],
)
def test_a_row_that_cannot_stand_is_named_with_its_file_and_field(change, words):
    with pytest.raises(LibraryFault, match=words):
        read_library([("a.toml", SCENARIO.replace(*change)), ("b.toml", MEASURE)])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("left = [0.2, 0.6]", "left = [0.2, 1.6]"), "at most 1"),
        (("years = 10", "years = 0"), "years"),
        (('test = "Pour water."', 'needs = ["roof"]\ntest = "x"'), "no other measure"),
    ],
)
def test_a_measure_that_cannot_stand_is_named(change, words):
    with pytest.raises(LibraryFault, match=words):
        read_library([("a.toml", SCENARIO), ("b.toml", MEASURE.replace(*change))])


def test_a_key_that_stands_twice_is_refused():
    with pytest.raises(LibraryFault, match="stands twice"):
        read_library([("a.toml", SCENARIO), ("b.toml", MEASURE), ("c.toml", SCENARIO)])


def test_what_differs_since_it_was_taken_is_told_apart_from_the_version():
    item = library().scenarios["ransomware"]
    kept = {**plain(item), "version": "2020.1", "frequency": [0.5, 0.9]}
    assert [name for name, _then, _now in differences_from(kept, item)] == ["frequency"]


def answers(chief, key="lost-laptop", **more):
    """Fill the form as it stands, each range looked at."""
    form = page(chief, "library-take", key).context["form"]
    known = {field.html_name: field.value() for field in form if field.value() is not None}
    return {**known, "frequency_seen": "on", "loss_seen": "on", **more}


@pytest.mark.django_db
class TestTaking:
    def test_a_rate_per_1000_employees_is_scaled_by_the_headcount_with_its_arithmetic(self, chief):
        for _each in range(4):
            make_person(unit=make_organization())
        answer = page(chief, "library-take", "lost-laptop")
        heads = answer.context["count"]
        assert f"4 to 40 a year per 1,000 employees × {heads:g} / 1,000" in answer.content.decode()
        assert float(answers(chief)["frequency_low"]) == pytest.approx(4 * heads / 1000)

    def test_what_is_left_as_it_stands_keeps_basis_and_source(self, chief):
        chief.post(reverse("library-take", args=["lost-laptop"]), answers(chief))
        held = {each.what: each for each in Scenario.objects.get().estimates.all()}
        assert (held["frequency"].basis, held["loss"].basis) == ("judgement", "judgement")
        assert "Ponemon Institute" in held["frequency"].source
        assert held["loss"].low_minor == 80_000

    def test_what_is_changed_becomes_judgement(self, chief):
        chief.post(reverse("library-take", args=["lost-laptop"]), answers(chief, frequency_high="9"))
        assert Scenario.objects.get().estimates.get(what="frequency").basis == "judgement"

    def test_a_range_that_nobody_looked_at_is_not_taken(self, chief):
        given = answers(chief)
        del given["loss_seen"]
        assert chief.post(reverse("library-take", args=["lost-laptop"]), given).status_code == 200
        assert not Scenario.objects.exists()

    def test_its_bow_tie_edition_and_trail_come_with_it(self, chief):
        chief.post(reverse("library-take", args=["lost-laptop"]), answers(chief))
        made, taken = Scenario.objects.get(), Taken.objects.get()
        assert {each.side for each in made.tie.all()} == {"cause", "event", "consequence"}
        assert (taken.key, taken.edition, taken.scenario) == ("lost-laptop", "2026.1", made)
        assert TrailLine.objects.filter(verb="take_from_the_library").exists()

    def test_the_same_row_twice_in_a_unit_is_noticed_and_may_be_meant(self, chief):
        address = reverse("library-take", args=["lost-laptop"])
        chief.post(address, answers(chief))
        again = answers(chief, name="Another")
        assert "Say that you mean it twice" in chief.post(address, again).content.decode()
        chief.post(address, {**again, "again": "on"})
        assert Scenario.objects.count() == 2

    def test_sums_of_another_currency_are_not_filled_in(self, chief):
        Organization.objects.update(currency="USD")
        assert answers(chief)["loss_low"] == ""

    def test_a_newer_edition_shows_what_differs(self, chief):
        chief.post(reverse("library-take", args=["lost-laptop"]), answers(chief))
        Taken.objects.update(content={**Taken.objects.get().content, "frequency": [1.0, 2.0]}, edition="2020.1")
        text = page(chief, "library-scenario", "lost-laptop").content.decode()
        assert "The library says otherwise since" in text
        assert "[1.0, 2.0]" in text
        own = page(chief, "scenario", Scenario.objects.get().uid).content.decode()
        assert "The library says 1 part otherwise today" in own

    def test_a_measure_is_proposed_with_scaled_cost_and_confirmed_effects(self, chief):
        chief.post(reverse("library-take", args=["ransomware"]), answers(chief, "ransomware"))
        form = page(chief, "library-propose", "backup-offline").context["form"]
        assert not form.rows()
        form = page(chief, "library-propose", "harden").context["form"]
        known = {field.html_name: field.value() for field in form if field.value()}
        chief.post(
            reverse("library-propose", args=["harden"]),
            {**known, "cost_seen": "on", "effect0_seen": "on", "effect1_seen": "on"},
        )
        made = Measure.objects.get()
        [effect] = made.effects.filter(withdrawn_at__isnull=True)
        assert (made.state, effect.scenario.name, effect.basis) == (
            "proposed",
            "Ransomware encrypts our servers",
            "judgement",
        )
        assert (effect.left_low, effect.left_high) == (0.4, 0.85)
        assert "The library says the same today" in page(chief, "measure", made.uid).content.decode()

    def test_an_effect_that_nobody_looked_at_is_refused(self, chief):
        scenario = priced_scenario()
        form = page(chief, "library-propose", "harden").context["form"]
        known = {field.html_name: field.value() for field in form if field.value()}
        given = {**known, "cost_seen": "on", "effect0_scenarios": [scenario.uid]}
        assert (
            "Tick it when you have looked"
            in chief.post(reverse("library-propose", args=["harden"]), given).content.decode()
        )

    def test_a_scenario_chosen_for_two_effects_is_refused(self, chief):
        scenario = priced_scenario()
        form = page(chief, "library-propose", "harden").context["form"]
        known = {field.html_name: field.value() for field in form if field.value()}
        both = {
            f"effect{n}_{part}": value for n in (0, 1) for part, value in (("scenarios", scenario.uid), ("seen", "on"))
        }
        answer = chief.post(reverse("library-propose", args=["harden"]), {**known, **both, "cost_seen": "on"})
        assert "a pair has one effect" in answer.content.decode()

    def test_the_lists_are_narrowed_by_area_tag_words_and_cost(self, chief):
        def keys(name, **asked):
            return {each.key for each in page(chief, name, **asked).context["rows"]}

        assert "road" in keys("library-scenarios", area="safety")
        assert "ransomware" not in keys("library-scenarios", area="safety")
        assert keys("library-scenarios", tag="ot") == {"ot-changed", "ot-collateral", "false-visitor"}
        assert keys("library-measures", text="security key") == {"keys"}
        assert "sprinkler" not in keys("library-measures", most="100")

    def test_who_may_only_see_is_not_let_to_take(self):
        make_organization()
        auditor = as_role("auditor")
        assert "scenarios to begin from" in heading(page(auditor, "library-scenarios"))
        assert page(auditor, "library-take", "ransomware").status_code == 403

    def test_an_unknown_key_is_not_found(self, chief):
        assert page(chief, "library-scenario", "dragons").status_code == 404

    def test_the_service_refuses_twice_without_a_word(self):
        unit = make_unit()
        item = library().scenarios["flood"]
        row = From(item.key, item.version, plain(item))
        ranges = {"frequency": GivenRange(0.1, 0.2, "judgement", "x"), "loss": GivenRange(100, 200, "judgement", "x")}
        take_scenario(HOUSE, row, unit=unit, name="One", ranges=ranges)
        with pytest.raises(ValidationError, match="began from it already"):
            take_scenario(HOUSE, row, unit=unit, name="Two", ranges=ranges)
