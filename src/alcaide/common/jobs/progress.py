"""How a job speaks while it runs, and hears that it should stop."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from alcaide.common.models import JobTrack

WRITE_EVERY_S = 0.5
LOOK_EVERY_S = 0.25
WORDS_LONGEST = 300
SAY = (
    "UPDATE common_jobtrack SET steps_done = %s, steps_all = %s, words = %s, url = %s "
    "WHERE id = %s AND state = 'running'"
)

log = logging.getLogger("alcaide.jobs")


# Neither is an Exception: a job that survives a bad row with `except Exception` must not survive these.
class Cancelled(BaseException):
    """A person asked this job to stop."""


class LostLock(BaseException):
    """This worker's lock is gone, so another worker may already do the same job; nothing more may be written."""


class Progress:
    """What a job function is given first: it says how far the work is and asks whether to go on.

    Without a track (a call from a command or a test) it says nothing and never stops the work.
    """

    def __init__(self, track: JobTrack | None = None, *, is_lost: Callable[[], bool] = lambda: False) -> None:
        self.done = 0
        self.all: int | None = None
        self.words = ""
        self.url = track.url if track else ""
        self._track_id = track.pk if track else None
        self._is_lost = is_lost
        self._is_fresh = False
        self._written_at = self._looked_at = float("-inf")
        # Work that the job opens lies deeper than this; what was open before (a test's) is not the job's.
        self._depth = len(connection.atomic_blocks)
        self._side: BaseDatabaseWrapper | None = None

    def step(self, done: int, of: int | None = None, words: str = "") -> None:
        """Say how much is done, of how much, in words; written at most twice a second. Raises LostLock."""
        self._refuse_if_lost()
        self.done, self.all = done, of
        self.words = words[:WORDS_LONGEST] or self.words
        self._is_fresh = True
        if time.monotonic() - self._written_at >= WRITE_EVERY_S or (of is not None and done >= of):
            self._write()

    def leads_to(self, url: str) -> None:
        """Say where the result stands; shown as a link beside the finished job."""
        self.url = local_address(url)
        self._is_fresh = True

    def check_cancel(self) -> None:
        """Stop here if a person asked for it. Call where stopping is safe. Raises Cancelled, LostLock."""
        self._refuse_if_lost()
        if self._track_id is None or time.monotonic() - self._looked_at < LOOK_EVERY_S:
            return
        self._looked_at = time.monotonic()
        if JobTrack.objects.filter(pk=self._track_id, cancel_asked_at__isnull=False).exists():
            raise Cancelled

    def close(self) -> None:
        """Give the side connection back."""
        if self._side is not None:
            self._side.close()
            self._side = None

    def _refuse_if_lost(self) -> None:
        if self._is_lost():
            raise LostLock

    def _write(self) -> None:
        if self._track_id is None or not self._is_fresh:
            return
        try:
            door = self._door()
            if door is None:
                return
            with door.cursor() as cursor:
                cursor.execute(SAY, [self.done, self.all, self.words, self.url, self._track_id])
        except (DatabaseError, InterfaceError):
            # Progress is a courtesy: the next step says it again, over a new connection.
            log.debug("progress not written", exc_info=True)
            self.close()
            return
        self._written_at, self._is_fresh = time.monotonic(), False

    def _door(self) -> BaseDatabaseWrapper | None:
        """Return a connection that writes outside the work's own transaction, None where there is none."""
        if len(connection.atomic_blocks) <= self._depth:
            return connections[DEFAULT_DB_ALIAS]
        if connection.vendor == "sqlite":
            # The work holds the only write lock; the step is said after its transaction.
            return None
        if self._side is None:
            self._side = connections.create_connection(DEFAULT_DB_ALIAS)
            with self._side.cursor() as cursor:
                cursor.execute("SET lock_timeout = '250ms'")
        return self._side


def refuse_when_lost(is_lost: Callable[[], bool]) -> Callable[..., Any]:
    """Return a wrapper for a connection's statements that lets none pass once the worker's lock is gone."""

    def guarded(execute: Callable[..., Any], sql: str, params: Sequence[Any], many: bool, context: Any) -> Any:  # noqa: FBT001, RUF100  Django's own signature
        if is_lost():
            raise LostLock
        return execute(sql, params, many, context)

    return guarded


def local_address(url: str) -> str:
    """Return an address of this house as it is. Raises ValueError for any other: it becomes a link."""
    if url and (not url.startswith("/") or url.startswith(("//", "/\\"))):
        raise ValueError(f"'{url[:80]}' is not an address of this house; hand over a path such as '/imports/7/'.")
    return url
