"""Feeds taken in, and what each says of a flaw: exploited in the wild, and how likely to be."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from alcaide.common.models import Record, StoredFile
from alcaide.common.permissions import ANALYST, AUDITOR, CHIEF, COMPLIANCE, EXECUTIVE, HEAD, permit

SEE = permit("threats.see", "See threat feeds", CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR, COMPLIANCE)
TAKE_IN = permit("threats.take_in", "Bring in a threat feed", CHIEF, ANALYST)


class Feed(Record):
    """One edition of a public list, as it was taken in. The newest finished one of its kind is in force."""

    SUBJECT = "threats.feed"
    KEPT = "It says where facts about the world came from."

    KINDS = [("kev", "Known exploited flaws (CISA KEV)"), ("epss", "Chance of exploitation (FIRST EPSS)")]
    STATES = [
        ("waiting", "Waiting"),
        ("running", "Being read"),
        ("done", "In force"),
        ("failed", "Not taken in"),
    ]
    kind = models.CharField(max_length=10, choices=KINDS)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    again = models.PositiveIntegerField(default=0)
    """0 at first; rises each time somebody insists on reading the same file once more."""
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    reason = models.TextField(blank=True, default="")
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    edition = models.CharField(max_length=60)
    """What the list calls itself: the catalogue's version, or the version of the model behind the scores."""
    dated_on = models.DateField(null=True)
    rows = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    notices = models.JSONField(default=list)
    mean_probability = models.FloatField(null=True)
    """Mean score of all scored flaws, 0..1: what is believed of a flaw that has no score yet."""
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = [models.UniqueConstraint(fields=["kind", "file", "again"], name="an_edition_once")]
        indexes = [models.Index(fields=["kind", "state", "-id"], name="feeds_in_force")]

    def __str__(self) -> str:
        return f"{self.kind} {self.edition}"


class KnownExploited(models.Model):
    """A flaw that the list says is exploited in the wild; gone from the list, it keeps its date of removal."""

    KEPT = "What left a list stays marked as that."

    cve = models.CharField(max_length=24, unique=True)
    vendor = models.CharField(max_length=200, blank=True, default="")
    product = models.CharField(max_length=200, blank=True, default="")
    name = models.CharField(max_length=300, blank=True, default="")
    added_on = models.DateField()
    due_on = models.DateField(null=True)
    ransomware = models.BooleanField(default=False)
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="+")
    """The edition that said so last."""
    removed_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.cve


class Exploitation(models.Model):
    """EPSS of one flaw: chance that someone, somewhere, exploits it within 30 days."""

    DERIVED = "A public list, taken in anew; its files are kept."

    cve = models.CharField(max_length=24, primary_key=True)
    probability = models.FloatField()
    percentile = models.FloatField()
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="+")
    """The edition that brought this value; later ones that say the same do not touch the row."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(probability__gte=0) & Q(probability__lte=1), name="epss_is_a_share")
        ]

    def __str__(self) -> str:
        return f"{self.cve} {self.probability}"
