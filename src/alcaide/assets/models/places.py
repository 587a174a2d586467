"""Places and the permissions of the room."""

from django.db import models
from django.db.models import F, Q

from alcaide.common.models import Record
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
from alcaide.organization.models import Unit

SEE = permit(
    "assets.see", "See assets",
    CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR, COMPLIANCE, SITE_MANAGER, DPO,
)  # fmt: skip
CHANGE = permit("assets.change", "Change assets", CHIEF, ANALYST, SITE_MANAGER)


class Place(Record):
    """Somewhere: a site, a building, a floor, a room, a yard. A tree that sites, doors and assets share."""

    SUBJECT = "assets.place"
    KEPT = "Places stay; what is gone is retired."
    SEE = SEE
    UNIT_PATH = "unit_id"

    KINDS = [
        ("site", "Site"),
        ("building", "Building"),
        ("floor", "Floor"),
        ("room", "Room"),
        ("outdoors", "Outdoors"),
    ]
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=KINDS)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=400, unique=True, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="places")
    address = models.CharField(max_length=300, blank=True, default="")

    objects = VisibleSet.as_manager()

    class Meta:
        ordering = ("path",)
        constraints = [models.CheckConstraint(condition=~Q(parent=F("id")), name="a_place_is_not_its_own_parent")]

    def __str__(self) -> str:
        return self.name
