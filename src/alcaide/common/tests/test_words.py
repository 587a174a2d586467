"""How sums, shares, dates and clocks read."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from alcaide.common import words
from alcaide.common.money import DifferentKinds, MixedCurrencies, Money

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (0, "€0"),
        (3, "€3"),
        (Decimal("4.60"), "€4.60"),
        (9.999, "€10"),
        (950, "€950"),
        (999.4, "€999"),
        (999.6, "€1.0k"),
        (2_000, "€2.0k"),
        (9_949, "€9.9k"),
        (9_950, "€10k"),
        (14_000, "€14k"),
        (662_000, "€662k"),
        (999_499, "€999k"),
        (999_500, "€1.00M"),
        (999_950, "€1.00M"),
        (1_392_480.50, "€1.39M"),
        (9_994_999, "€9.99M"),
        (9_995_000, "€10.0M"),
        (99_950_000, "€100M"),
        (999_500_000, "€1.00bn"),
        (5_000_000_000_000, "€5,000bn"),
    ],
)
def test_a_sum_reads_in_three_digits_at_most(amount, written):
    assert words.money(amount, "EUR") == written


def test_a_negative_sum_has_its_minus_before_the_symbol():
    assert words.money(-3, "EUR") == "−€3"
    assert words.money(-186_000, "EUR") == "−€186k"
    assert words.money(-1_500, "CHF") == "−CHF\u00a01.5k"


def test_what_rounds_to_nothing_carries_no_sign():
    assert words.money(-0.001, "EUR") == "€0"
    assert words.money_full(Decimal("-0.001"), "EUR") == "€0.00"


def test_a_currency_without_a_symbol_is_written_by_its_code():
    assert words.money(1_390_000, "CHF") == "CHF\u00a01.39M"
    assert words.money(12_000, "XYZ") == "XYZ\u00a012k"


def test_yen_have_no_decimals():
    assert words.money(Decimal("4.6"), "JPY") == "¥5"
    assert words.money_full(1_392_480, "JPY") == "¥1,392,480"


def test_a_full_sum_keeps_its_last_cent():
    assert words.money_full(Decimal("1392480.50"), "EUR") == "€1,392,480.50"
    assert words.money_full(Decimal("-0.05"), "EUR") == "−€0.05"
    assert words.money_full(Decimal("12.3456"), "KWD") == "KWD\u00a012.346"


def test_a_float_is_rounded_by_what_it_shows():
    assert words.money_full(0.285, "EUR") == "€0.29"


def test_a_move_always_shows_its_direction():
    assert words.money_signed(64_000, "EUR") == "+€64k"
    assert words.money_signed(-186_000, "EUR") == "−€186k"
    assert words.money_signed(0, "EUR") == "€0"


@pytest.mark.parametrize(
    ("amount", "written"), [(5_000_000, "€5M"), (2_500_000, "€2.5M"), (500_000, "€500k"), (0, "€0"), (1_000, "€1k")]
)
def test_a_round_limit_has_no_needless_zeros(amount, written):
    assert words.money_exactly(amount, "EUR") == written


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [
        (600_000, 2_700_000, "€0.6–2.7M"),
        (2_200_000, 10_000_000, "€2.2–10.0M"),
        (20_000, 186_000, "€20–186k"),
        (150_000, 833_000, "€150–833k"),
        (950_000, 2_700_000, "€950k–2.7M"),
        (40_000, 2_700_000, "€40k–2.7M"),
        (340_000, 1_500_000, "€0.34–1.5M"),
        (600_000, 999_600, "€0.6–1.0M"),
        (0, 2_700_000, "€0–2.7M"),
        (950, 2_400, "€950 to €2.4k"),
        (1_400, 4_100, "€1.4–4.1k"),
        (150, 833, "€150–833"),
        (74_100, 74_300, "€74.1–74.3k"),
        (74_000, 74_000, "€74k"),
        (-73_000, 20_000, "−€73k to €20k"),
    ],
)
def test_a_range_shares_its_unit_only_where_nobody_misreads_it(low, high, written):
    assert words.money_range(low, high, currency="EUR") == written


def test_a_range_says_its_low_end_to_within_a_tenth():
    for low in range(100_000, 2_600_000, 7_000):
        first = words.money_range(low, 2_700_000, currency="EUR").removeprefix("€").partition("–")[0]
        shown = float(first.removesuffix("k")) * (1_000 if first.endswith("k") else 1_000_000)
        assert abs(shown - low) <= low / 10, first


def test_an_upside_down_range_is_refused():
    with pytest.raises(words.NotARange, match="upside down"):
        words.money_range(2, 1, currency="EUR")
    with pytest.raises(words.NotARange):
        words.share_range(0.2, 0.1)


def test_what_is_not_a_number_is_never_written():
    with pytest.raises(words.NotANumber):
        words.money(float("nan"), "EUR")
    with pytest.raises(words.NotANumber):
        words.share(float("inf"))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (0.0004, "under 0.1"),
        (0.056, "5.6"),
        (0.05, "5"),
        (0.06001, "6.0"),
        (0.0994, "9.9"),
        (0.0995, "10"),
        (0.152, "15"),
        (0.987, "99"),
        (0.996, "99.6"),
        (0.9996, "over 99.9"),
        (1, "100"),
        (1.25, "125"),
    ],
)
def test_a_share_is_never_nothing_or_everything_by_rounding(value, written):
    assert words.share(value) == f"{written}\u00a0%"


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [
        (0.01, 0.15, "1–15"),
        (0.004, 0.15, "0.4–15"),
        (0.012, 0.056, "1.2–5.6"),
        (0, 0.2, "0–20"),
        (0.15, 0.15, "15"),
        (0, 0, "0"),
    ],
)
def test_a_range_of_shares_has_one_sign(low, high, written):
    assert words.share_range(low, high) == f"{written}\u00a0%"


def test_a_capped_count_says_more_than():
    assert words.count(10_001, cap=10_000) == "more than 10,000"
    assert words.count(1_840) == "1,840"


def test_a_number_keeps_the_decimals_it_is_given():
    assert words.decimal(0.16, 3) == "0.160"
    assert words.decimal(-0.16, 1) == "−0.2"


@pytest.mark.parametrize(
    ("span", "written"),
    [
        (timedelta(seconds=59), "under 1 min"),
        (timedelta(minutes=44, seconds=59), "44 min"),
        (timedelta(hours=17, minutes=42), "17 h 42 min"),
        (timedelta(hours=17), "17 h"),
        (timedelta(hours=23, minutes=59, seconds=59), "23 h 59 min"),
        (timedelta(hours=30), "1 day 6 h"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=2, hours=5), "2 days 5 h"),
        (timedelta(days=7, hours=23), "7 days"),
    ],
)
def test_a_clock_never_claims_more_time_than_there_is(span, written):
    assert words.clock(span) == written
    assert words.clock(-span) == written


def test_a_clock_says_its_side():
    assert words.clock_side(timedelta(minutes=1)) == "left"
    assert words.clock_side(-timedelta(minutes=1)) == "overdue"


def test_a_day_shows_its_year_only_where_it_is_another():
    assert words.day(date(2026, 12, 10), today=TODAY) == "Thu 10 Dec"
    assert words.day(date(2027, 3, 15), today=TODAY) == "Mon 15 Mar 2027"


def test_a_moment_shows_its_minute():
    assert words.moment(datetime(2026, 11, 23, 9, 11, tzinfo=UTC), today=TODAY) == "23 Nov, 09:11"


def test_ago_looks_both_ways():
    now = datetime(2026, 11, 23, 9, 11, tzinfo=UTC)
    assert words.ago(now - timedelta(days=2), now=now) == "2 days ago"
    assert words.ago(now + timedelta(hours=4, minutes=5), now=now) == "in 4 h 5 min"
    assert words.ago(now - timedelta(seconds=20), now=now) == "just now"


def test_separators_follow_the_language():
    with translation.override("es"):
        assert words.decimal(1.5, 1) == "1,5"


def _written(template: str, **context: object) -> str:
    return Template("{% load alcaide %}" + template).render(Context(context))


def test_tags_write_money_rows():
    low, high = Money(60_000_000, "EUR"), Money(270_000_000, "EUR")
    assert _written("{{ sum|money }} {% money_range low high %}", sum=high, low=low, high=high) == "€2.70M €0.6–2.7M"


def test_tags_say_what_nobody_knows():
    assert _written("{{ gone.sum|money }}, {{ gone.at|moment }}", gone=None) == "not known, not known"
    assert _written("{{ sum|money }}, {% share_range a b %}", sum=None, a=None, b=0.1) == "not known, not known"


def test_a_range_never_mixes_currencies_or_kinds():
    euro, dollar = Money(1, "EUR"), Money(2, "USD")
    with pytest.raises(MixedCurrencies):
        _written("{% money_range low high %}", low=euro, high=dollar)
    with pytest.raises(DifferentKinds):
        _written("{% money_range low high %}", low=euro, high=Money(2, "EUR", "booked"))


def test_a_last_day_is_counted_in_days_and_a_moment_in_hours():
    today = date(2026, 11, 23)
    assert words.days_clock(date(2026, 11, 17), today=today) == "6 days"
    assert words.days_clock(date(2026, 11, 24), today=today) == "1 day"
    assert words.days_clock(today, today=today) == "today"
    assert _written("{{ on|clock_side }}", on=timezone.localdate()) == ""


def test_what_a_unit_of_cash_avoids_carries_its_currency():
    assert words.per_unit(5.08, "EUR") == "€5.1"
    assert words.per_unit(0.94, "GBP") == "£0.94"
    assert [words.unit_word(code) for code in ("EUR", "SEK")] == ["euro", "SEK"]
