"""What needs what, and the worst that starts at an asset because of it."""

from django.db import models
from django.db.models import F, Q

from alcaide.common.models import RECORD, Record
from alcaide.common.money import Kind, Money

from .assets import Asset, AssetValue, HeldClass


class Dependency(Record):
    """One asset needs another: when the needed one falls, this one falls with it."""

    SUBJECT = "assets.dependency"
    PURGE = RECORD

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


class Criticality(models.Model):
    """The worst that one harm to an asset can start: its own value, or that of something that needs it.

    `source` is the asset whose value this is, `via` the one on the way that needs this asset itself.
    """

    DERIVED = "Weighed anew from values and needs."

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="criticality")
    aspect = models.CharField(max_length=12, choices=AssetValue.ASPECTS)
    low_minor = models.BigIntegerField()
    high_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    people_low = models.PositiveIntegerField(null=True)
    people_high = models.PositiveIntegerField(null=True)
    source = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    via = models.ForeignKey(Asset, null=True, on_delete=models.CASCADE, related_name="+")
    steps = models.PositiveIntegerField(default=0)
    """How many needs lie between the two; 0 where the value is the asset's own."""
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "aspect"], name="one_criticality_per_aspect")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.aspect} {self.high_minor}"

    @property
    def low(self) -> Money:
        return Money(self.low_minor, self.currency, Kind.WORTH)

    @property
    def high(self) -> Money:
        return Money(self.high_minor, self.currency, Kind.WORTH)


class ClassReach(models.Model):
    """An asset that handles a class of information because of a data set: it processes it, or the set lies on it.

    `people` is the largest single data set's count, for two sets may hold the same people.
    """

    DERIVED = "Computed anew from classes and needs."

    HOWS = [("holds", "holds"), ("processes", "processes"), ("runs", "runs what processes")]
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="class_reach")
    data_class = models.CharField(max_length=20, choices=HeldClass.CLASSES)
    how = models.CharField(max_length=10, choices=HOWS)
    people = models.PositiveBigIntegerField(null=True)
    is_counted = models.BooleanField(default=True)
    """Whether every data set of this class that it handles is counted; else the number is a least."""
    source = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    via = models.ForeignKey(Asset, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "data_class"], name="a_class_once_per_asset")]
        indexes = [models.Index(fields=["data_class", "asset"], name="class_reach_by_class")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.how} {self.data_class}"
