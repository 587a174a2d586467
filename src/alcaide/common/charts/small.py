"""Drawings of one line's height: a course, a bar, shares, one step of a waterfall."""

import math
from collections.abc import Sequence

from django.utils.safestring import SafeString

from alcaide.common.charts.pen import Pen, number


def spark(values: Sequence[float], *, area: str = "", label: str = "", themed: bool = True) -> SafeString:
    """Draw the course of a figure, oldest first; no axis, the figure itself stands beside it.

    Fewer than two finite values draw a point or nothing; equal values draw a level line.
    """
    pen, css = Pen(themed, area), f"spark {area}".strip()
    known = [float(value) for value in values]
    if not known or not all(map(math.isfinite, known)):
        return pen.drawing((120, 32), (), css=css, label=label)
    low, high = min(known), max(known)
    reach = high - low
    across = 116 / max(len(known) - 1, 1)
    points = [
        (2 + across * index if len(known) > 1 else 118.0, 29 - 24 * (value - low) / reach if reach else 17.0)
        for index, value in enumerate(known)
    ]
    line = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    hue = {} if themed else _stroke(pen)
    parts = [pen.shape("circle", "" if themed else "fill", cx=points[-1][0], cy=points[-1][1], r=2.6)]
    if len(points) > 1:
        faint = {} if themed else {"opacity": ".1"}
        parts.insert(0, pen.shape("polygon", "" if themed else "fill", points=f"2,32 {line} 118,32", **faint))
        parts.insert(1, pen.shape("polyline", points=line, **hue))
    return pen.drawing((120, 32), parts, css=css, label=label)


def bar(share: float, label: str = "", *, area: str = "", themed: bool = True) -> SafeString:
    """Draw a share of 0..1 as a filled bar that begins at zero; what is outside is cut at the edge."""
    pen = Pen(themed, area)
    filled = min(max(share, 0.0), 1.0) if math.isfinite(share) else 0.0
    parts = [pen.shape("rect", "bed", width=240, height=8, rx=4)]
    if filled:
        parts.append(pen.shape("rect", "fill", width=max(240 * filled, 1.5), height=8, rx=4))
    return pen.drawing((240, 8), parts, css=f"bar {area}".strip(), label=label, stretch=themed)


def shares(measured: float, sector: float, judgement: float, *, themed: bool = True) -> SafeString:
    """Draw what a sum's range rests on; the three parts are scaled to fill the line."""
    pen = Pen(themed)
    kinds = {"measured": measured, "sector": sector, "judgement": judgement}
    whole = sum(kinds.values())
    if not math.isfinite(whole) or whole <= 0 or min(kinds.values()) < 0:
        return pen.drawing((100, 8), [pen.shape("rect", "bed", width=100, height=8)], css="shares")
    parts, x = [], 0.0
    for kind, part in kinds.items():
        width = 100 * part / whole
        if width:
            parts.append(pen.shape("rect", kind, x=x, width=max(width - 0.6, 0.4), height=8))
        x += width
    return pen.drawing((100, 8), parts, css="shares", stretch=themed)


def step(start: float, end: float, *, scale: float, kind: str = "other", themed: bool = True) -> SafeString:
    """Draw one step of a waterfall from `start` to `end` on a line that runs from 0 to `scale`.

    kind: total, ours or other, as the style sheet names them.
    """
    pen = Pen(themed, kind)
    parts = [pen.shape("rect", "bed", y=5.5, width=200, height=1)]
    if scale > 0 and all(map(math.isfinite, (start, end, scale))):
        left, right = (min(max(200 * edge / scale, 0), 200) for edge in sorted((start, end)))
        width = max(right - left, 1.5) if end != start else 0
        if width:
            parts.append(pen.shape("rect", "fill", x=min(left, 200 - width), width=width, height=12))
    return pen.drawing((200, 12), parts, css=f"step {kind}", stretch=themed)


def _stroke(pen: Pen) -> dict[str, str]:
    """Write a course's line colour for a document: the colour its fill would take."""
    colour = pen.shape("g", "fill").split('"')[1]
    return {"fill": "none", "stroke": colour, "stroke-width": "1.6", "stroke-linejoin": "round"}
