"""What was taken from the libraries, as the library said it on that day."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from alcaide.common.models import RECORD, Record
from alcaide.common.permissions import VisibleSet
from alcaide.controls.models import Measure
from alcaide.organization.models import Unit

from .rights import SEE
from .scenario import Scenario


class Taken(Record):
    """One scenario or measure that began from the library: the row as it was taken, with its version."""

    SUBJECT = "risk.taken"
    PURGE = RECORD
    SEE = SEE
    UNIT_PATH = "unit_id"

    key = models.CharField(max_length=60)
    edition = models.CharField(max_length=20)
    content = models.JSONField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    scenario = models.ForeignKey(Scenario, null=True, on_delete=models.CASCADE, related_name="taken_from")
    measure = models.ForeignKey(Measure, null=True, on_delete=models.CASCADE, related_name="taken_from")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = VisibleSet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["key"], name="taken_by_key")]
        constraints = [
            models.CheckConstraint(
                condition=Q(scenario__isnull=True, measure__isnull=False)
                | Q(scenario__isnull=False, measure__isnull=True),
                name="one_thing_is_taken",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.edition}"
