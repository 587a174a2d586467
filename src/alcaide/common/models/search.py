"""What the search finds: one row a subject, the folded words beside it."""

from django.db import models


class SearchDoc(models.Model):
    """One findable subject. The words stand in a full-text table of the database's own kind, by this row's id."""

    subject = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    second = models.CharField(max_length=300, default="", blank=True)
    unit_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind"], name="search_by_kind")]

    def __str__(self) -> str:
        return self.title
