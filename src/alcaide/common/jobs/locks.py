"""Whether a worker lives is asked of a lock that dies with it, never of a clock.

A worker takes a name that nobody had before and holds its lock until it ends. The operating system (SQLite) or the
database (PostgreSQL) frees the lock the moment the worker dies, so a lock that was once found free stays free.
"""

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, cast

from django.conf import settings
from django.db import Error as DjangoError
from django.db import connection

APPLICATION = "alcaide worker"
SUFFIX = ".worker.lock"
LONGEST_NAME = 40
CLOSED = -1
# A cut cable must be noticed, or the server frees the lock long before this side knows (libpq, section 32.1.2).
KEEPALIVE = {"keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
OWN_LOCK = (
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND pid = pg_backend_pid() "
    "AND (classid::bigint << 32) | objid::bigint = %s"
)
ALL_LOCKS = (
    "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 "
    "AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
COUNT_LOCKS = (
    "SELECT count(DISTINCT held.pid) FROM pg_locks held JOIN pg_stat_activity session ON session.pid = held.pid "
    "WHERE held.locktype = 'advisory' AND held.objsubid = 1 AND held.granted "
    "AND session.application_name = %s AND session.datname = current_database()"
)

# Descriptors of locks held by this process. A forked child would keep them alive after the worker's death.
_held: set[int] = set()


class LockUnusable(RuntimeError):
    """The worker cannot hold a lock here; the message says what to do."""


class Lock(Protocol):
    """The lock of one worker."""

    def is_held(self) -> bool: ...

    def release(self) -> None: ...


class Identity:
    """A worker's name, never used before, with the lock that proves the worker lives."""

    def __init__(self, worker_id: str, lock: Lock) -> None:
        self.worker_id = worker_id
        self.lost = False
        self._lock = lock

    def check(self) -> bool:
        """Tell whether the lock is still held; once lost, it is lost for good."""
        if not self.lost and not self._lock.is_held():
            self.lost = True
        return not self.lost

    def release(self) -> None:
        """Give the lock up. What still runs under this name goes back to the queue."""
        self.lost = True
        self._lock.release()


@contextmanager
def identity(name: str = "work") -> Iterator[Identity]:
    """Take a new identity for the length of a block. Raises LockUnusable, or the database's own errors."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:LONGEST_NAME] or "work"
    worker_id = f"{readable}-{secrets.token_hex(8)}"
    taken = Identity(worker_id, AdvisoryLock(worker_id) if _on_postgres() else FileLock(worker_id))
    try:
        yield taken
    finally:
        taken.release()


def living(worker_ids: Iterable[str]) -> set[str]:
    """Return those of the workers whose lock is held by anyone, this process included."""
    asked = set(worker_ids)
    if not asked:
        return set()
    if not _on_postgres():
        return {each for each in asked if _is_locked(_lock_file(each))}
    with connection.cursor() as cursor:
        cursor.execute(ALL_LOCKS)
        held = {row[0] for row in cursor.fetchall()}
    return {each for each in asked if lock_key(each) in held}


def workers_now() -> int:
    """Count the workers that live now."""
    if not _on_postgres():
        folder = _folder()
        return sum(_is_locked(file) for file in folder.glob(f"*{SUFFIX}")) if folder.is_dir() else 0
    with connection.cursor() as cursor:
        cursor.execute(COUNT_LOCKS, [APPLICATION])
        return int(cursor.fetchone()[0])


def sweep_files() -> None:
    """Remove the lock files that dead workers left behind."""
    if _on_postgres():
        return
    for file in _folder().glob(f"*{SUFFIX}"):
        with suppress(FileNotFoundError), file.open("rb") as left:
            try:
                fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            # Removed under its lock, so that a worker that is just starting waits and then makes it anew.
            file.unlink()


def lock_key(worker_id: str) -> int:
    """Return the number by which PostgreSQL knows a worker's lock; signed, 64 bits."""
    return int.from_bytes(hashlib.sha256(b"alcaide.worker:" + worker_id.encode()).digest()[:8], "big", signed=True)


class FileLock:
    """`flock` on a file of the installation's `run` folder."""

    def __init__(self, worker_id: str) -> None:
        self._path = _lock_file(worker_id)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = self._open()
        while not self._is_in_place():
            # A sweep saw the new file before it was locked, and removed it.
            self._close()
            self._descriptor = self._open()

    def is_held(self) -> bool:
        return self._descriptor != CLOSED and self._is_in_place()

    def release(self) -> None:
        if self._descriptor == CLOSED:
            return
        if self._is_in_place():
            self._path.unlink(missing_ok=True)
        self._close()

    def _open(self) -> int:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as fault:
            os.close(descriptor)
            raise LockUnusable(
                f"{self._path} cannot be locked ({fault.strerror}). The folder must be on a disk of this machine."
            ) from fault
        _held.add(descriptor)
        return descriptor

    def _is_in_place(self) -> bool:
        """Tell whether the path still leads to the locked file: somebody may have emptied the folder."""
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except OSError:
            return False

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, CLOSED
        _held.discard(descriptor)
        os.close(descriptor)


class AdvisoryLock:
    """`pg_advisory_lock` of a session of its own; it ends with the session."""

    def __init__(self, worker_id: str) -> None:
        self._key = lock_key(worker_id)
        # The driver is asked of Django's connection, so that a house on SQLite does not load it.
        with connection.wrap_database_errors:
            self._session: Any = cast(Any, connection).Database.connect(**_session_settings())
            self._session.autocommit = True
            self._descriptor = self._session.fileno()
            _held.add(self._descriptor)
            # The server may be set to end idle sessions; this one is idle by nature.
            self._session.execute("SET idle_session_timeout = 0")
            self._session.execute("SELECT pg_advisory_lock(%s)", [self._key])
        if not self.is_held():
            self.release()
            raise LockUnusable(
                "The database gave a worker's lock away at once: it stands behind a pooler that shares sessions. "
                "Name the server's own address in DATABASE_URL for `alcaide work`."
            )

    def is_held(self) -> bool:
        try:
            with connection.wrap_database_errors:
                return self._session.execute(OWN_LOCK, [self._key]).fetchone() is not None
        except DjangoError:
            return False

    def release(self) -> None:
        _held.discard(self._descriptor)
        with suppress(DjangoError), connection.wrap_database_errors:
            # The server notices a closed session a little later; what comes next should find the lock free.
            self._session.execute("SELECT pg_advisory_unlock(%s)", [self._key])
        self._session.close()


def _session_settings() -> dict[str, Any]:
    wanted = connection.get_connection_params()
    # Django's own cursors belong to Django's connection.
    wanted.pop("cursor_factory", None)
    return {**KEEPALIVE, **wanted, "application_name": APPLICATION}


def _on_postgres() -> bool:
    return connection.vendor == "postgresql"


def _folder() -> Path:
    folder: Path = settings.HOME.run
    return folder


def _lock_file(worker_id: str) -> Path:
    return _folder() / f"{worker_id}{SUFFIX}"


def _is_locked(file: Path) -> bool:
    """Tell whether a worker holds the file; asked with a shared lock, so that two askers do not deceive each other."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _close_in_child() -> None:
    for descriptor in _held:
        with suppress(OSError):
            os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_close_in_child)
