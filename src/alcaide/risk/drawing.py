"""Draws what a 90 % range says: its bell on a scale of tenfold steps, with its middle, its mean and its bad end."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from alcaide.common.charts.pen import Pen, path
from alcaide.risk.pricing import Implied

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 470.0, 190.0, 14.0, 456.0, 44.0, 158.0
REACH = 3.0
STEPS = 96
MOST_TICKS = 6
LETTER = 6.2


@dataclass(frozen=True)
class _Scale:
    """Turns values into places, equal factors being equal distances."""

    low: float
    high: float

    def x(self, value: float) -> float:
        return LEFT + (RIGHT - LEFT) * (math.log(value) - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Return the finest of a few ladders of round values that still leaves room for their words."""
        first, last = math.floor(self.low / math.log(10)), math.ceil(self.high / math.log(10))
        found: list[float] = []
        for parts in ((1, 2, 5), (1, 3), (1,)):
            ladder = [part * 10.0**power for power in range(first, last + 1) for part in parts]
            found = [value for value in ladder if self.low <= math.log(value) <= self.high]
            if len(found) <= MOST_TICKS:
                break
        return found[:: math.ceil(len(found) / MOST_TICKS)] if found else []


Writer = Callable[[float], str]


def bell(low: float, high: float, said: Implied, *, write: Writer, tick: Writer) -> SafeString:
    """Draw a range whose ends differ; `write` puts a value into words, `tick` writes it short for the axis."""
    pen = Pen()
    middle, spread = math.log(said.median), said.spread
    scale = _Scale(middle - REACH * spread, max(middle + REACH * spread, math.log(said.one_in_20) + 0.3 * spread))
    parts = [
        pen.shape("line", "axis", x1=LEFT, x2=RIGHT, y1=BOTTOM, y2=BOTTOM),
        pen.shape("path", "belief", d=path(_area(scale, middle, spread, (low, high))) + "Z"),
        pen.shape("path", "curve now", d=path(_line(scale, middle, spread))),
        *_ticks(pen, scale, tick),
        *_marks(pen, scale, said, write),
    ]
    label = _("Half are below %(median)s, the mean is %(mean)s, 1 in 20 is above %(bad)s") % {
        "median": write(said.median), "mean": write(said.mean), "bad": write(said.one_in_20),
    }  # fmt: skip
    return pen.drawing((WIDTH, HEIGHT), parts, css="chart bell", label=label)


def _height(log_value: float, middle: float, spread: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * math.exp(-(((log_value - middle) / spread) ** 2) / 2)


def _line(scale: _Scale, middle: float, spread: float) -> list[tuple[float, float]]:
    at = [scale.low + (scale.high - scale.low) * step / STEPS for step in range(STEPS + 1)]
    return [(scale.x(math.exp(value)), _height(value, middle, spread)) for value in at]


def _area(scale: _Scale, middle: float, spread: float, ends: tuple[float, float]) -> list[tuple[float, float]]:
    first, last = (max(scale.low, min(scale.high, math.log(end))) for end in ends)
    at = [first + (last - first) * step / STEPS for step in range(STEPS + 1)]
    top = [(scale.x(math.exp(value)), _height(value, middle, spread)) for value in at]
    return [(top[0][0], BOTTOM), *top, (top[-1][0], BOTTOM)]


def _ticks(pen: Pen, scale: _Scale, write: Writer) -> list[str]:
    parts = []
    for value in scale.ticks():
        x = scale.x(value)
        parts.append(pen.shape("line", "axis", x1=x, x2=x, y1=BOTTOM, y2=BOTTOM + 4))
        parts.append(pen.text(write(value), "tick", x=x, y=BOTTOM + 18, text_anchor=_anchor(x, write(value))))
    return parts


def _marks(pen: Pen, scale: _Scale, said: Implied, write: Writer) -> list[str]:
    """Name the middle to the left of its line, the mean to the right, and the bad end at the right edge."""
    parts = []
    for value, words, look, y, side in (
        (said.median, _("half below %(sum)s"), "tick", 14, "end"),
        (said.mean, _("mean %(sum)s"), "words", 32, "start"),
        (said.one_in_20, _("1 in 20 above %(sum)s"), "note", 58, "edge"),
    ):
        x, text = scale.x(value), words % {"sum": write(value)}
        parts.append(pen.shape("line", "appetite" if look == "note" else "axis", x1=x, x2=x, y1=y + 5, y2=BOTTOM))
        if side == "edge":
            parts.append(pen.text(text, look, x=WIDTH - 2, y=y, text_anchor="end"))
            continue
        fits = x + LETTER * len(text) < WIDTH if side == "start" else x - LETTER * len(text) > 0
        anchor = side if fits else {"start": "end", "end": "start"}[side]
        parts.append(pen.text(text, look, x=x + (4 if anchor == "start" else -4), y=y, text_anchor=anchor))
    return parts


def _anchor(x: float, text: str) -> str:
    half = LETTER * len(text) / 2
    return "start" if x - half < 0 else "end" if x + half > WIDTH else "middle"
