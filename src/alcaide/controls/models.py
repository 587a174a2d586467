"""Measures: what protects, in place or proposed, what it costs, what each needs, and whether tests say it works."""

from datetime import date, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from alcaide.common.models import RECORD, Record, With
from alcaide.common.money import Kind, Money
from alcaide.common.permissions import (
    ANALYST,
    AUDITOR,
    CHIEF,
    COMPLIANCE,
    DPO,
    EXECUTIVE,
    HEAD,
    SITE_MANAGER,
    VisibleSet,
    permit,
)
from alcaide.organization.models import Person, Unit

SEE = permit(
    "controls.see", "See measures",
    CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR, COMPLIANCE, SITE_MANAGER, DPO,
)  # fmt: skip
CHANGE = permit("controls.change", "Change measures", CHIEF, ANALYST)
ADOPT = permit("controls.adopt", "Adopt a measure", CHIEF, EXECUTIVE)
TEST = permit("controls.test", "Record tests of measures", CHIEF, ANALYST, HEAD, COMPLIANCE)

SHARE = [MinValueValidator(0), MaxValueValidator(1)]


class Measure(Record):
    """Something that makes a scenario rarer: proposed, adopted, in place, or dropped."""

    SUBJECT = "controls.measure"
    PURGE = RECORD
    SEE = SEE
    UNIT_PATH = "unit_id"

    AREAS = [("digital", "Digital"), ("physical", "Physical"), ("people", "People")]
    STATES = [
        ("proposed", "Proposed"),
        ("adopted", "Adopted, not in place yet"),
        ("in_place", "In place"),
        ("dropped", "Dropped"),
    ]
    name = models.CharField(max_length=200)
    area = models.CharField(max_length=10, choices=AREAS)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="measures")
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="measures_owned")
    what = models.TextField(blank=True, default="")
    cost_minor = models.BigIntegerField(validators=[MinValueValidator(0)])
    """Cash a year: running cost plus the purchase spread over its years."""
    currency = models.CharField(max_length=3)
    cost_source = models.CharField(max_length=300, blank=True, default="")
    effort_hours = models.FloatField(default=0, validators=[MinValueValidator(0)])
    mandatory = models.BooleanField(default=False)
    mandatory_why = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=10, choices=STATES, default="proposed")
    due_on = models.DateField(null=True, blank=True)
    adopted_at = models.DateTimeField(null=True, blank=True)
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    in_place_at = models.DateTimeField(null=True, blank=True)

    test_every_days = models.PositiveSmallIntegerField(null=True, blank=True)
    """How often it is tested; null where nobody said."""
    overdue_low = models.FloatField(default=1.0, validators=SHARE)
    overdue_high = models.FloatField(default=1.0, validators=SHARE)
    """Share of its effect that still counts while a test is overdue, a 90 % range typed with the cadence."""

    # What the services keep here from the tests, for lists and for whoever asks what still holds.
    tested_on = models.DateField(null=True, editable=False)
    last_result = models.CharField(max_length=8, default="", editable=False)
    """Of the newest test that was really done; empty where there is none."""
    test_due_on = models.DateField(null=True, editable=False)
    failing_since = models.DateField(null=True, editable=False)
    """Day of the first of the tests in a row that did not find it working; null while it works."""
    held_low = models.FloatField(default=1.0, validators=SHARE, editable=False)
    held_high = models.FloatField(default=1.0, validators=SHARE, editable=False)
    """Share of its effect that counts as the newest test found it, a 90 % range."""

    objects = VisibleSet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cost_minor__gte=0), name="a_measure_costs_nothing_or_more"),
            models.UniqueConstraint(fields=["unit", "name"], name="one_measure_name_per_unit"),
            models.CheckConstraint(
                condition=Q(overdue_low__gte=0) & Q(overdue_high__gte=F("overdue_low")) & Q(overdue_high__lte=1),
                name="what_counts_while_overdue_is_a_share",
            ),
            models.CheckConstraint(
                condition=Q(held_low__gte=0) & Q(held_high__gte=F("held_low")) & Q(held_high__lte=1),
                name="what_a_test_leaves_in_force_is_a_share",
            ),
        ]
        indexes = [
            models.Index(fields=["test_due_on"], name="measures_by_test", condition=Q(test_due_on__isnull=False)),
            models.Index(fields=["failing_since"], name="measures_failing", condition=Q(failing_since__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def cost(self) -> Money:
        """Cash a year."""
        return Money(self.cost_minor, self.currency, Kind.CASH)

    def overdue_since(self, today: date) -> date | None:
        """Return the first day on which a test was missed, None where none is."""
        is_missed = self.state == "in_place" and self.test_due_on is not None and self.test_due_on < today
        return self.test_due_on + timedelta(days=1) if is_missed and self.test_due_on else None

    def drifted_since(self, today: date) -> date | None:
        """Return since when it no longer counts as wholly in place; None while it does, or while it does not stand."""
        days = [day for day in (self.failing_since, self.overdue_since(today)) if day is not None]
        return min(days) if days and self.state == "in_place" else None


class MeasureLink(Record):
    """A rule between two measures: the first needs the second, or the two shut each other out."""

    SUBJECT = "controls.link"
    PURGE = With("measure")

    KINDS = [("needs", "needs"), ("excludes", "cannot stand beside")]
    kind = models.CharField(max_length=10, choices=KINDS)
    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="linked_from")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "measure", "other"], name="a_link_once"),
            models.CheckConstraint(condition=~Q(measure=F("other")), name="a_measure_is_not_linked_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.kind} {self.other_id}"


class MeasureTest(Record):
    """One test of a measure: what was tried and how, by whom, when, and what came out. None is changed."""

    SUBJECT = "controls.test"
    KEPT = "What a test found stays evidence."
    SEE = SEE
    UNIT_PATH = "measure__unit_id"

    RESULTS = [
        ("works", "Works"),
        ("partly", "Works in part"),
        ("fails", "Does not work"),
        ("untested", "Could not be tested"),
    ]
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="tests")
    what = models.CharField(max_length=200)
    how = models.TextField(blank=True, default="")
    tested_on = models.DateField()
    by_whom = models.CharField(max_length=200)
    result = models.CharField(max_length=8, choices=RESULTS)
    found = models.TextField(blank=True, default="")
    held_low = models.FloatField(default=1.0, validators=SHARE)
    held_high = models.FloatField(default=1.0, validators=SHARE)
    """Share of the measure's effect that is still there, a 90 % range: somebody's judgement of the day."""
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = VisibleSet.as_manager()

    class Meta:
        ordering = ("-tested_on", "-id")
        indexes = [models.Index(fields=["measure", "-tested_on", "-id"], name="tests_of_a_measure")]
        constraints = [
            models.CheckConstraint(
                condition=Q(held_low__gte=0) & Q(held_high__gte=F("held_low")) & Q(held_high__lte=1),
                name="a_test_finds_a_share_in_force",
            ),
            models.CheckConstraint(
                condition=~Q(result="works") | Q(held_low=1, held_high=1), name="what_works_is_wholly_in_force"
            ),
        ]

    def __str__(self) -> str:
        return self.what


class MeasureTask(Record):
    """One piece of the work on a measure: who does it, by when, and when it was done."""

    SUBJECT = "controls.task"
    PURGE = With("measure")
    SEE = SEE
    UNIT_PATH = "measure__unit_id"

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="tasks")
    what = models.CharField(max_length=200)
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    objects = VisibleSet.as_manager()

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["due_on"], name="tasks_open_by_day", condition=Q(done_at__isnull=True))]

    def __str__(self) -> str:
        return self.what
