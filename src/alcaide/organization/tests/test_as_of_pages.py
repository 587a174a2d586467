"""The page of a record as it was, the list of who could see it, and its file."""

import pytest
from django.urls import reverse
from django.utils import timezone

from alcaide.common.asof import moments
from alcaide.common.models import TrailLine
from alcaide.organization import services
from alcaide.organization.tests.factories import HOUSE, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db
THEN = "2026-03-03T14:00"


def typed(moment) -> str:
    return timezone.localtime(moment, moments.house_zone()).replace(tzinfo=None).isoformat()


@pytest.fixture
def unit():
    return make_unit("Old mill")


@pytest.fixture
def chief(client, unit):
    user = make_user("chief")
    client.force_login(user)
    return user


def page(client, unit, **query):
    return client.get(reverse("as-of", args=[unit.subject]), query)


def test_the_record_says_that_it_did_not_exist(client, unit, chief):
    text = page(client, unit, at=THEN).content.decode()
    assert "It did not exist on Tue 3 Mar 2026, 14:00." in text
    assert "What was written then" not in text


def test_the_page_has_a_band_and_nothing_to_change(client, unit, chief):
    text = page(client, unit, at=typed(timezone.now())).content.decode()
    assert "You are reading the past" in text
    assert 'method="post"' not in text.partition("<main")[2].partition("</main")[0]


@pytest.mark.parametrize("typed", ["tomorrow", "2999-01-01T00:00"])
def test_a_wrong_moment_is_said_and_now_is_shown(client, unit, chief, typed):
    response = page(client, unit, at=typed)
    assert response.status_code == 422
    assert "This is how it is now." in response.content.decode()


def test_a_stranger_finds_nothing(client, unit):
    client.force_login(make_user("head", unit=make_unit("Elsewhere")))
    assert page(client, unit, at=THEN).status_code == 404
    assert client.get(reverse("as-of-who", args=[unit.subject])).status_code == 404


def test_the_record_of_today_offers_the_field(client, unit, chief):
    text = client.get(reverse("unit", args=[unit.uid])).content.decode()
    assert reverse("as-of", args=[unit.subject]) in text


def test_the_file_says_who_could_and_the_trail_says_who_took_it(client, unit, chief):
    head = make_user("head", unit=unit)
    response = client.post(reverse("as-of-who", args=[unit.subject]))
    assert head.email in response.content.decode()
    line = TrailLine.objects.get(verb="export")
    assert (line.actor, line.subject) == (chief.subject, "common.list:who-could-see")


def test_who_left_a_role_is_on_the_list_of_then_only(client, unit, chief):
    head = make_user("head", unit=unit)
    then = timezone.now()
    services.withdraw(HOUSE, head.grants.get())
    url = reverse("as-of-who", args=[unit.subject])
    assert head.name not in client.get(url).content.decode()
    text = client.get(url, {"at": typed(then)}).content.decode()
    assert head.name in text


def test_a_record_outside_the_reach_is_not_named(client, unit, chief):
    person = make_person("Hidden name", unit=make_unit("Elsewhere"))
    services.change_person(HOUSE, make_person(unit=unit), opened_version=1, manager=person)
    reader = make_user("head", unit=unit)
    client.force_login(reader)
    mine = type(person).objects.get(manager=person)
    assert "Hidden name" not in client.get(reverse("as-of", args=[mine.subject])).content.decode()
