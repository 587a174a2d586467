"""XLSX files as spreadsheets write them, and as nobody should."""

import io
import tracemalloc
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest

from alcaide.intake.sheets.cells import SheetRefused, Unreadable
from alcaide.intake.sheets.limits import SheetLimits
from alcaide.intake.sheets.table import Asked, Layout, Rows, look
from alcaide.intake.sheets.tests.books import by_hand, made, row, zipped

HALF_PAST = datetime.fromisoformat("2026-03-04T10:30")  # a sheet knows no zone


def read(book: io.BytesIO, asked: Asked | None = None, **limits: int) -> tuple[Layout, list, Rows]:
    layout = look(book, asked=asked, limits=SheetLimits(**limits))
    rows = Rows(book, layout, SheetLimits(**limits))
    return layout, [each.cells for each in rows], rows


def with_rows(*rows: tuple, **options) -> io.BytesIO:
    def fill(book, sheet) -> None:
        for line, cells in enumerate(rows):
            for at, cell in enumerate(cells):
                sheet.write(line, at, cell)

    return made(fill, **options)


def test_numbers_texts_and_truths_keep_their_kind() -> None:
    book = with_rows(("a", "b", "c", "d"), ("x", 3, 0.1, True), ("00123", 12345678901234, 1e-7, False))
    assert read(book)[1] == [("x", 3, Decimal("0.1"), True), ("00123", 12345678901234, Decimal("1E-7"), False)]


@pytest.mark.parametrize("from_1904", [False, True])
def test_days_are_days_in_both_counts(from_1904: bool) -> None:
    def fill(book, sheet) -> None:
        sheet.write_row(0, 0, ["day", "moment", "number"])
        sheet.write_datetime(1, 0, date(2026, 3, 4), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_datetime(1, 1, HALF_PAST, book.add_format({"num_format": 22}))
        sheet.write_number(1, 2, 46085, book.add_format({"num_format": '0.0 "days"'}))

    layout, rows, _ = read(made(fill, date_1904=from_1904))
    assert layout.from_1904 is from_1904
    assert rows == [(date(2026, 3, 4), HALF_PAST, 46085)]


def test_a_formula_gives_what_it_last_gave_and_is_told() -> None:
    def fill(book, sheet) -> None:
        sheet.write_row(0, 0, ["a", "b", "c"])
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_formula(1, 1, '="x"&"y"', None, "xy")
        sheet.write_formula(1, 2, "=NA()", None, "#N/A")

    _, rows, walked = read(made(fill))
    assert rows[0][:2] == (2, "xy")
    assert isinstance(rows[0][2], Unreadable)
    assert "3" in walked.notices[0]


def test_a_formula_never_computed_spoils_only_its_cell() -> None:
    rows = row(1, "a", "b") + '<row r="2"><c r="A2"><f>B2*2</f></c><c r="B2"><v>7</v></c></row>'
    cells = read(by_hand(rows))[1][0]
    assert isinstance(cells[0], Unreadable)
    assert cells[1] == 7


def test_merged_headings_are_filled_and_merged_cells_reported() -> None:
    def fill(book, sheet) -> None:
        sheet.merge_range(0, 0, 0, 1, "Name")
        sheet.write_row(0, 2, ["Cost"])
        sheet.merge_range(1, 0, 2, 0, "both")
        sheet.write_row(1, 1, ["x", 1])
        sheet.write_row(2, 1, ["y", 2])

    layout, rows, walked = read(made(fill))
    assert layout.headings == ("Name", "Name (2)", "Cost")
    assert rows[0][0] == "both"
    assert isinstance(rows[1][0], Unreadable)
    assert "Merged" in walked.notices[-1]


def test_hidden_sheets_and_rows_are_told_and_sheets_chosen() -> None:
    def fill(book, sheet) -> None:
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(1, 0, ["1", "2"])
        sheet.set_row(1, None, None, {"hidden": True})
        other = book.add_worksheet("Second")
        other.write_row(0, 0, ["c", "d"])
        other.hide()

    book = made(fill)
    layout, rows, walked = read(book)
    assert (layout.sheet, layout.hidden_sheets, rows) == ("First", ("Second",), [("1", "2")])
    assert "Hidden rows" in walked.notices[0]
    assert look(book, asked=Asked(sheet="Second")).headings == ("c", "d")


def test_rich_texts_lose_their_looks_and_their_spoken_form() -> None:
    shared = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><r><t>bo</t></r><r><t>ld</t></r>'
    )
    shared += "<rPh><t>spoken</t></rPh></si></sst>"
    rels = by_hand("")
    with zipfile.ZipFile(rels) as archive:
        old = archive.read("xl/_rels/workbook.xml.rels").decode()
    more = old.replace(
        "</Relationships>",
        '<Relationship Id="s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>',
    )
    rows = row(1, "a") + '<row r="2"><c t="s"><v>0</v></c></row><row r="3"><c t="s"><v>9</v></c></row>'
    parts = {"xl/sharedStrings.xml": shared.encode(), "xl/_rels/workbook.xml.rels": more.encode()}
    cells = read(by_hand(rows, **parts))[1]
    assert cells[0] == ("bold",)
    assert isinstance(cells[1][0], Unreadable)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("book", "words"),
    [
        (by_hand(row(1, "a"), head=BOMB), "document type"),
        (by_hand(row(1, "a"), head='<!DOCTYPE x SYSTEM "file:///etc/passwd">'), "document type"),
        (by_hand("<row><c"), "damaged"),
        (zipped({"a.txt": b"x"}), "not a workbook"),
        (zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.bin": b"x"}), "xlsb"),
        (zipped({"mimetype": b"x", "content.xml": b"x"}), "OpenDocument"),
        (io.BytesIO(b"PK\x03\x04 and nothing else"), "damaged"),
        (by_hand(row(1, *["x"] * 250)), "columns"),
        (by_hand(row(1, "a") + '<row r="2"><c r="ZZZ2" t="str"><v>x</v></c></row>'), "columns"),
        (zipped({"[Content_Types].xml": b"<x/>", **{f"f{n}": b"" for n in range(2_001)}}), "files"),
        (by_hand(""), "nothing"),
    ],
)
def test_what_is_no_plain_workbook_is_refused_in_words(book: io.BytesIO, words: str) -> None:
    with pytest.raises(SheetRefused, match=words):
        read(book)


def test_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    book = by_hand(row(1, "a") + "<row><c t='inlineStr'><is><t>" + " " * (8 << 20) + "</t></is></c></row>")
    tracemalloc.start()
    with pytest.raises(SheetRefused, match="fold"):
        read(book, ratio_after_bytes=1 << 20)
    assert tracemalloc.get_traced_memory()[1] < 6 << 20
    tracemalloc.stop()


def test_a_locked_archive_is_refused_in_words() -> None:
    data = bytearray(by_hand(row(1, "a")).getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    with pytest.raises(SheetRefused, match="password"):
        read(io.BytesIO(bytes(data)))


@pytest.mark.slow
def test_damage_anywhere_is_refused_never_raised() -> None:
    data = with_rows(("name", "cost"), ("a", 1), ("b", 2)).getvalue()
    for at in range(0, len(data), 37):
        broken = bytearray(data)
        broken[at] ^= 0xFF
        try:
            read(io.BytesIO(bytes(broken)))
        except SheetRefused:
            continue


@pytest.mark.slow
def test_fifty_thousand_rows_stay_flat_in_memory() -> None:
    def fill(book, sheet) -> None:
        for line in range(50_001):
            for at in range(8):
                sheet.write(line, at, f"text {line} {at}" if line == 0 or at % 2 else line * at)

    book = made(fill, constant_memory=True)
    layout = look(book)
    tracemalloc.start()
    assert sum(1 for _ in Rows(book, layout)) == 50_000
    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()
