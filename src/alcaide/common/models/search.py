"""What the search finds: one row a subject, the folded words beside it."""

from django.db import models


class SearchDoc(models.Model):
    """One findable subject. The words stand in a full-text table of the database's own kind, by this row's id."""

    DERIVED = "Written anew from its subject."

    subject = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    second = models.CharField(max_length=300, default="", blank=True)
    unit_id = models.BigIntegerField(null=True)
    row = models.BigIntegerField(null=True)
    """The primary key of the subject's row: a list asks one row for its words by it."""

    class Meta:
        indexes = [models.Index(fields=["kind", "row"], name="search_by_row")]

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """One folded word that stood in a title, by its ends and length; what is typed wrongly is compared with it."""

    DERIVED = "Learned anew from titles."

    word = models.CharField(max_length=30, primary_key=True)
    first = models.CharField(max_length=1)
    last = models.CharField(max_length=1)
    length = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["first", "length"], name="words_by_first"),
            models.Index(fields=["last", "length"], name="words_by_last"),
        ]

    def __str__(self) -> str:
        return self.word
