"""A sheet as a table: which row holds the headings, what they are, and the rows below them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any, BinaryIO

from alcaide.intake.sheets import delimited, workbook
from alcaide.intake.sheets.cells import Cell, RawRow, SheetRefused, Unreadable, fold, is_blank, shown
from alcaide.intake.sheets.limits import LIMITS, SheetLimits
from alcaide.intake.sheets.parts import OLD_OFFICE, ZIP

LOOKED_FOR_HEADINGS = 50
TOTALS = frozenset(
    {"total", "totals", "grand total", "sum", "sums", "subtotal", "suma", "sumas", "totales", "total general"}
)


@dataclass(frozen=True)
class Layout:
    """How a file is read as a table; all of it can be shown, kept as JSON, and asked for otherwise."""

    form: str
    """`csv` or `xlsx`."""
    headings: tuple[str, ...]
    header_row: int
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    from_1904: bool | None = None
    notices: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the layout as plain values."""
        return asdict(self)

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> "Layout":
        """Return the layout of such values."""
        own: dict[str, Any] = {key: tuple(each) if isinstance(each, list) else each for key, each in values.items()}
        return cls(**own)


@dataclass(frozen=True)
class Asked:
    """What a person wants read otherwise than it was found; empty where the finding stands."""

    sheet: str = ""
    header_row: int = 0
    separator: str = ""


def look(
    stream: BinaryIO, *, known: frozenset[str] = frozenset(), asked: Asked | None = None, limits: SheetLimits = LIMITS
) -> Layout:
    """Find out how a file is to be read. Raises SheetRefused.

    known: folded names of the columns that are looked for; the row with most of them holds the headings.
    """
    asked = asked or Asked()
    base = _base(stream, asked, limits)
    first = list(islice(_raw(stream, base, limits, met=workbook.Met()), LOOKED_FOR_HEADINGS))
    if not any(_filled(row) for row in first):
        raise SheetRefused("There is nothing in this sheet. Choose another one, or send a file with rows.")
    row = _heading_row(first, known, asked.header_row)
    headings, notices = _headings(row, first)
    return replace(base, headings=headings, header_row=row.number, notices=(*base.notices, *notices))


class Rows:
    """The rows below the headings, blank ones and a closing line of totals left out; walk it once.

    Afterwards `blank`, `total_row` (0 where there is none) and `notices` say what was left out and met.
    """

    def __init__(self, stream: BinaryIO, layout: Layout, limits: SheetLimits = LIMITS) -> None:
        self._stream, self._layout, self._limits = stream, layout, limits
        self._met = workbook.Met()
        self.blank = self.total_row = self.beyond = 0

    def __iter__(self) -> Iterator[RawRow]:
        held: RawRow | None = None
        count = blank = 0
        width = len(self._layout.headings)
        for raw in _raw(self._stream, self._layout, self._limits, met=self._met):
            if raw.number <= self._layout.header_row:
                continue
            if not _filled(raw):
                blank += 1
                continue
            count += 1
            if count > self._limits.rows:
                raise SheetRefused(f"The sheet has more than {self._limits.rows:,} rows. Split it and send the parts.")
            if held is not None:
                yield held
            self.blank += blank
            blank = 0
            self.beyond += any(not is_blank(cell) for cell in raw.cells[width:])
            held = RawRow(raw.number, (raw.cells + (None,) * width)[:width])
        if held is not None and count > 1 and _is_total(held):
            self.total_row = held.number
        elif held is not None:
            yield held

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know of the rows walked."""
        met, found = self._met, []
        if self.total_row:
            found.append(f"Row {self.total_row} is a line of totals; it was left out.")
        if self.blank:
            found.append(f"Blank rows passed over: {self.blank:,}.")
        if self.beyond:
            found.append(f"Rows with cells to the right of the last heading, which were not read: {self.beyond:,}.")
        if met.formulas:
            found.append(f"Formulas, of which the last result was read: {met.formulas:,}.")
        if met.hidden_rows:
            found.append(f"Hidden rows, read like the others: {met.hidden_rows:,}.")
        if met.merges:
            places = ", ".join(list(met.merges)[:5])
            found.append(f"Merged cells, of which only the first holds the value: {len(met.merges):,} (from {places}).")
        return tuple(found)


def _base(stream: BinaryIO, asked: Asked, limits: SheetLimits) -> Layout:
    stream.seek(0, 2)
    if stream.tell() > limits.file_bytes:
        raise SheetRefused(f"The file has more than {limits.file_bytes >> 20} MB. Split it and send the parts.")
    stream.seek(0)
    start = stream.read(8)
    if not start:
        raise SheetRefused("The file is empty. Export it again.")
    if start.startswith(OLD_OFFICE):
        raise SheetRefused(
            "This is an old workbook (.xls) or one locked with a password. "
            "Open it in a spreadsheet, save it as XLSX without a password, and send that."
        )
    if start.startswith((ZIP, b"PK\x05\x06")):
        return _book_layout(stream, asked, limits)
    encoding, notice = delimited.encoding_of(stream)
    separator = asked.separator or delimited.separator_of(delimited.head_of(stream, encoding))
    if separator not in delimited.SEPARATORS:
        raise SheetRefused("Columns may be parted by a comma, a semicolon, a tab or a bar.")
    return Layout("csv", (), 0, encoding=encoding, separator=separator, notices=(notice,) if notice else ())


def _book_layout(stream: BinaryIO, asked: Asked, limits: SheetLimits) -> Layout:
    book = workbook.book_of(stream, limits)
    names = tuple(each.name for each in book.sheets)
    hidden = tuple(each.name for each in book.sheets if each.is_hidden)
    visible = next((name for name in names if name not in hidden), names[0])
    if asked.sheet and asked.sheet not in names:
        raise SheetRefused(f"The workbook has no sheet “{asked.sheet}”. Choose one of: {', '.join(names)}.")
    notices = [f"Hidden sheets are not read unless they are chosen: {', '.join(hidden)}."] if hidden else []
    if book.from_1904:
        notices.append("The workbook counts its days from 1904, as old Excel for Mac did.")
    return Layout(
        "xlsx", (), 0, sheet=asked.sheet or visible, sheets=names, hidden_sheets=hidden, from_1904=book.from_1904,
        notices=tuple(notices),
    )  # fmt: skip


def _raw(stream: BinaryIO, layout: Layout, limits: SheetLimits, *, met: workbook.Met) -> Iterator[RawRow]:
    if layout.form == "csv":
        return delimited.rows_of(stream, encoding=layout.encoding, separator=layout.separator, limits=limits)
    book = workbook.book_of(stream, limits)
    sheet = next((each for each in book.sheets if each.name == layout.sheet), None)
    if sheet is None:
        raise SheetRefused(f"The workbook has no sheet “{layout.sheet}”.")
    return workbook.rows_of(stream, sheet, limits=limits, met=met)


def _heading_row(first: list[RawRow], known: frozenset[str], asked: int) -> RawRow:
    """Return the row of headings: the one asked for, the one with most known names, or the first full row of text."""
    rows = [row for row in first if _filled(row)]
    if asked:
        found = next((row for row in rows if row.number == asked), None)
        if found is None:
            raise SheetRefused(f"Row {asked} has no headings: it is blank or stands behind the first rows.")
        return found
    hits = {row.number: len(known & {fold(shown(cell)) for cell in row.cells if not is_blank(cell)}) for row in rows}
    best = max(rows, key=lambda row: (hits[row.number], -row.number))
    if hits[best.number] >= 2 or (hits[best.number] == 1 and _filled(best) == 1):
        return best
    widest = max(_filled(row) for row in rows)
    return next((row for row in rows if _is_all_text(row) and _filled(row) * 10 >= widest * 6), rows[0])


def _headings(row: RawRow, first: list[RawRow]) -> tuple[tuple[str, ...], list[str]]:
    """Return one name a column, none twice, and what was odd about them."""
    below = max((_width(each) for each in first if each.number > row.number), default=0)
    width = max(_width(row), min(below, len(row.cells) or below))
    names: list[str] = []
    doubled, empty = [], []
    for at in range(width):
        name = " ".join(shown(row.cells[at] if at < len(row.cells) else None).split())[:200]
        if not name:
            name = f"Column {workbook.column_letters(at + 1)}"
            empty.append(name)
        if name in names:
            doubled.append(name)
            name = next(f"{name} ({n})" for n in range(2, width + 2) if f"{name} ({n})" not in names)
        names.append(name)
    notices = []
    if empty:
        notices.append(f"Without a heading: {', '.join(empty[:10])}.")
    if doubled:
        notices.append(f"A heading stands twice: {', '.join(doubled[:10])}. The second one has (2) behind it.")
    if row.number > 1:
        notices.append(f"Row {row.number} was taken for the headings; what stands above it was not read.")
    return tuple(names), notices


def _is_total(row: RawRow) -> bool:
    first = next((cell for cell in row.cells if not is_blank(cell)), None)
    return fold(shown(first)) in TOTALS and _filled(row) * 2 <= len(row.cells) + 1


def _filled(row: RawRow) -> int:
    return sum(not is_blank(cell) for cell in row.cells)


def _width(row: RawRow) -> int:
    return max((at for at, cell in enumerate(row.cells, 1) if not is_blank(cell)), default=0)


def _is_all_text(row: RawRow) -> bool:
    cells: Iterable[Cell] = (cell for cell in row.cells if not is_blank(cell))
    return all(isinstance(cell, str | Unreadable) for cell in cells)
