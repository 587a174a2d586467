"""What a cell of a sheet may hold, and how texts are compared."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from alcaide.intake.errors import IntakeError

# What a spreadsheet takes for the beginning of a formula; exports put an apostrophe before it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  as Asian editions read them


class SheetRefused(IntakeError):
    """The file cannot be read as a sheet; the message says what to do."""


class BadCell(ValueError):
    """What a cell holds cannot be read as its column asks; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell that holds no value: a formula never computed, or an error of the spreadsheet."""

    shown: str
    why: str


Cell = str | int | Decimal | bool | date | datetime | Unreadable | None


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as the file has it: its number in the file (from 1) and its cells, as many as there are headings."""

    number: int
    cells: tuple[Cell, ...]


def fold(text: str) -> str:
    """Return a text as headings and labels are compared: no case, no accents, no signs, single spaces.

    >>> fold("  Costs a year,\\nCURRENCY ")
    'costs a year currency'
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = (char if char.isalnum() else " " for char in plain if not unicodedata.combining(char))
    return " ".join("".join(letters).split())


def shown(cell: Cell) -> str:  # noqa: PLR0911  one return per kind of cell is the clearest table
    """Return a cell as a person reads it.

    >>> shown(Decimal("1.50")), shown(None), shown(date(2026, 3, 4)), shown(True)
    ('1.50', '', '2026-03-04', 'yes')
    """
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case Unreadable():
            return cell.shown
        case datetime():
            return cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case Decimal():
            return f"{cell:f}"
    return str(cell)


def is_blank(cell: Cell) -> bool:
    """Tell whether a cell holds nothing, or only spaces."""
    return cell is None or (isinstance(cell, str) and not cell.strip())
