"""What units say of themselves: unknown stays unknown, what was said is kept."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from alcaide.common.permissions import Refused
from alcaide.organization import services
from alcaide.organization.models import Fact
from alcaide.organization.queries import fact, fact_kinds, facts_of
from alcaide.organization.services import Said

from .factories import HOUSE, make_organization, make_unit, make_user

pytestmark = pytest.mark.django_db


def said(key: str, value, *, unit=None, since: date | None = None, until: date | None = None, **more) -> Fact:
    about = Said(value, "measured", "HR report", since, until)
    return services.say_fact(HOUSE, about, unit=unit or make_organization(), key=key, **more)


def test_every_kind_says_why_it_is_asked() -> None:
    assert len(fact_kinds()) >= 20
    assert all(kind.why and kind.question.endswith("?") for kind in fact_kinds().values())


def test_what_nobody_said_is_unknown_not_no() -> None:
    unit = make_organization()
    assert fact(unit, "card_data").truth is None
    said("card_data", value=False)
    assert fact(unit, "card_data").truth is False


def test_a_fact_holds_from_its_day_and_the_earlier_one_before_it() -> None:
    unit = make_organization()
    said("headcount", 240, since=date(2025, 1, 1))
    said("headcount", 260, since=date(2026, 1, 1))
    assert fact(unit, "headcount", date(2025, 6, 1)).value == 240
    assert fact(unit, "headcount", date(2026, 6, 1)).value == 260
    assert not fact(unit, "headcount", date(2024, 6, 1)).is_known


def test_after_its_last_day_it_is_unknown_again() -> None:
    unit = make_organization()
    said("headcount", 240, since=date(2025, 1, 1))
    said("headcount", 260, since=date(2026, 1, 1), until=date(2026, 1, 31))
    assert not fact(unit, "headcount", date(2026, 2, 1)).is_known


def test_a_correction_of_the_same_day_keeps_the_first_word() -> None:
    said("headcount", 240, since=date(2025, 1, 1))
    said("headcount", 250, since=date(2025, 1, 1))
    assert fact(make_organization(), "headcount", date(2025, 2, 1)).value == 250
    assert Fact.objects.filter(replaced_at__isnull=False, value=240).count() == 1


def test_a_group_does_not_answer_for_its_company() -> None:
    said("public_body", value=True)
    assert fact(make_unit("Plant"), "public_body").truth is None


@pytest.mark.parametrize(
    ("key", "value"),
    [("headcount", -1), ("headcount", True), ("card_data", "no"), ("countries", ["Spain"]),
     ("customer_records", {"low": 5, "high": 1}), ("ai_uses", ["dreaming"]),
     ("revenue", {"minor": 1, "currency": "EUR"}), ("sector_words", " ")],
)  # fmt: skip
def test_what_is_no_answer_is_refused(key, value) -> None:
    with pytest.raises(ValidationError):
        said(key, value)


def test_what_somebody_said_meanwhile_is_not_overwritten() -> None:
    first = said("headcount", 240)
    said("headcount", 250, opened_fact=first.pk)
    with pytest.raises(ValidationError, match="while you were typing"):
        said("headcount", 230, opened_fact=first.pk)


def test_who_may_not_change_the_unit_says_nothing() -> None:
    unit = make_organization()
    with pytest.raises(Refused):
        services.say_fact(make_user("analyst"), Said(1, "measured", "x"), unit=unit, key="headcount")


def test_all_facts_of_a_unit_are_one_query(django_assert_num_queries) -> None:
    unit = make_organization()
    with django_assert_num_queries(1):
        facts_of(unit)


def test_the_page_asks_and_takes_an_answer(client) -> None:
    unit = make_organization()
    client.force_login(make_user("chief"))
    page = client.get(reverse("unit-facts", args=[unit.uid])).content.decode()
    assert "Not known yet" in page
    where = reverse("unit-fact", args=[unit.uid, "revenue"])
    assert client.get(where).status_code == 200
    typed = {"value": "2.5M EUR 2025", "basis": "measured", "source": "<b>Accounts</b>"}
    assert client.post(where, typed).status_code == 302
    page = client.get(reverse("unit-facts", args=[unit.uid])).content.decode()
    assert "2,500,000" in page
    assert "<b>Accounts</b>" not in page
    assert client.get(reverse("unit-fact-history", args=[unit.uid, "revenue"])).status_code == 200
