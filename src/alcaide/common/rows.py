"""Many rows in one statement each: a report of 10,000 records may not cost thousands of statements."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Field, JSONField, Model
from django.db.models.expressions import RawSQL


def listed(values: Collection[str]) -> RawSQL:
    """Return a subquery of texts: one parameter, however many there are, on both databases.

    For `filter(cve__in=listed(cves))`; a list of 30,000 would pass the limit of parameters of a statement.
    """
    return _listed(sorted(values), "text")


def numbered(values: Collection[int]) -> RawSQL:
    """Return a subquery of whole numbers, as `listed` does of texts."""
    return _listed(sorted(values), "bigint")


def _listed(values: list[Any], kind: str) -> RawSQL:
    if connection.vendor == "postgresql":
        return RawSQL(f"SELECT unnest(%s::{kind}[])", [values])  # noqa: S611  two fixed words, the values apart
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(values)])


class Table:
    """Some columns of a model, written by plain statements. Values are Python's; each database gets its own form.

    PostgreSQL takes the columns as arrays in one statement, SQLite the rows one by one in one prepared statement.
    """

    def __init__(self, model: type[Model], *columns: str) -> None:
        by_column = {each.attname: each for each in model._meta.concrete_fields}
        self._name = model._meta.db_table
        self._fields: list[Field[Any, Any]] = [by_column[column] for column in columns]

    def insert(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows."""
        self._run(self._into(), rows)

    def upsert(self, rows: Iterable[Sequence[Any]], *, by: int) -> None:
        """Add rows, or change those that stand under the same first `by` columns; each of these once in `rows`."""
        keys = ", ".join(f'"{each.column}"' for each in self._fields[:by])
        sets = ", ".join(f'"{each.column}" = excluded."{each.column}"' for each in self._fields[by:])
        self._run(f"{self._into()} ON CONFLICT ({keys}) DO UPDATE SET {sets}", rows)

    def insert_of(self, owner: type[Model], rows: Iterable[Sequence[Any]]) -> None:
        """Add rows of two columns: the owner's number, found by the owner's `key` that stands first, and a value."""
        number, value = (each.column for each in self._fields)
        into = f'INSERT INTO "{self._name}" ("{number}", "{value}") SELECT o.id, '
        table = f'"{owner._meta.db_table}" o'
        if connection.vendor == "postgresql":
            self._run(f"{into} v.b FROM unnest(%s::text[], %s::text[]) AS v (a, b) JOIN {table} ON o.key = v.a", rows)
        else:
            self._run(f"{into} %s FROM {table} WHERE o.key = %s", ((value, key) for key, value in rows))

    def update(self, rows: Iterable[Sequence[Any]]) -> None:
        """Change rows; the last value of each is the row's number."""
        if connection.vendor == "postgresql":
            sets = ", ".join(f'"{each.column}" = v.c{place}' for place, each in enumerate(self._fields))
            names = ", ".join([*(f"c{place}" for place in range(len(self._fields))), "number"])
            source = f"unnest({self._arrays()}, %s::bigint[]) AS v ({names})"
            # Our own names, values apart.
            self._run(f'UPDATE "{self._name}" AS t SET {sets} FROM {source} WHERE t.id = v.number', rows)  # noqa: S608
        else:
            sets = ", ".join(f'"{each.column}" = %s' for each in self._fields)
            self._run(f'UPDATE "{self._name}" SET {sets} WHERE id = %s', rows)  # noqa: S608  our own names

    def _into(self) -> str:
        names = ", ".join(f'"{each.column}"' for each in self._fields)
        if connection.vendor == "postgresql":
            return f'INSERT INTO "{self._name}" ({names}) SELECT * FROM unnest({self._arrays()})'  # noqa: S608  our own
        marks = ", ".join(["%s"] * len(self._fields))
        return f'INSERT INTO "{self._name}" ({names}) VALUES ({marks})'  # noqa: S608  our own names

    def _arrays(self) -> str:
        return ", ".join(f"%s::{each.db_type(connection)}[]" for each in self._fields)

    def _run(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        columns = [list(column) for column in zip(*rows, strict=True)]
        if not columns:
            return
        for place, field in enumerate(self._fields):
            form = _form_of(field)
            if form is not None:
                columns[place] = _formed(columns[place], form)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(statement, columns)
            else:
                cursor.executemany(statement, list(zip(*columns, strict=True)))


def _form_of(field: Field[Any, Any]) -> Callable[[Any], Any] | None:
    """Return how the database wants a field's values, None where Python's own will do."""
    if isinstance(field, JSONField):
        return json.dumps
    if connection.vendor == "postgresql":
        return None
    return SQLITE_FORMS.get(field.get_internal_type())


def _formed(values: list[Any], form: Callable[[Any], Any]) -> list[Any]:
    if not values or isinstance(values[0], list):
        return [form(value) for value in values]
    # A report has few moments and many rows: each is written down once.
    forms = {value: None if value is None else form(value) for value in set(values)}
    return [forms[value] for value in values]


def _sqlite_moment(value: datetime) -> str | None:
    return connection.ops.adapt_datetimefield_value(value)


def _sqlite_day(value: date) -> str:
    return value.isoformat()


def _sqlite_uid(value: UUID) -> str:
    return value.hex


SQLITE_FORMS: dict[str, Callable[[Any], Any]] = {
    "DateTimeField": _sqlite_moment,
    "DateField": _sqlite_day,
    "UUIDField": _sqlite_uid,
}
