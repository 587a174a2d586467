"""A person's own deletion, which a hold refuses; and the renewal of working rows, which no hold concerns."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from alcaide.common.permissions import Refused
from alcaide.common.trail import Actor, audit, write, writing

from .declared import NotDeclared, derived_why, how, kept_why
from .guard import opened
from .held import Holding, holds_in_force, rows_held
from .lock import lock_holds

# Tables without a model, and why their rows are only working rows.
WORKING_TABLES = {"common_searchwords": "written anew from its subject"}
NAMED_AT_MOST = 20


class Held(Refused):
    """A hold keeps this; nothing was deleted. The message names the hold's number, never its matter."""

    def __init__(self, holds: Sequence[Holding]) -> None:
        self.holds = tuple(holds)
        super().__init__(held_words(holds))


def held_words(holds: Sequence[Holding]) -> str:
    """Say which holds keep something, to anybody."""
    numbers = ", ".join(str(hold.number) for hold in holds)
    return _("Kept by hold %(numbers)s, so it may not be deleted. Counsel knows why, and says when it ends.") % {
        "numbers": numbers
    }


@write
def remove(actor: Actor, rows: Any, *, why: str) -> int:
    """Delete a row, several, or a queryset now, with what belongs to them; returns how many of their own kind went.

    Whoever calls has asked the permission. Part of the write that it is called in; leaves a line in the trail.
    Raises Held, and NotDeclared where the model does not say `PURGE`.
    """
    asked = _as_rows(rows)
    if asked is None:
        return 0
    model = asked.model
    if how(model) is None:
        raise NotDeclared(f"{model._meta.label} may not be removed: {kept_why(model) or 'it does not say PURGE'}")
    must_be_free(asked)
    told = [_name_of(row) for row in asked[: NAMED_AT_MOST + 1]]
    with opened():
        _, by_label = asked.delete()
    gone = by_label.get(model._meta.label, 0)
    if gone:
        subject = told[0] if len(told) == 1 else f"{model._meta.label_lower}:several"
        along = {label: n for label, n in by_label.items() if label != model._meta.label}
        audit(actor, "remove", subject=subject, before={"rows": told[:NAMED_AT_MOST]},
              after={"removed": gone, "along": along, "why": why})  # fmt: skip
    return gone


def require_free(rows: Any) -> None:
    """Refuse where a hold keeps any of these rows: for a service that empties what it does not delete. Raises Held."""
    asked = _as_rows(rows)
    if asked is not None:
        must_be_free(asked)


def must_be_free(asked: QuerySet[Any]) -> None:
    """Take the holds' lock and ask every hold in force. Raises Held."""
    with writing():
        lock_holds()
        holds = holds_in_force()
        found = rows_held(asked, holds) if holds else {}
        caught = [holds[place] for place, keys in found.items() if keys]
        if caught:
            raise Held(caught)


def held_among(rows: Sequence[Model]) -> dict[Any, list[Holding]]:
    """Return, by key, the holds that keep rows of one model. For whoever says beforehand what would stay."""
    asked = _as_rows(rows)
    if asked is None:
        return {}
    holds = holds_in_force()
    found: dict[Any, list[Holding]] = {}
    for place, keys in rows_held(asked, holds).items():
        for key in keys:
            found.setdefault(key, []).append(holds[place])
    return found


def renew(rows: QuerySet[Any]) -> int:
    """Delete working rows that the house computes again; returns how many went. No hold is asked, no line is written.

    The model says why with `DERIVED`, or for some of its rows with `DERIVED_PART = (condition, why)`.
    Raises NotDeclared.
    """
    model = rows.model
    if not derived_why(model):
        part = getattr(model, "DERIVED_PART", None)
        if part is None:
            raise NotDeclared(f"{model._meta.label} does not say DERIVED, so its rows are no working rows.")
        rows = rows.filter(part[0])
    with opened():
        return rows.delete()[1].get(model._meta.label, 0)


def renew_table(table: str, column: str, *, keys: Collection[int]) -> None:
    """Delete rows of a working table that has no model, by one of its columns. Raises NotDeclared."""
    if table not in WORKING_TABLES:
        raise NotDeclared(f"{table} is not among the working tables of common.purging.")
    quote = connection.ops.quote_name
    with connection.cursor() as cursor, opened():
        cursor.executemany(
            f"DELETE FROM {quote(table)} WHERE {quote(column)} = %s",  # noqa: S608  names of our own
            [(each,) for each in keys],
        )


def _as_rows(rows: Any) -> QuerySet[Any] | None:
    if isinstance(rows, QuerySet):
        return rows.order_by()
    given: Sequence[Model] = [rows] if isinstance(rows, Model) else list(rows)
    if not given:
        return None
    model: Any = type(given[0])
    return model._base_manager.filter(pk__in=[row.pk for row in given])


def _name_of(row: Any) -> str:
    return str(row.subject) if getattr(row, "SUBJECT", "") else f"{row._meta.label_lower}:{row.pk}"
