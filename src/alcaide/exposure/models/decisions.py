"""What was decided about findings, what is known of flaws, and by which table limits are set."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from alcaide.common.models import Record
from alcaide.common.permissions import ANALYST, CHIEF, HEAD, VisibleSet, permit
from alcaide.organization.models import Person, Unit

from .reports import SEE

ASK = permit("exposure.ask", "Ask for an exception", CHIEF, ANALYST, HEAD)
DECIDE = permit("exposure.decide", "Decide on exceptions", CHIEF, HEAD)
SET_LIMITS = permit("exposure.set_limits", "Set time limits", CHIEF)
STATE_FACTS = permit("exposure.state_facts", "State facts of flaws", CHIEF, ANALYST)
# The act that needs a second person.
EXCEPTION = "exposure.exception"


class Decision(Record):
    """A word on some findings: leave them until a day, wait for a window, or that they are none. It stays with them."""

    SUBJECT = "exposure.decision"
    KEPT = "Who decided what, and why, stays."
    SEE = SEE
    UNIT_PATH = "unit_id"

    KINDS = [
        ("exception", "Tolerated until a day"),
        ("window", "Waits for a window"),
        ("false_positive", "False positive"),
    ]
    STATES = [
        ("proposed", "Proposed"),
        ("asked", "Asked for"),
        ("in_force", "In force"),
        ("refused", "Refused"),
        ("withdrawn", "Withdrawn"),
        ("ended", "Ended"),
    ]
    kind = models.CharField(max_length=15, choices=KINDS)
    state = models.CharField(max_length=10, choices=STATES, default="asked")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=400)
    findings = models.PositiveIntegerField(default=0)
    """How many it covers."""
    until = models.DateField(null=True)
    """Last day on which it holds; none for a false positive."""
    owner = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    evidence = models.TextField(blank=True, default="")
    source = models.CharField(max_length=300, blank=True, default="")
    """Where a proposal came from, such as a maker's statement; empty where a person asked."""
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answer_by = models.DateField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_alone = models.BooleanField(default=False, db_default=False)
    """Whether one person applied it in an emergency, who may be the one that asked; it is then reviewed."""
    answer = models.TextField(blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=300, blank=True, default="")
    renews = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="renewed_by")

    objects = VisibleSet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="false_positive") | Q(until__isnull=False), name="a_decision_has_its_last_day"
            ),
            models.CheckConstraint(
                condition=Q(is_alone=True)
                | Q(decided_by__isnull=True)
                | Q(asked_by__isnull=True)
                | ~Q(decided_by=models.F("asked_by")),
                name="a_decision_has_two_people",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "until"], name="decisions_by_end"),
            models.Index(fields=["state", "answer_by", "id"], name="decisions_by_clock"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_waiting(self) -> bool:
        """Whether somebody must answer."""
        return self.state in {"proposed", "asked"}

    @property
    def days_left(self) -> int | None:
        return None if self.until is None else (self.until - timezone.localdate()).days

    def is_over(self, *, today: date) -> bool:
        """Whether its last day has passed."""
        return self.until is not None and self.until < today


class Covered(models.Model):
    """One finding that a decision covers, by its identity: it stays covered however it is rated or read again."""

    KEPT = "Part of the decision."

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="covered")
    key = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "key"], name="covered_once")]
        indexes = [models.Index(fields=["key"], name="covered_by_key")]

    def __str__(self) -> str:
        return self.key


class FlawFacts(Record):
    """What is known of one public flaw beyond its rating: can an attack be automated, is its impact total."""

    SUBJECT = "exposure.flaw_facts"
    KEPT = "A statement with its source stays."

    IMPACTS = [("total", "Total"), ("partial", "Partial"), ("", "Not known")]
    BASES = [("published", "published"), ("person", "stated here")]
    cve = models.CharField(max_length=24, unique=True)
    automatable = models.BooleanField(null=True)
    impact = models.CharField(max_length=10, choices=IMPACTS, blank=True, default="")
    basis = models.CharField(max_length=10, choices=BASES)
    source = models.CharField(max_length=300)
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    stated_on = models.DateField()

    def __str__(self) -> str:
        return self.cve


class LimitTable(Record):
    """One edition of how limits are set; the newest is in force, older ones stay to be read."""

    SUBJECT = "exposure.limit_table"
    KEPT = "The limits that were in force stay."

    KINDS = [("bod", "CISA BOD 26-04"), ("own", "Our own table")]
    kind = models.CharField(max_length=5, choices=KINDS)
    rows = models.JSONField(default=list)
    """Own rows: severity, exploited, exposed, days; read by `limits.Table`."""
    reason = models.CharField(max_length=300, blank=True, default="")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    counts = models.JSONField(default=dict)
    """What applying it came to: open findings looked at, moved earlier, moved later."""

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
