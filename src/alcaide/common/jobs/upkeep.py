"""What every worker looks after beside its jobs: the dead, what is due, and what is old."""

import logging
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from alcaide.common import purging
from alcaide.common.models import JobTrack, RetentionRule, Schedule
from alcaide.common.trail import Actor, System

from . import locks
from .door import job
from .progress import Progress
from .schedule import enqueue_due, every
from .tracking import DIED_WORDS, give_back

SWEEP_EVERY_S = 60
SWEEP_SOON_S = 2
KEEP_DAYS = 30
KEEP_OWN_DAYS = 2
KEEPING = "jobs_ended"
HOUSE = System("jobs")

log = logging.getLogger("alcaide.jobs")


class Upkeep:
    """One worker's look at the dead each minute and at the schedule at each call."""

    def __init__(self, *, keeps_schedule: bool = True) -> None:
        self._keeps_schedule = keeps_schedule
        self._handled: dict[str, datetime] = {}
        self._sweep_at = float("-inf")
        self._has_swept = False

    def attend(self) -> None:
        """Do what is due now."""
        if self._keeps_schedule:
            enqueue_due(timezone.now(), handled=self._handled)
        if time.monotonic() >= self._sweep_at:
            is_settled = not sweep() and self._has_swept
            # The second look comes soon: PostgreSQL needs a moment to notice that a session's process was killed.
            self._sweep_at = time.monotonic() + (SWEEP_EVERY_S if is_settled else SWEEP_SOON_S)
            self._has_swept = True


def sweep() -> int:
    """Give the jobs of dead workers back to the queue. Returns how many must wait for a transaction to end."""
    running = JobTrack.objects.filter(state=JobTrack.State.RUNNING).values("result_id")
    rows = DBTaskResult.objects.filter(pk__in=running, status=TaskResultStatus.RUNNING)
    last = {pk: worker_ids[-1] for pk, worker_ids in rows.values_list("pk", "worker_ids") if worker_ids}
    alive = locks.living(last.values())
    dead = [(pk, worker_id) for pk, worker_id in last.items() if worker_id not in alive]
    postponed = sum(not _take_back(pk, worker_id) for pk, worker_id in dead)
    locks.sweep_files()
    return postponed


@job("jobs.purge")
def purge(progress: Progress) -> str:
    """Remove finished jobs and passed due moments of long ago; what is done for ever stays known.

    What the house repeats by itself and ended well goes sooner: it may be hundreds a day.
    """
    days = _keep_days()
    if days is None:
        return "Nothing is removed: the rule was stopped."
    before = timezone.now() - timedelta(days=days)

    def step(looked: int) -> None:
        progress.check_cancel()
        progress.step(looked, None, f"{looked:,} old jobs looked at")

    done = purging.purge(
        HOUSE, old_tracks(before), rule=KEEPING, why="Jobs that ended long ago", also=_off_the_queue, progress=step,
    )  # fmt: skip
    newest = Schedule.objects.values("name").annotate(last=Max("id")).values("last")
    passed = Schedule.objects.filter(due_at__lt=before)
    purging.renew(passed.exclude(id__in=list(newest.values_list("last", flat=True))))
    return f"{done.gone:,} old jobs removed."


def old_tracks(cut: datetime) -> QuerySet[JobTrack]:
    """Return the jobs that ended before a moment, and what the house repeats that ended well two days ago."""
    own = timezone.now() - timedelta(days=KEEP_OWN_DAYS)
    old = Q(finished_at__lt=cut) & ~Q(state__in=JobTrack.OPEN)
    return JobTrack.objects.filter(old | Q(finished_at__lt=own, asked_by=None, state=JobTrack.State.DONE))


def _keep_days() -> int | None:
    """Return how long ended jobs are kept, as people decided where they did; None where they stopped the rule."""
    row = RetentionRule.objects.filter(key=KEEPING).first()
    if row is not None and row.state != RetentionRule.State.ADOPTED:
        return None
    return row.days if row is not None else getattr(settings, "JOBS_KEEP_DAYS", KEEP_DAYS)


def _off_the_queue(_actor: Actor, tracks: list[int]) -> None:
    """Take the queue's own rows away with the tracks beside them."""
    results = JobTrack.objects.filter(pk__in=tracks).values_list("result_id", flat=True)
    purging.renew(DBTaskResult.objects.filter(pk__in=list(results)))


def _take_back(result_id: UUID, worker_id: str) -> bool:
    """Give one job back. Returns False where a transaction of the lost worker, or of an asker, still holds it."""
    with transaction.atomic():
        row = DBTaskResult.objects.select_for_update(skip_locked=True).filter(pk=result_id).first()
        if row is None:
            return False
        if row.status != TaskResultStatus.RUNNING or row.worker_ids[-1:] != [worker_id]:
            return True
        track = JobTrack.objects.select_for_update(skip_locked=True).filter(result_id=result_id).first()
        if track is None:
            return False
        give_back(row, track, given_up=DIED_WORDS)
    log.warning("%s %s was taken back from the dead worker %s", track.name, result_id, worker_id)
    return True


every("jobs.purge", function=purge, at="03:40", about="Remove jobs that ended long ago")
