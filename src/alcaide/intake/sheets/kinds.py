"""What a column's cells may be read as: each kind a pure reader of one cell, with what to write instead."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from alcaide.intake.sheets import styles
from alcaide.intake.sheets.cells import FORMULA_STARTS, BadCell, Cell, Unreadable, fold, shown

Find = Callable[[Any, Sequence[str]], Mapping[str, Any]]
# “May” would be a month and a word, “1” a number and a yes: words of the two answers in the languages of the pages.
YES = frozenset({"yes", "y", "true", "t", "1", "x", "on", "si", "s", "verdadero", "oui", "ja"})
NO = frozenset({"no", "n", "false", "f", "0", "off", "falso", "non", "nein"})
_CODE = re.compile(r"[A-Za-z]{3}")
_SIGNS = {"€": "EUR", "$": "", "£": "GBP", "¥": ""}


@dataclass(frozen=True)
class Reads:
    """How a column's cells are read. `words` says it to a person; `read` takes a cell and the column's style.

    `style` names the choice that is made once for the whole column: `date`, `decimal` or none.
    `options` are the values that may stand there, for the template. `find`, for a lookup, takes the actor and the
    texts of many rows at once and returns what each stands for; a text that it leaves out is not known, and a BadCell
    as its value says why it is none.
    """

    words: str
    read: Callable[[Cell, str], Any]
    style: str = ""
    options: tuple[str, ...] = ()
    find: Find | None = None
    labels: tuple[tuple[str, Any], ...] = ()
    """Of a choice: each key with its words."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum as a cell says it: whole units (euros), exact, and its currency, "" where the cell names none."""

    major: Decimal
    currency: str = ""


def plain_text(cell: Cell) -> str:
    """Return what a cell says as text, without the apostrophe that keeps a formula from running. Raises BadCell.

    >>> plain_text("'=1+1"), plain_text("''=1"), plain_text(Decimal("12.0")), plain_text(" 't Hof ")
    ('=1+1', "'=1", '12.0', "'t Hof")
    """
    if isinstance(cell, Unreadable):
        raise BadCell(cell.why)
    text = shown(cell)
    if text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS):
        text = text[1:]
    return text.strip()


def text(*, most: int = 200) -> Reads:
    """Text of at most so many letters."""

    def read(cell: Cell, _style: str) -> str:
        said = plain_text(cell)
        if len(said) > most:
            raise BadCell(f"This has {len(said):,} letters; at most {most:,} are kept. Shorten it.")
        return said

    return Reads(f"text, up to {most:,} letters", read)


def whole(*, least: int | None = None, most: int | None = None) -> Reads:
    """A whole number within bounds."""

    def read(cell: Cell, style: str) -> int:
        number = _number(cell, style)
        if number != number.to_integral_value():
            raise BadCell(f"“{shown(cell)}” is not a whole number.")
        _within(number, least, most)
        return int(number)

    return Reads("a whole number" + _bounds(least, most), read, style="decimal")


def decimal(*, least: float | None = None, most: float | None = None) -> Reads:
    """A number, exact as written."""

    def read(cell: Cell, style: str) -> Decimal:
        number = _number(cell, style)
        _within(number, least, most)
        return number

    return Reads("a number" + _bounds(least, most), read, style="decimal")


def money(*, least: float | None = 0) -> Reads:
    """A sum in whole units with or without its currency: 1250.50, EUR 1250.50, 1250.50 €. Reads to an Amount."""

    def read(cell: Cell, style: str) -> Amount:
        if not isinstance(cell, str):
            number, currency = _number(cell, style), ""
        else:
            bare, currency = _currency(cell)
            number = _number(bare, style)
        _within(number, least, None)
        return Amount(number, currency)

    return Reads("a sum of money" + _bounds(least, None), read, style="decimal")


def day() -> Reads:
    """A day. How the column writes days is decided once for the file."""

    def read(cell: Cell, style: str) -> date:
        if isinstance(cell, Unreadable):
            raise BadCell(cell.why)
        return styles.read_date(cell, style)

    return Reads("a date", read, style="date")


def yes_no() -> Reads:
    """Yes or no, in words or as 1 and 0."""

    def read(cell: Cell, _style: str) -> bool:
        if isinstance(cell, bool):
            return cell
        said = fold(plain_text(cell))
        if said in YES:
            return True
        if said in NO:
            return False
        raise BadCell(f"“{shown(cell)}” is neither yes nor no.")

    return Reads("yes or no", read, options=("yes", "no"))


def choice(options: Sequence[tuple[str, Any]], *, also: Mapping[str, str] | None = None) -> Reads:
    """One of several values, by its key or its label; case, accents and signs do not matter. Reads to the key.

    `also` are other words for a key.
    """
    # Labels may be translated when they are asked for, so they are compared at each reading's time.
    others = {fold(word): key for word, key in (also or {}).items()}

    def read(cell: Cell, _style: str) -> str:
        said = fold(plain_text(cell))
        for key, label in options:
            if said in {fold(key), fold(str(label))}:
                return key
        if said in others:
            return others[said]
        raise BadCell(f"“{shown(cell)}” is none of: {', '.join(str(label) for _, label in options)}.")

    labels = tuple(options)
    return Reads("one of a few words", read, options=tuple(str(label) for _, label in labels), labels=labels)


def lookup(find: Find, *, words: str, options: Sequence[str] = ()) -> Reads:
    """Something that stands here already, found by its text for many rows at once.

    `find(actor, texts)` returns a mapping from each known text to what it stands for; a BadCell as value refuses it
    with its own words, as where two things bear the name. It must find only what the actor may see.
    """

    def read(cell: Cell, _style: str) -> str:
        return plain_text(cell)

    return Reads(words, read, options=tuple(options), find=find)


def _number(cell: Cell, style: str) -> Decimal:
    match cell:
        case Unreadable():
            raise BadCell(cell.why)
        case bool() | None:
            raise BadCell("Write a number.")
        case int() | Decimal():
            return Decimal(cell)
        case date():
            raise BadCell(f"“{shown(cell)}” is a date, not a number.")
    return styles.read_number(plain_text(cell), style)


def _currency(cell: str) -> tuple[str, str]:
    """Part a sum from the currency before or behind it. Raises BadCell for a sign of several currencies."""
    bare = plain_text(cell)
    for sign, code in _SIGNS.items():
        if sign in bare:
            if not code:
                raise BadCell(f"“{bare}”: several currencies are written {sign}. Write its three letters, such as USD.")
            return bare.replace(sign, "").strip(), code
    if found := _CODE.match(bare) or re.search(r"[A-Za-z]{3}$", bare):
        return bare.replace(found[0], "").strip(), found[0].upper()
    return bare, ""


def number_text(cell: Cell) -> str | None:
    """Return what must be looked at to tell how a column writes decimals, None where the cell does not tell."""
    if not isinstance(cell, str) or not cell.strip():
        return None
    try:
        return _currency(cell)[0]
    except BadCell:
        return None


def _within(number: Decimal, least: float | None, most: float | None) -> None:
    if not number.is_finite():
        raise BadCell("Write a number.")
    if least is not None and number < Decimal(str(least)):
        raise BadCell(f"At least {least:,} may stand here.")
    if most is not None and number > Decimal(str(most)):
        raise BadCell(f"At most {most:,} may stand here.")


def _bounds(least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return f" from {least:,} to {most:,}"
    if least is not None:
        return f", {least:,} or more"
    return f", {most:,} or less" if most is not None else ""
