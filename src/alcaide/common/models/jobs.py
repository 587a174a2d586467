"""What the job loop adds to its queue: done once, scheduled once, progress, cancel."""

from django.conf import settings
from django.db import models


class Done(models.Model):
    """A piece of work that is finished for ever; written in the work's own transaction."""

    key = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class Schedule(models.Model):
    """One due moment of a repeating job; it is enqueued once however many workers look."""

    name = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    enqueued_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "due_at"], name="a_moment_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.due_at}"


class JobTrack(models.Model):
    """What a person sees of one job: its words, its progress, and whether someone asked it to stop."""

    result_id = models.UUIDField(unique=True)
    name = models.CharField(max_length=120)
    about = models.CharField(max_length=200, default="", blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    steps_done = models.BigIntegerField(default=0)
    steps_all = models.BigIntegerField(null=True)
    words = models.CharField(max_length=300, default="", blank=True)
    url = models.CharField(max_length=300, default="", blank=True)
    cancel_asked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-asked_at"], name="jobs_by_time")]

    def __str__(self) -> str:
        return self.name
