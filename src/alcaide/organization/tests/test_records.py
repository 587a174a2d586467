"""Pages of one qualification, one liaison, one rate: facts, links, history, what is said, and the search."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from alcaide.common import registries
from alcaide.common.search import find
from alcaide.organization import services
from alcaide.organization.due import due
from alcaide.organization.queries import first_chief

from .factories import HOUSE, make_organization, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db


def today():
    return timezone.localdate()


def licence(person, *, kind="Guard licence", days=30):
    return services.qualify(
        HOUSE, person, kind=kind, number="G-17", from_on=today(), until_on=today() + timedelta(days=days)
    )


def rate(day, number):
    return services.set_rate(
        HOUSE, currency="USD", on=today() - timedelta(days=day), per_ours=Decimal(number), source="ECB"
    )


def shown(client, name, row) -> str:
    answer = client.get(reverse(name, args=[row.uid]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_qualification_has_a_page_with_all_that_is_known_and_said(client) -> None:
    held = licence(make_person("Ana Gil"))
    client.force_login(make_user("chief"))
    page = shown(client, "qualification", held)
    for words in ("Guard licence of Ana Gil.", "Nobody verified it yet.", "G-17", "History", "Comments", "Files"):
        assert words in page
    given = {"version": held.version, "back": "page"}
    answer = client.post(reverse("qualification-verify", args=[held.uid]), given, follow=True)
    assert "Verified by User" in answer.content.decode()


def test_who_holds_it_is_told_who_may_verify(client) -> None:
    make_organization()
    chief = first_chief()
    held = licence(chief.person)
    client.force_login(chief)
    page = shown(client, "qualification", held)
    assert "Nobody else may answer yet." in page
    assert "I saw the paper" not in page


@pytest.mark.parametrize("role", ["employee", "analyst"])
def test_colleagues_neither_open_nor_find_a_qualification(client, role: str) -> None:
    held, user = licence(make_person("Ana Gil")), make_user(role)
    client.force_login(user)
    assert client.get(reverse("qualification", args=[held.uid])).status_code == 403
    assert held.subject not in {each.subject for each in find(user, "guard licence")}
    assert registries.subject_of(held.subject, user) is None


def test_a_qualification_is_found_until_it_is_taken_off_and_moves_with_its_person() -> None:
    here, there = make_unit("Murcia"), make_unit("Zamora")
    person = make_person("Ana Gil", unit=here)
    held, head = licence(person), make_user("head", unit=there)
    assert find(head, "guard licence") == []
    services.change_person(HOUSE, person, opened_version=person.version, unit=there)
    assert [each.subject for each in find(head, "guard gil")] == [held.subject]
    services.withdraw_qualification(HOUSE, held, opened_version=held.version)
    assert find(head, "guard licence") == []


def test_a_liaison_has_a_page_is_found_and_is_due_when_its_person_leaves(client) -> None:
    unit, person, chief = make_unit("Murcia"), make_person("Ana Gil"), make_user("chief")
    named = services.name_liaison(HOUSE, unit, person=person, topic="Payments")
    client.force_login(chief)
    assert "Murcia turns to Ana Gil for Payments." in shown(client, "liaison", named)
    assert [each.subject for each in find(chief, "payments gil")] == [named.subject]
    assert named.subject not in {each.subject for each in due(chief)}
    yesterday = today() - timedelta(days=1)
    services.change_person(HOUSE, person, opened_version=person.version, left_on=yesterday)
    assert named.subject in {each.subject for each in due(chief)}
    assert "Ana Gil has left: name somebody else." in shown(client, "liaison", named)


def test_a_liaison_of_another_unit_is_not_shown(client) -> None:
    named = services.name_liaison(HOUSE, make_unit("Murcia"), person=make_person(), topic="Payments")
    client.force_login(make_user("analyst", unit=make_unit("Zamora")))
    assert client.get(reverse("liaison", args=[named.uid])).status_code == 404


def test_a_rate_says_how_it_moved_and_leads_to_its_neighbours(client) -> None:
    make_organization()
    old, new = rate(2, "1.0800"), rate(1, "1.0908")
    client.force_login(make_user("chief"))
    page = shown(client, "rate", new)
    assert "1 EUR = 1.0908 USD on" in page
    assert "+1.00 % since" in page
    assert reverse("rate", args=[old.uid]) in page


def test_a_currency_is_found_by_its_newest_rate_whatever_the_order_they_came_in() -> None:
    make_organization()
    chief = make_user("chief")
    newest = rate(1, "1.09")
    rate(5, "1.08")
    assert [each.subject for each in find(chief, "usd")] == [newest.subject]
    latest = rate(0, "1.10")
    assert [each.subject for each in find(chief, "usd")] == [latest.subject]
    assert find(make_user("employee"), "usd") == []
