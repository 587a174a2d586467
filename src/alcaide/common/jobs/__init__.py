"""The job loop: work that takes longer than a page, done once, seen by people, and safe from `kill -9`.

A room declares plain functions with `@job`, a service asks for one with `enqueue`, `every` repeats one, and the
function wraps what must happen exactly once in `with once(key):`.
"""

from .door import ArgumentsUnusable, JobNameTaken, JobUnknown, enqueue, job, job_named
from .once import AlreadyDone, is_done, once
from .progress import Cancelled, LostLock, Progress
from .queries import JobShown, job_shown, jobs_visible_to
from .schedule import ScheduleUnusable, every
from .services import JOBS_CANCEL, JOBS_SEE, NotRetryable, cancel, retry
from .worker import QUEUES, run_worker

__all__ = [
    "JOBS_CANCEL",
    "JOBS_SEE",
    "QUEUES",
    "AlreadyDone",
    "ArgumentsUnusable",
    "Cancelled",
    "JobNameTaken",
    "JobShown",
    "JobUnknown",
    "LostLock",
    "NotRetryable",
    "Progress",
    "ScheduleUnusable",
    "cancel",
    "enqueue",
    "every",
    "is_done",
    "job",
    "job_named",
    "job_shown",
    "jobs_visible_to",
    "once",
    "retry",
    "run_worker",
]
