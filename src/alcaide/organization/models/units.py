"""The organization, its units, and the appetite of each."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from alcaide.common.models import Record
from alcaide.common.money import Kind, Money
from alcaide.common.permissions import VisibleSet

from .keys import SEE


class Organization(Record):
    """The one organization of this installation: its name, its currency, its clock."""

    SUBJECT = "organization.organization"
    KEPT = "The house itself."

    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    time_zone = models.CharField(max_length=64, default="UTC")
    is_example = models.BooleanField(default=False)
    shared_swing = models.FloatField(
        default=0.25,
        validators=[MinValueValidator(0), MaxValueValidator(2)],
        help_text="How far all rates move together from year to year: coefficient of variation of the shared factor.",
    )

    first_month = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(12)], help_text="First month of the fiscal year."
    )
    rate_days = models.PositiveSmallIntegerField(
        default=31, validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text="How old, in days, a rate of a currency may be and still count.",
    )  # fmt: skip

    grace_days = models.PositiveSmallIntegerField(
        default=14, validators=[MaxValueValidator(90)],
        help_text="How many days a role granted by hand lasts after its holder moved to another unit.",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(first_month__gte=1, first_month__lte=12), name="first_month_is_a_month"),
        ]

    def __str__(self) -> str:
        return self.name


class Unit(Record):
    """A part of the organization. Roles granted here reach everything below."""

    SUBJECT = "organization.unit"
    KEPT = "A unit ends; its history stays."
    SEE = SEE
    UNIT_PATH = "pk"

    KINDS = [
        ("company", "Company"),
        ("plant", "Plant"),
        ("office", "Office"),
        ("warehouse", "Warehouse"),
        ("department", "Department"),
        ("subsidiary", "Subsidiary"),
        ("region", "Region"),
        ("team", "Team"),
    ]
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=KINDS)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=400, unique=True, editable=False)
    country = models.CharField(max_length=2, blank=True, default="")
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True, help_text="The last day; its history stays.")
    legal_name = models.CharField(max_length=200, blank=True, default="")
    registration = models.CharField(max_length=80, blank=True, default="")
    jurisdiction = models.CharField(max_length=6, blank=True, default="")
    share_held = models.FloatField(null=True, blank=True, help_text="Share of the legal entity held, 0 to 1.")

    objects = VisibleSet.as_manager()

    class Meta:
        ordering = ("path",)
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="a_unit_is_not_its_own_parent"),
            models.UniqueConstraint(fields=["parent", "name"], name="one_unit_name_per_parent"),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(from_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="a_unit_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(share_held__isnull=True) | Q(share_held__gte=0, share_held__lte=1),
                name="share_held_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """How many units stand above this one."""
        return self.path.count("/") - 1


class Appetite(Record):
    """The sum a year's loss may pass with at most this chance; the newest of a unit is in force."""

    SUBJECT = "organization.appetite"
    KEPT = "What was tolerated, and who set it, must stay known."
    SEE = SEE
    UNIT_PATH = "unit_id"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="appetites")
    limit_minor = models.BigIntegerField(validators=[MinValueValidator(1)])
    currency = models.CharField(max_length=3)
    chance = models.FloatField(help_text="Highest accepted chance, a share of years, of passing the sum.")
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(blank=True, default="")

    objects = VisibleSet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(limit_minor__gt=0), name="appetite_above_zero"),
            models.CheckConstraint(condition=Q(chance__gt=0) & Q(chance__lt=1), name="appetite_chance_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.limit_minor} {self.currency}"

    @property
    def limit(self) -> Money:
        return Money(self.limit_minor, self.currency, Kind.EXPECTED)
