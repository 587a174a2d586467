"""Scenarios, the estimates behind them, runs that are never changed, and proposals."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alcaide.assets.models import Asset
from alcaide.common.models import Record
from alcaide.common.money import Kind, Money
from alcaide.common.permissions import ANALYST, AUDITOR, CHIEF, EXECUTIVE, HEAD, VisibleSet, permit
from alcaide.controls.models import Measure
from alcaide.organization.models import Person, Unit

SEE = permit("risk.see", "See scenarios and figures", CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR)
ESTIMATE = permit("risk.estimate", "Estimate scenarios", CHIEF, ANALYST)
RUN = permit("risk.run", "Compute the figures", CHIEF, ANALYST)

BASES = [("measured", "measured"), ("sector", "sector"), ("judgement", "judgement")]


class Scenario(Record):
    """One way the organization can lose money or people be harmed, told in a sentence."""

    SUBJECT = "risk.scenario"
    SEE = SEE
    UNIT_PATH = "unit_id"

    AREAS = [("digital", "Digital"), ("physical", "Physical"), ("people", "People")]
    name = models.CharField(max_length=200)
    story = models.TextField(blank=True, default="")
    area = models.CharField(max_length=10, choices=AREAS)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="scenarios")
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="scenarios_owned")
    through_flaws = models.BooleanField(
        default=False, help_text="Open findings on assets in reach make this scenario more frequent."
    )
    reach_unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="Every host of this unit and below is in reach; besides the assets named one by one.",
    )  # fmt: skip
    assets = models.ManyToManyField(Asset, blank=True, related_name="scenarios")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = VisibleSet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="one_scenario_name_per_unit")]

    def __str__(self) -> str:
        return self.name


class Estimate(Record):
    """A 90 % range that someone gave, on what basis and when. The newest of its kind is in force; none is changed."""

    SUBJECT = "risk.estimate"

    WHATS = [
        ("frequency", "How often a year"),
        ("loss", "Loss each time"),
        ("through_flaw", "Share of flaws exploited somewhere that lead to this here"),
        ("harm", "People harmed each time"),
    ]
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="estimates")
    what = models.CharField(max_length=14, choices=WHATS)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    low_minor = models.BigIntegerField(null=True, blank=True)
    high_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    basis = models.CharField(max_length=10, choices=BASES)
    observations = models.FloatField(help_text="How many observed events the range is worth.")
    source = models.CharField(max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["scenario", "what", "-id"], name="estimates_in_force")]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(what="loss", low__isnull=True, low_minor__gt=0, high_minor__gte=F("low_minor"))
                    | Q(~Q(what="loss"), low_minor__isnull=True, low__gte=0, high__gte=F("low"))
                ),
                name="an_estimate_runs_low_to_high",
            ),
            models.CheckConstraint(condition=Q(observations__gt=0), name="an_estimate_is_worth_something"),
        ]

    def __str__(self) -> str:
        return f"{self.what} of {self.scenario_id}"


class Effect(Record):
    """What a measure leaves of a scenario's frequency: a share, as a 90 % range. The newest is in force."""

    SUBJECT = "risk.effect"

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="effects")
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="effects")
    left_low = models.FloatField()
    left_high = models.FloatField()
    basis = models.CharField(max_length=10, choices=BASES)
    source = models.CharField(max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "scenario"], condition=Q(withdrawn_at__isnull=True), name="one_effect_in_force"
            ),
            models.CheckConstraint(
                condition=Q(left_low__gt=0) & Q(left_high__gte=F("left_low")) & Q(left_high__lte=1),
                name="an_effect_leaves_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} on {self.scenario_id}"


class Run(Record):
    """One computation of the whole portfolio: inputs, seed, versions, results. Written once."""

    SUBJECT = "risk.run"

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

    class Meta:
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"run {self.number}"


class Proposal(Record):
    """The plan that a run proposes under one budget: what to buy, in what order, and the proof."""

    SUBJECT = "risk.proposal"

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
