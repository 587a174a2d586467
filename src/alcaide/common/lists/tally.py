"""Several capped counts in one statement, so that tabs with numbers cost a list one query."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

from alcaide.common.counts import CAP, Count


def tally(sets: Sequence[QuerySet[Any]], cap: int | Sequence[int] = CAP) -> list[Count]:
    """Count each set of rows up to the cap, or each up to its own, all of them with one query."""
    caps = [cap] * len(sets) if isinstance(cap, int) else cap
    parts: list[str | None] = []
    values: list[Any] = []
    for rows, most in zip(sets, caps, strict=True):
        try:
            statement, given = rows.order_by()[: most + 1].values("pk").query.sql_with_params()
        except EmptyResultSet:
            parts.append(None)
            continue
        parts.append(f"(SELECT count(*) FROM ({statement}) AS capped)")  # noqa: S608  Django's own statement
        values.extend(given)
    asked = [part for part in parts if part is not None]
    numbers = iter(_one_row(sets[0].db, asked, values) if asked else ())
    return [Count(0) if part is None else _capped(next(numbers), most) for part, most in zip(parts, caps, strict=True)]


def _one_row(using: str, parts: list[str], values: list[Any]) -> Sequence[int]:
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        row: Sequence[int] = cursor.fetchone()
    return row


def _capped(found: int, cap: int) -> Count:
    return Count(min(found, cap), found > cap)
