"""What people did with what waits for them: put off until a moment, or handed to somebody else."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alcaide.common.models import Record


class Snooze(Record):
    """One thing that one person put off, until when and why. It comes back by itself."""

    SUBJECT = "board.snooze"
    KEPT = "What was put off, and why, stays."

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="snoozes")
    key = models.CharField(max_length=32)
    """Names the thing that waits: its subject and the page on which it is decided."""
    about = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=300)
    until = models.DateTimeField()
    clock_was = models.DateTimeField(null=True)
    """When its clock was to run out as it was put off; an earlier clock brings it back at once."""
    reason = models.CharField(max_length=300)
    woken_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("until", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"], condition=Q(woken_at__isnull=True), name="one_snooze_a_thing"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Delegation(Record):
    """One thing that one person handed to another. It comes back when it is declined, taken back, or late."""

    SUBJECT = "board.delegation"
    KEPT = "Who handed what to whom stays."

    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="delegations_given")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="delegations_taken")
    key = models.CharField(max_length=32)
    about = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=300)
    note = models.CharField(max_length=300, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(
        max_length=10, blank=True, default="", choices=[("declined", "Declined"), ("taken_back", "Taken back")]
    )
    ended_why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["giver", "key"], condition=Q(ended_at__isnull=True), name="one_taker_a_thing"
            ),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="nobody_delegates_to_themselves"),
        ]

    def __str__(self) -> str:
        return self.title
