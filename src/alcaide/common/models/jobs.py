"""What the job loop adds to its queue: done once, scheduled once, progress, cancel."""

from django.conf import settings
from django.db import models

from alcaide.common.models.keeping import ByDate


class Done(models.Model):
    """A piece of work that is finished for ever; written in the work's own transaction."""

    KEPT = "It keeps work from being done twice."

    key = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class Schedule(models.Model):
    """One due moment of a repeating job; it is enqueued once however many workers look."""

    DERIVED = "The next due moment is computed."

    name = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    enqueued_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "due_at"], name="a_moment_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.due_at}"


class JobTrack(models.Model):
    """What a person sees of one job: its state, its words, its progress, and whether someone asked it to stop.

    `state` follows the queue's own row in the same transaction; it stands here because the queue knows no
    stopped job, no key, and no index that a page could use.
    """

    PURGE = ByDate("asked_at", until="finished_at")

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        STOPPED = "stopped"

    OPEN = (State.WAITING, State.RUNNING)
    SUBJECT = "common.job"

    result_id = models.UUIDField(unique=True)
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    about = models.CharField(max_length=200, default="", blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    asked_again = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    steps_done = models.BigIntegerField(default=0)
    steps_all = models.BigIntegerField(null=True)
    words = models.CharField(max_length=300, default="", blank=True)
    url = models.CharField(max_length=300, default="", blank=True)
    cancel_asked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(state__in=["waiting", "running"]), name="one_open_job_per_key"
            )
        ]
        indexes = [
            models.Index(fields=["-asked_at"], name="jobs_by_time"),
            models.Index(fields=["state", "-id"], name="jobs_by_state"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def subject(self) -> str:
        """The name the trail knows this job by."""
        return f"{self.SUBJECT}:{self.result_id}"
