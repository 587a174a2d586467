"""Which heading is which column: proposed, remembered, and asked about where a column may mean two things."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.models import SheetImport, SheetMap, User
from alcaide.common.sheets.declared import Sheet, SheetColumn
from alcaide.common.sheets.reading import rows_of
from alcaide.intake.sheets.cells import BadCell, Cell, RawRow, fold, is_blank, shown
from alcaide.intake.sheets.kinds import Amount, number_text
from alcaide.intake.sheets.styles import (
    DATE_STYLES,
    DECIMAL_STYLES,
    date_styles,
    decimal_styles,
    is_doubtful,
    needs_no_style,
)

SAMPLE_ROWS = 2_000
SHOWN = 3
WRONG = "What is wrong"
"""The heading of the column that an error file adds; it is passed over when the file comes back."""


@dataclass(frozen=True)
class Sample:
    """The first rows of a file; `is_whole` where there are no others."""

    rows: tuple[RawRow, ...]
    is_whole: bool

    def cells(self, at: int) -> list[Cell]:
        """Return what a column holds, blanks left out."""
        return [row.cells[at] for row in self.rows if at < len(row.cells) and not is_blank(row.cells[at])]


@dataclass(frozen=True)
class Style:
    """One way in which a column may be written, and what its first cells would then be."""

    key: str
    words: str
    becomes: tuple[tuple[str, str, bool], ...]
    """The first telling cells: what is written, what it would be or why it cannot be read, and whether it is read."""


@dataclass(frozen=True)
class Matched:
    """One column as the page shows it: which heading it is read from, how, and what the first cells become."""

    column: SheetColumn
    at: int | None
    style: str = ""
    styles: tuple[Style, ...] = ()
    samples: tuple[tuple[str, str, bool], ...] = ()
    """Of the first cells: as written, as read, and whether it could be read."""
    asks: bool = False
    fault: str = ""
    """Why the file cannot be tried as it is matched now."""
    note: str = ""


def sample_of(imported: SheetImport) -> Sample:
    """Read the first rows of an import. Raises SheetRefused, FileLost."""
    with rows_of(imported) as rows:
        first = tuple(islice(rows, SAMPLE_ROWS + 1))
    return Sample(first[:SAMPLE_ROWS], len(first) <= SAMPLE_ROWS)


def digest_of(headings: Sequence[str]) -> str:
    """Return what a set of headings is remembered by: folded, in order, without the column an error file adds."""
    folded = [fold(each) for each in headings if each != WRONG]
    return hashlib.sha256(json.dumps(folded).encode()).hexdigest()


def known_names(sheet: Sheet) -> frozenset[str]:
    """Return every folded name that a column of a sheet goes by."""
    return frozenset(name for column in sheet.columns for name in _names(column))


def remembered(sheet: Sheet, headings: Sequence[str], user: Any) -> SheetMap | None:
    """Return how these headings were matched last: by this user, else by anybody."""
    rows = SheetMap.objects.filter(kind=sheet.key, headings_digest=digest_of(headings))
    own = rows.filter(user=user).first() if isinstance(user, User) else None
    return own or rows.order_by(F("used_at").desc()).first()


def remember(imported: SheetImport, user: User) -> None:
    """Keep how headings were matched, for the next file that has them."""
    headings = {key: fold(imported.headings[at]) for key, at in imported.columns.items()}
    SheetMap.objects.update_or_create(
        kind=imported.kind, headings_digest=imported.headings_digest, user=user,
        defaults={"columns": headings, "styles": imported.styles, "used_at": timezone.now()},
    )  # fmt: skip


def proposed(sheet: Sheet, headings: Sequence[str], user: Any) -> tuple[dict[str, int], dict[str, str], bool]:
    """Return which place each column is read from, the styles of last time, and whether these were remembered."""
    places = {fold(name): at for at, name in reversed(list(enumerate(headings))) if name != WRONG}
    held = remembered(sheet, headings, user)
    if held is not None:
        columns = {key: places[name] for key, name in held.columns.items() if name in places}
        return columns, dict(held.styles), True
    found: dict[str, int] = {}
    for column in sheet.columns:
        at = next((places[name] for name in _names(column) if name in places), None)
        if at is not None and at not in found.values():
            found[column.key] = at
    return found, {}, False


def matched(
    sheet: Sheet,
    columns: Mapping[str, int],
    styles: Mapping[str, str],
    *,
    sample: Sample,
    from_1904: bool | None,
    actor: Any = None,
) -> list[Matched]:
    """Return each column as it stands, with what is still to be asked."""
    taken: dict[int, str] = {}
    found = []
    for column in sheet.columns:
        at = columns.get(column.key)
        fault = ""
        if at is None and (column.required or column.key in sheet.identity):
            fault = _("Every row needs this. Choose its column.")
        elif at is not None and at in taken:
            fault = _("This heading is read as “%(other)s” already.") % {"other": taken[at]}
        if at is not None:
            taken.setdefault(at, str(column.label))
        one = _one(column, at, styles.get(column.key, ""), sample=sample, from_1904=from_1904, fault=fault)
        found.append(_looked_up(one, actor) if actor is not None and column.reads.find else one)
    return found


def _looked_up(one: Matched, actor: Any) -> Matched:
    """Return a lookup's column with what its first cells stand for."""
    find = one.column.reads.find
    texts = [read for _written, read, is_read in one.samples if is_read]
    found = find(actor, texts) if find is not None and texts else {}

    def looked(written: str, read: str, is_read: bool) -> tuple[str, str, bool]:  # noqa: FBT001, RUF100  a cell's own
        value = found.get(read)
        if not is_read or value is None or isinstance(value, BadCell):
            words = str(value) if value is not None else _("it is not known here, or you may not see it")
            return written, words if is_read else read, False
        return written, str(value), True

    return replace(one, samples=tuple(looked(*each) for each in one.samples))


def _one(
    column: SheetColumn, at: int | None, style: str, *, sample: Sample, from_1904: bool | None, fault: str
) -> Matched:
    if at is None:
        return Matched(column, None, fault=fault)
    cells = sample.cells(at)
    keys = _styles(column, cells, from_1904)
    note = ""
    if not keys and cells and column.reads.style:
        note = _("No one way of writing fits all of these cells; those that do not fit will be refused.")
    if len(keys) == 1 and column.reads.style == "decimal" and is_doubtful(_number_texts(cells), keys[0]):
        note = _("Some of these cells are a thousand times more in the other way of writing.")
        keys = ()
    offered = keys or tuple(_words(column))
    known = style if style in offered else ""
    if not known and len(keys) == 1:
        known = keys[0]
    options = tuple(Style(key, _words(column)[key], _becomes(column, cells, key)) for key in offered)
    asks = bool(column.reads.style) and not known and len(offered) > 1 and _matters(column, cells)
    samples = tuple(_sample(column, cell, known) for cell in _distinct(cells))
    shown_options = options if asks or (known and len(offered) > 1) else ()
    return Matched(column, at, known, shown_options, samples, asks, fault, note)


def _styles(column: SheetColumn, cells: Sequence[Cell], from_1904: bool | None) -> tuple[str, ...]:
    match column.reads.style:
        case "date":
            return date_styles(cells, from_1904=from_1904)
        case "decimal":
            return decimal_styles([text for text in _number_texts(cells) if any(map(str.isdigit, text))])
    return ()


def _number_texts(cells: Sequence[Cell]) -> list[str]:
    return [text for text in map(number_text, cells) if text is not None]


def _words(column: SheetColumn) -> dict[str, str]:
    return {"date": DATE_STYLES, "decimal": DECIMAL_STYLES}.get(column.reads.style, {})


def _matters(column: SheetColumn, cells: Sequence[Cell]) -> bool:
    """Tell whether some cell reads otherwise in another style."""
    if column.reads.style == "decimal":
        return any(not needs_no_style(text) for text in _number_texts(cells))
    return any(_fails(column, cell) for cell in cells)


def _fails(column: SheetColumn, cell: Cell) -> bool:
    try:
        column.reads.read(cell, "")
    except BadCell:
        return True
    return False


def _becomes(column: SheetColumn, cells: Sequence[Cell], style: str) -> tuple[tuple[str, str, bool], ...]:
    telling = [cell for cell in _distinct(cells, most=50) if _fails(column, cell)] or cells
    return tuple(_sample(column, each, style) for each in telling[:SHOWN])


def _sample(column: SheetColumn, cell: Cell, style: str) -> tuple[str, str, bool]:
    written = shown(cell)[:80]
    try:
        value = column.reads.read(cell, style)
    except BadCell as fault:
        return written, str(fault), False
    return written, said(column, value), True


def said(column: SheetColumn | None, value: Any) -> str:
    """Return a value of a column in words; numbers and days as nobody can misread them."""
    labels = dict(column.reads.labels) if column else {}
    if isinstance(value, str) and value in labels:
        return str(labels[value])
    if isinstance(value, Amount):
        return f"{_bare(value.major)} {value.currency}".strip()
    if isinstance(value, Decimal):
        return _bare(value)
    return shown(value) if not isinstance(value, int) or isinstance(value, bool) else f"{value:,}"


def _bare(number: Decimal) -> str:
    """Return a number without closing zeros: 12.500 would look like twelve thousand to many."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _distinct(cells: Sequence[Cell], most: int = SHOWN) -> list[Cell]:
    found: dict[str, Cell] = {}
    for cell in cells:
        found.setdefault(shown(cell), cell)
        if len(found) == most:
            break
    return list(found.values())


def _names(column: SheetColumn) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(str(name)) for name in (column.label, column.key, *column.also)))
