"""The waterfall: how a figure went from one sum to another, move by move; the moves and the two sums add up."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from alcaide.common import words
from alcaide.common.charts.pen import Pen, wrapped
from alcaide.common.charts.table import ChartTable, chart_table

# What we did ourselves is drawn as done where it removed something, and as running out where it slipped.
Look = Literal["ours", "slipped", "world", "opinion", "scope"]
# Above this part of the largest level the smallest stands, the line does not begin at zero, and the drawing says so.
FAR_FROM_ZERO = 0.6
LINE, GAP, BAR, FOOT = 15.0, 10.0, 16.0, 26.0


class Move(NamedTuple):
    """One move: its words, its sum in whole units of money, and its kind in words and as a look."""

    what: str
    amount: float
    kind: str
    look: Look


class Ends(NamedTuple):
    """The two sums between which the moves stand, each with its words."""

    before: float
    before_words: str
    after_words: str


@dataclass(frozen=True)
class _Frame:
    width: float
    left: float
    right: float
    letters: int
    beside: bool
    """Whether words stand beside their bar, or above it."""


WIDE = _Frame(700, 262, 610, 40, beside=True)
NARROW = _Frame(320, 2, 238, 46, beside=False)


@dataclass(frozen=True)
class _Row:
    lines: list[str]
    start: float
    end: float
    text: str
    look: str


@dataclass(frozen=True)
class _Scale:
    frame: _Frame
    low: float
    high: float

    def x(self, value: float) -> float:
        reach = self.high - self.low
        if reach <= 0:
            return self.frame.left
        return self.frame.left + (self.frame.right - self.frame.left) * (value - self.low) / reach


def waterfall(
    ends: Ends, moves: Sequence[Move], *, currency: str, wide: bool = True, themed: bool = True
) -> SafeString:
    """Draw the moves of a sum, one bar under the other, from the sum before to the sum after.

    The sum after is the sum before and all moves. Each bar carries its sign and its kind in words; bars of revised
    opinion and of scope are hatched. Whatever cannot be drawn is said in words.
    """
    frame, pen = WIDE if wide else NARROW, Pen(themed)
    css = f"chart {'wide' if wide else 'narrow'} waterfall"
    amounts = [ends.before, *(move.amount for move in moves)]
    if not all(map(math.isfinite, amounts)):
        trouble = gettext("These figures cannot be drawn")
        parts = [pen.text(trouble, "words", x=frame.width / 2, y=30, text_anchor="middle")]
        return pen.drawing((frame.width, 60), parts, css=css, label=trouble)
    rows = list(_rows(ends, moves, currency=currency, frame=frame))
    scale = _scale(rows, frame)
    parts, y = [], 4.0
    for place, row in enumerate(rows):
        following = rows[place + 1] if place + 1 < len(rows) else None
        drawn, y = _drawn(pen, scale, row, following=following, y=y)
        parts.extend(drawn)
    if scale.low > 0:
        said = gettext("Drawn from %(sum)s on, not from zero") % {"sum": words.money_exactly(scale.low, currency)}
        parts.append(pen.text(said, "tick", x=frame.left, y=y + 12))
        y += FOOT
    return pen.drawing(
        (frame.width, y), parts, css=css, label=_label(ends, moves, currency=currency),
        about="; ".join(_said(move, currency=currency) for move in moves),
    )  # fmt: skip


def waterfall_table(ends: Ends, moves: Sequence[Move], *, currency: str) -> ChartTable:
    """Return the same as numbers: each move with its kind and the sum that stands after it."""
    level = ends.before
    rows = [(ends.before_words, "", "", words.money(level, currency))]
    for move in moves:
        level += move.amount
        rows.append((move.what, move.kind, words.money_signed(move.amount, currency), words.money(level, currency)))
    rows.append((ends.after_words, "", "", words.money(level, currency)))
    heads = (gettext("Move"), gettext("Kind"), gettext("Sum"), gettext("Stands then at"))
    return chart_table(gettext("The moves in numbers"), heads, rows, numeric=(2, 3))


def _rows(ends: Ends, moves: Sequence[Move], *, currency: str, frame: _Frame) -> Iterable[_Row]:
    level = ends.before
    yield _Row(wrapped(ends.before_words, frame.letters), 0.0, level, words.money(level, currency), "total")
    for move in moves:
        lines = [*wrapped(move.what, frame.letters), move.kind]
        text = words.money_signed(move.amount, currency)
        yield _Row(lines, level, level + move.amount, text, move.look)
        level += move.amount
    yield _Row(wrapped(ends.after_words, frame.letters), 0.0, level, words.money(level, currency), "total")


def _scale(rows: Sequence[_Row], frame: _Frame) -> _Scale:
    levels = [row.end for row in rows]
    low, high = min(0.0, *levels), max(0.0, *levels)
    if low >= 0 and high > 0 and min(levels) > FAR_FROM_ZERO * high:
        spread = high - min(levels)
        step = 10.0 ** math.floor(math.log10(max(spread, high / 100)))
        low = max(0.0, math.floor((min(levels) - max(spread, high / 10)) / step) * step)
    return _Scale(frame, low, high)


def _drawn(pen: Pen, scale: _Scale, row: _Row, *, following: _Row | None, y: float) -> tuple[list[str], float]:
    """Draw one row from y on; returns its parts and where the next begins."""
    frame = scale.frame
    height = LINE * len(row.lines)
    parts = [
        pen.text(
            line, "words" if row.look == "total" or place < len(row.lines) - 1 else "tick", x=2, y=y + 12 + LINE * place
        )
        for place, line in enumerate(row.lines)
    ]
    top = y if frame.beside else y + height + 2
    left, right = sorted((scale.x(max(row.start, scale.low)), scale.x(row.end)))
    width = max(right - left, 1.5)
    parts.append(pen.shape("rect", f"fill {row.look}", x=left, y=top, width=width, height=BAR))
    if row.look in {"opinion", "scope"}:
        parts.extend(_hatched(pen, left=left, width=width, top=top))
    if row.look == "total" and scale.low > 0:
        parts.append(pen.shape("line", "cut", x1=left + 8, x2=left + 13, y1=top + BAR, y2=top))
    parts.append(pen.text(row.text, "sum", x=frame.right + 8, y=top + 12.5))
    after = max(y + height, top + BAR) + GAP
    if following is not None and frame.beside:
        x = scale.x(row.end)
        parts.append(pen.shape("line", "join", x1=x, x2=x, y1=top + BAR, y2=after))
    return parts, after


def _hatched(pen: Pen, *, left: float, width: float, top: float) -> Iterable[str]:
    x = left + 5
    while x < left + width:
        tip = min(x + 4, left + width)
        yield pen.shape("line", "hatch", x1=x, x2=tip, y1=top + BAR, y2=top)
        x += 8


def _label(ends: Ends, moves: Sequence[Move], *, currency: str) -> str:
    after = math.fsum([ends.before, *(move.amount for move in moves)])
    return gettext("From %(before)s to %(after)s in %(n)s moves") % {
        "before": words.money(ends.before, currency), "after": words.money(after, currency), "n": len(moves),
    }  # fmt: skip


def _said(move: Move, *, currency: str) -> str:
    return f"{move.what} ({move.kind}): {words.money_signed(move.amount, currency)}"
