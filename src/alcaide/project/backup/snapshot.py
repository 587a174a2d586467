"""One unmoving view of the database while everybody goes on writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def snapshot() -> Iterator[BaseDatabaseWrapper]:
    """Yield a connection of its own whose every read sees the same moment.

    SQLite: a read transaction over the write-ahead log, which grows meanwhile and shrinks afterwards.
    PostgreSQL: REPEATABLE READ, read only.
    """
    view = connections.create_connection(DEFAULT_DB_ALIAS)
    begin = (
        # Django's own transactions take the write lock at once; this one must never.
        ["BEGIN DEFERRED", "SELECT count(*) FROM sqlite_master"]
        if view.vendor == "sqlite"
        else ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SELECT 1"]
    )
    try:
        with view.cursor() as cursor:
            for statement in begin:
                cursor.execute(statement)
        yield view
        with view.cursor() as cursor:
            cursor.execute("ROLLBACK")
    finally:
        view.close()
