"""The heat grid: how often against how much, each cell holding a sum and a count, shaded by the sum."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from alcaide.common import words
from alcaide.common.charts.pen import Pen, wrapped
from alcaide.common.charts.table import ChartTable, chart_table

SHADES = 4


class Cell(NamedTuple):
    """What one cell holds: its sum in whole units of money, how many things, and where a click leads."""

    amount: float
    count: int  # type: ignore[assignment]  # a tuple counts its members; this one counts things
    url: str = ""


Cells = Mapping[tuple[int, int], Cell]
"""By (row, column), from 0; row 0 is the first that is given, drawn at the bottom."""


@dataclass(frozen=True)
class Grid:
    """A grid: what stands along its two sides, in words, and its cells."""

    rows: Sequence[str]
    columns: Sequence[str]
    cells: Cells
    rows_are: str
    columns_are: str

    @property
    def is_drawable(self) -> bool:
        """Whether there is a cell to draw, and every sum is a number."""
        return bool(self.cells) and all(math.isfinite(cell.amount) for cell in self.cells.values())


@dataclass(frozen=True)
class _Frame:
    width: float
    left: float
    height: float
    letters: int
    side_letters: int


WIDE = _Frame(640, 104, 50, 14, 15)
NARROW = _Frame(320, 72, 58, 7, 8)


def heat_grid(grid: Grid, *, currency: str, wide: bool = True, themed: bool = True) -> SafeString:
    """Draw the grid. The shade is the cell's part of the largest cell; the sum and the count stand in it.

    On a page each cell that has an address is a link; a document gets the drawing alone.
    """
    frame, pen = WIDE if wide else NARROW, Pen(themed)
    css = f"chart {'wide' if wide else 'narrow'} heat"
    if not grid.is_drawable:
        trouble = gettext("Nothing is priced yet") if not grid.cells else gettext("These figures cannot be drawn")
        parts = [pen.text(trouble, "words", x=frame.width / 2, y=30, text_anchor="middle")]
        return pen.drawing((frame.width, 60), parts, css=css, label=trouble)
    across = (frame.width - frame.left) / len(grid.columns)
    parts = [pen.text(grid.rows_are, "tick", x=2, y=12)]
    top = 20.0
    for place, label in reversed(list(enumerate(grid.rows))):
        parts.extend(_side(pen, wrapped(label, frame.side_letters), y=top + frame.height / 2, x=frame.left - 6))
        for column, head in enumerate(grid.columns):
            at = (frame.left + across * column, top)
            cell = grid.cells.get((place, column), Cell(0.0, 0))
            said = f"{label}, {head}: {_words(cell, currency=currency)}"
            parts.append(_cell(pen, cell, at, (across - 2, frame.height - 2), said=said, grid=grid, currency=currency))
        top += frame.height
    heads = [wrapped(head, frame.letters) for head in grid.columns]
    for column, lines in enumerate(heads):
        x = frame.left + across * column + (across - 2) / 2
        parts.extend(
            pen.text(line, "tick", x=x, y=top + 14 + 13 * place, text_anchor="middle")
            for place, line in enumerate(lines)
        )
    foot = top + 14 + 13 * max(map(len, heads))
    parts.append(pen.text(grid.columns_are, "tick", x=frame.width - 2, y=foot + 4, text_anchor="end"))
    has_links = themed and any(cell.url for cell in grid.cells.values())
    label = f"{grid.columns_are}, {grid.rows_are}"
    return pen.drawing((frame.width, foot + 10), parts, css=css, label=label, role="group" if has_links else "img")


def heat_table(grid: Grid, *, currency: str) -> ChartTable:
    """Return the cells that hold something as rows, the largest sum first."""
    held = sorted(grid.cells.items(), key=lambda each: (-each[1].amount, each[0]))
    rows = [
        (grid.rows[row], grid.columns[column], words.count(cell.count), words.money(cell.amount, currency))
        for (row, column), cell in held
    ]
    heads = (grid.rows_are, grid.columns_are, gettext("Scenarios"), gettext("Expected a year"))
    return chart_table(gettext("The grid in numbers"), heads, rows, numeric=(2, 3))


def _side(pen: Pen, lines: Sequence[str], *, x: float, y: float) -> list[str]:
    first = y + 4 - 13 * (len(lines) - 1) / 2
    return [pen.text(line, "tick", x=x, y=first + 13 * place, text_anchor="end") for place, line in enumerate(lines)]


def _cell(
    pen: Pen, cell: Cell, at: tuple[float, float], size: tuple[float, float], *, said: str, grid: Grid, currency: str
) -> str:
    (x, y), (width, height) = at, size
    drawn = pen.shape("rect", f"cell h{_shade(cell, grid)}", x=x, y=y, width=width, height=height, rx=4)
    if cell.count:
        middle = x + width / 2
        drawn += pen.text(
            words.money(cell.amount, currency), "sum", x=middle, y=y + height / 2 - 1, text_anchor="middle"
        )
        drawn += pen.text(words.count(cell.count), "held", x=middle, y=y + height / 2 + 14, text_anchor="middle")
    if not (pen.themed and cell.url and cell.count):
        return drawn
    return f'<a href="{escape(cell.url)}"><title>{escape(said)}</title>{drawn}</a>'


def _shade(cell: Cell, grid: Grid) -> int:
    largest = max(each.amount for each in grid.cells.values())
    if not cell.count or largest <= 0 or cell.amount <= 0:
        return 0
    return max(1, math.ceil(SHADES * cell.amount / largest))


def _words(cell: Cell, *, currency: str) -> str:
    number = ngettext("%(n)s scenario", "%(n)s scenarios", cell.count) % {"n": words.count(cell.count)}
    return f"{words.money(cell.amount, currency)}, {number}"
