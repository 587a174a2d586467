"""A list as a file: what is filtered, in the order it stands, with nothing that a spreadsheet would run."""

import csv
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain, islice
from typing import Any, BinaryIO, Literal, cast

from django.db.models import QuerySet
from django.http import FileResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from alcaide.common.counts import Count
from alcaide.common.lists.asked import Asked
from alcaide.common.lists.columns import Column, written
from alcaide.common.lists.listing import Listing
from alcaide.common.money import Money
from alcaide.common.permissions import require
from alcaide.common.taken import LIST, digest_of, sent, tell_taken

Format = Literal["csv", "xlsx"]
Dress = Callable[[Sequence[Any], Any], None]
FORMATS: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PIECE = 2_000
# Excel's own limits: rows of a sheet with its head, letters of a cell, digits of a number.
SHEET_ROWS = 1_048_576
CELL_LETTERS = 32_767
EXACT = 10**15
# What a spreadsheet takes for the beginning of a formula; the last four are read alike in Asian editions.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # fmt: skip
BOM = "\ufeff"


class TooManyRows(ValueError):
    """The list has more rows than a sheet takes; export it as CSV or narrow it."""


@dataclass(frozen=True)
class Field:
    """One column of the file."""

    label: str
    read: Callable[[Any], Any]


def export(
    listing: Listing, user: Any, params: QueryDict, *, form: Format, columns: Sequence[Column]
) -> HttpResponseBase:
    """Answer with the filtered rows as a file. The trail is told before the first row leaves.

    Raises Refused, TooManyRows.
    """
    if listing.export_permission:
        require(user, listing.export_permission)
    asked = Asked(listing, user, params)
    rows = asked.order.apply(asked.narrow(listing.visible(user)))
    return give_out(
        user,
        rows,
        name=listing.name,
        columns=columns,
        form=form,
        asked=params.urlencode(),
        dress=listing.dress_file or listing.dress,
    )


def give_out(
    user: Any,
    rows: QuerySet[Any],
    *,
    name: str,
    columns: Sequence[Column],
    form: Format,
    asked: str = "",
    dress: Dress | None = None,
) -> HttpResponseBase:
    """Answer with rows that the user may see as a file. The trail is told before the first row leaves.

    `name` is the file's and the trail's, `asked` the question that led to the rows. Raises TooManyRows.
    """
    number = rows.order_by().count()
    if form == "xlsx" and number >= SHEET_ROWS:
        raise TooManyRows(f"A sheet takes {SHEET_ROWS - 1:,} rows, this list has {number:,}. Export CSV or narrow it.")
    told = {"format": form, "rows": number, "asked": asked, "columns": [each.key for each in columns]}
    file_name = f"{name}-{timezone.localdate().isoformat()}.{form}"
    subject = f"{LIST}:{name}"
    items = _items(rows, user, dress)
    if form == "csv":
        tell_taken(user, subject, **told)
        return _csv(items, columns, file_name, sent=lambda lines: sent(lines, user, subject))
    file = _sheet(items, columns)
    tell_taken(user, subject, **told, **digest_of(file))
    return _private(FileResponse(file, as_attachment=True, filename=file_name, content_type=FORMATS["xlsx"]))


def csv_cell(value: Any) -> str | int | float | Decimal:  # noqa: PLR0911  one return per kind of value
    """Return a value as a cell of a file: numbers stay numbers, text that begins like a formula gets an apostrophe.

    So does a text that has one there already: whoever reads the file takes one away.

    >>> csv_cell("=HYPERLINK(1)"), csv_cell(-5), csv_cell("'-5 %"), csv_cell("'t Hof")
    ("'=HYPERLINK(1)", -5, "''-5 %", "'t Hof")
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return value
        case Money():
            return value.major
        case Count():
            return str(value) if value.capped else value.shown
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
    text = written(value)
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def _items(rows: QuerySet[Any], user: Any, dress: Dress | None) -> Iterator[Any]:
    left = rows.iterator(chunk_size=PIECE)
    while part := list(islice(left, PIECE)):
        if dress is not None:
            dress(part, user)
        yield from part


def _fields(columns: Sequence[Column], first: Sequence[Any]) -> list[Field]:
    """Return the file's columns; a sum of money gets its currency beside it, so that the sum stays a number."""
    fields = []
    for column in columns:
        label = str(column.label)
        fields.append(Field(label, column.export_of))
        if any(isinstance(column.export_of(item), Money) for item in first):
            fields.append(Field(f"{label}, currency", _currency_of(column)))
    return fields


def _currency_of(column: Column) -> Callable[[Any], str]:
    def currency(item: Any) -> str:
        value = column.export_of(item)
        return value.currency if isinstance(value, Money) else ""

    return currency


def _laid_out(items: Iterator[Any], columns: Sequence[Column]) -> tuple[list[Field], Iterator[Any]]:
    first = list(islice(items, PIECE))
    return _fields(columns, first), chain(first, items)


class _Line:
    """A file that hands back each line as it is written."""

    def write(self, text: str) -> str:
        return text


def _csv(
    items: Iterator[Any], columns: Sequence[Column], name: str, *, sent: Callable[[Iterator[str]], Iterator[bytes]]
) -> HttpResponseBase:
    fields, every = _laid_out(items, columns)
    writer = csv.writer(cast(Any, _Line()))

    def lines() -> Iterator[str]:
        # Without the mark Excel reads accents in the machine's old code page.
        yield BOM + writer.writerow([csv_cell(field.label) for field in fields])
        for item in every:
            yield writer.writerow([csv_cell(field.read(item)) for field in fields])

    response = StreamingHttpResponse(sent(lines()), content_type=FORMATS["csv"])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return _private(response)


def _sheet(items: Iterator[Any], columns: Sequence[Column]) -> BinaryIO:
    fields, every = _laid_out(items, columns)
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  the response closes it when it is sent
    _write_sheet(file, fields, every)
    return file


def _write_sheet(file: BinaryIO, fields: Sequence[Field], items: Iterator[Any]) -> None:
    import xlsxwriter  # noqa: PLC0415  only who asks for a workbook waits for what writes it

    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    head = book.add_format({"bold": True})
    at = book.add_format({"num_format": 'yyyy-mm-dd hh:mm:ss"Z"'})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 1)
    for place, field in enumerate(fields):
        sheet.write_string(0, place, str(csv_cell(field.label)), head)
    for line, item in enumerate(items, 1):
        for place, field in enumerate(fields):
            _write_cell(sheet, line, place, field.read(item), formats=(at, day))
    book.close()


def _write_cell(sheet: Any, line: int, place: int, value: Any, *, formats: tuple[Any, Any]) -> None:
    at, day = formats
    match value:
        case datetime():
            sheet.write_datetime(line, place, value.astimezone(UTC).replace(tzinfo=None), at)
        case date():
            sheet.write_datetime(line, place, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001  a day
        case bool():
            sheet.write_boolean(line, place, value)
        case _:
            cell = csv_cell(value)
            # Neither a text nor a number that Excel would round, nor one that is none.
            if not isinstance(cell, str) and abs(float(cell)) < EXACT:
                sheet.write_number(line, place, cell)
            else:
                sheet.write_string(line, place, str(cell)[:CELL_LETTERS])


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
