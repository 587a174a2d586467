"""Draws a bow-tie: ways in on the left, the event in the middle, what follows on the right, measures on each line."""

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from alcaide.common.charts.pen import Pen, wrapped
from alcaide.risk.queries.ties import BowTie, Guard, Line

WIDTH, SIDE, GUARD, EVENT = 1040.0, 210.0, 176.0, 168.0
LETTERS, GUARD_LETTERS, EVENT_LETTERS = 30, 25, 22
LINE_H, PAD, GAP = 15.0, 8.0, 12.0
EVENT_X = (WIDTH - EVENT) / 2


def draw_bow_tie(tie: BowTie, *, themed: bool = True) -> SafeString:
    """Draw the whole bow-tie; words of any length are broken, none is cut off."""
    pen = Pen(themed)
    left, right = _heights(tie.causes), _heights(tie.consequences)
    everywhere = [wrapped(_guard_words(each), GUARD_LETTERS) for each in tie.everywhere]
    event = wrapped(tie.event, EVENT_LETTERS)
    event_height = LINE_H * len(event) + 2 * PAD
    height = max(sum(left) + GAP * len(left), sum(right) + GAP * len(right), event_height + GAP, 60.0)
    middle = height / 2
    parts = [
        *_lines(pen, tie.causes, left, height=height, middle=middle, is_left=True),
        *_lines(pen, tie.consequences, right, height=height, middle=middle, is_left=False),
        *_box(pen, event, "box event", at=(EVENT_X, middle - event_height / 2), size=(EVENT, event_height)),
    ]
    y = height + GAP
    if everywhere:
        parts.append(pen.text(_("On every way in:"), "tick", x=2, y=y + 12))
        x, lowest = 110.0, y
        for words, guard in zip(everywhere, tie.everywhere, strict=True):
            if x + GUARD > WIDTH:
                x, y = 110.0, lowest + GAP
            size = (GUARD, LINE_H * len(words) + PAD)
            parts.extend(_box(pen, words, _guard_look(guard), at=(x, y), size=size))
            lowest = max(lowest, y + size[1])
            x += GUARD + GAP
        y = lowest + GAP
    label = _("Bow-tie of “%(event)s”: %(causes)s ways in, %(consequences)s that follow") % {
        "event": tie.event, "causes": len(tie.causes), "consequences": len(tie.consequences),
    }  # fmt: skip
    about = "; ".join([*(_said(each) for each in tie.causes), tie.event, *(_said(each) for each in tie.consequences)])
    return pen.drawing((WIDTH, y), parts, css="chart wide tie", label=label, about=about)


def _heights(lines: Sequence[Line]) -> list[float]:
    return [max(_words_height(line), _guards_height(line)) for line in lines]


def _words_height(line: Line) -> float:
    return LINE_H * (len(wrapped(line.words, LETTERS)) + bool(line.kind)) + 2 * PAD


def _guards_height(line: Line) -> float:
    return sum(LINE_H * len(wrapped(_guard_words(each), GUARD_LETTERS)) + PAD + 4 for each in line.guards)


def _lines(
    pen: Pen, lines: Sequence[Line], heights: list[float], *, height: float, middle: float, is_left: bool
) -> list[str]:
    parts: list[str] = []
    y = (height - sum(heights) - GAP * (len(heights) - 1)) / 2 if heights else 0.0
    edge = EVENT_X if is_left else EVENT_X + EVENT
    for line, tall in zip(lines, heights, strict=True):
        centre = y + tall / 2
        own = _words_height(line)
        x = 2.0 if is_left else WIDTH - SIDE - 2
        inner = x + SIDE if is_left else x
        guard_x = inner + 18 if is_left else inner - 18 - GUARD
        bend = guard_x + GUARD if is_left else guard_x
        parts.append(pen.shape("path", "link", d=f"M{inner:.1f},{centre:.1f}H{bend:.1f}L{edge:.1f},{middle:.1f}"))
        words = wrapped(line.words, LETTERS)
        parts.extend(_box(pen, words, "box", at=(x, centre - own / 2), size=(SIDE, own), second=line.kind))
        top = centre - (_guards_height(line) - 4) / 2
        for guard in line.guards:
            said = wrapped(_guard_words(guard), GUARD_LETTERS)
            size = (GUARD, LINE_H * len(said) + PAD)
            parts.extend(_box(pen, said, _guard_look(guard), at=(guard_x, top), size=size))
            top += size[1] + 4
        y += tall + GAP
    return parts


def _box(
    pen: Pen, words: Sequence[str], look: str, *, at: tuple[float, float], size: tuple[float, float], second: str = ""
) -> list[str]:
    (x, y), (width, height) = at, size
    lines = [*words, second] if second else list(words)
    first = y + height / 2 - LINE_H * (len(lines) - 1) / 2 + 4
    return [
        pen.shape("rect", look, x=x, y=y, width=width, height=height, rx=6),
        *(
            pen.text(line, "tick" if second and place == len(lines) - 1 else "held", x=x + 9, y=first + LINE_H * place)
            for place, line in enumerate(lines)
        ),
    ]


def _guard_words(guard: Guard) -> str:
    return guard.measure.name if guard.stands else _("%(name)s (not in place)") % {"name": guard.measure.name}


def _guard_look(guard: Guard) -> str:
    return "guard stands" if guard.stands else "guard"


def _said(line: Line) -> str:
    if not line.guards:
        return line.words
    return f"{line.words} ({', '.join(_guard_words(each) for each in line.guards)})"
