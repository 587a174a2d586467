"""Cells as values: each kind reads what has one meaning, and says what to write instead."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alcaide.intake.sheets import Amount, BadCell, Unreadable, choice, day, decimal, money, text, whole, yes_no
from alcaide.intake.sheets.styles import date_styles, decimal_styles, read_number


@pytest.mark.parametrize(
    ("cell", "style", "value"),
    [
        ("1,500", "point", "1500"), ("1,500", "comma", "1.500"), ("1.250,50", "comma", "1250.50"),
        ("1 250.5", "point", "1250.5"), ("1'250", "", "1250"), ("-3.5", "point", "-3.5"), (Decimal("2.5"), "", "2.5"),
        ("2.5", "", "2.5"), ("2,5", "", "2.5"),
    ],
)  # fmt: skip
def test_a_number_reads_as_its_column_writes(cell, style, value) -> None:
    assert decimal().read(cell, style) == Decimal(value)


@pytest.mark.parametrize(("cell", "style"), [("1,500", ""), ("1.500", ""), ("1,5", "point"), ("1.5", "comma"),
                                             ("abc", ""), ("1e5", ""), ("", ""), ("1,50,0", "point")])  # fmt: skip
def test_a_number_that_may_mean_two_things_is_refused(cell, style) -> None:
    with pytest.raises(BadCell):
        decimal().read(cell, style)


@pytest.mark.parametrize(
    ("cell", "style", "value"),
    [
        ("2026-03-04", "", date(2026, 3, 4)), ("04/03/2026", "day_first", date(2026, 3, 4)),
        ("04/03/2026", "month_first", date(2026, 4, 3)), ("4.3.2026", "day_first", date(2026, 3, 4)),
        ("4 March 2026", "", date(2026, 3, 4)), ("Mar 4, 2026", "", date(2026, 3, 4)),
        ("4 de marzo de 2026", "", date(2026, 3, 4)), ("46085", "excel", date(2026, 3, 4)),
        (44623, "excel_1904", date(2026, 3, 4)), (date(2026, 3, 4), "", date(2026, 3, 4)),
        ("2026-03-04T10:11:12Z", "", date(2026, 3, 4)),
    ],
)  # fmt: skip
def test_a_day_reads_as_its_column_writes(cell, style, value) -> None:
    assert day().read(cell, style) == value


@pytest.mark.parametrize(
    ("cell", "style"),
    [("04/03/2026", ""), ("31/02/2026", "day_first"), ("13/13/2026", "day_first"), ("4/3/26", "day_first"),
     (46085, ""), ("soon", ""), (True, "")],
)  # fmt: skip
def test_a_day_that_may_be_another_is_refused(cell, style) -> None:
    with pytest.raises(BadCell):
        day().read(cell, style)


def test_one_telling_date_decides_its_column() -> None:
    assert date_styles(["03/04/2026"] * 50 + ["25/04/2026"]) == ("day_first",)
    assert date_styles(["25/04/2026", "04/25/2026"]) == ()


def test_a_workbook_says_how_its_days_are_counted() -> None:
    assert date_styles([46085], from_1904=False) == ("excel",)
    assert date_styles([46085]) == ("excel", "excel_1904")


@pytest.mark.parametrize(
    ("cell", "value"),
    [("€ 1,250.50", Amount(Decimal("1250.50"), "EUR")), ("12 USD", Amount(Decimal(12), "USD")),
     ("EUR 12", Amount(Decimal(12), "EUR")), (Decimal("12.5"), Amount(Decimal("12.5"))), ("7", Amount(Decimal(7)))],
)  # fmt: skip
def test_a_sum_keeps_its_currency(cell, value) -> None:
    assert money().read(cell, "point") == value


@pytest.mark.parametrize("cell", ["$ 12", "-1", "12 dollars", True, date(2026, 1, 1)])
def test_a_sum_of_unclear_currency_is_refused(cell) -> None:
    with pytest.raises(BadCell):
        money().read(cell, "point")


def test_yes_and_no_are_read_in_words() -> None:
    assert [yes_no().read(cell, "") for cell in ("Sí", "X", "TRUE", 1, True)] == [True] * 5
    assert [yes_no().read(cell, "") for cell in ("No", "FALSE", 0, False)] == [False] * 4
    with pytest.raises(BadCell):
        yes_no().read("perhaps", "")


def test_a_choice_is_known_by_key_label_or_fold() -> None:
    kind = choice([("in_place", "In place")], also={"done": "in_place"})
    assert {kind.read(cell, "") for cell in ("in_place", "IN PLACE", " in-place ", "Done")} == {"in_place"}
    with pytest.raises(BadCell, match="In place"):
        kind.read("else", "")


def test_bounds_are_kept() -> None:
    assert whole(least=1, most=5).read("5", "") == 5
    for cell in ("0", "6", "1.5"):
        with pytest.raises(BadCell):
            whole(least=1, most=5).read(cell, "")
    with pytest.raises(BadCell, match="at most 3"):
        text(most=3).read("four", "")


def test_a_cell_that_holds_an_error_is_refused_with_its_reason() -> None:
    for kind in (text(), day(), money(), decimal(), yes_no()):
        with pytest.raises(BadCell, match="because"):
            kind.read(Unreadable("#N/A", "because"), "")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_a_number_written_in_either_way_reads_back(number: Decimal) -> None:
    written = f"{number:,.2f}"
    assert read_number(written, "point") == number
    swapped = written.replace(",", "_").replace(".", ",").replace("_", ".")
    assert read_number(swapped, "comma") == number


@given(st.text(max_size=20))
def test_no_text_reads_as_two_numbers_without_a_style(typed: str) -> None:
    fits = decimal_styles([typed])
    if len(fits) == 2:
        values = {read_number(typed, style) for style in fits}
        if len(values) == 2:
            with pytest.raises(BadCell):
                read_number(typed, "")


@given(st.dates(min_value=date(1900, 3, 1)))
def test_a_date_reads_back_in_every_style(one: date) -> None:
    written = {"iso": one.isoformat(), "day_first": f"{one.day}/{one.month}/{one.year:04}",
               "month_first": f"{one.month}/{one.day}/{one.year:04}"}  # fmt: skip
    assert {day().read(cell, style) for style, cell in written.items()} == {one}
