"""The timeline: what happened or will happen, as numbered marks on a line of days; the table names each number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import dateformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from alcaide.common import words
from alcaide.common.charts.pen import Pen
from alcaide.common.charts.table import ChartTable, chart_table

DOT, ROW = 9.0, 21.0
MOST_TICKS = 6


@dataclass(frozen=True)
class Moment:
    """One thing with a day: what it is, and whether it was ours, the world's or somebody's opinion, in words."""

    on: date
    what: str
    kind: str = ""
    look: str = "total"
    """One of the looks of a waterfall: total, ours, world, opinion, scope."""


def moments(
    found: Iterable[Moment], *, today: date | None = None, wide: bool = True, themed: bool = True
) -> SafeString:
    """Draw moments as numbered marks, earliest first; marks of near days stand above each other."""
    pen, width = Pen(themed), 700.0 if wide else 320.0
    css = f"chart {'wide' if wide else 'narrow'} moments"
    kept = in_order(found)
    if not kept:
        said = gettext("Nothing is dated yet")
        return pen.drawing(
            (width, 60), [pen.text(said, "words", x=width / 2, y=30, text_anchor="middle")], css=css, label=said
        )
    days = [each.on for each in kept] + ([today] if today else [])
    first, last = min(days), max(days)
    if first == last:
        first, last = first - timedelta(days=1), last + timedelta(days=1)
    span = (last - first).days
    at = [14 + (width - 28) * (each.on - first).days / span for each in kept]
    rows = _stacked(at)
    base = 8 + ROW * (max(rows) + 1)
    parts = [pen.shape("line", "beat", x1=4, x2=width - 4, y1=base, y2=base)]
    for tick in _ticks(first, last, most=MOST_TICKS if wide else 3):
        x = 14 + (width - 28) * (tick - first).days / span
        parts.append(pen.shape("line", "axis", x1=x, x2=x, y1=base, y2=base + 6))
        anchor = "start" if x < 60 else "end" if x > width - 60 else "middle"
        parts.append(pen.text(dateformat.format(tick, "j M Y"), "tick", x=x, y=base + 20, text_anchor=anchor))
    if today:
        x = 14 + (width - 28) * (today - first).days / span
        parts.append(pen.shape("line", "today", x1=x, x2=x, y1=2, y2=base))
    for number, (each, x, row) in enumerate(zip(kept, at, rows, strict=True), 1):
        y = base - 2 - ROW * row - DOT
        parts.append(pen.shape("circle", f"fill {each.look}", cx=x, cy=y, r=DOT))
        parts.append(
            pen.text(str(number), "what" if each.look == "scope" else "count", x=x, y=y + 4, text_anchor="middle")
        )
    label = ngettext("%(n)s moment", "%(n)s moments", len(kept)) % {"n": len(kept)}
    about = "; ".join(f"{_day(each.on, today)}: {each.what}" for each in kept)
    return pen.drawing((width, base + 26), parts, css=css, label=label, about=about)


def moments_table(found: Iterable[Moment], *, today: date | None = None) -> ChartTable:
    """Return what each number stands for; kinds only where there are any."""
    kept = in_order(found)
    heads = [gettext("Number"), gettext("Day"), gettext("What")]
    rows = [[str(number), _day(each.on, today), each.what] for number, each in enumerate(kept, 1)]
    if any(each.kind for each in kept):
        heads.append(gettext("Kind"))
        rows = [[*row, each.kind] for row, each in zip(rows, kept, strict=True)]
    return chart_table(gettext("The moments in words"), heads, rows)


def in_order(found: Iterable[Moment]) -> list[Moment]:
    """Return moments as they are numbered: by day, those of one day as they are given."""
    return sorted(found, key=lambda each: each.on)


def _stacked(at: Sequence[float]) -> list[int]:
    """Return a row for each mark so that none covers another."""
    ends: list[float] = []
    rows = []
    for x in at:
        row = next((place for place, end in enumerate(ends) if x - end >= 2 * DOT + 2), len(ends))
        ends[row : row + 1] = [x]
        rows.append(row)
    return rows


def _ticks(first: date, last: date, *, most: int) -> list[date]:
    step = max(1, -(-(last - first).days // (most - 1)))
    return [first + timedelta(days=step * place) for place in range((last - first).days // step + 1)]


def _day(on: date, today: date | None) -> str:
    return words.day(on, today=today) if today else dateformat.format(on, "j M Y")
