"""What a list writes to a file, a sheet reads back unchanged."""

import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alcaide.common.lists import Column, exports
from alcaide.common.lists.exports import FORMULA_STARTS
from alcaide.common.money import Money
from alcaide.common.sheets.matching import WRONG, digest_of
from alcaide.intake.sheets import BadCell, day, decimal, money, text, yes_no
from alcaide.intake.sheets.cells import is_blank
from alcaide.intake.sheets.styles import EXCEL
from alcaide.intake.sheets.table import Rows, look

COLUMNS = tuple(Column(key, key.title()) for key in ("name", "day", "number", "sum", "truth"))
READS = {"Name": text(most=500), "Day": day(), "Number": decimal(), "Sum": money(), "Truth": yes_no()}
# A line end within a cell is kept by the file but trimmed at the ends of a text; XML knows no control characters.
LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cn", "Co"))
BEGINNINGS = ("N", "=", "'=", "''+", "'", "'N")
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.tuples(st.sampled_from(BEGINNINGS), st.text(LETTERS, min_size=1, max_size=30)).map(
                lambda parts: parts[0] + parts[1].strip()
            ),
            "day": st.dates(min_value=date(1901, 1, 1)),
            "number": st.decimals(-(10**9), 10**9, places=3, allow_nan=False),
            "sum": st.integers(0, 10**13).map(lambda minor: Money(minor, "EUR")),
            "truth": st.booleans(),
        }
    ),
    min_size=1,
    max_size=8,
)


def read_back(content: bytes) -> list[dict[str, Any]]:
    stream = io.BytesIO(content)
    layout = look(stream)
    found = []
    for row in Rows(stream, layout):
        cells = dict(zip(layout.headings, row.cells, strict=True))
        read = {key: kind.read(cells[key], "point") for key, kind in READS.items() if key != "Day"}
        found.append({**read, "Day": day().read(cells["Day"], "")})
    return found


def written(rows: list[dict[str, Any]], form: str) -> bytes:
    items: Iterator[Any] = iter(rows)
    if form == "xlsx":
        file = exports._sheet(items, COLUMNS)
        file.seek(0)
        return file.read()
    answer: Any = exports._csv(items, COLUMNS, "x.csv", sent=lambda lines: (each.encode() for each in lines))
    return b"".join(answer.streaming_content)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@settings(max_examples=40, deadline=None)
@given(rows=ROWS)
def test_what_a_list_writes_reads_back_unchanged(form: str, rows: list[dict[str, Any]]) -> None:
    found = read_back(written(rows, form))
    assert [each["Name"] for each in found] == [row["name"].strip() for row in rows]
    assert [each["Day"] for each in found] == [row["day"] for row in rows]
    assert [each["Truth"] for each in found] == [row["truth"] for row in rows]
    for each, row in zip(found, rows, strict=True):
        assert each["Number"] == row["number"]
        assert each["Sum"].major == row["sum"].major


@pytest.mark.parametrize("start", FORMULA_STARTS)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_text_like_a_formula_comes_back_without_its_apostrophe(form: str, start: str) -> None:
    row = {"name": f"{start}SUM(1)", "day": date(2026, 3, 4), "number": Decimal(1), "sum": None, "truth": True}
    stream = io.BytesIO(written([row], form))
    cells = next(iter(Rows(stream, look(stream)))).cells
    assert str(cells[0]).startswith("'")
    assert text().read(cells[0], "") == row["name"].strip()


@pytest.mark.parametrize("name", ["'=SUM(1)", "''-5", "'t Hof", "'", "''"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_apostrophe_of_the_text_itself_comes_back(form: str, name: str) -> None:
    row = {"name": name, "day": date(2026, 3, 4), "number": Decimal(1), "sum": None, "truth": True}
    stream = io.BytesIO(written([row], form))
    assert text().read(next(iter(Rows(stream, look(stream)))).cells[0], "") == name


def test_headings_are_remembered_without_the_column_of_an_error_file() -> None:
    assert digest_of(["Name", "Unit", WRONG]) == digest_of(["NAME", " unit "])


def test_a_count_of_days_is_no_date_until_a_person_says_so() -> None:
    with pytest.raises(BadCell):
        day().read(46085, "")
    assert day().read(46085, EXCEL) == date(2026, 3, 4)
    assert not is_blank(0)
