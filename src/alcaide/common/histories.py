"""A subject's history page by page: the newest lines first, and the way to the older ones."""

from collections.abc import Sequence
from typing import Any

from alcaide.common import history
from alcaide.common.history import Told
from alcaide.common.models import TrailLine

PAGE = 20
# Digits of the largest number that a database takes, less one.
LONGEST = 18


class ToldPage(list[Told]):
    """Lines of one page; `older` is the line before which the next page begins, None on the last."""

    def __init__(self, lines: list[Told], *, older: int | None, is_newest: bool) -> None:
        super().__init__(lines)
        self.older = older
        self.is_newest = is_newest


def told_page(
    subject: str | Sequence[str], before: Any = None, *, limit: int = PAGE, without: frozenset[str] = frozenset()
) -> ToldPage:
    """Return a page of a subject's history, or that of several, for who was let in to the subject's own page.

    `before` is the `older` of the page above, as the address carries it; anything else begins at the newest line.
    Three queries, however many lines.
    """
    subjects = [subject] if isinstance(subject, str) else list(subject)
    rows = TrailLine.objects.filter(subject__in=subjects).order_by("-seq")
    at = place_in(before)
    if at is not None:
        rows = rows.filter(seq__lt=at)
    found = list(rows[: limit + 1])
    older = found[limit - 1].seq if len(found) > limit else None
    return ToldPage(history.tell(found[:limit], without=without), older=older, is_newest=at is None)


def place_in(typed: Any) -> int | None:
    """Return the place that an address names, None where it names none.

    >>> place_in("41"), place_in("-1"), place_in("٤"), place_in(None)
    (41, None, None, None)
    """
    is_number = isinstance(typed, str) and typed.isascii() and typed.isdecimal() and len(typed) <= LONGEST
    return int(typed) if is_number else None
