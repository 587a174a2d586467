"""The bow-tie of a scenario: ways in, the top event, what follows, and the measures on each line."""

from django.db import models
from django.db.models import Q

from alcaide.common.models import RECORD, Record, With
from alcaide.controls.models import Measure

from .scenario import Scenario


class TiePart(Record):
    """One line of a bow-tie: a way in that leads to the top event, the event itself, or what follows from it."""

    SUBJECT = "risk.tie_part"
    PURGE = RECORD

    SIDES = [("cause", "Way in"), ("event", "Top event"), ("consequence", "What follows")]
    KINDS = [
        ("", "no kind"),
        ("stop", "Work stands still"),
        ("response", "Response and repair"),
        ("replacement", "Replacement"),
        ("penalty", "Fines and claims"),
        ("trust", "Lost trust and orders"),
        ("edge", "Lost advantage"),
        ("people", "People harmed"),
    ]
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="tie")
    side = models.CharField(max_length=11, choices=SIDES)
    words = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=KINDS, blank=True, default="")
    place = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=120, blank=True, default="")
    """Where it comes from: a key of a library, empty where somebody typed it."""

    class Meta:
        ordering = ("place", "id")
        constraints = [
            models.UniqueConstraint(fields=["scenario"], condition=Q(side="event"), name="one_top_event"),
            models.CheckConstraint(condition=Q(kind="") | Q(side="consequence"), name="only_what_follows_has_a_kind"),
        ]

    def __str__(self) -> str:
        return self.words


class TieMeasure(Record):
    """A measure on one line of a bow-tie: it prevents there, or limits what follows."""

    SUBJECT = "risk.tie_measure"
    PURGE = With("part")

    part = models.ForeignKey(TiePart, on_delete=models.CASCADE, related_name="measures")
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("place", "id")
        constraints = [models.UniqueConstraint(fields=["part", "measure"], name="a_measure_once_per_line")]

    def __str__(self) -> str:
        return f"{self.measure_id} on {self.part_id}"
