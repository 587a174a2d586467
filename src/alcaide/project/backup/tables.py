"""Every table of the house, its rows in a form that both databases read, and a digest that both give alike."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model

PIECE = 2_000
# The search's words stand in a table of no model; the full-text index beside it follows by itself.
SEARCH_WORDS = "common_searchwords"
# Sessions are no records: after a restore everybody signs in anew. What is applied stands in the manifest.
NO_ROWS = frozenset({"django_session"})
# Who tried to sign in how often is forgotten within the hour.
CACHE = "alcaide_cache"
NO_RECORDS = frozenset({"django_migrations", "sqlite_sequence", CACHE})
NOT_OURS = ("common_searchindex", "sqlite_")
KINDS = {
    "DateTimeField": "moment", "DateField": "day", "TimeField": "time", "UUIDField": "uuid", "DecimalField": "decimal",
    "BinaryField": "bytes", "JSONField": "json", "DurationField": "span", "FloatField": "float",
    "BooleanField": "truth",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column: its name, the kind its values are written as, and the model's field where there is one."""

    name: str
    kind: str
    field: "Field[Any, Any] | None" = field(default=None, compare=False)


@dataclass(frozen=True)
class Table:
    """One table, its columns, and the column that its rows are read by."""

    name: str
    columns: tuple[Column, ...]
    key: str
    sequence: str = ""
    """The column that numbers itself, "" where none does."""


@dataclass
class Tally:
    """How many rows there were, and a digest of them that does not depend on their order: a sum of SHA-256 sums."""

    rows: int = 0
    total: int = 0

    def add(self, row: bytes) -> None:
        self.rows += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(row).digest())) % 2**256

    @property
    def digest(self) -> str:
        return f"{self.total:064x}"

    @property
    def told(self) -> dict[str, Any]:
        return {"rows": self.rows, "digest": self.digest}


def tables_of(models: Iterable[type[Model]]) -> dict[str, Table]:
    """Return the tables of these models, those of many-to-many ties among them, and the search's own, by name."""
    found = {}
    for model in models:
        meta = model._meta
        if not meta.managed or meta.proxy or meta.swapped:
            continue
        fields = [each for each in meta.local_concrete_fields if not getattr(each, "generated", False)]
        columns = tuple(Column(str(each.column), _kind(each), each) for each in fields)
        key = meta.pk
        numbered = str(key.column) if "AutoField" in key.get_internal_type() else ""
        found[meta.db_table] = Table(meta.db_table, columns, str(key.column), numbered)
    words = (Column("doc_id", "plain"), Column("words", "plain"))
    found[SEARCH_WORDS] = Table(SEARCH_WORDS, words, "doc_id")
    return dict(sorted(found.items()))


def unknown_tables(connection: BaseDatabaseWrapper, tables: dict[str, Table]) -> list[str]:
    """Return the database's tables that no model speaks of, so that a backup would leave them out."""
    with connection.cursor() as cursor:
        present = connection.introspection.table_names(cursor)
    return sorted(
        name for name in present
        if name not in tables and name not in NO_RECORDS and not name.startswith(NOT_OURS)
    )  # fmt: skip


def rows_of(connection: BaseDatabaseWrapper, table: Table) -> Iterator[list[Any]]:
    """Read every row, a few thousand at a time, past all managers: a backup holds also what pages must not show."""
    if table.name in NO_ROWS:
        return
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column.name) for column in table.columns)
    readers = [(place, _reader(connection, column)) for place, column in enumerate(table.columns)]
    turned = [(place, read) for place, read in readers if read is not None]
    # Names of our own models.
    statement = f"SELECT {columns} FROM {quote(table.name)} ORDER BY {quote(table.key)}"  # noqa: S608
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while piece := cursor.fetchmany(PIECE):
            for read_row in piece:
                row = list(read_row)
                for place, read in turned:
                    if row[place] is not None:
                        row[place] = read(row[place])
                yield row


def as_line(row: Sequence[Any]) -> bytes:
    """Write a row as one line of JSON."""
    return json.dumps(row, separators=(",", ":")).encode()


class Digester:
    """Tells a table's rows apart in the same way on both databases."""

    def __init__(self, table: Table) -> None:
        self.tally = Tally()
        self._json = [place for place, column in enumerate(table.columns) if column.kind == "json"]

    def add(self, row: list[Any], line: bytes) -> None:
        """Take in a row, with its line as it is written."""
        if self._json:
            same = list(row)
            for place in self._json:
                same[place] = _alike(same[place])
            line = json.dumps(same, separators=(",", ":"), sort_keys=True).encode()
        self.tally.add(line)


def digest_of(connection: BaseDatabaseWrapper, table: Table) -> Tally:
    """Read a whole table and return its rows' number and digest."""
    digester = Digester(table)
    for row in rows_of(connection, table):
        digester.add(row, as_line(row))
    return digester.tally


def from_line(kind: str) -> Callable[[Any], Any] | None:
    """Return what turns a written value back into Python's own, None where it is that already."""
    return _BACK.get(kind)


def _kind(of: "Field[Any, Any]") -> str:
    leads_to = getattr(of, "target_field", None) if of.is_relation else None
    return _kind(leads_to) if leads_to is not None else KINDS.get(of.get_internal_type(), "plain")


def _reader(connection: BaseDatabaseWrapper, column: Column) -> Callable[[Any], Any] | None:
    """Return what turns the database's value into the written one: Django's own converters, then the form of a line."""
    write = _WRITTEN.get(column.kind)
    if column.field is None:
        return write
    expression = column.field.get_col("t")
    converters = connection.ops.get_db_converters(expression) + expression.get_db_converters(connection)
    if not converters:
        return write

    def read(value: Any) -> Any:
        for convert in converters:
            value = convert(value, expression, connection)
        return value if write is None or value is None else write(value)

    return read


def _alike(value: Any) -> Any:
    """Write whole numbers in one way: PostgreSQL keeps 1e22 in JSON as an integer, and knows no -0.0."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {key: _alike(each) for key, each in value.items()}
    return [_alike(each) for each in value] if isinstance(value, list) else value


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


_WRITTEN: dict[str, Callable[[Any], Any]] = {
    "moment": _moment,
    "day": date.isoformat,
    "time": lambda value: value.isoformat(timespec="microseconds"),
    "uuid": str,
    "decimal": str,
    "bytes": lambda value: base64.b64encode(bytes(value)).decode(),
    "span": lambda value: value // timedelta(microseconds=1),
    "float": lambda value: float(value) + 0.0,
    "truth": bool,
}


_BACK: dict[str, Callable[[Any], Any]] = {
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "time": time.fromisoformat,
    "uuid": UUID,
    "decimal": Decimal,
    "bytes": base64.b64decode,
    "span": lambda value: timedelta(microseconds=value),
}
