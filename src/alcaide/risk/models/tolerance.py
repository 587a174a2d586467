"""That a risk is tolerated until a day: who asked, at which figure, who agreed, and what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alcaide.common.models import Record
from alcaide.common.money import Kind, Money
from alcaide.common.permissions import VisibleSet

from .rights import SEE
from .run import Run
from .scenario import Scenario

OPEN_STATES = ("asked", "agreed")


class Tolerance(Record):
    """One request to tolerate a scenario until a day, with the figure as it stood then, and its decision."""

    SUBJECT = "risk.tolerance"
    KEPT = "Who tolerated what, and until when, stays."
    SEE = SEE
    UNIT_PATH = "scenario__unit_id"

    STATES = [
        ("asked", "Asked, not decided"),
        ("agreed", "Tolerated"),
        ("refused", "Not agreed"),
        ("withdrawn", "Withdrawn"),
        ("replaced", "Replaced by a later one"),
    ]
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="tolerances")
    state = models.CharField(max_length=10, choices=STATES, default="asked")
    until = models.DateField()
    reason = models.TextField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    loss_minor = models.BigIntegerField()
    low_minor = models.BigIntegerField()
    high_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    limit_minor = models.BigIntegerField(null=True)
    """The unit's appetite when it was asked: the sum that a year may pass, None where there was none."""
    limit_chance = models.FloatField(null=True)
    chance = models.FloatField(null=True)
    """How likely this scenario alone passes that sum in a year."""
    above_appetite = models.BooleanField(default=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_alone = models.BooleanField(default=False, db_default=False)
    """Whether one person applied it in an emergency, who may be the one that asked; it is then reviewed."""
    decision = models.TextField(blank=True, default="")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_why = models.TextField(blank=True, default="")

    objects = VisibleSet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["state", "until"], name="tolerances_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["scenario"], condition=Q(state="asked"), name="one_request_at_a_time"),
            models.UniqueConstraint(fields=["scenario"], condition=Q(state="agreed"), name="one_tolerance_in_force"),
            models.CheckConstraint(
                condition=Q(is_alone=True)
                | Q(decided_by__isnull=True)
                | Q(asked_by__isnull=True)
                | ~Q(decided_by=F("asked_by")),
                name="nobody_agrees_to_their_own_request",
            ),
            models.CheckConstraint(
                condition=Q(low_minor__lte=F("loss_minor"), high_minor__gte=F("loss_minor")),
                name="a_tolerated_figure_lies_in_its_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scenario_id} until {self.until}"

    @property
    def loss(self) -> Money:
        """Expected loss a year as it stood when it was asked."""
        return Money(self.loss_minor, self.currency, Kind.EXPECTED)

    @property
    def low(self) -> Money:
        return Money(self.low_minor, self.currency, Kind.EXPECTED)

    @property
    def high(self) -> Money:
        return Money(self.high_minor, self.currency, Kind.EXPECTED)

    @property
    def limit(self) -> Money | None:
        """The appetite's sum when it was asked."""
        return None if self.limit_minor is None else Money(self.limit_minor, self.currency, Kind.EXPECTED)
