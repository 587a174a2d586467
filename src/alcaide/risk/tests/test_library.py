"""The libraries: every row is sound, taking one asks for each figure, the same row twice is noticed."""

import json
import math
import re
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from alcaide.common.models import TrailLine
from alcaide.common.money import parse_major
from alcaide.controls.models import Measure
from alcaide.organization.models import Organization
from alcaide.organization.services import Said, say_fact
from alcaide.organization.tests.factories import HOUSE, make_organization, make_person, make_unit
from alcaide.risk.grounds import growth, published, rounded
from alcaide.risk.library import AREAS, LibraryFault, differences_from, library, plain, read_library
from alcaide.risk.library_scale import Size, begun, effect_rests_on, rests_on
from alcaide.risk.models import LibraryScenarioRow, Scenario, Taken
from alcaide.risk.pricing import refusal
from alcaide.risk.services.library import From, GivenRange, take_scenario
from alcaide.risk.views_library import LONGEST_SOURCE

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
loss = [1000, 2000]
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
effects = [{ to = "water", on = "frequency", left = [0.2, 0.6] }]
test = "Pour water."
"""
FIGURE = """
[scenario.frequency_from]
source = "An office, Floods, table 1"
year = 2020
population = "1,000 sites asked in 2019"
read = "publication"
licence = "public domain"
kind = "rate"
of = [140, 1000]
by = [1.4, 1.4]
why = "Hills and valleys differ."
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
    assert row.basis == ("sector" if row.frequency_from else "judgement")
    assert row.loss_basis == ("sector" if row.loss_from else "judgement")
    assert row.is_published or row.source == row.loss_source == row.licence == "judgement"
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
        assert each.basis == ("sector" if each.left_from else "judgement")
    assert json.loads(json.dumps(plain(row))) == plain(row)


def published_figures():
    """Return every published figure of both libraries with the range that is said to follow from it."""
    found = []
    for row in library().scenarios.values():
        found += [
            (f"{row.key} often", row.frequency_from, row.frequency),
            (f"{row.key} each time", row.loss_from, row.loss),
        ]
    for row in library().measures.values():
        found += [(f"{row.key} a year", row.yearly_from, row.yearly)]
        found += [(f"{row.key} {each.to}", each.left_from, each.left) for each in row.effects]
    return [each for each in found if each[1]]


@pytest.mark.parametrize(
    ("name", "found", "typed"), published_figures(), ids=lambda each: each if type(each) is str else ""
)
def test_each_published_figure_says_who_counted_whom_and_leads_to_its_range(name, found, typed):
    assert all(each.strip() for each in (found.source, found.population, found.licence, found.why))
    assert 1990 <= found.year <= 2026
    assert found.range == tuple(rounded(each) for each in typed)
    assert found.arithmetic.endswith(f"{found.range[0]:.12f}".rstrip("0").rstrip(".")) or " to " in found.arithmetic
    assert found.confidence == ("medium" if found.is_whole else "low")


def test_published_figures_are_counted_in_the_documentation():
    counts = []
    for held in (library().scenarios, library().measures):
        counts.append(f"{sum(each.is_published for each in held.values())} of {len(held)}")
    words = f"{counts[0]} scenarios and {counts[1]} measures"
    assert words in " ".join((Path(__file__).parents[4] / "docs" / "library.md").read_text(encoding="utf-8").split())


def test_no_source_is_cut_when_a_row_is_taken():
    for row in library().scenarios.values():
        ranges = begun(row, 12_345, Size(123_456_789.0), currency="EUR")
        assert max(len(each.source) for each in ranges) <= LONGEST_SOURCE, row.key
    for row in library().measures.values():
        about = [rests_on(row.version, row.cost_source, row.yearly_from) + f", for 12345 × {row.per}"]
        about += [effect_rests_on(row, each) for each in row.effects]
        assert max(map(len, about)) <= LONGEST_SOURCE, row.key


def test_nothing_of_the_library_is_trusted_highly_and_judgement_never_more_than_low():
    for row in library().scenarios.values():
        assert "high" not in (row.confidence, row.loss_confidence)
        assert row.confidence == "low" or row.frequency_from
        assert row.loss_confidence == "low" or row.loss_from


def test_every_area_and_safety_are_well_covered():
    for held in (library().scenarios.values(), library().measures.values()):
        assert {area: sum(each.area == area for each in held) >= 15 for area in AREAS} == dict.fromkeys(AREAS, True)
        assert sum(each.safety for each in held) >= 15


def mean_of(low, high):
    """Return the mean of the lognormal whose 90 % range this is."""
    sigma = math.log(high / low) / (2 * 1.644854)
    return math.sqrt(low * high) * math.exp(sigma**2 / 2)


def test_a_warehouse_company_of_240_people_sees_no_absurd_sums():
    many = {"organization": 1.0, "1,000 employees": 0.24, "site": 2.0, "vehicle": 25.0}
    a_year = {
        row.key: mean_of(*row.frequency) * many[row.per] * mean_of(*row.loss) for row in library().scenarios.values()
    }
    # Revenue of such a company is some EUR 50 million: all that can happen costs between a half and four per cent.
    assert 250_000 < sum(a_year.values()) < 2_000_000
    assert max(a_year.values()) < 0.15 * sum(a_year.values())
    for area in AREAS:
        of_area = sum(each for key, each in a_year.items() if library().scenarios[key].area == area)
        assert 0.1 < of_area / sum(a_year.values()) < 0.6


def test_a_figure_leads_to_the_range_and_the_words_say_how():
    row = read_library([("a.toml", SCENARIO.replace('basis = "judgement"\n', "") + FIGURE), ("b.toml", MEASURE)])
    flood = row.scenarios["flood"]
    assert flood.frequency_from.arithmetic == "140 / 1,000 = 0.14; ÷ 1.4 to × 1.4 = 0.1 to 0.2"
    assert (flood.basis, flood.source) == ("sector", "An office, Floods, table 1, 2020")
    assert (flood.confidence, flood.licence) == ("low", "public domain")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("of = [140, 1000]", "of = [14, 1000]"), "0.01 to 0.02, not 0.1 to 0.2"),
        (
            ('population = "1,000 sites asked in 2019"', 'population = ""'),
            "population: nothing is said",
        ),
        (('why = "Hills and valleys differ."', ""), "why: nothing is said"),
        (("year = 2020", 'year = "long ago"'), "year: of the publication"),
        (("by = [1.4, 1.4]", "by = [0.7, 1.4]"), "each 1 or more"),
        (('kind = "rate"', 'kind = "guess"'), "kind: one of share, rate"),
        (('kind = "rate"', 'kind = "share"\ncurrency = "USD"'), "no rate for USD"),
        (('read = "publication"', 'read = "publication"\npage = 3'), "page: is not asked for"),
    ],
)
def test_a_published_figure_that_does_not_carry_its_range_is_named(change, words):
    text = SCENARIO.replace('basis = "judgement"\n', "") + FIGURE.replace(*change)
    with pytest.raises(LibraryFault, match=words):
        read_library([("a.toml", text), ("b.toml", MEASURE)])


@pytest.mark.parametrize(
    ("kind", "of", "by", "made"),
    [
        ("share", [9, 100], [3, 3], (0.031, 0.28)),
        ("rate", [1270, 796_000], [2, 10], (0.0008, 0.016)),
        ("sum", [188_000_000, 1270], [30, 10], (4400.0, 1_300_000.0)),
        ("ends", [5890, 64_981], [6, 1], (880.0, 58_000.0)),
        ("left", [2633, 4110], [1.6, 1.45], (0.4, 0.93)),
    ],
)
def test_each_kind_of_figure_becomes_a_range_by_its_own_arithmetic(kind, of, by, made):
    about = {"source": "x", "year": 2020, "population": "x", "read": "account", "licence": "x", "why": "x"}
    money = {"currency": "USD"} if kind in {"sum", "ends"} else {}
    found = published({**about, **money, "kind": kind, "of": of, "by": by}, rates={"USD": 0.9})
    assert found.range == made


def test_a_loss_grows_by_the_power_of_size_and_never_more_than_ten_times():
    rule = growth({"by": "headcount", "at": 700, "power": 0.5, "why": "a rule of thumb"})
    assert rule.factor(700) == 1
    assert rule.factor(2800) == pytest.approx(2)
    assert rule.factor(7) == pytest.approx(0.1)
    assert rule.factor(1) == 0.1
    assert rule.words(175) == "(175 / 700 people)^0.5 = 0.5"
    assert rule.words(7_000_000) == "(7,000,000 / 700 people)^0.5 = 100, held at 10"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("frequency = [0.1, 0.2]", "frequency = [0.3, 0.2]"), "scenario flood, frequency: 0.3 to 0.2 runs backwards"),
        (("frequency = [0.1, 0.2]", "frequency = [0, 0.2]"), "not above zero"),
        (('basis = "judgement"', 'source = " "'), "source: nothing is said"),
        (('basis = "judgement"', 'basis = "sector"'), "“sector” needs the published figure"),
        (('basis = "judgement"', 'basis = "measured"'), "needs a source with its year"),
        (('basis = "judgement"', 'confidence = "high"'), "judgement is low in confidence"),
        (('basis = "judgement"', 'loss_grows = { by = "moon", at = 1, power = 1, why = "x" }'), "one of headcount"),
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


def begun_of(chief, key):
    """Return what the form of one row alone would keep: its frequency, its loss in minor units."""
    given = answers(chief, key)
    return {
        "frequency": (float(given["frequency_low"]), float(given["frequency_high"])),
        "loss": (parse_major(given["loss_low"], "EUR"), parse_major(given["loss_high"], "EUR")),
    }


@pytest.mark.django_db
class TestTaking:
    def test_a_rate_per_1000_employees_is_scaled_by_the_headcount_with_its_arithmetic(self, chief):
        for _each in range(4):
            make_person(unit=make_organization())
        answer = page(chief, "library-take", "lost-laptop")
        heads = answer.context["scaled"].count
        assert f"4 to 40 a year per 1,000 employees × {heads:g} / 1,000" in answer.content.decode()
        assert float(answers(chief)["frequency_low"]) == pytest.approx(4 * heads / 1000)

    def test_what_is_left_as_it_stands_keeps_basis_and_source(self, chief):
        chief.post(reverse("library-take", args=["lost-laptop"]), answers(chief))
        held = {each.what: each for each in Scenario.objects.get().estimates.all()}
        assert (held["frequency"].basis, held["loss"].basis) == ("judgement", "judgement")
        assert held["frequency"].source.startswith("Library 2026.2: judgement; × ")
        assert held["loss"].low_minor == 80_000

    def test_what_is_changed_becomes_judgement(self, chief):
        chief.post(reverse("library-take", args=["lost-laptop"]), answers(chief, frequency_high="9"))
        assert Scenario.objects.get().estimates.get(what="frequency").basis == "judgement"

    def test_a_range_that_nobody_looked_at_is_not_taken(self, chief):
        given = answers(chief)
        del given["loss_seen"]
        assert chief.post(reverse("library-take", args=["lost-laptop"]), given).status_code == 200
        assert not Scenario.objects.exists()

    def test_a_published_figure_comes_with_its_source_and_its_way(self, chief):
        chief.post(reverse("library-take", args=["burglary"]), answers(chief, "burglary"))
        held = Scenario.objects.get().estimates.get(what="frequency")
        assert (held.basis, held.observations) == ("sector", 2)
        assert "Commercial Victimisation Survey 2022" in held.source
        assert "−ln(1 − 9 / 100) = 0.0943; ÷ 3 to × 3 = 0.031 to 0.28" in held.source
        assert Taken.objects.get().content["frequency_from"]["population"].startswith("business premises")

    def test_what_a_unit_says_of_its_headcount_goes_before_the_people_on_file(self, chief):
        say_fact(HOUSE, Said(240, "measured", "payroll"), unit=make_organization(), key="headcount")
        scaled = page(chief, "library-take", "lost-laptop").context["scaled"]
        assert (scaled.count, scaled.count_known_by.split(",")[0]) == (240, "said by the unit")

    def test_a_loss_that_grows_is_scaled_with_its_arithmetic_and_counts_as_judgement(self, chief):
        say_fact(HOUSE, Said(175, "measured", "payroll"), unit=make_organization(), key="headcount")
        answer = page(chief, "library-take", "ransomware")
        assert "× (175 / 700 people)^0.5 = 0.5: EUR 17,000 to 2,800,000" in answer.content.decode()
        chief.post(reverse("library-take", args=["ransomware"]), answers(chief, "ransomware"))
        held = Scenario.objects.get().estimates.get(what="loss")
        assert (held.low_minor, held.basis) == (1_700_000, "judgement")
        assert "Sophos" in held.source

    def test_a_size_that_nobody_knows_is_asked_for_and_leaves_the_loss_as_it_is(self, chief):
        text = page(chief, "library-take", "portal-records").content.decode()
        assert "said for 10,000 customers on file. Yours is not on file" in text
        assert "10,000 to 1,000,000" in text
        typed = page(chief, "library-take", "portal-records", unit=make_organization().uid, size=40_000)
        assert typed.context["form"].begun["loss"].low == "20,000"

    def test_another_unit_brings_its_own_numbers(self, chief):
        first, other = make_organization(), make_unit()
        say_fact(HOUSE, Said(70, "measured", "payroll"), unit=other, key="headcount")
        asked = {"unit": other.uid, "shown_for": first.uid, "count": 999}
        assert page(chief, "library-take", "lost-laptop", **asked).context["scaled"].count == 70

    def test_its_bow_tie_edition_and_trail_come_with_it(self, chief):
        chief.post(reverse("library-take", args=["lost-laptop"]), answers(chief))
        made, taken = Scenario.objects.get(), Taken.objects.get()
        assert {each.side for each in made.tie.all()} == {"cause", "event", "consequence"}
        assert (taken.key, taken.edition, taken.scenario) == (
            "lost-laptop",
            library().scenarios["lost-laptop"].version,
            made,
        )
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
            "sector",
        )
        assert (effect.left_low, effect.left_high) == (0.17, 0.83)
        assert "Marsh McLennan" in effect.source
        assert "1 / 6 = 0.167; ÷ 1 to × 5 = 0.17 to 0.83" in effect.source
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
            return {row.uid for row in page(chief, name, **asked).context["page"].rows}

        assert "road" in keys("library-scenarios", safety="1", sort="-name")
        assert "ransomware" not in keys("library-scenarios", safety="1", text="ransomware")
        assert keys("library-scenarios", tag="ot") == {"ot-changed", "ot-collateral", "false-visitor"}
        assert keys("library-measures", text="security key") == {"keys"}
        assert "sprinkler" not in keys("library-measures", most="100")
        assert "burglary" in keys("library-scenarios", rests="published")
        assert "ransomware" in keys("library-scenarios", area="digital", sort="-name")
        assert "drone" not in keys("library-scenarios", rests="published")
        assert "keys" not in keys("library-measures", rests="judgement")

    def test_sums_read_as_on_every_other_page(self, chief):
        for name in ("library-scenarios", "library-measures"):
            told = page(chief, name).content.decode()
            assert not re.search(r"EUR \d", told)
            assert re.search(r"€\d", told)

    def test_who_may_only_see_is_not_let_to_take(self):
        make_organization()
        auditor = as_role("auditor")
        assert "scenarios to begin from" in heading(page(auditor, "library-scenarios"))
        assert page(auditor, "library-take", "ransomware").status_code == 403

    def test_many_are_taken_scaled_as_each_alone_would_be_once_confirmed(self, chief):
        for _ in range(4):
            make_person()
        alone = begun_of(chief, "lost-laptop")
        chosen = {"uid": ["lost-laptop", "ransomware"]}
        asked = chief.post(reverse("library-take-many"), chosen)
        assert "2 rows for Almena Foods" in heading(asked)
        assert not Scenario.objects.exists()
        assert chief.post(reverse("library-take-many"), {**chosen, "go": "1"}).status_code == 422
        chief.post(reverse("library-take-many"), {**chosen, "go": "1", "sure": str(make_organization().uid)})
        made = Scenario.objects.get(taken_from__key="lost-laptop")
        kept = {each.what: each for each in made.estimates.all()}
        assert (kept["frequency"].low, kept["frequency"].high) == alone["frequency"]
        assert (kept["loss"].low_minor, kept["loss"].high_minor) == alone["loss"]
        assert Scenario.objects.count() == 2

    def test_of_many_those_begun_here_before_are_left_and_named(self, chief):
        sure = {"uid": ["ransomware"], "go": "1", "sure": str(make_organization().uid)}
        chief.post(reverse("library-take-many"), sure)
        answer = chief.post(reverse("library-take-many"), {**sure, "uid": ["lost-laptop", "ransomware"]}, follow=True)
        assert "it began from it here already" in answer.content.decode()
        assert Scenario.objects.count() == 2

    def test_many_measures_are_proposed_and_nothing_is_adopted(self, chief):
        sure = {"uid": ["keys", "backup-offline"], "go": "1", "sure": str(make_organization().uid)}
        chief.post(reverse("library-propose-many"), sure)
        assert list(Measure.objects.values_list("state", flat=True).distinct()) == ["proposed"]

    def test_who_may_only_see_takes_none_of_many(self):
        make_organization()
        assert as_role("auditor").post(reverse("library-take-many"), {"uid": ["flood"]}).status_code == 403

    def test_the_list_follows_the_files(self, chief):
        page(chief, "library-scenarios")
        LibraryScenarioRow.objects.update(edition="older")
        LibraryScenarioRow.objects.filter(key="flood").delete()
        page(chief, "library-scenarios")
        assert LibraryScenarioRow.objects.count() == len(library().scenarios)

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
