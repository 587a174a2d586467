"""How a column writes dates and decimals: which ways fit all it holds, so that nobody needs to guess."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from alcaide.intake.sheets.cells import BadCell, Cell

ISO, DAY_FIRST, MONTH_FIRST, EXCEL, EXCEL_1904 = "iso", "day_first", "month_first", "excel", "excel_1904"
DATE_STYLES = {
    ISO: "year, month, day (2026-03-04)",
    DAY_FIRST: "day first (04/03/2026)",
    MONTH_FIRST: "month first (03/04/2026)",
    EXCEL: "days counted by Excel (46085)",
    EXCEL_1904: "days counted by old Excel for Mac (44623)",
}
POINT, COMMA = "point", "comma"
DECIMAL_STYLES = {POINT: "1,250.50 (a point before decimals)", COMMA: "1.250,50 (a comma before decimals)"}

# Excel counts 29 February 1900, which never was: serials below 61 are a day off and no real record has them.
_EXCEL_ZERO, _MAC_ZERO = date(1899, 12, 30), date(1904, 1, 1)
_FIRST_SERIAL, _LAST_SERIAL = 61, 2_958_465
_CLOCK = r"(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AaPp][Mm])?(?:Z|[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _CLOCK)
_YEAR_LAST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})" + _CLOCK)
_SHORT_YEAR = re.compile(r"\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2}")
_NAMED = re.compile(
    r"(?:(\d{1,2})\.?[ -](?:de )?([^\W\d_]+)\.?|([^\W\d_]+)\.? (\d{1,2}),?)[ -](?:de )?(\d{4})" + _CLOCK
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january enero",
            "february febrero",
            "march marzo",
            "april abril",
            "may mayo",
            "june junio",
            "july julio",
            "august agosto",
            "september septiembre setiembre",
            "october octubre",
            "november noviembre",
            "december diciembre",
        ),
        1,
    )
    for name in names.split()
}

_SPACES = re.compile("[ \u00a0\u202f'’_]")
_AS_POINT = re.compile(r"[-+]?(?:[1-9]\d{0,2}(?:,\d{3})+|\d*)(?:\.\d*)?")
_AS_COMMA = re.compile(r"[-+]?(?:[1-9]\d{0,2}(?:\.\d{3})+|\d*)(?:,\d*)?")
_PLAIN = re.compile(r"[-+]?\d+")


def date_styles(cells: Iterable[Cell], *, from_1904: bool | None = None) -> tuple[str, ...]:
    """Return the ways of writing dates that read every one of these cells; real dates fit each.

    from_1904: what the workbook says of its day count, None where nobody says.
    One way is an answer, several are a question for a person, none means that the column mixes ways.

    >>> date_styles(["03/04/2026", "25/04/2026"]), date_styles(["03/04/2026"])
    (('day_first',), ('day_first', 'month_first'))
    """
    left = [style for style in DATE_STYLES if from_1904 is None or style != (EXCEL if from_1904 else EXCEL_1904)]
    for cell in cells:
        if isinstance(cell, date) or cell is None or cell == "":
            continue
        left = [style for style in left if _reads(cell, style)]
    return tuple(left)


def decimal_styles(cells: Iterable[str]) -> tuple[str, ...]:
    """Return the ways of writing decimals that read every one of these texts.

    >>> decimal_styles(["1,500"]), decimal_styles(["1,500", "2,5"]), decimal_styles(["12"])
    (('point', 'comma'), ('comma',), ('point', 'comma'))
    """
    texts = [_SPACES.sub("", text) for text in cells]
    return tuple(
        style
        for style, form in ((POINT, _AS_POINT), (COMMA, _AS_COMMA))
        if all(form.fullmatch(text) and any(map(str.isdigit, text)) for text in texts)
    )


def is_doubtful(texts: Iterable[str], style: str) -> bool:
    """Tell whether a number would be a fraction in this style and a thousandfold in the other: 12,500 beside 1,5.

    Such a column is asked about even where only one style reads all of it.

    >>> is_doubtful(["12,500", "1,5"], "comma"), is_doubtful(["1.250", "1.250,50"], "comma")
    (True, False)
    """
    mark = "." if style == POINT else ","
    return any(mark in text and len(decimal_styles([text])) > 1 for text in texts)


def needs_no_style(text: str) -> bool:
    """Tell whether a number reads alike in every way of writing.

    >>> needs_no_style("1 250"), needs_no_style("1,250")
    (True, False)
    """
    return bool(_PLAIN.fullmatch(_SPACES.sub("", text)))


def read_date(cell: Cell, style: str) -> date:
    """Read a day. Without a style only what has one meaning is read. Raises BadCell."""
    match cell:
        case datetime():
            return cell.date()
        case date():
            return cell
        case bool():
            raise BadCell("Write a date, such as 2026-03-04.")
        case int() | Decimal():
            return _from_serial(cell, style)
        case str():
            return _from_text(cell.strip(), style)
    raise BadCell("Write a date, such as 2026-03-04.")


def read_number(text: str, style: str) -> Decimal:
    """Read a number typed as text. Without a style only what has one meaning is read. Raises BadCell."""
    bare = _SPACES.sub("", text)
    fits = decimal_styles([bare])
    if not fits:
        raise BadCell(f"“{text}” is not a number. Write digits, such as 1250.5.")
    if style not in fits:
        if style:
            raise BadCell(f"“{text}” does not fit how this column writes numbers: {DECIMAL_STYLES[style]}.")
        if len(fits) > 1 and not needs_no_style(bare):
            raise BadCell(f"“{text}” may mean two numbers. Say how this column writes decimals.")
        style = fits[0]
    thousands, point = (",", ".") if style == POINT else (".", ",")
    return Decimal(bare.replace(thousands, "").replace(point, "."))


def from_serial(serial: int | Decimal, *, from_1904: bool) -> datetime:
    """Turn a spreadsheet's day count into a moment without zone. Raises BadCell."""
    days = float(serial)
    if not _FIRST_SERIAL <= days <= _LAST_SERIAL and not (from_1904 and 0 <= days <= _LAST_SERIAL):
        raise BadCell(f"“{serial}” is no date that a spreadsheet counts. Write it as 2026-03-04.")
    zero = _MAC_ZERO if from_1904 else _EXCEL_ZERO
    try:
        whole = datetime(zero.year, zero.month, zero.day) + timedelta(days=days)  # noqa: DTZ001  a sheet knows no zone
    except OverflowError as fault:
        raise BadCell(f"“{serial}” is no date that a spreadsheet counts. Write it as 2026-03-04.") from fault
    return (whole + timedelta(microseconds=500_000)).replace(microsecond=0)


def _reads(cell: Cell, style: str) -> bool:
    try:
        read_date(cell, style)
    except BadCell:
        return False
    return True


def _from_serial(serial: int | Decimal, style: str) -> date:
    if style not in {EXCEL, EXCEL_1904}:
        raise BadCell(f"“{serial}” is a number, not a date. Write it as 2026-03-04.")
    if serial != int(serial):
        return from_serial(serial, from_1904=style == EXCEL_1904).date()
    return from_serial(int(serial), from_1904=style == EXCEL_1904).date()


def _from_text(text: str, style: str) -> date:
    if style in {EXCEL, EXCEL_1904}:
        if re.fullmatch(r"\d{1,7}(?:\.\d+)?", text):
            return _from_serial(Decimal(text), style)
        raise BadCell(f"“{text}” is not a count of days, as this column writes dates.")
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]), text)
    if found := _NAMED.fullmatch(text):
        month = _month(found[2] or found[3])
        if month:
            return _day(int(found[5]), month, int(found[1] or found[4]), text)
    found = _YEAR_LAST.fullmatch(text)
    if found and style in {DAY_FIRST, MONTH_FIRST}:
        day, month = (1, 2) if style == DAY_FIRST else (2, 1)
        return _day(int(found[3]), int(found[month]), int(found[day]), text)
    if found:
        raise BadCell(f"“{text}” may mean two days. Say whether this column writes the day or the month first.")
    if _SHORT_YEAR.fullmatch(text):
        raise BadCell(f"“{text}”: write the year with four digits.")
    raise BadCell(f"“{text}” is not a date. Write it as 2026-03-04.")


def _month(word: str) -> int:
    """Return the month of a name or of its first three letters or more, 0 where there is none."""
    folded = word.casefold()
    fits = {number for name, number in _MONTHS.items() if len(folded) >= 3 and name.startswith(folded)}
    return fits.pop() if len(fits) == 1 else 0


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as fault:
        raise BadCell(f"“{text}” is no day of the calendar in this order of day and month.") from fault
