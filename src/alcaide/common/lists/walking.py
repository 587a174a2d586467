"""A page of rows that hold common words: the list is walked in its own order and each row asked for the words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BooleanField, ExpressionWrapper, QuerySet
from django.utils.translation import gettext

from alcaide.common.counts import Count
from alcaide.common.lists.filters import Sought, Words
from alcaide.common.lists.keyset import Order, Place, rows_at, rows_from

FARTHEST = 1_500
"""Rows that are asked for a page; of 20,000 among 260,000 a page stands in 340, and fewer are sorted as fast."""

Stretch = tuple[list[Any], Place | None, bool, bool]
"""Rows of one page, its place, and whether there are more before and after it."""


class FarBetween(Exception):
    """The rows that hold the words lie too far apart in this order."""


@dataclass(frozen=True)
class Walker:
    """Reads pages of the rows that hold words, each page with two queries.

    `of` are the list's rows, `rows` those that pass everything but the words, which are `sought`.
    """

    of: QuerySet[Any]
    rows: QuerySet[Any]
    order: Order
    words: Words
    sought: Sought

    def newest(self, place: Place | None, most: int) -> list[Any]:
        """Read a page of the newest rows that hold the words, which are found first and sorted then."""
        found = self.rows.filter(self.words.fits(self.sought, "newest"))
        return rows_at(found, self.order, place=place, most=most, of=self.of)

    def page(self, place: Place | None, most: int) -> list[Any]:
        """Read at most so many rows from a place on, in the list's order. Raises FarBetween."""
        keys = self._keys(rows_from(self.rows, self.order, place=place), most)
        return list(self.order.apply(self.of.filter(pk__in=keys))) if keys else []

    def _keys(self, ordered: QuerySet[Any], most: int) -> Sequence[int]:
        fitting = ordered.annotate(
            fits=ExpressionWrapper(self.words.fits(self.sought, "holding"), BooleanField())
        ).values("pk", "fits")[:FARTHEST]
        try:
            walk, values = fitting.query.sql_with_params()
            walked, same = ordered.order_by().values("pk")[:FARTHEST].query.sql_with_params()
        except EmptyResultSet:
            return []
        connection = connections[ordered.db]
        every = "json_group_array(pk)" if connection.vendor == "sqlite" else "json_agg(pk)::text"
        # Both databases read the inner rows in their order and stop at the outer limit.
        found = f"(SELECT {every} FROM (SELECT pk FROM ({walk}) w WHERE fits LIMIT {most}) p)"  # noqa: S608  Django's
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {found}, (SELECT count(*) FROM ({walked}) w)", (*values, *same))  # noqa: S608
            keys, number = cursor.fetchone()
        found_keys: list[int] = json.loads(keys or "[]")
        if len(found_keys) < most and number == FARTHEST:
            raise FarBetween
        return found_keys


def far_between(words: str) -> str:
    """Say that not all rows that hold the words were looked at."""
    return gettext(
        "“%(words)s” fits more than 20,000, far apart in this order; only the newest 20,000 are looked at. "
        "Add another word, or sort otherwise."
    ) % {"words": words}


def more_than(part: Count, stretch: Stretch, *, looked_at_all: bool) -> Count:
    """Return what is known of how many rows fit, from a count of some of them and from a page.

    looked_at_all: whether the page is of all rows that fit.
    """
    found, place, _, more_after = stretch
    if part.capped:
        return part
    if looked_at_all and place is None and not more_after:
        return Count(len(found))
    known = max(part.shown, (place.number if place is not None and place.side == "after" else 1) + len(found) - 1)
    return _beyond(known - (0 if more_after else 1))


def at_least(known: Count) -> Count | None:
    """Return what is known of how many rows fit from a count of some of them; None where that says nothing."""
    if known.capped:
        return known
    return _beyond(known.shown - 1) if known.shown else None


def _beyond(number: int) -> Count:
    step = 100 if number > 100 else 10
    return Count(number // step * step, capped=True)
