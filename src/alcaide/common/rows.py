"""Many rows in one statement each: a report of 10,000 records may not cost thousands of statements."""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Field, JSONField, Model, QuerySet
from django.db.models.expressions import RawSQL

M = TypeVar("M", bound=Model)
# So few columns often say the same of many rows.
FEW_COLUMNS = 3


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


def fetched(rows: QuerySet[Any, Any], *names: str, moments: Collection[str] = ()) -> list[Any]:
    """Return plain tuples of these columns, as `values_list` does; `moments` names those that are moments.

    For many rows with few different moments: on SQLite, which keeps them as texts, each is read once and not by row.
    """
    try:
        statement, given = rows.values_list(*names).query.sql_with_params()
    except EmptyResultSet:
        return []
    is_text = connection.vendor == "sqlite"
    if is_text:
        # What is no bare column is handed out as it is kept.
        columns = ", ".join(f'+"{name}"' if name in moments else f'"{name}"' for name in names)
        statement = f"SELECT {columns} FROM ({statement})"  # noqa: S608  our own names
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        found = cursor.fetchall()
    if not is_text or not found:
        return found
    values = [list(column) for column in zip(*found, strict=True)]
    for place, name in enumerate(names):
        if name in moments:
            values[place] = _formed(values[place], _moment_of_text)
    return list(zip(*values, strict=True))


def add_new(model: type[M], new: Sequence[M]) -> None:
    """Insert new instances of a model as `bulk_create` does, each with its number; two statements, however many.

    SQLite is told a thousand values a statement otherwise. Call it within a write.
    """
    if not new:
        return
    fields = model._meta.concrete_fields
    table = Table(model, *(each.attname for each in fields))
    for number, each in zip(table.numbers(len(new)), new, strict=True):
        each.pk = number
    table.insert([[field.pre_save(each, add=True) for field in fields] for each in new])
    for each in new:
        each._state.adding, each._state.db = False, connection.alias


class Table:
    """Some columns of a model, written by plain statements. Values are Python's; each database gets its own form.

    PostgreSQL takes new rows as a binary COPY and other columns as arrays in one statement, SQLite the rows one by one
    in one prepared statement.
    """

    def __init__(self, model: type[Model], *columns: str) -> None:
        by_column = {each.attname: each for each in model._meta.concrete_fields}
        self._model = model
        self._name = model._meta.db_table
        self._fields: list[Field[Any, Any]] = [by_column[column] for column in columns]

    def insert(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows."""
        if connection.vendor == "postgresql":
            self._copy(rows)
        else:
            self._run(self._into(), rows)

    def upsert(self, rows: Iterable[Sequence[Any]], *, by: int) -> None:
        """Add rows, or change those that stand under the same first `by` columns; each of these once in `rows`."""
        keys = ", ".join(f'"{each.column}"' for each in self._fields[:by])
        sets = ", ".join(f'"{each.column}" = excluded."{each.column}"' for each in self._fields[by:])
        self._run(f"{self._into()} ON CONFLICT ({keys}) DO UPDATE SET {sets}", rows)

    def update(self, rows: Iterable[Sequence[Any]]) -> None:
        """Change rows; the last value of each is the row's number."""
        columns = _columns(rows)
        if not columns:
            return
        sets = ", ".join(f'"{each.column}" = %s' for each in self._fields)
        if connection.vendor == "postgresql":
            self._update_joined(columns)
        elif len(self._fields) > FEW_COLUMNS and not all(_is_one(column) for column in columns[:-1]):
            self._write(f'UPDATE "{self._name}" SET {sets} WHERE id = %s', columns)  # noqa: S608  our own names
        else:
            self._update_alike(sets, columns)

    def _update_alike(self, sets: str, columns: list[list[Any]]) -> None:
        """Change rows on SQLite of which many get the same values: these are written once to all that get them."""
        formed = [_formed_for(field, column) for field, column in zip(self._fields, columns[:-1], strict=True)]
        alike: dict[tuple[Any, ...], list[int]] = {}
        for *values, number in zip(*formed, columns[-1], strict=True):
            alike.setdefault(tuple(values), []).append(number)
        one_of = "(SELECT value FROM json_each(%s))"
        statement = f'UPDATE "{self._name}" SET {sets} WHERE id IN {one_of}'  # noqa: S608  our own names
        rows = [(*values, json.dumps(sorted(numbers))) for values, numbers in alike.items()]
        with connection.cursor() as cursor:
            if len(rows) == 1:
                cursor.execute(statement, rows[0])
            else:
                cursor.executemany(statement, rows)

    def numbers(self, count: int) -> Sequence[int]:
        """Set so many numbers aside for new rows that other new rows name; within a write, which SQLite needs."""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [self._name, count]
                )
                return [number for (number,) in cursor.fetchall()]
            # Others wait for the lock of the write, so nobody takes these meanwhile. Numbers of deleted rows rest.
            cursor.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = %s", [self._name])
            first = (cursor.fetchone()[0] or 0) + 1
        return range(first, first + count)

    def _update_joined(self, columns: list[list[Any]]) -> None:
        """Change rows on PostgreSQL: what is the same for all is said once, what differs is joined by number."""
        *values, numbers = columns
        sets, given, names, arrays = [], [], [], []
        for place, field in enumerate(self._fields):
            kind = field.db_type(connection)
            column = _formed_for(field, values[place])
            if _is_one(column):
                sets.append(f'"{field.column}" = %s::{kind}')
                given.append(column[0])
            else:
                sets.append(f'"{field.column}" = v.c{place}')
                names.append(f"c{place}")
                arrays.append((kind, column))
        marks = ", ".join([*(f"%s::{kind}[]" for kind, _ in arrays), "%s::bigint[]"])
        source = f"unnest({marks}) AS v ({', '.join([*names, 'number'])})"
        # Our own names, values apart.
        statement = f'UPDATE "{self._name}" AS t SET {", ".join(sets)} FROM {source} WHERE t.id = v.number'  # noqa: S608  own names
        with connection.cursor() as cursor:
            cursor.execute(statement, [*given, *(column for _, column in arrays), numbers])

    def _copy(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows on PostgreSQL: as arrays of an INSERT they took five times the CPU here."""
        left = iter(rows)
        first = next(left, None)
        if first is None:
            return
        names = ", ".join(f'"{each.column}"' for each in self._fields)
        kinds = [str(each.db_type(connection)).partition("(")[0] for each in self._fields]
        into = f'COPY "{self._name}" ({names}) FROM STDIN (FORMAT BINARY)'
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(into) as copy:
            copy.set_types(kinds)
            copy.write_row(first)
            for row in left:
                copy.write_row(row)

    def _into(self) -> str:
        names = ", ".join(f'"{each.column}"' for each in self._fields)
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{each.db_type(connection)}[]" for each in self._fields)
            return f'INSERT INTO "{self._name}" ({names}) SELECT * FROM unnest({arrays})'  # noqa: S608  our own
        marks = ", ".join(["%s"] * len(self._fields))
        return f'INSERT INTO "{self._name}" ({names}) VALUES ({marks})'  # noqa: S608  our own names

    def _run(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        columns = _columns(rows)
        if columns:
            self._write(statement, columns)

    def _write(self, statement: str, columns: list[list[Any]]) -> None:
        for place, field in enumerate(self._fields):
            columns[place] = _formed_for(field, columns[place])
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(statement, columns)
            else:
                cursor.executemany(statement, list(zip(*columns, strict=True)))


def _columns(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _is_one(values: list[Any]) -> bool:
    return all(value == values[0] for value in values)


def _formed_for(field: Field[Any, Any], values: list[Any]) -> list[Any]:
    form = _form_of(field)
    return values if form is None else _formed(values, form)


def _form_of(field: Field[Any, Any]) -> Callable[[Any], Any] | None:
    """Return how the database wants a field's values, None where Python's own will do."""
    if isinstance(field, JSONField):
        return json.dumps
    if connection.vendor == "postgresql":
        return None
    return SQLITE_FORMS.get(field.get_internal_type())


def _formed(values: list[Any], form: Callable[[Any], Any]) -> list[Any]:
    if form is json.dumps:
        return [None if value is None else form(value) for value in values]
    # A report has few moments and many rows: each is written down once.
    forms = {value: None if value is None else form(value) for value in set(values)}
    return [forms[value] for value in values]


def _moment_of_text(value: str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


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
