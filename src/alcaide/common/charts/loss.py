"""The loss curve: how likely it is that a year costs more than a given sum, with its range and the appetite."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from alcaide.common import words
from alcaide.common.charts.pen import Pen, path
from alcaide.common.charts.placing import LINE_HEIGHT, Box, Course, free_place

FLOOR = 0.01
MARKS = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
NARROW_MARKS = (1.0, 0.2, 0.05, 0.01)
STEPS = 160

Points = Sequence[tuple[float, float]]
Band = Sequence[tuple[float, float, float]]


class Appetite(NamedTuple):
    """The sum a year may pass no more often than `share`: (5_000_000, 0.05) is €5M one year in 20."""

    loss: float
    share: float


@dataclass(frozen=True)
class _Frame:
    width: float
    height: float
    left: float
    right: float
    bottom: float
    marks: tuple[float, ...]
    money_marks: int
    top: float = 14.0


WIDE = _Frame(470, 286, 64, 452, 254, MARKS, 5)
NARROW = _Frame(320, 250, 70, 302, 218, NARROW_MARKS, 2)


class Curve:
    """A chance of passing each sum, read between its points on the logarithm of the chance."""

    def __init__(self, points: Iterable[Sequence[float]]) -> None:
        pairs = sorted((float(loss), float(chance)) for loss, chance in points)
        self.losses = [loss for loss, _ in pairs]
        self.chances = [chance for _, chance in pairs]

    @property
    def is_drawable(self) -> bool:
        """Two points or more, all finite, of which one is above the drawing's floor."""
        values = (*self.losses, *self.chances)
        return len(self.losses) > 1 and all(map(math.isfinite, values)) and max(self.chances) > FLOOR

    def chance_at(self, loss: float) -> float:
        """Return the chance of passing a sum; outside the points, that of the nearest."""
        right = bisect_left(self.losses, loss)
        if right == 0:
            return self.chances[0]
        if right == len(self.losses):
            return self.chances[-1]
        x0, x1 = self.losses[right - 1], self.losses[right]
        return _between(self.chances[right - 1], self.chances[right], weight=(loss - x0) / (x1 - x0))

    def loss_at(self, chance: float) -> float | None:
        """Return the sum passed with this chance: 0 where even zero is passed more rarely, None beyond the points."""
        if not self.losses or self.chances[-1] > chance:
            return None
        if self.chances[0] <= chance:
            return 0.0 if self.losses[0] <= 0 else self.losses[0]
        right = next(index for index, value in enumerate(self.chances) if value <= chance)
        weight = _weight(self.chances[right - 1], self.chances[right], at=chance)
        return self.losses[right - 1] + weight * (self.losses[right] - self.losses[right - 1])


@dataclass(frozen=True)
class _Plot:
    """A frame with its money span: turns sums and chances into coordinates."""

    frame: _Frame
    left: float
    span: float

    def x(self, loss: float) -> float:
        return self.left + (self.frame.right - self.left) * loss / self.span

    def y(self, chance: float) -> float:
        depth = math.log(max(min(chance, 1.0), FLOOR)) / math.log(FLOOR)
        return self.frame.top + (self.frame.bottom - self.frame.top) * depth

    def loss(self, x: float) -> float:
        return self.span * (x - self.left) / (self.frame.right - self.left)

    def course(self, upper: Curve, lower: Curve | None = None) -> Course:
        """Return between which heights a curve, or a band of two, runs over a stretch: a curve never rises."""

        def between(left: float, right: float) -> tuple[float, float]:
            ends = upper.chance_at(self.loss(left)), (lower or upper).chance_at(self.loss(right))
            return self.y(ends[0]), self.y(ends[1])

        return between

    def line(self, curve: Curve) -> list[tuple[float, float]]:
        """Return a curve's course, cut where it leaves the frame or falls below one year in 100."""
        floor = curve.loss_at(FLOOR)
        return self._course(curve, end=self.span if floor is None else floor)

    def edge(self, curve: Curve) -> list[tuple[float, float]]:
        """Return an edge of the range over the whole frame; below the floor it runs along it."""
        return self._course(curve, end=self.span)

    def _course(self, curve: Curve, *, end: float) -> list[tuple[float, float]]:
        start, end = max(curve.losses[0], 0.0), min(curve.losses[-1], self.span, end)
        if end <= start:
            return []
        sums = [start + (end - start) * index / STEPS for index in range(STEPS + 1)]
        return [(self.x(loss), self.y(curve.chance_at(loss))) for loss in sums]


def loss_curve(  # noqa: PLR0913  each is one thing drawn or how to draw it; a bundle would only rename them
    now: Points,
    last: Points | None = None,
    *,
    currency: str,
    plan: Points | None = None,
    band: Band | None = None,
    appetite: Appetite | None = None,
    last_label: str = "",
    wide: bool = True,
    span: float | None = None,
    themed: bool = True,
) -> SafeString:
    """Draw the chance that a year costs more than a given sum.

    now, last, plan: (sum, chance) pairs in whole units of money, any order.  band: (sum, low chance, high chance).
    span: the right end of the money axis; by default the sum passed one year in 100.
    Whatever cannot be drawn as a curve is said in words instead.
    """
    frame, pen = WIDE if wide else NARROW, Pen(themed)
    css = f"chart {'wide' if wide else 'narrow'}"
    curve = Curve(now)
    trouble = _trouble(curve)
    if trouble:
        parts = [pen.text(trouble, "words", x=frame.width / 2, y=frame.height / 2, text_anchor="middle")]
        return pen.drawing((frame.width, frame.height), parts, css=css, label=trouble)
    others = {"last": last, "plan": plan}
    curves = {name: Curve(points) for name, points in others.items() if points is not None and len(points)}
    curves = {name: other for name, other in curves.items() if other.is_drawable}
    belief = _band(band)
    labels = {chance: _one_in(chance) for chance in frame.marks}
    left = max(frame.left, 12 + 5.2 * max(map(len, labels.values())))
    reach = span or _reach([curve, *curves.values()], appetite=appetite)
    step = _nice(reach / frame.money_marks)
    plot = _Plot(frame, left, span or step * math.ceil(round(reach / step, 9)))
    parts = [
        *_beyond(pen, plot, appetite=appetite),
        *_grid(pen, plot, labels=labels),
        *_money_axis(pen, plot, step=step, currency=currency),
        *(_drawn(pen, "belief", [*plot.edge(belief[1]), *plot.edge(belief[0])[::-1]], end="Z") if belief else ()),
        *(line for name, other in curves.items() for line in _drawn(pen, f"curve {name}", plot.line(other))),
        *_drawn(pen, "curve now", plot.line(curve)),
        *_appetite_line(
            pen,
            plot,
            appetite=appetite,
            currency=currency,
            courses=[plot.course(each) for each in (curve, *curves.values())],
            bands=[plot.course(belief[1], belief[0])] if belief else [],
        ),
    ]
    label = _label(
        has_band=belief is not None, last_label=last_label if "last" in curves else "", has_plan="plan" in curves
    )
    return pen.drawing((frame.width, frame.height), parts, css=css, label=label)


@dataclass(frozen=True)
class CurveRow:
    """One line of the curve's numbers, all in words."""

    often: str
    now: str
    range: str
    last: str
    plan: str


@dataclass(frozen=True)
class CurveTable:
    """The curve's numbers for whoever reads rather than sees them."""

    rows: tuple[CurveRow, ...]
    has_range: bool
    has_last: bool
    has_plan: bool


def curve_table(
    now: Points,
    last: Points | None = None,
    *,
    currency: str,
    plan: Points | None = None,
    band: Band | None = None,
) -> CurveTable:
    """Return the sums passed one year in 2, 5, 10, 20, 50 and 100, as `_curve_table.html` writes them."""
    curves = [Curve(points if points is not None else ()) for points in (now, last, plan)]
    belief = _band(band)
    rows = []
    for chance in MARKS[1:] if not _trouble(curves[0]) else ():
        at_now, at_last, at_plan = (_passed(each, chance, currency=currency) for each in curves)
        rows.append(
            CurveRow(_one_in(chance), at_now, _passed_range(belief, chance, currency=currency), at_last, at_plan)
        )
    return CurveTable(tuple(rows), belief is not None, bool(curves[1].losses), bool(curves[2].losses))


def _passed(curve: Curve, chance: float, *, currency: str) -> str:
    if not curve.losses:
        return ""
    loss = curve.loss_at(chance)
    if loss is None:
        return gettext("over %(sum)s") % {"sum": words.money(curve.losses[-1], currency)}
    if curve.chances[0] < chance and loss > 0:
        return gettext("under %(sum)s") % {"sum": words.money(loss, currency)}
    return words.money(loss, currency)


def _passed_range(belief: tuple[Curve, Curve] | None, chance: float, *, currency: str) -> str:
    if belief is None:
        return ""
    low, high = (edge.loss_at(chance) for edge in belief)
    if low is None:
        return gettext("over %(sum)s") % {"sum": words.money(belief[0].losses[-1], currency)}
    if high is None:
        return gettext("%(sum)s or more") % {"sum": words.money(low, currency)}
    return words.money_range(low, max(low, high), currency=currency)


def _trouble(curve: Curve) -> str:
    """Say why a curve cannot be drawn; empty where it can."""
    if not curve.losses:
        return gettext("No figures yet")
    if not all(map(math.isfinite, (*curve.losses, *curve.chances))):
        return gettext("These figures cannot be drawn")
    if max(curve.losses) <= 0 or max(curve.chances) <= 0:
        return gettext("No year in these figures costs anything")
    if len(curve.losses) == 1:
        return gettext("One figure makes no curve")
    if max(curve.chances) <= FLOOR:
        return gettext("Less than one year in 100 costs anything")
    return ""


def _band(band: Band | None) -> tuple[Curve, Curve] | None:
    if band is None or len(band) < 2:
        return None
    low = Curve((loss, chance) for loss, chance, _ in band)
    high = Curve((loss, chance) for loss, _, chance in band)
    return (low, high) if all(map(math.isfinite, (*low.losses, *low.chances, *high.chances))) else None


def _reach(curves: Iterable[Curve], *, appetite: Appetite | None) -> float:
    """Return how far the money axis goes: to one year in 100, and to the appetite if that is not far off."""
    ends = []
    for curve in curves:
        floor = curve.loss_at(FLOOR)
        ends.append(curve.losses[-1] if floor is None else floor)
    reach = max(ends)
    if appetite and appetite.loss < 3 * reach:
        reach = max(reach, 1.1 * appetite.loss)
    return reach if reach > 0 else 1.0


def _nice(rough: float) -> float:
    """Return the step of 1, 2, 2.5 or 5 times a power of ten that comes nearest from above."""
    power = 10.0 ** math.floor(math.log10(rough))
    return power * next(step for step in (1, 2, 2.5, 5, 10) if step * power >= rough * (1 - 1e-9))


def _grid(pen: Pen, plot: _Plot, *, labels: dict[float, str]) -> Iterable[str]:
    for chance, label in labels.items():
        y = plot.y(chance)
        yield pen.shape("line", "grid", x1=plot.left, x2=plot.frame.right, y1=y, y2=y)
        yield pen.text(label, x=plot.left - 8, y=y + 3.5, text_anchor="end")


def _money_axis(pen: Pen, plot: _Plot, *, step: float, currency: str) -> Iterable[str]:
    for index in range(int(plot.span / step + 1e-9) + 1):
        label = words.money_exactly(round(step * index, 9), currency)
        x, y = plot.x(step * index), plot.frame.bottom + 20
        fits = x + 3.2 * len(label) <= plot.frame.width
        yield pen.text(label, x=x if fits else plot.frame.width, y=y, text_anchor="middle" if fits else "end")


def _beyond(pen: Pen, plot: _Plot, *, appetite: Appetite | None) -> Iterable[str]:
    if appetite and 0 <= appetite.loss < plot.span:
        x, y = plot.x(appetite.loss), plot.y(appetite.share)
        yield pen.shape("rect", "beyond", x=x, y=plot.frame.top, width=plot.frame.right - x, height=y - plot.frame.top)


def _appetite_line(
    pen: Pen, plot: _Plot, *, appetite: Appetite | None, currency: str, courses: list[Course], bands: list[Course]
) -> Iterable[str]:
    """Draw where the appetite ends, with its words where no curve runs through them."""
    if not appetite or appetite.loss < 0:
        return
    frame, x = plot.frame, None
    limit = f"{words.money_exactly(appetite.loss, currency)}, {_one_year_in(appetite.share)}"
    lines = (gettext("Appetite lies further right"), limit)
    if appetite.loss < plot.span:
        x = plot.x(appetite.loss)
        lines = (gettext("Beyond appetite"), limit)
        yield pen.shape("line", "appetite", x1=x, x2=x, y1=frame.top, y2=frame.bottom)
    within = Box(plot.left, frame.top, frame.right, frame.bottom)
    at = free_place(lines, within=within, beside=x, courses=courses, bands=bands)
    yield pen.text(lines[0], "note", x=at.x, y=at.y, text_anchor=at.anchor)
    yield pen.text(lines[1], x=at.x, y=at.y + LINE_HEIGHT, text_anchor=at.anchor)


def _drawn(pen: Pen, look: str, points: list[tuple[float, float]], *, end: str = "") -> Iterable[str]:
    if points:
        yield pen.shape("path", look, d=path(points) + end)


def _label(*, has_band: bool, last_label: str, has_plan: bool) -> str:
    shown = [gettext("now with its 90 % range") if has_band else gettext("now")]
    shown += [last_label] if last_label else []
    shown += [gettext("with the plan")] if has_plan else []
    return gettext("Chance that a year costs more than a given sum: %(curves)s") % {"curves": ", ".join(shown)}


def _one_in(chance: float) -> str:
    return (
        gettext("every year") if chance >= 1 else gettext("1 in %(years)s") % {"years": words.count(round(1 / chance))}
    )


def _one_year_in(share: float) -> str:
    years = 1 / share if share > 0 else math.inf
    if math.isfinite(years) and abs(years - round(years)) < 0.02 * years:
        return gettext("1 year in %(years)s") % {"years": words.count(round(years))}
    return gettext("a %(share)s chance") % {"share": words.share(share)}


def _between(first: float, second: float, *, weight: float) -> float:
    if first <= 0 or second <= 0:
        return first + weight * (second - first)
    return float(first * (second / first) ** weight)


def _weight(first: float, second: float, *, at: float) -> float:
    if second <= 0:
        return (first - at) / first
    return math.log(first / at) / math.log(first / second)
