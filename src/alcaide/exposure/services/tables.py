"""Many rows in one statement each: a report of 10,000 records may not cost thousands of statements."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, Model


class Table:
    """Some columns of a model, written by plain statements. Values are Python's; each database gets its own form."""

    def __init__(self, model: type[Model], *columns: str) -> None:
        by_column = {each.attname: each for each in model._meta.concrete_fields}
        self._name = model._meta.db_table
        self._fields: list[Field[Any, Any]] = [by_column[column] for column in columns]

    def insert(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows."""
        values = [self._prepared(row) for row in rows]
        names = ", ".join(f'"{each.column}"' for each in self._fields)
        marks = ", ".join(["%s"] * len(self._fields))
        self._run(f'INSERT INTO "{self._name}" ({names}) VALUES ({marks})', values)  # noqa: S608  our own names

    def update(self, rows: Iterable[Sequence[Any]]) -> None:
        """Change rows; the last value of each is the row's number."""
        values = [(*self._prepared(row[:-1]), row[-1]) for row in rows]
        sets = ", ".join(f'"{each.column}" = %s' for each in self._fields)
        self._run(f'UPDATE "{self._name}" SET {sets} WHERE id = %s', values)  # noqa: S608  our own names

    def _prepared(self, row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(
            value
            if value is None or type(value) in PLAIN
            else field.get_db_prep_value(value, connection=connection, prepared=False)
            for field, value in zip(self._fields, row, strict=True)
        )

    def _run(self, statement: str, values: list[tuple[Any, ...]]) -> None:
        if values:
            with connection.cursor() as cursor:
                cursor.executemany(statement, values)


PLAIN = frozenset({str, int, float, bool})
