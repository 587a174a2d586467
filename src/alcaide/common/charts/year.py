"""The weeks ahead: what must be ready when, laid on a grid of weeks; a bar's right edge is its date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.utils import dateformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from alcaide.common.charts.pen import Pen

WEEKS = 13
ROWS = 8
# A week's column is about 87 px wide on a desktop page, a letter of the bar's text about 6 px, its padding 24 px.
LETTERS_PER_WEEK = 14.5
PADDING_LETTERS = 4

Kind = Literal["lead", "window", "clash"]


@dataclass(frozen=True)
class Span:
    """Something dated: work begins on `first`, and `last` is its date; `when` is the date in words."""

    what: str
    first: date
    last: date
    when: str
    kind: Kind = "lead"
    url: str = ""


@dataclass(frozen=True)
class Placed:
    """A span with its place on the grid: columns `a` up to, not including, `z`, and its row, all from 1."""

    what: str
    when: str
    kind: Kind
    url: str
    a: int
    z: int
    row: int


@dataclass(frozen=True)
class Week:
    """One column's head."""

    label: str
    is_now: bool


@dataclass(frozen=True)
class Year:
    """The weeks ahead, ready to draw; `left_out` counts what fell outside them or found no row."""

    weeks: tuple[Week, ...]
    placed: tuple[Placed, ...]
    left_out: int


def lay_out(spans: Iterable[Span], *, today: date, weeks: int = WEEKS, rows: int = ROWS) -> Year:
    """Place the spans on the grid, earliest date first, each in the first row that has room."""
    monday = today - timedelta(days=today.weekday())
    end = monday + timedelta(weeks=weeks)
    taken_by_row: list[list[tuple[int, int]]] = [[] for _ in range(rows)]
    placed, left_out = [], 0
    for span in sorted(spans, key=lambda span: (span.last, span.first, span.what)):
        a, z = _columns(span, monday, weeks=weeks)
        free = (n for n, taken in enumerate(taken_by_row) if all(z <= left or a >= right for left, right in taken))
        row = next(free, None)
        if span.last < monday or span.first >= end or row is None:
            left_out += 1
            continue
        taken_by_row[row].append((a, z))
        placed.append(Placed(span.what, span.when, span.kind, span.url, a, z, row + 1))
    return Year(tuple(_heads(monday, weeks)), tuple(placed), left_out)


def timeline(year: Year, *, themed: bool = True) -> SafeString:
    """Draw the weeks ahead as one image, for documents and for pages that hold no list of them."""
    pen = Pen(themed)
    across = 936 / max(len(year.weeks), 1)
    rows = max((span.row for span in year.placed), default=1)
    parts = []
    for index, week in enumerate(year.weeks):
        x = 2 + across * index
        parts.append(pen.shape("line", "axis", x1=x, x2=x, y1=0, y2=16))
        parts.append(pen.text(week.label, "tick", x=x + 6, y=12))
    for span in year.placed:
        parts.extend(_bar(pen, span, across=across))
    if not year.placed:
        parts.append(pen.text(gettext("Nothing is dated in these weeks"), "words", x=8, y=40))
    label = "; ".join(f"{span.what}, {span.when}" for span in year.placed) or gettext("Nothing is dated in these weeks")
    return pen.drawing((940, 24 + 40 * rows), parts, css="chart timeline", label=label)


def _bar(pen: Pen, span: Placed, *, across: float) -> Sequence[str]:
    x, width, y = 2 + across * (span.a - 1), across * (span.z - span.a) - 5, 22 + 40 * (span.row - 1)
    return (
        pen.shape("rect", f"lane {span.kind}", x=x, y=y, width=width, height=36, rx=4),
        pen.shape("rect", f"mark {span.kind}", x=x + width - 3, y=y, width=3, height=36),
        pen.text(span.what, "what", x=x + 7, y=y + 15),
        pen.text(span.when, "tick", x=x + 7, y=y + 29),
    )


def _columns(span: Span, monday: date, *, weeks: int) -> tuple[int, int]:
    last = min(max((span.last - monday).days // 7 + 1, 1), weeks)
    first = min(max((span.first - monday).days // 7 + 1, 1), last)
    letters = max(len(span.what), len(span.when)) + PADDING_LETTERS
    wanted = -int(-letters // LETTERS_PER_WEEK)
    return max(min(first, last + 1 - wanted), 1), last + 1


def _heads(monday: date, weeks: int) -> Iterable[Week]:
    for index in range(weeks):
        day = monday + timedelta(weeks=index)
        new_month = index == 0 or day.day <= 7
        yield Week(dateformat.format(day, "j M" if new_month else "j"), index == 0)
