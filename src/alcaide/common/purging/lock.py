"""One lock between placing a hold and deleting: whoever deletes shares it, whoever places a hold has it alone."""

from django.db import connection

# Any constant does; it names this lock among a database's advisory locks.
HOLD_LOCK = 0x616C6864


def lock_holds(*, alone: bool = False) -> None:
    """Take the lock until the transaction ends. SQLite's IMMEDIATE transaction is the lock."""
    if connection.vendor == "postgresql":
        shared = "" if alone else "_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock{shared}(%s)", [HOLD_LOCK])
