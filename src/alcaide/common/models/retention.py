"""How long each class of data is kept: what people adopted of what the rooms propose."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alcaide.common.models.base import Record

USER = settings.AUTH_USER_MODEL


class RetentionRule(Record):
    """One class of data with the rule that people adopted for it; without one nothing of it goes."""

    SUBJECT = "common.retention_rule"
    KEPT = "A rule that was in force must stay known."

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed, not in force"
        ADOPTED = "adopted", "In force"
        STOPPED = "stopped", "Stopped"

    key = models.CharField(max_length=80, unique=True)
    label = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    days = models.PositiveIntegerField()
    owner = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    purpose = models.CharField(max_length=400, blank=True, default="")
    reviewed_on = models.DateField(null=True)
    adopted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("label",)

    def __str__(self) -> str:
        return self.label


class RetentionAsk(Record):
    """What one person asked to change in a rule, and what another answered."""

    SUBJECT = "common.retention_ask"
    KEPT = "Who asked for and who answered a change of retention must stay known."

    rule = models.ForeignKey(RetentionRule, on_delete=models.PROTECT, related_name="asks")
    days = models.PositiveIntegerField()
    owner = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    purpose = models.CharField(max_length=400, blank=True, default="")
    why = models.CharField(max_length=400)
    asked_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(
        max_length=10,
        blank=True,
        default="",
        choices=[("yes", "Agreed"), ("no", "Refused"), ("withdrawn", "Withdrawn")],
    )
    answered_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    words = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["rule"], condition=Q(answer=""), name="one_open_ask_per_rule"),
            models.CheckConstraint(
                condition=~Q(answer="yes") | Q(answered_by__isnull=True) | ~Q(answered_by=F("asked_by")),
                name="nobody_agrees_with_themselves_on_retention",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.days} days"
