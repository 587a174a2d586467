"""XLSX: the sheets of a workbook and their rows, read in a stream; what a formula gave, never the formula."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import BinaryIO

from lxml import etree

from alcaide.intake.sheets.cells import BadCell, Cell, RawRow, SheetRefused, Unreadable, is_blank, shown
from alcaide.intake.sheets.delimited import LONG_CELL
from alcaide.intake.sheets.limits import SheetLimits
from alcaide.intake.sheets.parts import Parts, local, open_parts, relation_of
from alcaide.intake.sheets.styles import from_serial

# ECMA-376 part 1, 18.8.30: the built-in formats that show days or times, those of East Asian editions included.
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})
_NOT_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]')
_ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_MERGE = re.compile(rb"<(?:[\w.-]+:)?mergeCell\s[^>]*?ref=[\"']([A-Z0-9$:]{2,30})[\"']")
_ESCAPED = re.compile(r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")
_MOST_MERGES = 50_000
_SCAN_BYTES = 1 << 20
NEVER_COMPUTED = (
    "This is a formula that was never computed. Open the file in a spreadsheet, save it, and send it again."
)
MERGED = "This cell is merged with another one. Unmerge it and fill in each cell."


@dataclass(frozen=True)
class SheetName:
    """One sheet of a workbook."""

    name: str
    part: str
    is_hidden: bool


@dataclass(frozen=True)
class Book:
    """What a workbook says of itself."""

    sheets: tuple[SheetName, ...]
    from_1904: bool


@dataclass
class _Merge:
    top: int
    left: int
    bottom: int
    right: int
    value: Cell = None


@dataclass
class Met:
    """What was met while the rows were walked."""

    formulas: int = 0
    hidden_rows: int = 0
    merges: Counter[str] = field(default_factory=Counter)


def book_of(stream: BinaryIO, limits: SheetLimits) -> Book:
    """Return the sheets of a workbook, in order. Raises SheetRefused."""
    with open_parts(stream, limits) as parts:
        return _book(parts)


def rows_of(stream: BinaryIO, sheet: SheetName, *, limits: SheetLimits, met: Met) -> Iterator[RawRow]:
    """Walk the rows of a sheet that the file mentions; rows that it leaves out are blank. Raises SheetRefused."""
    with open_parts(stream, limits) as parts:
        reader = _Reader(parts, limits, met=met)
        with parts.open(sheet.part) as content:
            merges = _merges(content)
        last = 0
        active = sorted(merges, key=lambda each: each.top)
        for row in parts.elements(sheet.part, "row"):
            number = _whole(row.get("r")) or last + 1
            last = number
            if row.get("hidden") in {"1", "true"}:
                met.hidden_rows += 1
            cells = reader.cells(row, number)
            active = [each for each in active if each.bottom >= number]
            _fill(cells, active, number=number, met=met)
            yield RawRow(number, tuple(cells))


def _book(parts: Parts) -> Book:
    main = next((place for kind, place in parts.relations("").values() if kind == "officeDocument"), "xl/workbook.xml")
    if main not in parts:
        raise SheetRefused("This archive is not a workbook. Send the CSV or XLSX file itself.")
    relations = parts.relations(main)
    sheets, from_1904 = [], False
    for element in parts.elements(main, "workbookPr", "sheet"):
        if local(element) == "workbookPr":
            from_1904 = element.get("date1904") in {"1", "true", "on"}
            continue
        kind, place = relations.get(relation_of(element), ("", ""))
        if kind == "worksheet" and place in parts:
            hidden = element.get("state", "visible") != "visible"
            sheets.append(SheetName(element.get("name") or place, place, hidden))
    if not sheets:
        raise SheetRefused("The workbook has no sheet with rows.")
    return Book(tuple(sheets), from_1904)


class _Reader:
    """Turns the cells of a row into values, with the workbook's texts and formats at hand."""

    def __init__(self, parts: Parts, limits: SheetLimits, *, met: Met) -> None:
        self._limits = limits
        self._met = met
        self.from_1904 = _book(parts).from_1904
        named = {kind: place for kind, place in self._related(parts).values()}
        self._texts = _texts(parts, named.get("sharedStrings", ""), limits)
        self._dates = _date_formats(parts, named.get("styles", ""))

    def _related(self, parts: Parts) -> dict[str, tuple[str, str]]:
        found = (place for kind, place in parts.relations("").values() if kind == "officeDocument")
        return parts.relations(next(found, "xl/workbook.xml"))

    def cells(self, row: etree._Element, number: int) -> list[Cell]:
        """Return a row's cells from column A on. Raises SheetRefused."""
        cells: list[Cell] = []
        for element in row:
            if local(element) != "c":
                continue
            place = _PLACE.fullmatch(element.get("r") or "")
            at = column_number(place[1]) if place else len(cells) + 1
            value = self._value(element)
            if at > self._limits.columns:
                if not is_blank(value):
                    raise SheetRefused(f"Row {number} has more than {self._limits.columns} columns. Split the sheet.")
                continue
            cells.extend([None] * (at - len(cells)))
            cells[at - 1] = value
        return cells

    def _value(self, element: etree._Element) -> Cell:
        kind, said, formula = element.get("t") or "n", None, None
        for child in element:
            match local(child):
                case "v":
                    said = child.text or ""
                case "f":
                    formula = child
                case "is":
                    said = _rich(child)
        if formula is not None:
            self._met.formulas += 1
            # A shared or array formula has its text in another cell; only a value tells that it was computed.
            if said is None or (said == "" and kind != "str"):
                return Unreadable("=" + (formula.text or "…")[:60], NEVER_COMPUTED)
        if said is None:
            return None
        return self._typed(kind, said, style=_whole(element.get("s")) or 0)

    def _typed(self, kind: str, said: str, *, style: int) -> Cell:  # noqa: PLR0911  one return per kind of cell
        if len(said) > self._limits.cell_chars:
            return Unreadable(said[:60] + "…", LONG_CELL)
        match kind:
            case "s":
                at = _whole(said)
                return self._texts[at] if at is not None and at < len(self._texts) else Unreadable("?", "Lost text.")
            case "b":
                return said.strip() in {"1", "true"}
            case "e":
                return Unreadable(
                    said, f"The spreadsheet shows the error {said} here. Mend it and send the file again."
                )
            case "d":
                return said.strip() or None
            case "n":
                return self._number(said.strip(), style)
        return unescaped(said) or None

    def _number(self, said: str, style: int) -> Cell:
        if not said:
            return None
        try:
            number = float(said)
            exact = int(said) if said.lstrip("+-").isdecimal() and len(said) < 16 else Decimal(repr(number))
            if isinstance(exact, Decimal) and exact == exact.to_integral_value():
                exact = int(exact)
        except (ValueError, ArithmeticError):
            return Unreadable(said[:60], "This is not a number that a spreadsheet writes.")
        if style not in self._dates:
            return exact
        return _moment(exact, from_1904=self.from_1904)


def column_number(letters: str) -> int:
    """Return a column's number from 1.

    >>> column_number("A"), column_number("AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """Return a column's letters.

    >>> column_letters(1), column_letters(28)
    ('A', 'AB')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def is_date_format(code: str) -> bool:
    """Tell whether a number format shows a day or a time of day; a duration is a number.

    >>> is_date_format('dd/mm/yyyy'), is_date_format('0.00 "days"'), is_date_format('[h]:mm'), is_date_format('[Red]0')
    (True, False, False, False)
    """
    if _ELAPSED.search(code):
        return False
    bare = _NOT_LETTERS.sub("", code.split(";", maxsplit=1)[0]).lower()
    return "general" not in bare and any(letter in bare for letter in "ymdhs")


def _moment(number: int | Decimal, *, from_1904: bool) -> Cell:
    if 0 <= number < 1 and not from_1904:
        whole = datetime(2000, 1, 1) + timedelta(days=float(number), microseconds=500_000)  # noqa: DTZ001  a time of day
        return whole.strftime("%H:%M:%S")
    try:
        moment = from_serial(number, from_1904=from_1904)
    except BadCell as fault:
        return Unreadable(str(number), str(fault))
    return moment if (moment.hour, moment.minute, moment.second) != (0, 0, 0) else moment.date()


def _texts(parts: Parts, name: str, limits: SheetLimits) -> list[Cell]:
    texts: list[Cell] = []
    size = 0
    if not name or name not in parts:
        return texts
    for element in parts.elements(name, "si"):
        text = _rich(element)
        size += len(text)
        if len(texts) >= limits.texts or size > limits.texts_bytes:
            raise SheetRefused("The workbook holds more texts than a sheet may have. Split it and send the parts.")
        texts.append(text if len(text) <= limits.cell_chars else Unreadable(text[:60] + "…", LONG_CELL))
    return texts


def _rich(element: etree._Element) -> str:
    """Return a text without how it looks; how it is spoken (phonetic runs) is no part of it."""
    found = []
    for child in element:
        if local(child) == "t":
            found.append(child.text or "")
        elif local(child) == "r":
            found.extend(each.text or "" for each in child if local(each) == "t")
    return unescaped("".join(found))


def unescaped(text: str) -> str:
    """Return a text with the letters that XML cannot hold (ECMA-376 part 1, 22.9.2.19).

    >>> unescaped("a_x000D_b _x005F_x000D_")
    'a\\rb _x000D_'
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _date_formats(parts: Parts, name: str) -> frozenset[int]:
    """Return the cell styles, by number, whose numbers are days."""
    if not name or name not in parts:
        return frozenset()
    own: dict[int, bool] = {}
    found: set[int] = set()
    for element in parts.elements(name, "numFmt", "cellXfs"):
        if local(element) == "numFmt":
            own[_whole(element.get("numFmtId")) or 0] = is_date_format(element.get("formatCode") or "")
            continue
        for at, style in enumerate(each for each in element if local(each) == "xf"):
            number = _whole(style.get("numFmtId")) or 0
            if own.get(number, number in _DATE_FORMATS):
                found.add(at)
    return frozenset(found)


def _merges(content: BinaryIO) -> list[_Merge]:
    """Return the merged ranges; they stand behind the rows, so the part is scanned for them first."""
    found: list[_Merge] = []
    held = b""
    while data := content.read(_SCAN_BYTES):
        held += data
        end = 0
        for each in _MERGE.finditer(held):
            end = each.end()
            first, _, last = each[1].decode().partition(":")
            start, stop = _PLACE.fullmatch(first), _PLACE.fullmatch(last)
            if start and stop:
                found.append(
                    _Merge(int(start[2]), column_number(start[1]), int(stop[2]), column_number(stop[1]))
                )  # fmt: skip
            if len(found) > _MOST_MERGES:
                raise SheetRefused("The sheet has too many merged cells. Unmerge them and send it again.")
        held = held[max(end, len(held) - 200) :]
    return found


def _fill(cells: list[Cell], merges: list[_Merge], *, number: int, met: Met) -> None:
    """Mark the cells that a merge covers with what its first cell says."""
    for each in merges:
        if each.top > number:
            break
        if each.top == number:
            each.value = cells[each.left - 1] if each.left <= len(cells) else None
        if is_blank(each.value):
            continue
        right = min(each.right, 200)
        cells.extend([None] * (right - len(cells)))
        for at in range(each.left, right + 1):
            if (number, at) != (each.top, each.left):
                cells[at - 1] = Unreadable(shown(each.value), MERGED)
                met.merges[f"{column_letters(each.left)}{each.top}"] += 1


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None
