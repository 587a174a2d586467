"""The drawing of the year: thirteen weeks, or quarter by quarter."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common.charts import Placed, Span, Week, Year, lay_out
from alcaide.common.words import day
from alcaide.organization.models import Organization
from alcaide.organization.queries import FiscalYear, fiscal_year

from .year import Line, YearDates, monday, when

WEEKS = 13
ROWS = 14


@dataclass(frozen=True)
class Bar:
    """One bar with what a hand or a key may do with it."""

    placed: Placed
    move_url: str
    on: date
    is_missed: bool


@dataclass(frozen=True)
class Quarter:
    """Some weeks on one sheet."""

    title: str
    weeks: tuple[Week, ...]
    bars: tuple[Bar, ...]
    left_out: int
    first: date


def year_around(today: date) -> FiscalYear:
    """Return the organization's fiscal year of a day; the calendar's before there is an organization."""
    held = Organization.objects.order_by("id").first() or Organization(first_month=1)
    return fiscal_year(today, organization=held)


def weeks_from(today: date) -> tuple[date, date]:
    """Return the first and the last day of the thirteen weeks that begin with this one."""
    first = monday(today)
    return first, first + timedelta(weeks=WEEKS, days=-1)


def quarters(year: FiscalYear) -> list[tuple[str, date, date]]:
    """Return the four quarters of a fiscal year: title, first and last day."""
    starts = [_months_on(year.first, 3 * n) for n in range(4)]
    ends = [each - timedelta(days=1) for each in starts[1:]] + [year.last]
    return [
        (_("Quarter %(n)d of %(year)s") % {"n": n + 1, "year": year.name}, first, last)
        for n, (first, last) in enumerate(zip(starts, ends, strict=True))
    ]


def draw(title: str, lines: Sequence[Line], dates: YearDates, *, first: date, last: date, today: date) -> Quarter:
    """Lay the lines between two days on a grid of weeks; times without dates lie among them."""
    start = monday(first)
    weeks = ((last - start).days) // 7 + 1
    spans = [(_span(each, start, today=today), each) for each in lines if first <= each.on <= last]
    quiet = [
        Span(each.why, max(each.from_on, start), min(each.until_on, last),
             _("%(unit)s: nothing due until %(day)s")
             % {"unit": each.unit.name, "day": day(each.until_on, today=today)}, "window", reverse("year-quiet"))
        for each in dates.quiet if each.from_on <= last and each.until_on >= first
    ]  # fmt: skip
    drawn = lay_out([*(span for span, _line in spans), *quiet], today=start, weeks=weeks, rows=ROWS)
    heads = tuple(
        replace(week, is_now=start + timedelta(weeks=n) == monday(today)) for n, week in enumerate(drawn.weeks)
    )
    known = {(span.what, span.url, span.when): line for span, line in spans}
    return Quarter(title, heads, tuple(_bars(drawn, known)), drawn.left_out, start)


def _span(line: Line, start: date, *, today: date) -> Span:
    said = when(line, today=today)
    kind = "clash" if line.clash or line.state == "missed" else line.dated.kind
    if line.state == "missed":
        said = _("%(day)s, not done") % {"day": said}
    elif line.clash:
        said = _("%(day)s; clash: %(why)s") % {"day": day(line.on, today=today), "why": line.clash}
    return Span(line.dated.title, max(line.starts, start), line.on, said, kind, line.dated.url)


def _bars(drawn: Year, known: dict[tuple[str, str, str], Line]) -> list[Bar]:
    bars = []
    for each in drawn.placed:
        line = known.get((each.what, each.url, each.when))
        can = line is not None and line.state != "past" and not line.stands_for_many
        url = reverse("year-move", args=[line.dated.subject, line.dated.what]) if line and can else ""
        bars.append(Bar(each, url, line.on if line else date.min, bool(line and line.state == "missed")))
    return bars


def _months_on(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)
