"""What to do: one action mends many findings, and whoever owns it promises a day."""

from datetime import date, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from alcaide.common.models import Record, With
from alcaide.common.money import Kind, Money
from alcaide.common.permissions import ANALYST, CHIEF, HEAD, VisibleSet, permit
from alcaide.common.trail import System
from alcaide.organization.models import Person, Unit

from .findings import NO_LIMIT, _sight_of
from .reports import SEE

ASSIGN = permit("exposure.assign", "Assign fixes and set their dates", CHIEF, ANALYST, HEAD)
SOON_DAYS = 3


class ActionSet(VisibleSet["Action"]):
    """Actions, seen by their unit."""

    def visible_to(self, user: Any) -> Self:
        """Keep the actions in the user's units; whoever sees every unit needs no condition."""
        if isinstance(user, System):
            return self
        # A list of all units, spelled out, keeps the database from walking the index of the order.
        sight = _sight_of(user)
        return self if sight.is_everything else self.filter(unit_id__in=sight.units)


class Action(Record):
    """One thing to do in one unit: upgrade a package, or apply the solution of a check, on the assets that need it."""

    SUBJECT = "exposure.action"
    KEPT = "What was done, and by whom, stays."
    SEE = SEE
    UNIT_PATH = "unit_id"

    KINDS = [
        ("upgrade", "Upgrade"),
        ("no_fix", "No fixed version yet"),
        ("solution", "Apply the solution"),
        ("configure", "Configure anew"),
    ]
    STATES = [
        ("open", "Open"),
        ("window", "Waits for a window"),
        ("accepted", "Tolerated until a day"),
        ("done", "Done"),
    ]
    BASES = [("rule", "house rule"), ("measured", "measured"), ("judgement", "judgement")]
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=KINDS)
    source = models.CharField(max_length=60, blank=True, default="")
    check_id = models.CharField(max_length=200, blank=True, default="")
    ecosystem = models.CharField(max_length=60, blank=True, default="")
    package = models.CharField(max_length=200, blank=True, default="")
    title = models.CharField(max_length=400)
    detail = models.TextField(blank=True, default="")
    hours = models.FloatField(default=1)
    hours_basis = models.CharField(max_length=10, choices=BASES, default="rule")
    hours_why = models.CharField(max_length=300, blank=True, default="")
    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="actions_owned", db_index=False
    )
    promised_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=STATES, default="open")
    done_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    limit_on = models.DateField(default=NO_LIMIT)
    """Earliest limit of its open findings, moved by decisions in force; a list sorts by it."""
    waits_until = models.DateField(null=True)
    severity = models.PositiveSmallIntegerField(default=0)
    open_findings = models.PositiveIntegerField(default=0)
    decided_findings = models.PositiveIntegerField(default=0)
    """Those of the open findings that a decision in force covers."""
    assets = models.PositiveIntegerField(default=0)
    exploited = models.PositiveIntegerField(default=0)
    removes_minor = models.BigIntegerField(default=0)
    removes_low_minor = models.BigIntegerField(default=0)
    removes_high_minor = models.BigIntegerField(default=0)
    per_hour_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True, default="")
    priced_run = models.UUIDField(null=True)
    """The run that priced it; empty where no run has yet."""
    priced_at = models.DateTimeField(null=True)

    objects = ActionSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "source", "check_id", "ecosystem", "package"], name="an_action_once_per_unit"
            ),
            models.CheckConstraint(condition=Q(hours__gt=0), name="an_action_takes_time"),
            models.CheckConstraint(
                condition=Q(decided_findings__lte=F("open_findings")), name="decided_findings_stand_open"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-per_hour_minor", "-id"], name="actions_by_per_hour"),
            models.Index(fields=["unit", "state", "-per_hour_minor", "-id"], name="actions_by_unit"),
            models.Index(fields=["state", "-removes_minor", "-id"], name="actions_by_removes"),
            models.Index(fields=["state", "limit_on", "id"], name="actions_by_limit"),
            models.Index(fields=["state", "-hours", "-id"], name="actions_by_hours"),
            models.Index(fields=["unit", "state", "limit_on", "id"], name="actions_by_unit_limit"),
            models.Index(fields=["state", "-exploited", "-id", "unit"], name="actions_by_exploited"),
            # Of those without an owner there are too many for an index of theirs to help.
            models.Index(fields=["owner"], name="actions_of_owner", condition=Q(owner__isnull=False)),
            models.Index(
                fields=["promised_on", "state", "unit"],
                name="actions_promised",
                condition=Q(promised_on__isnull=False),
            ),
            # Counts of what filters leave are read from this alone.
            models.Index(
                fields=["state", "kind", "owner", "promised_on", "priced_run", "unit"], name="actions_counted"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_priced(self) -> bool:
        return self.priced_run is not None

    @property
    def removes(self) -> Money | None:
        """What doing it takes off the expected loss of a year; None before a run priced it."""
        return self._money(self.removes_minor)

    @property
    def removes_low(self) -> Money | None:
        return self._money(self.removes_low_minor)

    @property
    def removes_high(self) -> Money | None:
        return self._money(self.removes_high_minor)

    @property
    def per_hour(self) -> Money | None:
        """The same for each hour of work."""
        return self._money(self.per_hour_minor)

    def _money(self, minor: int) -> Money | None:
        return Money(minor, self.currency, Kind.EXPECTED) if self.is_priced else None

    @property
    def limit(self) -> date | None:
        """The day it must be done by, None where there is none."""
        return None if self.limit_on == NO_LIMIT else self.limit_on

    @property
    def days_left(self) -> int | None:
        return None if self.limit is None else (self.limit - timezone.localdate()).days

    @property
    def is_late(self) -> bool:
        return self.state == "open" and self.days_left is not None and self.days_left < 0

    @property
    def is_soon(self) -> bool:
        return self.state == "open" and self.days_left is not None and 0 <= self.days_left <= SOON_DAYS

    @property
    def promise_is_late(self) -> bool:
        return self.state == "open" and self.promised_on is not None and self.promised_on < timezone.localdate()

    @property
    def over(self) -> timedelta:
        """How long ago the limit passed."""
        return timedelta(days=max(0, -(self.days_left or 0)))


class Promise(Record):
    """A day that an owner named for an action, and what became of it."""

    SUBJECT = "exposure.promise"
    PURGE = With("action")

    ENDS = [
        ("open", "Stands"),
        ("kept", "Kept"),
        ("late", "Not kept"),
        ("moved", "Moved before its day"),
        ("handed", "Handed to another owner"),
    ]
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="promises")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="promises", db_index=False)
    promised_on = models.DateField()
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    end = models.CharField(max_length=10, choices=ENDS, default="open")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action"], condition=Q(end="open"), name="one_open_promise_per_action")
        ]
        indexes = [models.Index(fields=["owner", "end"], name="promises_by_owner")]

    def __str__(self) -> str:
        return f"{self.promised_on} {self.end}"
