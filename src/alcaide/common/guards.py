"""Tables that only grow, and columns that never change: triggers that refuse it, on both databases.

A model whose rows keep what some fields first said names those fields in `STAYS`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model


@dataclass(frozen=True)
class Guard:
    """How one table is kept: `keys` are the columns by which a row may not be written twice."""

    table: str
    keys: tuple[str, ...]
    may_delete: bool = False


_guarded: dict[str, tuple[tuple[str, ...], bool]] = {
    "common.TrailLine": (("seq", "hash"), False),
    "common.TrailHead": (("id", "size"), False),
    "common.TrailValue": (("id",), True),
}


def keep(model: str, *, keys: tuple[str, ...], may_delete: bool = False) -> None:
    """Declare a model (`room.Model`) whose rows are never changed; called from `AppConfig.ready`."""
    _guarded[model] = (keys, may_delete)


def guarded_tables() -> list[Guard]:
    """Return every declared table, those of rooms not installed left out."""
    found = []
    for label, (keys, may_delete) in sorted(_guarded.items()):
        model: type[Model] = apps.get_model(label)
        columns = tuple(str(getattr(model._meta.get_field(key), "column", key)) for key in keys)
        found.append(Guard(model._meta.db_table, columns, may_delete))
    return found


def staying_columns() -> list[tuple[str, str]]:
    """Return every table with a column of it that never changes."""
    return sorted(
        (model._meta.db_table, str(field.column))
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name in getattr(model, "STAYS", ())
    )


def install(using: str = "default") -> None:
    """Create every trigger that is missing. Safe to run at any time."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in guarded_tables():
            if guard.table in tables:
                for statement in _create(connection, guard):
                    cursor.execute(statement)
        for table, column in staying_columns():
            if table in tables:
                for statement in stay_statements(connection, table, column):
                    cursor.execute(statement)


def drop(using: str = "default") -> None:
    """Remove the triggers; only for tests, which must empty tables between them."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for guard in guarded_tables():
            for name in _names(connection, guard):
                _drop(cursor, connection, name, table=guard.table)
        for table, column in staying_columns():
            _drop(cursor, connection, _stays(table, column), table=table)


@contextmanager
def lifted(using: str = "default") -> Iterator[None]:
    """Lift the guards for the length of a block; only for tests."""
    drop(using)
    try:
        yield
    finally:
        install(using)


def missing(using: str = "default") -> list[str]:
    """Return the names of triggers that should be there and are not."""
    connection = connections[using]
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    wanted = [name for guard in guarded_tables() for name in _names(connection, guard)]
    wanted += [_stays(table, column) for table, column in staying_columns()]
    return [name for name in wanted if name not in present]


def install_after_migrate(*, using: str, **_: Any) -> None:
    """Re-create what a migration dropped: SQLite remakes a table without its triggers."""
    install(using)


def stay_statements(connection: BaseDatabaseWrapper, table: str, column: str) -> list[str]:
    """Return the statements that refuse to change a column of a table. Names come from our own models."""
    name, words = _stays(table, column), f"{column} of {table} never changes"
    if connection.vendor == "sqlite":
        return [
            f'CREATE TRIGGER IF NOT EXISTS "{name}" BEFORE UPDATE OF "{column}" ON "{table}" '
            f'WHEN OLD."{column}" IS NOT NEW."{column}" BEGIN SELECT RAISE(ABORT, \'{words}\'); END'
        ]
    return [
        "CREATE OR REPLACE FUNCTION alcaide_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% of % never changes', TG_ARGV[0], TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; "
        "END $$",
        f'CREATE OR REPLACE TRIGGER "{name}" BEFORE UPDATE OF "{column}" ON "{table}" FOR EACH ROW '
        f'WHEN (OLD."{column}" IS DISTINCT FROM NEW."{column}") EXECUTE FUNCTION alcaide_stays(\'{column}\')',
    ]


def _stays(table: str, column: str) -> str:
    return f"{table}_{column}_stays"


def _drop(cursor: Any, connection: BaseDatabaseWrapper, name: str, *, table: str) -> None:
    on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
    cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')


def _names(connection: BaseDatabaseWrapper, guard: Guard) -> list[str]:
    kinds = ["no_update"] if guard.may_delete else ["no_update", "no_delete"]
    kinds.append("no_replace" if connection.vendor == "sqlite" else "no_truncate")
    return [f"{guard.table}_{kind}" for kind in kinds]


def _create(connection: BaseDatabaseWrapper, guard: Guard) -> list[str]:
    return _create_sqlite(guard) if connection.vendor == "sqlite" else _create_postgres(guard)


def _create_sqlite(guard: Guard) -> list[str]:
    table, refuse = guard.table, "SELECT RAISE(ABORT, '{0} only grows: {1} refused');"
    same = " OR ".join(f'"{key}" = NEW."{key}"' for key in guard.keys)
    made = [
        f'CREATE TRIGGER IF NOT EXISTS "{table}_no_update" BEFORE UPDATE ON "{table}" '
        f"BEGIN {refuse.format(table, 'UPDATE')} END",
        # Names come from our own models. INSERT OR REPLACE deletes the old row and fires no DELETE trigger.
        f'CREATE TRIGGER IF NOT EXISTS "{table}_no_replace" BEFORE INSERT ON "{table}" '  # noqa: S608
        f'WHEN EXISTS (SELECT 1 FROM "{table}" WHERE {same}) BEGIN {refuse.format(table, "REPLACE")} END',
    ]
    if not guard.may_delete:
        made.append(
            f'CREATE TRIGGER IF NOT EXISTS "{table}_no_delete" BEFORE DELETE ON "{table}" '
            f"BEGIN {refuse.format(table, 'DELETE')} END"
        )
    return made


def _create_postgres(guard: Guard) -> list[str]:
    table = guard.table
    made = [
        "CREATE OR REPLACE FUNCTION alcaide_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation'; "
        "END $$",
        _postgres_trigger(table, "no_update", "UPDATE", "ROW"),
        _postgres_trigger(table, "no_truncate", "TRUNCATE", "STATEMENT"),
    ]
    if not guard.may_delete:
        made.append(_postgres_trigger(table, "no_delete", "DELETE", "ROW"))
    return made


def _postgres_trigger(table: str, kind: str, event: str, each: str) -> str:
    return (
        f'CREATE OR REPLACE TRIGGER "{table}_{kind}" BEFORE {event} ON "{table}" '
        f"FOR EACH {each} EXECUTE FUNCTION alcaide_only_grows()"
    )
