"""The files that imports give out: the refused rows to correct, and an empty sheet to fill."""

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Literal, cast

from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from alcaide.common.lists import csv_cell
from alcaide.common.models import SheetImport, User
from alcaide.common.sheets.declared import Sheet
from alcaide.common.sheets.matching import WRONG
from alcaide.common.sheets.queries import wrong_numbers
from alcaide.common.sheets.reading import rows_of
from alcaide.common.taken import digest_of, sent, tell_taken
from alcaide.intake.sheets.cells import Cell, Unreadable

Form = Literal["csv", "xlsx"]
TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BOM = "\ufeff"
EMPTY_ROWS = 1_000
# A list of choices longer than this cannot stand in a cell's own rule.
CHOICES_LETTERS = 255
LONGEST_CELL = 32_767
ASKED = "rows to correct"


def wrong(imported: SheetImport, form: Form, user: User) -> HttpResponseBase:
    """Answer with the refused rows, in the columns of the file, and what is wrong with each."""
    stem = imported.file_name.rpartition(".")[0] or imported.file_name
    name = f"{stem[:150]} - to correct.{form}"
    headings = [each for each in imported.headings if each != WRONG]
    kept = [at for at, each in enumerate(imported.headings) if each != WRONG]
    rows = _refused(imported, kept)
    if form == "xlsx":
        book = _wrong_book(headings, rows)
        tell_taken(user, imported.subject, format=form, asked=ASKED, **digest_of(book))
        return _saved(book, name)
    separator = imported.layout.get("separator") or ","
    writer = csv.writer(cast(Any, _Line()), delimiter=separator)

    def lines() -> Iterator[str]:
        yield BOM + writer.writerow([csv_cell(each) for each in (*headings, WRONG)])
        for cells, words in rows:
            yield writer.writerow([*map(_plain, cells), csv_cell(words)])

    tell_taken(user, imported.subject, format=form, asked=ASKED)
    response = StreamingHttpResponse(sent(lines(), user, imported.subject), content_type=TYPES["csv"])
    return _named(response, name)


def template(sheet: Sheet, form: Form) -> HttpResponseBase:
    """Answer with an empty sheet: the headings, and in a workbook what each of them means."""
    name = f"{sheet.key.rpartition('.')[2]}.{form}"
    if form == "xlsx":
        return _saved(_empty_book(sheet), name)
    text = io.StringIO()
    csv.writer(text).writerow([str(each.label) for each in sheet.columns])
    return _named(HttpResponse((BOM + text.getvalue()).encode(), content_type=TYPES["csv"]), name)


def _refused(imported: SheetImport, kept: Sequence[int]) -> Iterator[tuple[list[Cell], str]]:
    words = wrong_numbers(imported)
    if not words:
        return
    with rows_of(imported) as rows:
        for raw in rows:
            if raw.number in words:
                yield [raw.cells[at] for at in kept], words[raw.number]


def _plain(cell: Cell) -> str | int | float | Decimal:
    if isinstance(cell, str) and cell.startswith("'"):
        # It stands as a file holds it: one more apostrophe would stay when the corrected file is read.
        return cell
    return csv_cell(cell.shown if isinstance(cell, Unreadable) else cell)


def _wrong_book(headings: Sequence[str], rows: Iterator[tuple[list[Cell], str]]) -> BinaryIO:
    import xlsxwriter  # noqa: PLC0415  only who asks for a workbook waits for what writes it

    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  the response closes it when it is sent
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for at, heading in enumerate((*headings, WRONG)):
        sheet.write_string(0, at, str(csv_cell(heading)), bold)
    for line, (cells, words) in enumerate(rows, 1):
        for at, cell in enumerate(cells):
            match cell:
                case None:
                    pass
                case bool():
                    sheet.write_boolean(line, at, cell)
                case datetime():
                    sheet.write_datetime(line, at, cell, moment)
                case date():
                    sheet.write_datetime(line, at, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001  a day
                case int() | Decimal() if -(10**15) < Decimal(cell) < 10**15:
                    sheet.write_number(line, at, cell)
                case _:
                    sheet.write_string(line, at, str(_plain(cell))[:LONGEST_CELL])
        sheet.write_string(line, len(headings), str(csv_cell(words))[:LONGEST_CELL])
    book.close()
    return file


def _empty_book(sheet: Sheet) -> BinaryIO:
    import xlsxwriter  # noqa: PLC0415  only who asks for a workbook waits for what writes it

    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115  the response closes it when it is sent
    book = xlsxwriter.Workbook(file)
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    rows, means = book.add_worksheet(_("Rows")), book.add_worksheet(_("What the columns mean"))
    rows.freeze_panes(1, 0)
    for at, column in enumerate(sheet.columns):
        rows.write_string(0, at, str(column.label), bold)
        rows.set_column(at, at, 22)
        options = list(column.reads.options)
        if options and sum(len(each) + 1 for each in options) <= CHOICES_LETTERS:
            rows.data_validation(
                1, at, EMPTY_ROWS, at, {"validate": "list", "source": options, "error_type": "warning"}
            )
    means.set_column(0, 4, 34, wrap)
    for at, heading in enumerate((_("Column"), _("Holds"), _("Must be there"), _("Means"), _("For example"))):
        means.write_string(0, at, heading, bold)
    for line, column in enumerate(sheet.columns, 1):
        holds = column.reads.words
        if column.reads.options:
            holds = f"{holds}: {', '.join(column.reads.options)}"
        must = _("yes") if column.required else _("no")
        for at, words in enumerate((column.label, holds, must, column.help, column.example)):
            means.write_string(line, at, str(words))
    book.close()
    return file


class _Line:
    """A file that hands back each line as it is written."""

    def write(self, text: str) -> str:
        return text


def _saved(file: BinaryIO, name: str) -> HttpResponseBase:
    file.seek(0)
    return _named(FileResponse(file, as_attachment=True, filename=name, content_type=TYPES["xlsx"]), name)


def _named(response: Any, name: str) -> HttpResponseBase:
    if "Content-Disposition" not in response:
        response["Content-Disposition"] = _disposition(name)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    answer: HttpResponseBase = response
    return answer


def _disposition(name: str) -> str:
    return content_disposition_header(True, name) or "attachment"
