"""Measures: what protects, in place or proposed, what it costs, and what each needs or shuts out."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from alcaide.common.models import Record
from alcaide.common.money import Kind, Money
from alcaide.common.permissions import ANALYST, AUDITOR, CHIEF, EXECUTIVE, HEAD, VisibleSet, permit
from alcaide.organization.models import Person, Unit

SEE = permit("controls.see", "See measures", CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR)
CHANGE = permit("controls.change", "Change measures", CHIEF, ANALYST)
ADOPT = permit("controls.adopt", "Adopt a measure", CHIEF, EXECUTIVE)


class Measure(Record):
    """Something that makes a scenario rarer: proposed, adopted, in place, or dropped."""

    SUBJECT = "controls.measure"
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

    objects = VisibleSet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cost_minor__gte=0), name="a_measure_costs_nothing_or_more"),
            models.UniqueConstraint(fields=["unit", "name"], name="one_measure_name_per_unit"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def cost(self) -> Money:
        """Cash a year."""
        return Money(self.cost_minor, self.currency, Kind.CASH)


class MeasureLink(Record):
    """A rule between two measures: the first needs the second, or the two shut each other out."""

    SUBJECT = "controls.link"

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
