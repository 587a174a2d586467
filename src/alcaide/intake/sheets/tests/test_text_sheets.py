"""CSV files as people have them: their letters, separators, quotes, and what is refused."""

import io

import pytest

from alcaide.intake.sheets.cells import SheetRefused, Unreadable
from alcaide.intake.sheets.limits import SheetLimits
from alcaide.intake.sheets.table import Asked, Layout, Rows, look


def read(data: bytes, asked: Asked | None = None, **limits: int) -> tuple[Layout, list, Rows]:
    stream = io.BytesIO(data)
    layout = look(stream, asked=asked, limits=SheetLimits(**limits))
    rows = Rows(stream, layout, SheetLimits(**limits))
    return layout, [row.cells for row in rows], rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_letters_survive_every_encoding(encoding: str) -> None:
    layout, rows, _ = read("Señal,Größe\nñandú,3\n".encode(encoding))
    assert layout.headings == ("Señal", "Größe")
    assert rows == [("ñandú", "3")]


def test_the_old_code_page_is_told() -> None:
    layout, _, _ = read("Señal,b\nx,1\n".encode("cp1252"))
    assert "cp1252" in layout.notices[0]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_separator_is_found(separator: str) -> None:
    layout, rows, _ = read(f"a{separator}b\n1{separator}2\n3{separator}4\n".encode())
    assert (layout.separator, rows) == (separator, [("1", "2"), ("3", "4")])


def test_a_decimal_comma_does_not_pass_for_a_separator() -> None:
    assert read(b"name;sum\na;1,5\nb;2,5\n")[0].separator == ";"


def test_a_separator_can_be_asked_for() -> None:
    assert read(b"a,b;c\n1,2;3\n", Asked(separator=","))[0].headings == ("a", "b;c")


def test_quotes_hold_line_ends_and_separators() -> None:
    assert read(b'a,b\n"x\ny, z","say ""hi"""\n')[1] == [("x\ny, z", 'say "hi"')]


def test_headings_are_found_below_a_title() -> None:
    layout, rows, _ = read(b"Report of May,,\n,,\nname,unit,cost\na,b,3\n")
    assert (layout.header_row, layout.headings, rows) == (3, ("name", "unit", "cost"), [("a", "b", "3")])


def test_known_names_find_the_headings_below_other_text() -> None:
    stream = io.BytesIO(b"Printed by,Ana,today\nname,unit,cost\na,b,c\n")
    assert look(stream, known=frozenset({"name", "cost"})).header_row == 2


def test_the_row_of_headings_can_be_asked_for() -> None:
    assert read(b"x,y\na,b\n1,2\n", Asked(header_row=2))[0].headings == ("a", "b")


def test_doubled_and_empty_headings_get_names_of_their_own() -> None:
    layout, _, _ = read(b"name,name,,unit\na,b,c,d\n")
    assert layout.headings == ("name", "name (2)", "Column C", "unit")
    assert len(layout.notices) == 2


def test_blank_rows_and_totals_are_left_out_and_told() -> None:
    _, rows, walked = read(b"name,unit,cost\na,x,1\n,,\nb,x,2\nTotal,,3\n")
    assert len(rows) == 2
    assert (walked.blank, walked.total_row) == (1, 5)


def test_a_row_named_total_that_is_full_is_a_row() -> None:
    assert len(read(b"name,unit,cost\na,x,1\nTotal,y,2\n")[1]) == 2


def test_row_numbers_are_those_of_the_file() -> None:
    stream = io.BytesIO(b"title\n\nname,cost\na,1\n\nb,2\n")
    layout = look(stream)
    assert [row.number for row in Rows(stream, layout)] == [4, 6]


def test_a_cell_beyond_its_cap_spoils_only_itself() -> None:
    _, rows, _ = read(b"a,b\n" + b"x" * 40_000 + b",1\n2,3\n")
    assert isinstance(rows[0][0], Unreadable)
    assert rows[1] == ("2", "3")


@pytest.mark.parametrize(
    ("data", "limits", "words"),
    [
        (b"", {}, "empty"),
        (b"\n\n,,\n", {}, "nothing"),
        (b"a,b\n1,2\n3,4\n5,6\n", {"rows": 2}, "more than 2 rows"),
        (b"a,b,c\n1,2,3\n", {"columns": 2}, "at most 2"),
        (b"a,b\n1,2\n", {"file_bytes": 3}, "MB"),
        (b"\x00\x01\x02\x03" * 100, {}, "not a sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, {}, "password"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(data: bytes, limits: dict, words: str) -> None:
    with pytest.raises(SheetRefused, match=words):
        read(data, **limits)


@pytest.mark.slow
def test_an_endless_quotation_is_refused_not_swallowed() -> None:
    with pytest.raises(SheetRefused, match="quotation mark"):
        read(b'a,b\n"never closed,' + b"x\n" * 5_000_000)
