"""Legal holds: what may not go, whose it is, who was told, and what was handed out of it."""

from django.conf import settings
from django.db import models

from alcaide.common.models.base import Record
from alcaide.common.models.talk import SUBJECT_LONGEST

USER = settings.AUTH_USER_MODEL


class Hold(Record):
    """An order that records of a matter may not go. While it is in force every purge and removal asks it."""

    SUBJECT = "common.hold"
    KEPT = "What was held, when and why, must be provable for ever."

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_FORCE = "in_force", "In force"
        RELEASE_ASKED = "release_asked", "In force, release asked"
        RELEASED = "released", "Released"
        DROPPED = "dropped", "Given up as a draft"

    class Ground(models.TextChoices):
        CLAIM = "claim", "A legal claim, made or expected"
        REGULATOR = "regulator", "An inquiry of an authority"
        INVESTIGATION = "investigation", "An internal investigation"
        OTHER = "other", "Another duty to keep"

    HOLDING = (State.IN_FORCE, State.RELEASE_ASKED)

    number = models.PositiveIntegerField(unique=True)
    matter = models.CharField(max_length=200)
    ground = models.CharField(max_length=20, choices=Ground.choices, default=Ground.CLAIM)
    ground_text = models.CharField("the ground in words", max_length=400)
    notice = models.TextField("notice to the custodians")
    kinds = models.JSONField(default=list, blank=True)
    """Labels of the models that it holds; none means all."""
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)
    remind_days = models.PositiveSmallIntegerField(default=7)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    opened_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    placed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(null=True)
    release_asked_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    release_asked_at = models.DateTimeField(null=True)
    release_why = models.CharField(max_length=400, blank=True, default="")
    released_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_on__isnull=True)
                | models.Q(from_on__isnull=True)
                | models.Q(until_on__gte=models.F("from_on")),
                name="a_hold_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(released_by__isnull=True) | ~models.Q(released_by=models.F("release_asked_by")),
                name="two_people_release_a_hold",
            ),
        ]

    def __str__(self) -> str:
        return f"Hold {self.number}"

    @property
    def is_holding(self) -> bool:
        """Whether nothing that it catches may go."""
        return self.state in self.HOLDING


class HoldTarget(models.Model):
    """One record, person or unit whose records a hold catches."""

    KEPT = "Part of the hold."

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="targets")
    subject = models.CharField(max_length=SUBJECT_LONGEST)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["hold", "subject"], name="one_target_once")]

    def __str__(self) -> str:
        return f"{self.hold_id} {self.subject}"


class HoldCustodian(Record):
    """A person who must keep what they have for a hold: told, reminded, and what they answered."""

    SUBJECT = "common.custodian"
    KEPT = "Who was told, and what they answered, is part of the hold's proof."

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="custodians")
    user = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    """Who answers on their own page; None where the person has no sign-in."""
    person = models.CharField(max_length=SUBJECT_LONGEST)
    """Subject of the person, or of the user where nobody else is meant."""
    told_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    acknowledged_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    words = models.CharField(max_length=400, blank=True, default="")
    """Why they declined, or how an answer on paper came."""

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["hold", "person"], name="one_custodian_once")]

    def __str__(self) -> str:
        return f"{self.hold_id} {self.person}"

    @property
    def has_answered(self) -> bool:
        """Whether they acknowledged or declined."""
        return bool(self.acknowledged_at or self.declined_at)


class HoldExport(Record):
    """One handing out of what a hold holds: who, when, to whom, and the digest of the file."""

    SUBJECT = "common.hold_export"
    KEPT = "Who was given what is part of the hold's proof."

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="exports")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    to_whom = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    records = models.BigIntegerField()
    counts = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.hold_id} {self.sha256[:12]}"
