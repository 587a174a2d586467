"""Sums of other currencies become ours at the rate of their day, never 1 to 1."""

from datetime import date
from decimal import Decimal

import pytest

from alcaide.common.money import Money
from alcaide.organization import services as organization
from alcaide.organization.tests.factories import HOUSE, make_organization
from alcaide.risk.queries import NoRate
from alcaide.risk.queries.currencies import in_ours, rates_used

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def rate_of(currency: str, per_ours: str) -> None:
    make_organization()
    organization.set_rate(HOUSE, currency=currency, on=DAY, per_ours=Decimal(per_ours), source="ECB")


@pytest.mark.parametrize(
    ("currency", "per_ours", "minor", "euros"),
    [("JPY", "160", 16_000, 100.0), ("KWD", "0.32", 3_200, 10.0), ("USD", "1.25", 12_500, 100.0)],
)
def test_currencies_of_none_two_and_three_decimals_are_right(currency, per_ours, minor, euros) -> None:
    rate_of(currency, per_ours)
    assert in_ours(Money(minor, currency), ours="EUR", what="Fire", on=DAY) == pytest.approx(euros)


def test_the_rates_that_a_run_takes_are_gathered() -> None:
    rate_of("USD", "1.25")
    with rates_used() as used:
        in_ours(Money(100, "USD"), ours="EUR", what="Fire", on=DAY)
    assert used == {"USD 2026-03-02": "1 EUR = 1.25 USD, 2026-03-02, ECB"}


def test_risk_says_whose_sum_lacks_a_rate() -> None:
    make_organization()
    with pytest.raises(NoRate, match="“Fire” stands in USD"):
        in_ours(Money(100, "USD"), ours="EUR", what="Fire", on=DAY)
