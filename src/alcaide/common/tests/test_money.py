"""Money: exact, of one currency and one kind, and typed by people."""

import pytest

from alcaide.common.money import DifferentKinds, Kind, MixedCurrencies, Money, from_engine, parse_major, to_engine


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("1,250.50", "EUR", 125_050),
        ("1250.5", "EUR", 125_050),
        ("25k", "EUR", 2_500_000),
        ("1.2M", "EUR", 120_000_000),
        ("1 000 000", "JPY", 1_000_000),
        ("0.125", "KWD", 125),
    ],
)
def test_a_typed_sum_is_read_exactly(typed, currency, minor):
    assert parse_major(typed, currency) == minor


@pytest.mark.parametrize("typed", ["1,5", "1.250,50", "12,34,567", ",5", "1,250,5"])
def test_a_comma_that_may_mean_a_decimal_is_refused(typed):
    with pytest.raises(ValueError, match="comma only parts thousands"):
        parse_major(typed, "EUR")


@pytest.mark.parametrize("typed", ["", "ten", "1.005", "nan", "inf", "1e400", "9" * 30])
def test_what_is_no_sum_is_refused(typed):
    with pytest.raises(ValueError, match=r"is not a sum|decimals|larger than any"):
        parse_major(typed, "EUR")


def test_two_currencies_are_never_added():
    with pytest.raises(MixedCurrencies):
        Money(1, "EUR") + Money(1, "USD")


def test_expected_loss_and_cash_are_never_added_or_compared():
    expected, cash = Money(1, "EUR", Kind.EXPECTED), Money(1, "EUR", Kind.CASH)
    with pytest.raises(DifferentKinds):
        expected + cash
    with pytest.raises(DifferentKinds):
        _ = expected < cash


def test_crossing_to_the_engine_and_back_keeps_the_cent():
    money = Money(90_071_992_547_41, "EUR", Kind.EXPECTED)
    assert from_engine(to_engine(money), "EUR", Kind.EXPECTED) == money
