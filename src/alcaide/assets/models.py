"""Assets, what they are worth, how scanners call them, where they stand, and what depends on what."""

from django.db import models
from django.db.models import F, Q

from alcaide.common.models import Record
from alcaide.common.money import Kind, Money
from alcaide.common.permissions import ANALYST, AUDITOR, CHIEF, EXECUTIVE, HEAD, VisibleSet, permit
from alcaide.organization.models import Person, Unit

SEE = permit("assets.see", "See assets", CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR)
CHANGE = permit("assets.change", "Change assets", CHIEF, ANALYST)


class Place(Record):
    """Somewhere: a site, a building, a floor, a room, a yard. A tree that sites, doors and assets share."""

    SUBJECT = "assets.place"
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


class Asset(Record):
    """One thing worth protecting."""

    SUBJECT = "assets.asset"
    SEE = SEE
    UNIT_PATH = "unit_id"

    KINDS = [
        ("host", "Host"),
        ("application", "Application"),
        ("service", "Service"),
        ("data_set", "Data set"),
        ("building", "Building"),
        ("equipment", "Equipment"),
        ("vehicle", "Vehicle"),
        ("goods", "Goods"),
        ("people", "Group of people"),
        ("brand", "Brand"),
    ]
    AREA_OF_KIND = {
        "building": "physical",
        "equipment": "physical",
        "vehicle": "physical",
        "goods": "physical",
        "people": "people",
    }
    REACHES = [
        ("internet", "From the internet"),
        ("internal", "From inside only"),
        ("isolated", "From nowhere else"),
        ("unknown", "Not known yet"),
    ]
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=KINDS)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assets")
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.SET_NULL, related_name="assets")
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="assets_owned")
    reached_from = models.CharField(max_length=10, choices=REACHES, default="unknown")
    note = models.TextField(blank=True, default="")
    first_seen_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = VisibleSet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["unit", "kind"], name="assets_by_unit"),
            models.Index(fields=["name", "id"], name="assets_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def area(self) -> str:
        """digital, physical or people."""
        return self.AREA_OF_KIND.get(self.kind, "digital")


class AssetValue(Record):
    """What one harm to an asset would cost: disclosed, altered, unavailable or destroyed."""

    SUBJECT = "assets.value"

    ASPECTS = [
        ("disclosed", "If disclosed"),
        ("altered", "If altered"),
        ("unavailable", "If unavailable for a day"),
        ("destroyed", "If destroyed or stolen"),
    ]
    BASES = [("measured", "measured"), ("sector", "sector"), ("judgement", "judgement")]
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="values")
    aspect = models.CharField(max_length=12, choices=ASPECTS)
    low_minor = models.BigIntegerField()
    high_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    basis = models.CharField(max_length=10, choices=BASES)
    source = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "aspect"], name="one_value_per_aspect"),
            models.CheckConstraint(
                condition=Q(low_minor__gte=0) & Q(high_minor__gte=F("low_minor")), name="a_value_runs_low_to_high"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.aspect} {self.low_minor}-{self.high_minor} {self.currency}"

    @property
    def low(self) -> Money:
        return Money(self.low_minor, self.currency, Kind.WORTH)

    @property
    def high(self) -> Money:
        return Money(self.high_minor, self.currency, Kind.WORTH)


class Identifier(models.Model):
    """A name by which a scanner knows an asset. An address counts only inside its network zone."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=20)
    value = models.CharField(max_length=300)
    zone = models.CharField(max_length=60, blank=True, default="")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value", "zone"], name="one_asset_per_identifier")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class Dependency(Record):
    """One asset needs another: when the needed one falls, this one falls with it."""

    SUBJECT = "assets.dependency"

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="needs")
    needs = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="needed_by")
    why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "needs"], name="a_dependency_once"),
            models.CheckConstraint(condition=~Q(asset=F("needs")), name="an_asset_does_not_need_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} needs {self.needs_id}"
