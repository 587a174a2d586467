"""Rates of currencies by day, and the fiscal year."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from alcaide.common.permissions import Refused
from alcaide.organization import services
from alcaide.organization.models import Organization, Rate
from alcaide.organization.queries import NoRate, fiscal_year, rate, the_organization

from .factories import HOUSE, make_organization, make_unit, make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def kept(currency: str, per_ours: str, on: date = DAY) -> Rate:
    make_organization()
    return services.set_rate(HOUSE, currency=currency, on=on, per_ours=Decimal(per_ours), source="ECB")


def test_the_newest_rate_on_or_before_the_day_counts() -> None:
    kept("USD", "1.10", DAY - timedelta(days=5))
    kept("USD", "1.20", DAY)
    kept("USD", "1.30", DAY + timedelta(days=1))
    assert rate("USD", DAY).per_ours == Decimal("1.2")


def test_an_old_rate_does_not_count_and_the_message_says_where_to_enter_one() -> None:
    kept("USD", "1.10", DAY - timedelta(days=32))
    with pytest.raises(NoRate, match=r"no rate of USD for 2026-03-02.*Organization, Rates"):
        rate("USD", DAY)
    assert rate("USD", DAY - timedelta(days=1)).per_ours == Decimal("1.1")


def test_ours_to_ours_is_one_and_nothing_else_is() -> None:
    make_organization()
    assert rate("EUR", DAY).per_ours == 1
    with pytest.raises(NoRate):
        rate("GBP", DAY)


@pytest.mark.parametrize("wrong", ["0", "-1", "NaN", "1e30", "Infinity"])
def test_what_is_no_rate_is_refused(wrong) -> None:
    with pytest.raises(ValidationError):
        kept("USD", wrong)


def test_a_rate_of_a_day_to_come_and_of_our_own_currency_is_refused() -> None:
    with pytest.raises(ValidationError):
        kept("USD", "1.1", timezone.localdate() + timedelta(days=1))
    with pytest.raises(ValidationError):
        kept("EUR", "1.1")


def test_a_corrected_rate_keeps_one_row_a_day() -> None:
    kept("USD", "1.10")
    kept("USD", "1.11")
    assert [(row.per_ours, row.version) for row in Rate.objects.all()] == [("1.11", 2)]


def test_only_who_may_change_the_top_unit_sets_rates() -> None:
    chief = make_user("chief", unit=make_unit("Plant"))
    with pytest.raises(Refused):
        services.set_rate(chief, currency="USD", on=DAY, per_ours=Decimal("1.1"), source="ECB")


def test_a_fiscal_year_begins_in_its_first_month() -> None:
    make_organization()
    Organization.objects.update(first_month=7)
    year = fiscal_year(date(2026, 6, 30), organization=the_organization())
    assert (year.name, year.first, year.last) == ("2025/26", date(2025, 7, 1), date(2026, 6, 30))
    assert fiscal_year(date(2026, 7, 1)).name == "2026/27"


def test_a_rate_is_said_with_its_direction_and_turned_round() -> None:
    row = kept("USD", "1.0888")
    assert (row.said, row.turned) == ("1 EUR = 1.0888 USD", "1 USD = 0.91844 EUR")


@pytest.mark.parametrize(("typed", "words"), [("0.9184", "Did you mean 1 USD = 0.9184 EUR? Then type 1.0889."),
                                              ("10.888", "about 10 times away")])  # fmt: skip
def test_a_rate_that_looks_mistyped_must_be_confirmed(typed, words) -> None:
    kept("USD", "1.0888", DAY - timedelta(days=7))
    with pytest.raises(ValidationError) as refused:
        kept("USD", typed)
    assert words in str(refused.value)
    services.set_rate(HOUSE, currency="USD", on=DAY, per_ours=Decimal(typed), source="ECB", sure=True)
    assert rate("USD", DAY).per_ours == Decimal(typed)


@pytest.mark.parametrize("typed", ["1.0888", "1.05", "1.13", "2.5"])
def test_a_rate_near_the_one_before_is_kept_at_once(typed) -> None:
    kept("USD", "1.0888", DAY - timedelta(days=7))
    assert kept("USD", typed).per_ours == typed


def test_the_form_asks_and_takes_the_answer_for_that_number_alone(client) -> None:
    kept("USD", "1.0888", DAY - timedelta(days=7))
    client.force_login(make_user("chief"))
    typed = {"currency": "usd", "on": str(DAY), "per_ours": "0.9184", "source": "ECB"}
    page = client.post("/organization/rates/new/", typed)
    assert page.status_code == 422
    assert "Yes, it is right: 1 EUR = 0.9184 USD" in page.content.decode()
    assert client.post("/organization/rates/new/", {**typed, "sure": "0.91"}).status_code == 422
    done = client.post("/organization/rates/new/", {**typed, "sure": "0.9184"}, follow=True).content.decode()
    assert "Kept: 1 EUR = 0.9184 USD, so 1 USD = 1.0889 EUR." in done
    assert "1 EUR = 0.9184 USD<small>1 USD = 1.0889 EUR</small>" in done
