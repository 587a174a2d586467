"""Scenarios, the estimates behind them, and what measures leave of them."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alcaide.assets.models import Asset
from alcaide.common.ids import new_uid
from alcaide.common.models import Record
from alcaide.common.permissions import VisibleSet
from alcaide.controls.models import Measure
from alcaide.organization.models import Person, Unit

from .rights import BASES, SEE

NO_PRICE = -1
NO_BAND = -99
NEVER = date.min


def any_draw_key() -> str:
    """Return a key that nothing else has, for rows that no service made."""
    return str(new_uid())


class Scenario(Record):
    """One way the organization can lose money or people be harmed, told in a sentence."""

    SUBJECT = "risk.scenario"
    KEPT = "A scenario is retired, never deleted."
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
    draw_key = models.CharField(max_length=80, unique=True, default=any_draw_key, editable=False)
    """Under which name its draws are keyed: made of unit and name once, so that two installations draw alike."""

    # What the newest run and the services keep here for lists, which sort by columns that are never null.
    currency = models.CharField(max_length=3, default="", editable=False)
    loss_minor = models.BigIntegerField(default=NO_PRICE, editable=False)
    loss_low_minor = models.BigIntegerField(default=NO_PRICE, editable=False)
    loss_high_minor = models.BigIntegerField(default=NO_PRICE, editable=False)
    inherent_minor = models.BigIntegerField(default=NO_PRICE, editable=False)
    planned_minor = models.BigIntegerField(default=NO_PRICE, editable=False)
    moved_minor = models.BigIntegerField(default=0, editable=False)
    """By how much the expected loss moved with the newest run."""
    moved_size_minor = models.BigIntegerField(default=0, editable=False)
    rate_band = models.SmallIntegerField(default=NO_BAND, editable=False)
    """Events a year after measures, as a half power of ten: -2 is 0.1 to 0.316."""
    size_band = models.SmallIntegerField(default=NO_BAND, editable=False)
    """Mean loss each time in whole units of money, as a half power of ten."""
    priced_run = models.UUIDField(null=True, editable=False)
    priced_at = models.DateTimeField(null=True, editable=False)
    ranges_from = models.DateField(default=NEVER, editable=False)
    """Day of the oldest range in force; the first day of the calendar while a needed one lacks."""
    tolerated_until = models.DateField(default=NEVER, editable=False)
    """Until when it is tolerated; the first day of the calendar where it is not."""

    objects = VisibleSet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="one_scenario_name_per_unit")]
        indexes = [
            models.Index(fields=["-loss_minor", "-id"], name="scenarios_by_loss"),
            models.Index(fields=["-moved_size_minor", "-id"], name="scenarios_by_move"),
            models.Index(fields=["rate_band", "size_band"], name="scenarios_by_band"),
            models.Index(fields=["ranges_from", "id"], name="scenarios_by_ranges"),
            models.Index(fields=["tolerated_until", "id"], name="scenarios_by_tolerance"),
            models.Index(fields=["name", "id"], name="scenarios_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Estimate(Record):
    """A 90 % range that someone gave, on what basis and when. The newest of its kind is in force; none is changed."""

    SUBJECT = "risk.estimate"
    KEPT = "A correction is a new row; what was thought stays."

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
    KEPT = "Withdrawn, not deleted."

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="effects")
    scenario = models.ForeignKey(Scenario, on_delete=models.PROTECT, related_name="effects")
    left_low = models.FloatField()
    left_high = models.FloatField()
    basis = models.CharField(max_length=10, choices=BASES)
    source = models.CharField(max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    draw_key = models.CharField(max_length=160, default="", editable=False)
    """Under which name the draws of this pair are keyed; a later effect of the pair keeps it."""

    class Meta:
        indexes = [models.Index(fields=["draw_key"], name="effects_by_draw_key")]
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
