"""The list of people."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alcaide.common import registries
from alcaide.organization import services
from alcaide.organization.models import Person
from alcaide.organization.queries import root_unit

from .factories import HOUSE, make_organization, make_person, make_unit, make_user

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12


@pytest.fixture
def chief(client):
    client.force_login(make_user("chief"))
    return client


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def leave(person: Person) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    services.change_person(HOUSE, person, opened_version=1, left_on=yesterday)


def test_it_says_how_many_work_here_and_who_can_still_get_in(chief) -> None:
    left = make_person("Gone Girl")
    services.let_sign_in(HOUSE, left)
    leave(left)
    make_person("Núria Vidal")
    page = text(chief.get(reverse("people")))
    assert "<h1>2 people work here. <span>1 left and can still get in.</span></h1>" in page
    assert "Núria Vidal" in page
    assert "Gone Girl" not in page
    assert "Gone Girl" in text(chief.get(reverse("people"), {"view": "open"}))


def test_who_left_and_is_closed_is_only_among_those_who_left(chief) -> None:
    left = make_person("Gone Girl")
    leave(left)
    assert "Gone Girl" not in text(chief.get(reverse("people"), {"view": "open"}))
    assert "Gone Girl" in text(chief.get(reverse("people"), {"view": "left"}))


def test_it_shows_who_may_sign_in_and_as_what(chief) -> None:
    person = make_person("Núria Vidal")
    user = services.let_sign_in(HOUSE, person)
    services.grant(HOUSE, user=user, role="auditor", unit=root_unit())
    services.grant(HOUSE, user=user, role="analyst", unit=root_unit())
    page = text(chief.get(reverse("people"), {"view": "signs-in", "text": "nuria"}))
    assert "Security analyst, Auditor" in page
    assert "1 person fits." in page


def test_it_is_narrowed_to_a_unit_and_counts_what_it_hides(client) -> None:
    murcia, zamora = make_unit("Murcia"), make_unit("Zamora")
    make_person("In Murcia", unit=murcia)
    make_person("In Zamora", unit=zamora)
    client.force_login(make_user("analyst", unit=murcia))
    page = text(client.get(reverse("people"), {"unit": str(murcia.uid)}))
    assert "In Murcia" in page
    assert "In Zamora" not in page
    assert "2 hidden from you by the rule “outside your units”." in page
    assert "was not understood" in text(client.get(reverse("people"), {"unit": str(zamora.uid)}))


def test_its_queries_do_not_grow_with_it(chief, django_assert_max_num_queries, monkeypatch) -> None:
    # What other rooms count in the side bar is theirs to answer for.
    monkeypatch.setattr(registries, "nav_items", list)
    for number in range(30):
        person = make_person(f"Person {number:02}")
        services.grant(HOUSE, user=services.let_sign_in(HOUSE, person), role="employee", unit=root_unit())
    with django_assert_max_num_queries(MOST_QUERIES):
        assert chief.get(reverse("people")).status_code == 200


def test_number_engagement_and_manager_stand_in_columns_to_choose(chief) -> None:
    make_organization()
    boss = services.add_person(HOUSE, name="Ana Gil", unit=root_unit(), hr_number="2")
    services.add_person(HOUSE, name="Bo Ruiz", unit=root_unit(), hr_number="1", kind="agency", manager=boss)
    chief.post(reverse("people"), {"choose": "columns", "columns": ["name", "number", "kind", "manager"]})
    page = text(chief.get(reverse("people"), {"sort": "-number"}))
    for words in ("HR number", "Agency worker", "Reports to"):
        assert words in page
    assert page.index(">Ana Gil</a>") < page.index(">Bo Ruiz</a>")
    assert page.count("Ana Gil") > 1
    assert "1 person fits." in text(chief.get(reverse("people"), {"kind": "agency"}))


def test_a_manager_of_a_unit_that_is_not_seen_is_not_named(client) -> None:
    murcia, zamora = make_unit("Murcia"), make_unit("Zamora")
    boss = make_person("Secret Boss", unit=zamora)
    services.add_person(HOUSE, name="Bo Ruiz", unit=murcia, manager=boss)
    client.force_login(make_user("analyst", unit=murcia))
    client.post(reverse("people"), {"choose": "columns", "columns": ["name", "manager"]})
    page = text(client.get(reverse("people")))
    assert "outside your units" in page
    assert "Secret Boss" not in page


@pytest.mark.parametrize(("role", "status"), [("chief", 200), ("analyst", 403), ("employee", 403)])
def test_names_and_addresses_leave_the_house_only_by_who_keeps_them(client, role: str, status: int) -> None:
    make_organization()
    client.force_login(make_user(role))
    assert client.post(reverse("people"), {"export": "csv"}).status_code == status
