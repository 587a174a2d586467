"""Feeds taken in, and what each says of a flaw: exploited in the wild, and how likely to be."""

from django.db import models
from django.db.models import Q

from alcaide.common.models import Record, StoredFile
from alcaide.common.permissions import ANALYST, AUDITOR, CHIEF, EXECUTIVE, HEAD, permit

SEE = permit("threats.see", "See threat feeds", CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR)
TAKE_IN = permit("threats.take_in", "Bring in a threat feed", CHIEF, ANALYST)


class Feed(Record):
    """One edition of a public list, as it was taken in."""

    SUBJECT = "threats.feed"

    KINDS = [("kev", "Known exploited flaws (CISA KEV)"), ("epss", "Chance of exploitation (FIRST EPSS)")]
    kind = models.CharField(max_length=10, choices=KINDS)
    edition = models.CharField(max_length=60)
    dated_on = models.DateField(null=True)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    rows = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = [models.UniqueConstraint(fields=["kind", "file"], name="an_edition_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.edition}"


class KnownExploited(models.Model):
    """A flaw that the list says is exploited in the wild; gone from the list, it keeps its date of removal."""

    cve = models.CharField(max_length=24, unique=True)
    vendor = models.CharField(max_length=200, blank=True, default="")
    product = models.CharField(max_length=200, blank=True, default="")
    name = models.CharField(max_length=300, blank=True, default="")
    added_on = models.DateField()
    due_on = models.DateField(null=True)
    ransomware = models.BooleanField(default=False)
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="+")
    removed_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.cve


class Exploitation(models.Model):
    """EPSS of one flaw: chance that someone, somewhere, exploits it within 30 days."""

    cve = models.CharField(max_length=24, unique=True)
    probability = models.FloatField()
    percentile = models.FloatField()
    scored_on = models.DateField()
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(probability__gte=0) & Q(probability__lte=1), name="epss_is_a_share")
        ]

    def __str__(self) -> str:
        return f"{self.cve} {self.probability}"
