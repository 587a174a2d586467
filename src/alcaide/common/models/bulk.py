"""Bulk writes that may be killed and resumed: one row a bulk, one row a finished chunk."""

from django.db import models

from alcaide.common.models.base import Record


class Bulk(Record):
    """A write of many rows in numbered chunks; unfinished ones are resumed by the next worker."""

    SUBJECT = "common.bulk"
    KEPT = "It says which chunks of a bulk were written."

    key = models.CharField(max_length=200, unique=True)
    verb = models.CharField(max_length=80)
    about = models.CharField(max_length=120)
    rows_done = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key


class BulkChunk(models.Model):
    """One chunk that is wholly written, with its counts."""

    KEPT = "Part of the bulk."

    bulk = models.ForeignKey(Bulk, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulk", "number"], name="a_chunk_once")]

    def __str__(self) -> str:
        return f"{self.bulk_id} {self.number}"
