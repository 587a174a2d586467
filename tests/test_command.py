"""The search that forgives a slip, and the command bar that offers only what somebody may open."""

import pytest
from django.test import Client
from django.urls import reverse

from alcaide.common import commanding, registries
from alcaide.common.search import find, find_or_meant
from alcaide.common.spelling import learn, meant, respelled
from alcaide.organization.tests.factories import make_organization, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house():
    make_organization()
    make_person("Katarzyna Wiśniewska")
    make_unit("Valladolid warehouse")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("valadolid", "Valladolid warehouse"),
        ("vallalodid", "Valladolid warehouse"),
        ("alladolid", "Valladolid warehouse"),
        ("vallaodlid", "Valladolid warehouse"),
        ("warehuose", "Valladolid warehouse"),
        ("valladolid warehose", "Valladolid warehouse"),
        ("wisniewsak", "Katarzyna Wiśniewska"),
        ("katarzina", "Katarzyna Wiśniewska"),
        ("valaldo", "Valladolid warehouse"),
    ],
)
def test_a_slip_finds_what_was_meant_and_says_what_was_looked_for(typed, found):
    user = make_user("chief")
    assert not find(user, typed)
    hits = find_or_meant(user, typed)
    assert found in [hit.title for hit in hits.found]
    assert hits.instead


def test_what_is_typed_rightly_is_not_looked_for_otherwise():
    hits = find_or_meant(make_user("chief"), "valladolid")
    assert hits.found
    assert hits.instead == ""


@pytest.mark.parametrize("typed", ["xyzzyqqq", "val", "2024", "' OR 1=1", "", "%%%%"])
def test_what_is_no_slip_of_anything_finds_nothing(typed):
    assert find_or_meant(make_user("chief"), typed).instead == ""


def test_a_spelling_never_tells_of_what_somebody_may_not_see():
    user = make_user("head", unit=make_unit("Murcia"))
    hits = find_or_meant(user, "valadolid")
    assert hits.found == []
    assert hits.instead == ""


def test_two_slips_are_forgiven_in_a_long_word_and_one_in_a_short():
    learn(["gate", "valladolid"])
    assert meant("gats") == ["gate"]
    assert meant("gxtx") == []
    assert meant("valadollid") == ["valladolid"]


def test_one_word_at_a_time_is_replaced():
    learn(["north", "gate"])
    assert ["north", "gate"] in list(respelled(["nroth", "gate"]))


def test_the_bar_offers_pages_and_beginnings_by_a_few_letters():
    user = make_user("chief")
    labels = {choice.label for _, choices in commanding.offer(user, "meas").groups for choice in choices}
    assert "Measures" in labels


def test_the_bar_offers_nothing_that_somebody_may_not_open():
    user = make_user("employee")
    urls = [choice.url for _, choices in commanding.offer(user, "").groups for choice in choices]
    assert reverse("trail") not in urls
    assert reverse("scenarios") not in urls


def test_every_beginning_opens_for_the_chief(client: Client):
    client.force_login(make_user("chief"))
    assert registries.starts()
    for start in registries.starts():
        assert client.get(reverse(start.url_name)).status_code == 200, start.url_name


def test_the_bar_names_what_it_found_with_its_kind(client: Client):
    client.force_login(make_user("chief"))
    page = client.get("/search/bar/", {"q": "valladolid"}).content.decode()
    assert "Valladolid warehouse" in page
    assert 'role="option"' in page


def test_what_is_typed_is_never_markup(client: Client):
    client.force_login(make_user("chief"))
    page = client.get("/search/bar/", {"q": "<b>x"}).content.decode()
    assert "<b>x" not in page
    assert "Nothing that you may open fits" in page


def test_the_page_of_the_search_says_what_it_looked_for_instead(client: Client):
    client.force_login(make_user("chief"))
    page = client.get("/search/", {"q": "valadolid"}).content.decode()
    assert "these hold “valladolid”" in page
