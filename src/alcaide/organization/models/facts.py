"""Facts about units, and the rates of currencies by day."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from alcaide.common.models import RECORD, Record, StoredFile
from alcaide.common.permissions import VisibleSet
from alcaide.organization.quoting import equation, turned

from .keys import SEE_FACTS
from .units import Unit

USER = settings.AUTH_USER_MODEL


class Fact(Record):
    """What a unit says of itself under one kind of `content/facts.toml`, from a day on; a correction is a new row."""

    SUBJECT = "organization.fact"
    KEPT = "A correction is a new row; what stood before stays."
    SEE = SEE_FACTS
    UNIT_PATH = "unit_id"

    BASES = [("measured", "Measured"), ("sector", "Sector"), ("judgement", "Judgement")]
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="facts")
    key = models.CharField(max_length=40)
    value = models.JSONField(null=True, help_text="As its kind says; null where it stopped being known.")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    basis = models.CharField(max_length=10, choices=BASES)
    source = models.CharField(max_length=400)
    said_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = VisibleSet.as_manager()

    class Meta:
        ordering = ("-from_on", "-id")
        indexes = [models.Index(fields=["unit", "key", "from_on"], name="fact_by_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="a_fact_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Rate(Record):
    """What one unit of the organization's currency was worth in another on a day."""

    SUBJECT = "organization.rate"
    PURGE = RECORD

    ours = models.CharField(max_length=3)
    currency = models.CharField(max_length=3)
    on = models.DateField()
    # Text keeps every digit; a decimal column of SQLite is a float.
    per_ours = models.CharField(max_length=40, help_text="How many of the currency one of ours buys.")
    source = models.CharField(max_length=200)
    said_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-on", "currency")
        constraints = [
            models.UniqueConstraint(fields=["ours", "currency", "on"], name="one_rate_a_day"),
            models.CheckConstraint(condition=~Q(currency=F("ours")), name="no_rate_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.said}, {self.on}"

    @property
    def said(self) -> str:
        """The rate with its direction: 1 EUR = 1.0888 USD."""
        return equation(self.ours, self.per_ours, self.currency)

    @property
    def turned(self) -> str:
        """The same the other way round: 1 USD = 0.91844 EUR."""
        return turned(self.ours, self.per_ours, self.currency)


class ListConfirmed(Record):
    """A second person's word that a whole list of people may end as many as it does."""

    SUBJECT = "organization.listconfirmed"
    KEPT = "A second person's word stays."

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=80)
    ends = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.kind}: {self.ends}"
