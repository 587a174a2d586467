"""Runs that are never changed, the plans they propose, and the budget."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from alcaide.common.models import Record
from alcaide.common.money import Kind, Money
from alcaide.organization.models import Unit


class Run(Record):
    """One computation of the whole portfolio: inputs, seed, versions, results. Written once."""

    SUBJECT = "risk.run"
    KEPT = "A figure can be computed again from it."

    number = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=300)
    currency = models.CharField(max_length=3)
    seed = models.BigIntegerField()
    engine = models.CharField(max_length=20)
    versions = models.TextField()
    inputs = models.TextField()
    inputs_hash = models.CharField(max_length=64)
    results = models.TextField()
    results_hash = models.CharField(max_length=64)
    # The heads of the results again, so that a list needs no results. Runs from before these stood here have none.
    mean_minor = models.BigIntegerField(null=True)
    low_minor = models.BigIntegerField(null=True)
    high_minor = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"run {self.number}"


class Proposal(Record):
    """The plan that a run proposes under one budget: what to buy, in what order, and the proof."""

    SUBJECT = "risk.proposal"
    KEPT = "What a decision rested on stays."

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="proposals")
    budget_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    inputs = models.TextField()
    results = models.TextField()
    results_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"plan of run {self.run_id}"

    @property
    def budget(self) -> Money:
        return Money(self.budget_minor, self.currency, Kind.CASH)


class Budget(Record):
    """The cash a year that may be spent on new measures; the newest of a unit is in force."""

    SUBJECT = "risk.budget"
    KEPT = "What was set, and by whom, stays."

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="budgets")
    sum_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-id",)
        constraints = [models.CheckConstraint(condition=Q(sum_minor__gte=0), name="a_budget_is_not_negative")]

    def __str__(self) -> str:
        return f"{self.sum_minor} {self.currency}"

    @property
    def sum(self) -> Money:
        return Money(self.sum_minor, self.currency, Kind.CASH)
