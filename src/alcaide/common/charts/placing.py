"""Where a few lines of words stand on a drawing so that no curve runs through them."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

# Inter at the sizes of a drawing's words, from the widest of them.
LETTER_WIDTH = 6.3
LINE_HEIGHT = 15.0
STEP = 13.0
AIR = 3.0


class Box(NamedTuple):
    """A rectangle on a drawing; y runs downward."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


class Place(NamedTuple):
    """Where words stand: the x and anchor of each line, and the baseline of the first."""

    x: float
    anchor: str
    y: float

    def box(self, lines: Sequence[str]) -> Box:
        """Return the rectangle that the lines take there."""
        width = LETTER_WIDTH * max(map(len, lines))
        left = self.x if self.anchor == "start" else self.x - width
        return Box(left, self.y - 11, left + width, self.y + LINE_HEIGHT * (len(lines) - 1) + 4)


# The heights between which a line or a band runs over a stretch of the drawing: (left, right) gives (top, bottom).
Course = Callable[[float, float], tuple[float, float]]


def free_place(
    lines: Sequence[str], *, within: Box, beside: float | None, courses: Iterable[Course], bands: Iterable[Course]
) -> Place:
    """Return where the lines meet no course, and no band where that is possible; as near the top as can be.

    They stand right of `beside`, left of it, or at the right edge, in this order. Where every place is taken, the
    first that lies within stands.
    """
    heights = [within.top + 16 + STEP * step for step in range(max(1, int((within.bottom - within.top - 36) / STEP)))]
    sides = [] if beside is None else [(beside + 8, "start"), (beside - 8, "end")]
    places = [Place(x, anchor, y) for y in heights for x, anchor in [*sides, (within.right, "end")]]
    fitting = [each for each in places if _lies_in(each.box(lines), within, beside)] or [
        Place(within.right, "end", heights[0])
    ]
    courses, bands = list(courses), list(bands)
    clear = [each for each in fitting if not _is_crossed(each.box(lines), courses)]
    return next((each for each in clear if not _is_crossed(each.box(lines), bands)), [*clear, *fitting][0])


def _lies_in(box: Box, within: Box, beside: float | None) -> bool:
    is_inside = box.left >= within.left + AIR and box.right <= within.right + AIR
    return is_inside and (beside is None or not box.left < beside < box.right)


def _is_crossed(box: Box, courses: Iterable[Course]) -> bool:
    spans = (course(box.left - AIR, box.right + AIR) for course in courses)
    return any(top < box.bottom + AIR and bottom > box.top - AIR for top, bottom in spans)
