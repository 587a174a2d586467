"""By which names scans know an asset, which asset a doubtful target is, and which rows became one asset."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alcaide.common.models import Record
from alcaide.common.permissions import VisibleSet
from alcaide.organization.models import Unit

from .assets import Asset
from .places import SEE


class Identifier(models.Model):
    """A name by which a scanner knows an asset. An address counts only inside its network zone and while it is held.

    The same address on two assets in turn is two rows: `ended_at` says until when the first one held it.
    """

    KEPT = "By what an asset was known stays."

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=20)
    value = models.CharField(max_length=300)
    zone = models.CharField(max_length=60, blank=True, default="")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "value", "zone"],
                name="one_asset_at_a_time",
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("first_seen_at")),
                name="an_identifier_ends_after_it_began",
            ),
        ]
        indexes = [models.Index(fields=["value", "zone"], name="identifiers_by_value")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class MatchDoubt(Record):
    """A target of a scan that could be more than one asset, kept until somebody says which; the answer is kept."""

    SUBJECT = "assets.doubt"
    KEPT = "How a doubt was answered stays."
    SEE = SEE
    UNIT_PATH = "unit_id"

    WHYS = [
        ("disagree", "Two strong names lead to two assets"),
        ("foreign", "Known in a unit that the importer may not change"),
        ("stale", "Its address was last seen too long ago to decide"),
    ]
    ANSWERS = [
        ("", "Open"),
        ("same", "The same as a known asset"),
        ("other", "An asset of its own"),
        ("all", "All are one asset"),
    ]
    stand_in = models.CharField(max_length=32, unique=True)
    """Digest of the names that stood in doubt; the same names meet the same row at every scan."""
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="doubts")
    """The asset that stands for the target until the answer."""
    why = models.CharField(max_length=10, choices=WHYS)
    name = models.CharField(max_length=200)
    target = models.CharField(max_length=20, default="host")
    zone = models.CharField(max_length=60, blank=True, default="")
    identifiers = models.JSONField(default=list)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    answer = models.CharField(max_length=5, choices=ANSWERS, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=300, blank=True, default="")

    objects = VisibleSet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["answer", "-last_seen_at", "-id"], name="doubts_by_answer")]

    def __str__(self) -> str:
        return self.name


class MatchCandidate(models.Model):
    """An asset that a doubtful target may be, with what speaks for it and against it."""

    KEPT = "Part of the doubt."

    doubt = models.ForeignKey(MatchDoubt, on_delete=models.CASCADE, related_name="candidates")
    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField()
    speaks_for = models.JSONField(default=list)
    speaks_against = models.JSONField(default=list)

    class Meta:
        ordering = ("rank",)
        constraints = [models.UniqueConstraint(fields=["doubt", "asset"], name="a_candidate_once")]

    def __str__(self) -> str:
        return f"{self.rank} {self.asset_id}"


class Merge(Record):
    """Two assets that became one: what moved to the survivor, row by row, so that it can go back."""

    SUBJECT = "assets.merge"
    KEPT = "A merge can be undone."

    survivor = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="merged_by")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    moved = models.JSONField(default=dict)
    """By follower's name: what it needs to put its rows back."""
    was_retired_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], name="an_asset_is_merged_once", condition=Q(undone_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.survivor_id}"
