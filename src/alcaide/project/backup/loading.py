"""Puts the rows of a backup into an empty database of either kind, at the state of tables that they were read from."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model

from alcaide.common import purging

from .faults import Damaged, TooNew, Unfaithful
from .tables import PIECE, Column, Table, digest_of, from_line, tables_of

# Steps that one joined migration took the place of are on record beside it; the tables are the same.
JOINED = "squashed"


def targets_of(executor: MigrationExecutor, applied: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the newest changes that the backup's tables had, each room's. Raises TooNew."""
    loader = executor.loader
    known = set(loader.disk_migrations) | set(loader.replacements)
    unknown = sorted(
        f"{app}.{name}" for app, name in applied
        if app not in loader.migrated_apps or ((app, name) not in known and JOINED not in name)
    )  # fmt: skip
    if unknown:
        raise TooNew(
            f"The backup was made by a newer Alcaide, or one with other parts ({unknown[0]} is not known here). "
            "Install that version and restore with it."
        )
    had = {node for node in loader.graph.nodes if _was_applied(node, applied, loader.replacements)}
    return sorted(node for node in had if not any(child in had for child in _children(loader, node)))


def lay_tables(targets: list[tuple[str, str]]) -> dict[str, Table]:
    """Make the tables as they were at these changes, empty, and return them."""
    executor = MigrationExecutor(connection)
    leaves = sorted(executor.loader.graph.leaf_nodes())
    executor.migrate(targets)
    models: Iterable[type[Model]] = (
        apps.get_models(include_auto_created=True)
        if targets == leaves
        else executor.loader.project_state(targets).apps.get_models(include_auto_created=True)
    )
    tables = tables_of(models)
    _empty(tables)
    return tables


def expect(tables: dict[str, Table], told: dict[str, list[list[str]]]) -> dict[str, Table]:
    """Return the tables with their columns as the backup orders them. Raises Damaged."""
    found = {}
    for name, columns in told.items():
        table = tables.get(name)
        by_name = {column.name: column for column in table.columns} if table else {}
        if table is None or [sorted(by_name), len(columns)] != [sorted(each[0] for each in columns), len(by_name)]:
            raise Damaged(f"The backup's table {name} does not have the columns that its own changes lay.")
        if any(by_name[column].kind != kind for column, kind in columns):
            raise Damaged(f"The backup's table {name} holds other kinds of values than its own changes lay.")
        found[name] = Table(name, tuple(by_name[each[0]] for each in columns), table.key, table.sequence)
    missing = sorted(tables.keys() - found.keys())
    if missing:
        raise Damaged(f"The backup does not hold the table {missing[0]}.")
    return found


def load_part(table: Table, part: bytes) -> int:
    """Put the lines of one part into its table and return their number. Raises Damaged, Unfaithful."""
    try:
        rows = [json.loads(line) for line in part.splitlines()]
        _turn_back(table, rows)
    except (ValueError, TypeError, IndexError) as fault:
        raise Damaged(f"A row of {table.name} in the backup cannot be read ({fault}).") from fault
    try:
        # PostgreSQL's COPY goes past the place where Django translates what the database says.
        with connection.wrap_database_errors:
            if connection.vendor == "postgresql":
                _copy(table, rows)
            else:
                _insert(table, rows)
    except (DatabaseError, ValueError) as fault:
        words = str(fault).strip().splitlines()[0]
        raise Unfaithful(
            f"This database does not take a row of {table.name}: {words}. Nothing was restored."
        ) from fault
    return len(rows)


def set_sequences(tables: dict[str, Table], last: dict[str, int]) -> None:
    """Let each table go on numbering after the last number that it ever gave out."""
    with connection.cursor() as cursor:
        for table in tables.values():
            if not table.sequence:
                continue
            quoted, column = connection.ops.quote_name(table.name), connection.ops.quote_name(table.sequence)
            cursor.execute(f"SELECT max({column}) FROM {quoted}")  # noqa: S608  names of our own models
            newest = max(cursor.fetchone()[0] or 0, int(last.get(table.name, 0)))
            if not newest:
                continue
            if connection.vendor == "postgresql":
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [quoted, table.sequence, newest])
                continue
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [newest, table.name])
            if not cursor.rowcount:
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, newest])


def compare(tables: dict[str, Table], told: dict[str, dict[str, Any]]) -> int:
    """Read every table again, compare it with the backup's digest, and return the number of rows. Raises Unfaithful."""
    rows = 0
    for table in tables.values():
        found, wanted = digest_of(connection, table), told.get(table.name)
        if found.told != wanted:
            counted = f"{found.rows:,} rows of {(wanted or {}).get('rows', 0):,}"
            raise Unfaithful(
                f"The table {table.name} is not what was backed up ({counted}, or other values). Nothing was restored."
            )
        rows += found.rows
    return rows


def refuse_lost_links() -> None:
    """Prove that no row points at nothing. Raises Unfaithful."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            try:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            except DatabaseError as fault:
                raise Unfaithful(f"Rows point at rows that are not there: {fault}") from fault
            return
        cursor.execute("PRAGMA foreign_key_check")
        lost = sorted({row[0] for row in cursor.fetchall()})
    if lost:
        raise Unfaithful(f"Rows of {', '.join(lost[:3])} point at rows that are not there. Nothing was restored.")


def _empty(tables: dict[str, Table]) -> None:
    """Take out what a change laid by itself in these new tables; all their rows come from the backup."""
    with connection.cursor() as cursor:
        held = []
        for name in tables:
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(name)} LIMIT 1")  # noqa: S608  as above
            held += [name] if cursor.fetchone() else []
        if not held:
            return
        # No record of anybody's is among them: as in a data migration, of whose making they are.
        with purging.opened():
            for statement in connection.ops.sql_flush(no_style(), list(tables)):
                cursor.execute(statement)


def _was_applied(
    node: tuple[str, str], applied: set[tuple[str, str]], replacements: dict[tuple[str, str], Any]
) -> bool:
    joined = replacements.get(node)
    return node in applied or (joined is not None and all(step in applied for step in joined.replaces))


def _children(loader: Any, node: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the changes of the same room that build on this one."""
    return (child.key for child in loader.graph.node_map[node].children if child.key[0] == node[0])


def _turn_back(table: Table, rows: list[list[Any]]) -> None:
    turned = [(place, turn) for place, column in enumerate(table.columns) if (turn := _turning(column)) is not None]
    width = len(table.columns)
    for row in rows:
        if len(row) != width:
            raise ValueError(f"{len(row)} values in place of {width}")
        for place, turn in turned:
            if row[place] is not None:
                row[place] = turn(row[place])


def _turning(column: Column) -> Any:
    """Return what makes of a written value one that this database takes, None where it does as it stands."""
    if column.kind == "plain" or column.field is None:
        return None
    back, of = from_line(column.kind), column.field
    if back is None:
        return (lambda value: of.get_db_prep_save(value, connection)) if column.kind == "json" else None
    return lambda value: of.get_db_prep_save(back(value), connection)


def _names(table: Table) -> str:
    return ", ".join(connection.ops.quote_name(column.name) for column in table.columns)


def _insert(table: Table, rows: list[list[Any]]) -> None:
    places = ", ".join(["%s"] * len(table.columns))
    # Names of our own models, values apart.
    statement = f"INSERT INTO {connection.ops.quote_name(table.name)} ({_names(table)}) VALUES ({places})"  # noqa: S608
    waiting = iter(rows)
    with connection.cursor() as cursor:
        while piece := list(islice(waiting, PIECE)):
            cursor.executemany(statement, piece)


def _copy(table: Table, rows: list[list[Any]]) -> None:
    statement = f"COPY {connection.ops.quote_name(table.name)} ({_names(table)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
