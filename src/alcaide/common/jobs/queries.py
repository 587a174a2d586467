"""What pages know of the jobs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext

from alcaide.common.counts import Count, capped
from alcaide.common.models import JobTrack, User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Subject
from alcaide.common.trail import System

from . import locks
from .services import JOBS_CANCEL, JOBS_SEE

State = JobTrack.State
RECENT_DAYS = 7


@dataclass(frozen=True)
class JobShown:
    """One job as a page shows it."""

    uid: UUID
    name: str
    state: str
    state_words: str
    words: str
    done: int
    all: int | None
    url: str
    """Where the piece that shows its progress is asked for."""
    result_url: str
    is_open: bool
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    attempts: int
    may_cancel: bool
    may_retry: bool


@dataclass(frozen=True)
class JobCounts:
    """How many jobs stand where, and how many workers live to do them."""

    waiting: Count
    running: Count
    failed_lately: Count
    workers: int


def jobs_visible_to(user: Any) -> QuerySet[JobTrack]:
    """Keep the jobs that the user may see: all with `jobs.see`, else what they asked for themselves."""
    rows = JobTrack.objects.select_related("asked_by")
    if isinstance(user, System) or scope_of(user).allows(JOBS_SEE):
        return rows
    return rows.filter(asked_by=user) if isinstance(user, User) else rows.none()


def job_shown(track: JobTrack, user: Any) -> JobShown:
    """Return a job as this user is shown it."""
    may = isinstance(user, System) or scope_of(user).allows(JOBS_CANCEL)
    return JobShown(
        uid=track.result_id,
        name=track.about or track.name,
        state=track.state,
        state_words=_state_words(track),
        words=track.words,
        done=track.steps_done,
        all=track.steps_all,
        url=reverse("job-piece", args=[track.result_id]),
        result_url=track.url if track.state == State.DONE else "",
        is_open=track.is_open,
        asked_by=track.asked_by.name if track.asked_by else gettext("the house itself"),
        asked_at=track.asked_at,
        finished_at=track.finished_at,
        attempts=track.attempts,
        may_cancel=may and track.is_open and not track.cancel_asked_at,
        may_retry=may and track.state in {State.FAILED, State.STOPPED},
    )


def job_counts(user: Any) -> JobCounts:
    """Count what waits, runs, and failed in the last days, as far as the user may see."""
    rows = jobs_visible_to(user)
    since = timezone.now() - timedelta(days=RECENT_DAYS)
    return JobCounts(
        waiting=capped(rows.filter(state=State.WAITING)),
        running=capped(rows.filter(state=State.RUNNING)),
        failed_lately=capped(rows.filter(state=State.FAILED, finished_at__gte=since)),
        workers=locks.workers_now(),
    )


def job_subject(uid: str, user: Any) -> Subject | None:
    """Name a job in the trail and lead to its page; None where it is gone or not to be seen."""
    try:
        track = jobs_visible_to(user).filter(result_id=UUID(uid)).first()
        return Subject(track.about or track.name, reverse("job-piece", args=[uid])) if track else None
    except (ValueError, NoReverseMatch):
        return None


def _state_words(track: JobTrack) -> str:
    if track.state == State.RUNNING and track.cancel_asked_at:
        return gettext("Stopping where it is safe")
    return {
        State.WAITING: gettext("Waiting") if not track.attempts else gettext("Waiting for another attempt"),
        State.RUNNING: gettext("Running"),
        State.DONE: gettext("Done"),
        State.FAILED: gettext("Failed"),
        State.STOPPED: gettext("Stopped"),
    }[State(track.state)]
