"""Pages of measures: who opens them, what their headings say, what their buttons and forms do."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alcaide.common import registries
from alcaide.common.models import Priced
from alcaide.common.registries import subject_of
from alcaide.common.search import find
from alcaide.controls import services
from alcaide.controls.models import Measure, MeasureLink
from alcaide.organization.tests.factories import HOUSE, make_organization, make_unit, make_user

from .factories import adopted, make_measure

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client: Client) -> Client:
    make_organization()
    client.force_login(make_user("chief"))
    return client


def as_role(role, unit=None) -> Client:
    client = Client()
    client.force_login(make_user(role, unit=unit))
    return client


def heading(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    text = answer.content.decode()
    return " ".join(text.split("<h1>")[1].split("</h1>")[0].replace("<span>", "").replace("</span>", "").split())


def typed(**more):
    return {"name": "Keys", "what": "", "area": "people", "unit": make_organization().pk, "cost": "38k",
            "cost_source": "offer", "effort": "90", "mandatory_why": "", **more}  # fmt: skip


def priced(measure: Measure, amount: int) -> None:
    Priced.objects.create(
        subject=measure.subject, figure="avoids_a_year", amount_minor=amount, low_minor=amount // 2,
        high_minor=amount * 2, currency="EUR", run=measure.uid, at=timezone.now(),
    )  # fmt: skip


def test_the_list_says_how_many_are_open_and_what_the_adopted_ones_cost(chief):
    make_measure()
    adopted(cost=14_000)
    adopted(cost=6_000)
    assert heading(chief.get(reverse("measures"))) == (
        "1 measure is proposed, 2 are adopted. What is adopted costs €20k of cash a year."
    )


def test_an_empty_list_says_what_to_do_first(chief):
    answer = chief.get(reverse("measures"))
    assert heading(answer) == "No measure is proposed."
    assert "the plan weighs it" in answer.content.decode()


def test_the_list_ranks_by_what_a_measure_would_avoid(chief):
    for name, amount in (("Low", 100_000), ("High", 900_000)):
        priced(make_measure(name), amount)
    make_measure("Unknown")
    rows = chief.get(reverse("measures")).context["page"].rows
    assert [row.item.name for row in rows] == ["High", "Low", "Unknown"]
    assert rows[0].cells[1].second == "€4.5–18k"


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"view": "late"}, {"Late"}),
        ({"view": "adopted"}, {"Late", "Soon"}),
        ({"must": "1"}, {"Law"}),
        ({"area": "people"}, {"Law"}),
        ({"text": "soo"}, {"Soon"}),
    ],
)
def test_the_list_is_narrowed(chief, asked, names):
    today = timezone.localdate()
    adopted("Late", due_on=today - timedelta(days=1))
    adopted("Soon", due_on=today)
    make_measure("Law", mandatory=True, mandatory_why="law", area="people")
    rows = chief.get(reverse("measures"), asked).context["page"].rows
    assert {row.item.name for row in rows} == names


def test_measures_of_other_units_are_counted_and_not_shown():
    unit = make_unit()
    make_measure("Own", unit=unit)
    other = make_measure("Other")
    client = as_role("head", unit)
    text = client.get(reverse("measures")).content.decode()
    assert "1 hidden from you by the rule “outside your units”" in text
    assert "Other" not in text
    assert client.get(reverse("measure", args=[other.uid])).status_code == 404


def test_a_measure_answers_in_its_heading(chief):
    measure = make_measure("Keys", cost=38_000)
    url = reverse("measure", args=[measure.uid])
    assert heading(chief.get(url)) == "Keys: €38k of cash a year. What it would avoid is not known yet."
    priced(measure, 7_900_000)
    assert heading(chief.get(url)) == (
        "Keys: €38k of cash a year. Alone it would avoid €79k a year of expected loss, €40–158k."
    )


def test_a_measure_past_its_date_says_so(chief):
    measure = adopted(due_on=timezone.localdate() - timedelta(days=3))
    text = chief.get(reverse("measure", args=[measure.uid])).content.decode()
    assert "does not yet. Give it a new date" in text
    assert "overdue" in text


def test_the_buttons_take_a_measure_along_its_way(chief):
    measure = make_measure()
    for name, state in (("measure-adopt", "adopted"), ("measure-place", "in_place")):
        chief.post(reverse(name, args=[measure.uid]))
        measure.refresh_from_db()
        assert measure.state == state
    answer = chief.post(reverse("measure-drop", args=[measure.uid]), follow=True)
    assert "only a proposed or adopted measure can be dropped" in answer.content.decode()


@pytest.mark.parametrize("name", ["measure-adopt", "measure-place", "measure-drop"])
def test_steps_are_not_taken_by_opening_an_address(chief, name):
    assert chief.get(reverse(name, args=[make_measure().uid])).status_code == 405


@pytest.mark.parametrize(
    ("role", "allowed"),
    [("analyst", {"measure-place"}), ("executive", {"measure-adopt"}), ("auditor", set()), ("head", set())],
)
def test_each_role_takes_only_its_steps(role, allowed):
    client = as_role(role)
    for name in ("measure-adopt", "measure-place"):
        measure = make_measure() if name == "measure-adopt" else adopted()
        answer = client.post(reverse(name, args=[measure.uid]))
        assert answer.status_code == (302 if name in allowed else 403), name
        shown = client.get(reverse("measure", args=[measure.uid])).content.decode()
        assert reverse("measure-drop", args=[measure.uid]) not in shown or role == "executive"


def test_a_stranger_is_sent_to_sign_in(client):
    measure = make_measure()
    for name, arguments in (("measures", []), ("measure", [measure.uid]), ("measure-new", [])):
        assert client.get(reverse(name, args=arguments))["Location"].startswith("/sign-in/")


def test_a_measure_is_proposed_with_its_sum_in_short(chief):
    chief.post(reverse("measure-new"), typed())
    made = Measure.objects.get()
    assert (made.cost_minor, made.effort_hours, made.currency, made.state) == (3_800_000, 90.0, "EUR", "proposed")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"cost": "lots"}, "is not a sum"),
        ({"cost": "1,5"}, "a comma only parts thousands"),
        ({"cost": "-3"}, "at least"),
        ({"cost": ""}, "required"),
        ({"effort": "-1"}, "greater than or equal to 0"),
        ({"effort": "nan"}, "Enter a number"),
        ({"mandatory": "on"}, "Say which law"),
        ({"name": ""}, "required"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(chief, wrong, words):
    answer = chief.post(reverse("measure-new"), typed(**wrong))
    text = answer.content.decode()
    assert words in text
    assert 'value="offer"' in text
    assert not Measure.objects.exists()


def test_a_measure_is_changed_with_the_version_that_was_open(chief):
    measure = make_measure("Keys")
    url = reverse("measure-edit", args=[measure.uid])
    chief.post(url, typed(cost="40,000", version="1"))
    measure.refresh_from_db()
    assert (measure.cost_minor, measure.version) == (4_000_000, 2)
    answer = chief.post(url, typed(cost="50,000", version="1"))
    assert answer.status_code == 409
    measure.refresh_from_db()
    assert measure.cost_minor == 4_000_000


def test_a_rule_is_added_and_taken_away(chief):
    measure, other = make_measure(), make_measure("Other")
    chief.post(reverse("measure-link", args=[measure.uid]), {"kind": "needs", "other": other.pk})
    [link] = MeasureLink.objects.all()
    assert "Needs" in chief.get(reverse("measure", args=[measure.uid])).content.decode()
    assert "Is needed by" in chief.get(reverse("measure", args=[other.uid])).content.decode()
    twice = chief.post(reverse("measure-link", args=[measure.uid]), {"kind": "needs", "other": other.pk})
    assert "bound already" in twice.content.decode()
    chief.post(reverse("measure-unlink", args=[measure.uid, link.uid]))
    assert not MeasureLink.objects.exists()


def test_rooms_above_hang_their_pieces_on_the_page(chief, monkeypatch):
    offered = {"controls.measure test": lambda measure, user: [registries.Piece("_tally.html", {})]}
    monkeypatch.setattr(registries._all, "pieces", offered)
    text = chief.get(reverse("measure", args=[make_measure().uid])).content.decode()
    assert 'class="tally"' in text


def test_a_measure_is_named_and_found_for_whoever_may_see_it():
    unit = make_unit()
    measure = make_measure("Hardware keys", unit=unit)
    assert subject_of(measure.subject, make_user("chief")).title == "Hardware keys"
    assert subject_of(measure.subject, make_user("head", unit=make_unit())) is None
    assert subject_of("controls.measure:nonsense", make_user("chief")) is None
    assert [hit.title for hit in find(make_user("chief"), "hardw")] == ["Hardware keys"]


def test_what_a_measure_in_place_would_avoid_is_not_claimed(chief):
    measure = services.put_in_place(HOUSE, adopted("Keys"))
    priced(measure, 100_000)
    assert "In place; what it does is in the figures." in heading(chief.get(reverse("measure", args=[measure.uid])))
