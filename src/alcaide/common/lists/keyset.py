"""Pages by the last row seen instead of by number: as fast at row 500,000 as at row 1."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, IntegerField, Q, QuerySet

from alcaide.common.lists import among  # noqa: F401  the lookup `picked`
from alcaide.common.lists.columns import read

LONGEST_TOKEN = 4_000


class BadPlace(ValueError):
    """The token of a place in a list is not one that this list gave out; show the first page and say so."""


class NullInSort(TypeError):
    """A list sorts by a column that may be null; its rows would vanish from later pages."""


@dataclass(frozen=True)
class Order:
    """By which field a list is sorted; equal values stand by primary key, in the same direction."""

    key: str
    field: str
    descending: bool

    @property
    def param(self) -> str:
        """The order as an address writes it."""
        return f"-{self.key}" if self.descending else self.key

    def apply(self, rows: QuerySet[Any], *, backward: bool = False) -> QuerySet[Any]:
        """Sort rows, or sort them the other way round. Raises NullInSort."""
        if _may_be_null(rows.model, self.field) and self.field not in rows.query.annotations:
            raise NullInSort(f"{rows.model.__name__}.{self.field} may be null. Sort by a column that never is.")
        falls = self.descending != backward
        return rows.order_by(F(self.field).desc() if falls else F(self.field).asc(), "-pk" if falls else "pk")


@dataclass(frozen=True)
class Place:
    """A place in a sorted list: just after or just before a row; `number` is the first row's number on its page."""

    side: Literal["after", "before"]
    value: Any
    pk: Any
    number: int


def beside(row: Any, order: Order, *, side: Literal["after", "before"], number: int) -> Place:
    """Return the place after or before a row. Raises NullInSort."""
    value = read(row, order.field.replace("__", "."))
    if value is None:
        raise NullInSort(f"A row holds nothing in {order.field}, by which this list is sorted.")
    return Place(side, value, row.pk, number)


def rows_at(
    rows: QuerySet[Any],
    order: Order,
    *,
    place: Place | None,
    most: int,
    of: QuerySet[Any] | None = None,
    is_few: bool = False,
) -> list[Any]:
    """Read at most so many rows from a place on, in the list's order.

    `of` are the rows before they were narrowed: what hangs on a page is read from them by its keys. `is_few` says
    that all rows together are so few that they are better found first and sorted then.
    """
    of = rows if of is None else of
    found = _read(of, rows_from(rows, order, place=place), most=most, is_few=is_few)
    return found[::-1] if place is not None and place.side == "before" else found


def rows_from(rows: QuerySet[Any], order: Order, *, place: Place | None) -> QuerySet[Any]:
    """Return the rows from a place on, sorted away from it."""
    if place is None:
        return order.apply(rows)
    backward = place.side == "before"
    past = "lt" if order.descending != backward else "gt"
    # `a <= x AND (a < x OR id < y)`: the first part alone lets the index find the start; the usual
    # `a < x OR (a = x AND id < y)` reads the table from its beginning (84 to 603 ms at a million rows).
    at_most = Q(**{f"{order.field}__{past}e": place.value})
    beyond = Q(**{f"{order.field}__{past}": place.value}) | Q(**{f"pk__{past}": place.pk})
    return order.apply(rows.filter(at_most & beyond), backward=backward)


def _read(of: QuerySet[Any], ordered: QuerySet[Any], *, most: int, is_few: bool) -> list[Any]:
    """Read a page: its keys first, then what hangs on these few rows.

    With the joins in one go, SQLite begins at the units of somebody who sees a few and sorts all that they hold.
    The filters have done their work in the keys; asked again beside them, a word would be looked up twice.
    """
    by = ordered.query.order_by
    if is_few:
        return list(of.filter(pk__in=ordered.order_by().values("pk")).order_by(*by)[:most])
    lookup = "pk__picked" if isinstance(of.model._meta.pk, IntegerField) else "pk__in"
    return list(of.filter(**{lookup: ordered.values("pk")[:most]}).order_by(*by))


def token(place: Place, order: Order, *, salt: str) -> str:
    """Return a place as an address carries it, signed, so that nobody can make one up."""
    kind, value = _packed(place.value)
    pk_kind, pk = _packed(place.pk)
    return signing.dumps([order.param, place.side, kind, value, pk_kind, pk, place.number], salt=salt)


def place_of(text: str, order: Order, *, salt: str) -> Place:
    """Read a token back. Raises BadPlace for one of another list, another order, or of nobody."""
    try:
        if len(text) > LONGEST_TOKEN:
            raise BadPlace(text[:20])
        param, side, kind, value, pk_kind, pk, number = signing.loads(text, salt=salt)
        if param != order.param:
            raise BadPlace(text[:20])
        return Place(side, UNPACK[kind](value), UNPACK[pk_kind](pk), number)
    except (signing.BadSignature, ValueError, TypeError, KeyError, ArithmeticError) as fault:
        raise BadPlace(text[:20]) from fault


UNPACK: dict[str, Callable[[Any], Any]] = {
    "": lambda value: value,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
    "uuid": UUID,
}


def _packed(value: Any) -> tuple[str, Any]:
    match value:
        case bool() | int() | float() | str():
            return "", value
        case datetime():
            return "datetime", value.isoformat()
        case date():
            return "date", value.isoformat()
        case Decimal():
            return "decimal", str(value)
        case UUID():
            return "uuid", str(value)
    raise NullInSort(f"A list cannot be sorted by {type(value).__name__}.")


def field_at(model: Any, path: str) -> Any:
    """Return the field at the end of a path, None for an annotation."""
    field: Any = None
    for name in path.split("__"):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        model = getattr(field, "related_model", None) or model
    return field


def _may_be_null(model: Any, path: str) -> bool:
    parts = path.split("__")
    fields = (field_at(model, "__".join(parts[:end])) for end in range(1, len(parts) + 1))
    return any(getattr(field, "null", False) for field in fields)
