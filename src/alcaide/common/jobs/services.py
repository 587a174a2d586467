"""What a person may do with a job: stop it, or have a failed one done again."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from alcaide.common.models import JobTrack
from alcaide.common.permissions import ADMINISTRATOR, ANALYST, CHIEF, permit, require
from alcaide.common.trail import Actor, audit, write

from .tracking import STOPPED_WORDS, Outcome, end

JOBS_SEE = permit("jobs.see", "See the jobs of the house", CHIEF, ANALYST, ADMINISTRATOR)
JOBS_CANCEL = permit("jobs.cancel", "Stop or repeat a job", CHIEF, ANALYST, ADMINISTRATOR)
State = JobTrack.State


class NotRetryable(RuntimeError):
    """The job cannot be done again as it stands; the message says what to do."""


@write
def cancel(actor: Actor, result_id: UUID) -> JobTrack:
    """Stop a waiting job at once, and ask a running one to stop where that is safe; a finished one stays.

    Refused to those who lack `jobs.cancel`. Raises JobTrack.DoesNotExist.
    """
    require(actor, JOBS_CANCEL)
    track = JobTrack.objects.select_for_update().get(result_id=result_id)
    if not track.is_open or track.cancel_asked_at:
        return track
    before = track.state
    track.cancel_asked_at = timezone.now()
    if track.state == State.WAITING:
        # No worker takes the job while its track is held here, so its row in the queue is free.
        end(DBTaskResult.objects.get(pk=result_id), track, Outcome(State.STOPPED, STOPPED_WORDS))
    else:
        # The queue's row stays with the worker, which may hold it for as long as its own work takes.
        track.save(update_fields=["cancel_asked_at"])
    audit(actor, "cancel_job", subject=track.subject, before={"state": before}, after={"asked_to_stop": True})
    return track


@write
def retry(actor: Actor, result_id: UUID) -> JobTrack:
    """Put a failed or stopped job back into the queue, its attempts forgotten.

    Refused to those who lack `jobs.cancel`. Raises NotRetryable, JobTrack.DoesNotExist.
    """
    require(actor, JOBS_CANCEL)
    row = DBTaskResult.objects.select_for_update().filter(pk=result_id).first()
    track = JobTrack.objects.select_for_update().get(result_id=result_id)
    if row is None or track.state not in {State.FAILED, State.STOPPED}:
        raise NotRetryable("Only a failed or stopped job can be done again. Load the page to see how it stands.")
    before = track.state
    row.status, row.worker_ids, row.run_after = TaskResultStatus.READY, [], get_date_max()
    row.started_at = row.finished_at = None
    row.exception_class_path = row.traceback = ""
    row.save()
    track.state, track.attempts, track.words = State.WAITING, 0, ""
    track.started_at = track.finished_at = track.cancel_asked_at = None
    track.steps_done, track.steps_all, track.asked_again = 0, None, False
    try:
        with transaction.atomic():
            track.save()
    except IntegrityError as taken:
        raise NotRetryable("The same work is waiting or running already; this one need not be repeated.") from taken
    audit(actor, "retry_job", subject=track.subject, before={"state": before}, after={"state": track.state})
    return track
