"""The ledger of everything that was purged: one row a run, one row a chunk."""

from django.conf import settings
from django.db import models

from alcaide.common.models.base import Record


class PurgeRun(Record):
    """One purge of one kind of record: what was there before, what went, what was kept and why. Its counts add up."""

    SUBJECT = "common.purge"
    KEPT = "What went, and what a hold kept, must be provable for ever."

    key = models.CharField(max_length=200, unique=True)
    rule = models.CharField(max_length=80)
    why = models.CharField(max_length=400)
    model = models.CharField(max_length=80)
    verb = models.CharField(max_length=8, choices=[("purge", "Purged"), ("erase", "Fields erased")])
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    cut_at = models.DateTimeField(null=True)
    """What counts from before this moment went, where a rule of retention asked."""
    up_to = models.CharField(max_length=64, blank=True, default="")
    """The last row that there was when it began; what came later is not looked at."""
    reached = models.CharField(max_length=64, blank=True, default="")
    before = models.BigIntegerField()
    looked = models.BigIntegerField(default=0)
    gone = models.BigIntegerField(default=0)
    kept = models.BigIntegerField(default=0)
    in_use = models.BigIntegerField(default=0)
    others = models.BigIntegerField(default=0)
    """Rows that others removed, or that came under the rule, while it ran."""
    after = models.BigIntegerField(null=True)
    kept_by = models.JSONField(default=dict)
    """Records by the number of the hold that kept them; overlapping holds count the same record each."""
    chunks_done = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["rule", "-id"], name="purges_by_rule")]

    def __str__(self) -> str:
        return self.key


class PurgeChunk(models.Model):
    """One chunk of a purge, written in the transaction in which its rows went."""

    KEPT = "Part of the ledger."

    run = models.ForeignKey(PurgeRun, on_delete=models.PROTECT, related_name="chunks")
    number = models.PositiveIntegerField()
    looked = models.PositiveIntegerField()
    gone = models.PositiveIntegerField()
    kept = models.PositiveIntegerField()
    in_use = models.PositiveIntegerField()
    left = models.PositiveIntegerField()
    """Counted again after the deletion."""
    kept_by = models.JSONField(default=dict)
    along = models.JSONField(default=dict)
    """Rows of other tables that went along, by table."""
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="a_purge_chunk_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.number}"
