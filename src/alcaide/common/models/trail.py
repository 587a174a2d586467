"""The audit trail: lines that only grow, their disclosed values apart, and signed heads."""

from django.db import models

from alcaide.common.models.keeping import ByDate


class TrailLine(models.Model):
    """One write: who did what to which subject, as commitments, chained to the line before it."""

    KEPT = "The trail only grows."

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=80)
    verb = models.CharField(max_length=80)
    subject = models.CharField(max_length=120, db_index=True)
    before = models.TextField(default="{}")
    after = models.TextField(default="{}")
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("seq",)
        indexes = [models.Index(fields=["subject", "-seq"], name="trail_by_subject")]

    def __str__(self) -> str:
        return f"{self.seq} {self.verb} {self.subject}"


class TrailValue(models.Model):
    """One value behind a commitment, with its salt. Erasure may delete it; the chain stays provable."""

    PURGE = ByDate("line__at", subjects=("line__subject", "line__actor"))

    line = models.ForeignKey(TrailLine, on_delete=models.PROTECT, related_name="values_kept")
    side = models.CharField(max_length=6, choices=[("before", "before"), ("after", "after")])
    field = models.CharField(max_length=80)
    salt = models.CharField(max_length=32)
    value = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "side", "field"], name="one_value_per_field")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.side} {self.field}"


class TrailHead(models.Model):
    """A signed statement: at this moment the trail had this many lines and this Merkle root."""

    KEPT = "The trail only grows."

    size = models.BigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    at = models.DateTimeField()
    key = models.CharField(max_length=16)
    signature = models.CharField(max_length=128)

    class Meta:
        ordering = ("size",)

    def __str__(self) -> str:
        return f"head of {self.size}"
