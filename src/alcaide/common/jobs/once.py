"""Exactly once: what a job did and that it did it stand or fall in one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from alcaide.common.models import Done

from .progress import LostLock

KEY_LONGEST = 200


class AlreadyDone(Exception):
    """This piece of work was finished before; nothing was done twice."""


@dataclass(frozen=True)
class Running:
    """The attempt that runs in this context."""

    result_id: UUID
    worker_id: str
    is_lost: Callable[[], bool]


_running: ContextVar[Running | None] = ContextVar("alcaide_running_job", default=None)


@contextmanager
def running(attempt: Running) -> Iterator[None]:
    """Name the attempt that runs in this block."""
    token = _running.set(attempt)
    try:
        yield
    finally:
        _running.reset(token)


@contextmanager
def once(key: str) -> Iterator[None]:
    """Do the block in one transaction with the note that it is done. Raises AlreadyDone before the block runs.

    A job that lets AlreadyDone pass ends as done. One that works in pieces catches it and goes on with the next.
    Inside a job it also proves, until the commit, that the job still belongs to this worker. Raises LostLock.
    """
    if not 0 < len(key) <= KEY_LONGEST:
        raise ValueError(f"The key of a piece of work has 1 to {KEY_LONGEST} characters; this one has {len(key)}.")
    with transaction.atomic():
        attempt = _running.get()
        if attempt and (attempt.is_lost() or own(attempt.result_id, attempt.worker_id) is None):
            raise LostLock
        try:
            # Written first: a second run of the same key waits here, not after having done the work.
            with transaction.atomic():
                Done.objects.create(key=key, at=timezone.now())
        except IntegrityError as taken:
            raise AlreadyDone(f"'{key}' is done; nothing was done twice.") from taken
        yield


def is_done(key: str) -> bool:
    """Tell whether the piece of work is finished."""
    return Done.objects.filter(key=key).exists()


def own(result_id: UUID, worker_id: str) -> DBTaskResult | None:
    """Return and lock the queue's row if this worker's attempt is the one that counts. Called in a transaction."""
    row = DBTaskResult.objects.select_for_update().filter(pk=result_id, status=TaskResultStatus.RUNNING).first()
    return row if row and row.worker_ids[-1:] == [worker_id] else None
