"""How a job goes from waiting to finished: each change of the queue's row and the track is one transaction."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from alcaide.common.models import JobTrack

from .door import JobUnknown, carry_out, enqueue, job_named
from .once import own
from .progress import WORDS_LONGEST, Progress

ATTEMPTS_MOST = 3
WAIT_AFTER_OUTAGE_S = 5
DIED_WORDS = (
    "Its worker died %d times while doing this, so it was given up. Look at the machine's memory and the workers' "
    "log, then press Retry."
)
OUTAGE_WORDS = "The database failed %d times while doing this, so it was given up. Press Retry when it answers again."
STOPPED_WORDS = "Stopped, because a person asked for it."

log = logging.getLogger("alcaide.jobs")
State = JobTrack.State


@dataclass(frozen=True)
class Claimed:
    """A job that this worker has taken."""

    track: JobTrack
    arguments: dict[str, Any]
    worker_id: str

    def __str__(self) -> str:
        return f"{self.track.name} {self.track.result_id} (attempt {self.track.attempts})"


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended. `state` WAITING: the database failed, not the work, so it is tried again."""

    state: JobTrack.State
    words: str
    fault: BaseException | None = None


def claim(worker_id: str, queues: Sequence[str]) -> Claimed | None:
    """Take the next waiting job, None where nothing waits. Workers on PostgreSQL pass over each other's rows."""
    waiting = DBTaskResult.objects.ready().filter(task_path=carry_out.module_path, queue_name__in=queues)
    # A look first: on SQLite every transaction is a writer, and an idle worker must not be one.
    if not waiting.exists():
        return None
    passed: list[Any] = []
    with transaction.atomic():
        while (row := waiting.exclude(pk__in=passed).get_locked()) is not None:
            # A track is locked by whoever asks for the job again; the job starts after that commit, to see its data.
            track = JobTrack.objects.select_for_update(skip_locked=True).filter(result_id=row.pk).first()
            if track is not None:
                return _take(row, track, worker_id=worker_id)
            passed.append(row.pk)
    return None


def close(claimed: Claimed, outcome: Outcome, *, progress: Progress) -> bool:
    """Write how the attempt ended. Returns False where the job no longer belongs to this worker."""
    with transaction.atomic():
        row = own(claimed.track.result_id, claimed.worker_id)
        if row is None:
            log.warning("%s was taken back before its end was written; this end does not count", claimed)
            return False
        track = JobTrack.objects.select_for_update().get(pk=claimed.track.pk)
        if (progress.done, progress.all) != (0, None):
            track.steps_done, track.steps_all = progress.done, progress.all
        track.url = progress.url
        if outcome.state == State.WAITING:
            give_back(row, track, given_up=OUTAGE_WORDS, wait_s=WAIT_AFTER_OUTAGE_S * len(row.worker_ids))
        else:
            end(row, track, outcome)
    return True


def end(row: DBTaskResult, track: JobTrack, outcome: Outcome) -> None:
    """Finish a job. Called in a transaction that holds both rows."""
    if outcome.state == State.DONE:
        row.set_successful(None)
    else:
        row.set_failed(outcome.fault or RuntimeError(outcome.words))
    is_asked_again, track.asked_again = track.asked_again, False
    track.state, track.words, track.finished_at = outcome.state, outcome.words[:WORDS_LONGEST], timezone.now()
    track.save()
    if is_asked_again and outcome.state != State.STOPPED:
        _ask_again(row, track)


def give_back(row: DBTaskResult, track: JobTrack, *, given_up: str, wait_s: float = 0) -> None:
    """Let another attempt begin, or give the job up after the last one. Called in a transaction that holds both."""
    if track.cancel_asked_at:
        end(row, track, Outcome(State.STOPPED, STOPPED_WORDS))
        return
    if len(row.worker_ids) >= ATTEMPTS_MOST:
        end(row, track, Outcome(State.FAILED, given_up % len(row.worker_ids)))
        return
    row.run_after = timezone.now() + timedelta(seconds=wait_s) if wait_s else get_date_max()
    row.status = TaskResultStatus.READY
    row.save(update_fields=["status", "run_after"])
    track.state, track.words = State.WAITING, ""
    track.save(update_fields=["state", "words"])


def _take(row: DBTaskResult, track: JobTrack, *, worker_id: str) -> Claimed:
    row.claim(worker_id)
    track.state, track.started_at, track.attempts = State.RUNNING, row.started_at, len(row.worker_ids)
    track.steps_done, track.steps_all, track.words, track.asked_again = 0, None, "", False
    track.save(update_fields=["state", "started_at", "attempts", "steps_done", "steps_all", "words", "asked_again"])
    return Claimed(track, row.args_kwargs["kwargs"]["arguments"], worker_id)


def _ask_again(row: DBTaskResult, track: JobTrack) -> None:
    try:
        named = job_named(track.name)
    except JobUnknown:
        return
    enqueue(
        named.name, key=track.key, about=track.about, asked_by=track.asked_by, url=track.url, queue=row.queue_name,
        **row.args_kwargs["kwargs"]["arguments"],
    )  # fmt: skip
