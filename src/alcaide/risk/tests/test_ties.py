"""A bow-tie: its lines, its measures, its drawing, and who may change it."""

import xml.etree.ElementTree as ET

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from alcaide.common.models.base import LostUpdate
from alcaide.common.permissions import Refused
from alcaide.organization.tests.factories import HOUSE, make_unit, make_user
from alcaide.risk.drawing_tie import draw_bow_tie
from alcaide.risk.models import TiePart
from alcaide.risk.queries.ties import bow_tie
from alcaide.risk.services import ties
from alcaide.risk.tests.factories import estimate, leaves, make_measure, make_scenario
from alcaide.risk.tests.pages import as_role, heading, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def scenario():
    return make_scenario("Ransomware", story="")


def line(scenario, words: str, side: str = "cause", **more) -> TiePart:
    return ties.add_part(HOUSE, scenario, side=side, words=words, **more)


def test_lines_stand_in_their_order_and_move(scenario):
    first, second = line(scenario, "Stolen sign-in"), line(scenario, "Edge device")
    ties.move_part(HOUSE, second, up=True)
    ties.move_part(HOUSE, second, up=True)
    assert [each.words for each in bow_tie(HOUSE, scenario).causes] == ["Edge device", "Stolen sign-in"]
    ties.remove_part(HOUSE, first)
    assert [each.words for each in bow_tie(HOUSE, scenario).causes] == ["Edge device"]


def test_the_event_is_the_scenario_until_somebody_says_it_otherwise(scenario):
    assert bow_tie(HOUSE, scenario).event == "Ransomware"
    line(scenario, "Servers are encrypted", side="event")
    line(scenario, "Plant servers are encrypted", side="event")
    assert bow_tie(HOUSE, scenario).event == "Plant servers are encrypted"
    assert scenario.tie.filter(side="event").count() == 1


def test_a_measure_prevents_before_the_event_and_limits_after_it(scenario):
    measure = make_measure("Backups")
    ties.place_measure(HOUSE, line(scenario, "Edge device"), measure=measure)
    ties.place_measure(HOUSE, line(scenario, "Work stands still", side="consequence", kind="stop"), measure=measure)
    tie = bow_tie(HOUSE, scenario)
    assert [tie.causes[0].guards[0].prevents, tie.consequences[0].guards[0].prevents] == [True, False]


def test_a_measure_with_an_effect_and_no_line_stands_on_every_way_in(scenario):
    measure = make_measure("Guard")
    leaves(measure, scenario, 0.4, 0.6)
    assert [each.measure for each in bow_tie(HOUSE, scenario).everywhere] == [measure]
    ties.place_measure(HOUSE, line(scenario, "Edge device"), measure=measure)
    tie = bow_tie(HOUSE, scenario)
    assert tie.everywhere == ()
    assert tie.causes[0].guards[0].effect.left_low == 0.4


def test_people_harmed_follow_as_soon_as_they_are_estimated(scenario):
    estimate(scenario, "harm", 0.1, 2.0)
    assert [each.words for each in bow_tie(HOUSE, scenario).consequences] == ["People harmed"]


def test_what_makes_no_line_is_refused(scenario):
    part = line(scenario, "Edge device")
    for act in (
        lambda: line(scenario, "   "),
        lambda: line(scenario, "x" * 201),
        lambda: line(scenario, "Edge", kind="stop"),
        lambda: ties.place_measure(HOUSE, line(scenario, "Event", side="event"), measure=make_measure()),
    ):
        with pytest.raises(ValidationError):
            act()
    measure = make_measure()
    ties.place_measure(HOUSE, part, measure=measure)
    with pytest.raises(ValidationError, match="already"):
        ties.place_measure(HOUSE, part, measure=measure)


def test_a_lost_update_is_shown(scenario):
    part = line(scenario, "Edge device")
    other = TiePart.objects.get(pk=part.pk)
    ties.change_part(HOUSE, part, opened_version=1, words="Edge devices")
    with pytest.raises(LostUpdate):
        ties.change_part(HOUSE, other, opened_version=1, words="An edge device")


def test_who_only_reads_changes_nothing(scenario):
    part = line(scenario, "Edge device")
    auditor = make_user("auditor")
    for act in (
        lambda: ties.add_part(auditor, scenario, side="cause", words="x"),
        lambda: ties.remove_part(auditor, part),
        lambda: ties.move_part(auditor, part, up=True),
        lambda: ties.place_measure(auditor, part, measure=make_measure()),
    ):
        with pytest.raises(Refused):
            act()


def test_measures_of_other_units_are_counted_not_named(scenario):
    scenario.unit = make_unit("Plant")
    scenario.save()
    ties.place_measure(HOUSE, line(scenario, "Edge device"), measure=make_measure("Secret guard"))
    client = as_role("analyst", scenario.unit)
    answer = page(client, "bow-tie", scenario.uid)
    assert "Secret guard" not in answer.content.decode()
    assert "1 measure hidden from you" in answer.content.decode()


@pytest.mark.parametrize("count", [0, 1, 9])
def test_any_number_of_lines_is_drawn_and_no_word_is_lost(scenario, count):
    for number in range(count):
        part = line(scenario, f"Way {number} " + "unbreakable" * 6)
        ties.place_measure(HOUSE, part, measure=make_measure(f"Measure {number} with a rather long name of its own"))
        line(scenario, f"Loss {number}", side="consequence")
    drawing = draw_bow_tie(bow_tie(HOUSE, scenario))
    ET.fromstring(drawing)  # noqa: S314  our own drawing
    assert drawing.count('class="box"') == 2 * count
    assert drawing.count('class="guard"') == count


def test_the_page_is_edited_line_by_line(scenario):
    client, measure = as_role("analyst"), make_measure("Backups")
    client.post(reverse("tie-add", args=[scenario.uid]), {"side": "cause", "words": "Edge device"})
    part = TiePart.objects.get()
    client.post(reverse("tie-place", args=[part.uid]), {"measure": measure.uid})
    client.post(reverse("tie-change", args=[part.uid]), {"words": "Edge devices", "version": part.version})
    answer = page(client, "bow-tie", scenario.uid)
    assert "1 ways lead to" in heading(answer)
    assert "Backups" in answer.content.decode()
    client.post(reverse("tie-take-off", args=[part.measures.get().uid]))
    client.post(reverse("tie-remove", args=[part.uid]))
    assert "How does" in heading(page(client, "bow-tie", scenario.uid))
    assert client.post(reverse("tie-add", args=[scenario.uid]), {"side": "x"}).status_code == 404
