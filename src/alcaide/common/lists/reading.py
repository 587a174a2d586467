"""What a page of a list reads: its rows, and all its numbers with one statement."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from alcaide.common import search
from alcaide.common.counts import CAP, Count
from alcaide.common.lists.asked import Asked
from alcaide.common.lists.keyset import Place, rows_at
from alcaide.common.lists.listing import Listing
from alcaide.common.lists.saved import Opened
from alcaide.common.lists.tally import tally
from alcaide.common.lists.walking import FarBetween, Stretch, Walker, at_least, far_between, more_than
from alcaide.common.permissions import Hidden

# Each number is a count of its own on every page of the list.
MOST_COUNTED = 6
# So few are found by their filters and then sorted, not sought along the list's order.
FEW = 500
ELSEWHERE = 1_000
"""How far rows are counted that the page does not show: other views, saved views, what is hidden."""


@dataclass(frozen=True)
class Counted:
    """All numbers of a page, counted with one statement; `saved` by primary key, as far as they are counted."""

    total: Count
    views: Sequence[Count]
    saved: Mapping[int, Count]
    hidden: tuple[Hidden, ...]


def asked_for(
    listing: Listing, everything: QuerySet[Any], narrowed: QuerySet[Any], *, asked: Asked, opened: Opened
) -> tuple[Stretch, Counted]:
    """Read the page that is asked for, and count."""
    words = asked.common_words
    if words is not None:
        sought = asked.values[words.key]
        walker = Walker(everything, asked.without(words).fitting(everything), asked.order, words, sought)
        looked_at_all = True
        try:
            stretch = _stretch(asked, walker.page)
        except FarBetween:
            stretch = _stretch(asked, walker.newest)
            looked_at_all = not words.held(sought).are_too_many()
            asked.note("" if looked_at_all else far_between(sought))
        part = asked.by_keys(words)
        counted = _counts(listing, everything, part.fitting(everything), asked=part, opened=opened)
        return stretch, replace(counted, total=more_than(counted.total, stretch, looked_at_all=looked_at_all))
    counted = _counts(listing, everything, narrowed, asked=asked, opened=opened)
    is_few = counted.total.shown <= FEW and not counted.total.capped

    def read_from(place: Place | None, most: int) -> list[Any]:
        return rows_at(narrowed, asked.order, place=place, most=most, of=everything, is_few=is_few)

    return _stretch(asked, read_from), counted


def _stretch(asked: Asked, read_from: Callable[[Place | None, int], list[Any]]) -> Stretch:
    """Read one page; return its rows, its place, and whether there are more before and after it."""
    size, place = asked.listing.page_size, asked.place()
    found = read_from(place, size + 1)
    if place is not None and place.side == "before" and len(found) > size:
        return found[-size:], place, True, True
    if place is not None and place.side == "after" and found:
        return found[:size], place, True, len(found) > size
    if place is not None:
        # Back at the beginning, or past an end that rows have left meanwhile: the whole first page.
        found = read_from(None, size + 1)
    return found[:size], None, False, len(found) > size


def first_number(place: Place | None, rows: int, total: Count, *, is_last: bool) -> int:
    """Return the number of the page's first row; on the last page the count itself says it."""
    if place is None:
        return 1
    if not total.capped and (is_last or place.number + rows - 1 > total.shown):
        return max(1, total.shown - rows + 1)
    return place.number


def _counts(
    listing: Listing, everything: QuerySet[Any], narrowed: QuerySet[Any], *, asked: Asked, opened: Opened
) -> Counted:
    is_narrowed = any(value is not None for value in asked.values.values())
    views = [view.narrow(everything) for view in listing.views]
    saved = _saved_questions(listing, asked, opened)
    kept_back = listing.kept_from(asked.user)
    # What a view holds unfiltered is counted once, as the view's own number.
    own = [narrowed] if is_narrowed or asked.view is None else []
    caps = [asked.counts_to for _ in own]
    caps += [CAP if view is asked.view and not own else ELSEWHERE for view in listing.views]
    caps += [ELSEWHERE] * (len(saved) + len(kept_back))
    counts = iter(
        tally(
            [*own, *views, *(kept.fitting(everything) for kept in saved.values()), *(rows for _, rows in kept_back)],
            caps,
        )
    )
    first = next(counts) if own else None
    of_views = [next(counts) for _ in views]
    of_saved = _of_words({pk: next(counts) for pk in saved}, saved)
    hidden = tuple(Hidden(rule, count) for rule, _ in kept_back if (count := next(counts)).shown)
    total = first if first is not None or asked.view is None else of_views[listing.views.index(asked.view)]
    return Counted(total or Count(0), of_views, of_saved, hidden)


def _saved_questions(listing: Listing, asked: Asked, opened: Opened) -> dict[int, Asked]:
    """Return what the first few saved views ask, but for the one that is open and those whose filter must ask."""
    found: dict[int, Asked] = {}
    for view in opened.views:
        if len(found) == MOST_COUNTED:
            break
        if opened.view is not None and view.pk == opened.view.pk:
            continue
        kept = Asked(listing, asked.user, QueryDict(view.query), options=asked.options)
        if not kept.asks_first:
            found[view.pk] = kept
    return found


def _of_words(counts: Mapping[int, Count], saved: Mapping[int, Asked]) -> dict[int, Count]:
    """Return the counts as what they are: where not every hit of its words was looked at, a view holds more."""
    held = [(pk, each) for pk, count in counts.items() if not count.capped for each in saved[pk].held]
    if not held:
        return dict(counts)
    many = search.beyond([each for _, each in held], search.BROAD)
    unsure = {pk for (pk, _), is_many in zip(held, many, strict=True) if is_many}
    known = {pk: at_least(count) if pk in unsure else count for pk, count in counts.items()}
    return {pk: count for pk, count in known.items() if count is not None}
