"""The rows and heads of a list's page, ready to draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.utils.translation import gettext

from alcaide.common.lists.asked import Address
from alcaide.common.lists.columns import Column, read, written
from alcaide.common.lists.keyset import Order
from alcaide.common.lists.listing import Listing


@dataclass(frozen=True)
class Cell:
    """One cell, ready to draw."""

    column: Column
    value: Any
    text: str
    second: str
    url: str
    is_lead: bool
    label: str
    css: str
    piece: str

    def __getitem__(self, name: str) -> Any:
        """Answer a template at its first try; an error raised and caught costs more than the cell."""
        return getattr(self, name)


@dataclass(frozen=True)
class Row:
    """One row, ready to draw; `item` is the row itself."""

    item: Any
    uid: str
    name: str
    state: str
    cells: tuple[Cell, ...]
    is_open: bool
    opened: Any
    open_url: str
    pick_words: str
    open_words: str

    def __getitem__(self, name: str) -> Any:
        """Answer a template at its first try, as a cell does."""
        return getattr(self, name)


@dataclass(frozen=True)
class Head:
    """One column's head; `sorted` is `ascending`, `descending` or nothing."""

    column: Column
    url: str
    sorted: str


@dataclass(frozen=True)
class Drawn:
    """What all rows of a page share: the columns as each cell needs them, and what else does not change by row."""

    columns: tuple[tuple[Column, bool, str, str], ...]
    """Each column with whether it heads the row, its label, and its classes."""
    address: Address
    keep: str
    pick: str
    open: str
    close: str

    @classmethod
    def of(cls, shown: Sequence[Column], address: Address, *, keep: str) -> Self:
        """Return what the rows of these columns share."""
        columns = tuple(
            (each, place == 0 or each.role == "lead", str(each.label), _css(each)) for place, each in enumerate(shown)
        )
        return cls(
            columns, address, keep, gettext("Select: %(name)s"), gettext("Open: %(name)s"), gettext("Close: %(name)s")
        )


def _css(column: Column) -> str:
    return " ".join(name for name in (column.role, "num" if column.numeric else "") if name)


def row_of(listing: Listing, item: Any, user: Any, drawn: Drawn) -> Row:
    """Return a row as the page draws it."""
    cells = tuple(
        _cell(column, item, is_lead=is_lead, label=label, css=css) for column, is_lead, label, css in drawn.columns
    )
    address, keep = drawn.address, drawn.keep
    uid = listing.uid_of(item)
    is_open = bool(listing.opens) and address.params.get("open") == uid
    name = next((cell.text for cell in cells if cell.column.role == "lead"), cells[0].text)
    return Row(
        item=item,
        uid=uid,
        name=name,
        state=listing.state(item) if listing.state else "",
        cells=cells,
        is_open=is_open,
        opened=listing.opened(item, user) if is_open and listing.opened else None,
        open_url=address.but({"at": keep, "open": "" if is_open else uid}) if listing.opens else "",
        pick_words=drawn.pick % {"name": name},
        open_words=(drawn.close if is_open else drawn.open) % {"name": name},
    )


def _cell(column: Column, item: Any, *, is_lead: bool, label: str, css: str) -> Cell:
    value = column.value_of(item)
    second = "" if column.second is None else read(item, column.second)
    url = "" if column.url is None else read(item, column.url)
    text = "" if column.piece else written(value)
    said = "" if second is None or second == "" else written(second)
    css = f"{css} when".lstrip() if isinstance(value, date) else css
    return Cell(column, value, text, said, url or "", is_lead, label, css, column.piece)


def head_of(column: Column, order: Order, address: Address) -> Head:
    """Return a column's head with the address that sorts by it, or the other way round."""
    if column.order is None:
        return Head(column, "", "")
    if order.key != column.key:
        return Head(column, address.but({"sort": f"-{column.key}" if column.numeric else column.key}), "")
    other = column.key if order.descending else f"-{column.key}"
    return Head(column, address.but({"sort": other}), "descending" if order.descending else "ascending")
