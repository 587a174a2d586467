"""What the board keeps of the year: times without dates, proposed days, why days were missed, and calendar feeds."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alcaide.common.models import Record
from alcaide.common.permissions import ANALYST, CHIEF, COMPLIANCE, HEAD, SITE_MANAGER, VisibleSet, permit
from alcaide.organization.models import SEE as SEE_UNITS
from alcaide.organization.models import Unit

PLAN_YEAR = permit("board.plan_year", "Plan the year: quiet times, other days, why days were missed",
                   CHIEF, ANALYST, HEAD, COMPLIANCE, SITE_MANAGER)  # fmt: skip
USER = settings.AUTH_USER_MODEL


class QuietTime(Record):
    """Days on which nothing of a unit, or of one below it, should fall due."""

    SUBJECT = "board.quiet"
    SEE = SEE_UNITS
    UNIT_PATH = "unit_id"
    KEPT = "When a unit asked to be left alone, and why, stays."

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=200)
    from_on = models.DateField()
    until_on = models.DateField()
    said_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    objects = VisibleSet.as_manager()

    class Meta:
        ordering = ("from_on", "id")
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="a_quiet_time_ends_after_it_begins")
        ]

    def __str__(self) -> str:
        return self.why


class ProposedDay(Record):
    """Another day that somebody proposes for a date of a room, and what became of it."""

    SUBJECT = "board.proposed_day"
    KEPT = "Who wanted which day moved, and why, stays."

    STATES = [
        ("waiting", "Waits for an answer"),
        ("moved", "Moved"),
        ("declined", "Declined"),
        ("withdrawn", "Withdrawn"),
    ]
    about = models.CharField(max_length=120)
    what = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=300)
    was_on = models.DateField()
    to_on = models.DateField()
    why = models.CharField(max_length=300)
    proposed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    answered_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["about", "what"], condition=Q(state="waiting"), name="one_proposed_day_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.title


class MissedDay(Record):
    """Why a day passed undone, as somebody who answers for it said."""

    SUBJECT = "board.missed_day"
    KEPT = "Why a day was missed stays after it is done."

    about = models.CharField(max_length=120)
    what = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=300)
    on = models.DateField()
    why = models.CharField(max_length=300)
    said_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-on", "-id")
        indexes = [models.Index(fields=["about", "what", "on"], name="missed_by_date")]

    def __str__(self) -> str:
        return self.title


class Feed(Record):
    """A secret address at which a calendar reads somebody's year; the secret itself is not kept."""

    SUBJECT = "board.feed"
    KEPT = "To whom the house told dates, and until when, stays."

    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="feeds")
    digest = models.CharField(max_length=64, unique=True)
    with_titles = models.BooleanField(default=False)
    """Whether the owner chose that titles leave the house; else a calendar is told the kind and a number."""
    revoked_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(revoked_at__isnull=True), name="one_feed_a_user")
        ]

    def __str__(self) -> str:
        return f"feed {self.pk}"


class FeedDate(models.Model):
    """The day of a date as calendars were last told it, and how often it moved since."""

    DERIVED = "Read anew from the rooms whenever a calendar asks; only the count of moves is its own."

    key = models.CharField(max_length=64, unique=True)
    on = models.DateField()
    lead_days = models.PositiveIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
