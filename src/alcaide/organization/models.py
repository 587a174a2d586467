"""The organization, its units, its people, and the roles granted in each unit."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from alcaide.common.models import Record
from alcaide.common.money import Kind, Money
from alcaide.common.permissions import ANALYST, AUDITOR, CHIEF, EMPLOYEE, EXECUTIVE, HEAD, VisibleSet, permit

SEE = permit("organization.see", "See units and people", CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR, EMPLOYEE)
CHANGE = permit("organization.change", "Change units and people", CHIEF)
GRANT = permit("organization.grant", "Grant roles", CHIEF)
SET_APPETITE = permit("organization.set_appetite", "Set the appetite", CHIEF, EXECUTIVE)


class Organization(Record):
    """The one organization of this installation: its name, its currency, its clock."""

    SUBJECT = "organization.organization"

    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    time_zone = models.CharField(max_length=64, default="UTC")
    is_example = models.BooleanField(default=False)
    shared_swing = models.FloatField(
        default=0.25,
        validators=[MinValueValidator(0), MaxValueValidator(2)],
        help_text="How far all rates move together from year to year: coefficient of variation of the shared factor.",
    )

    def __str__(self) -> str:
        return self.name


class Unit(Record):
    """A part of the organization. Roles granted here reach everything below."""

    SUBJECT = "organization.unit"
    SEE = SEE
    UNIT_PATH = "pk"

    KINDS = [
        ("company", "Company"),
        ("plant", "Plant"),
        ("office", "Office"),
        ("warehouse", "Warehouse"),
        ("department", "Department"),
    ]
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=KINDS)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=400, unique=True, editable=False)
    country = models.CharField(max_length=2, blank=True, default="")

    objects = VisibleSet.as_manager()

    class Meta:
        ordering = ("path",)
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="a_unit_is_not_its_own_parent"),
            models.UniqueConstraint(fields=["parent", "name"], name="one_unit_name_per_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """How many units stand above this one."""
        return self.path.count("/") - 1


class Person(Record):
    """Someone who works for the organization, with or without a sign-in."""

    SUBJECT = "organization.person"
    SEE = SEE
    UNIT_PATH = "unit_id"

    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True, default="")
    title = models.CharField(max_length=200, blank=True, default="")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="people")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="person"
    )
    joined_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)

    objects = VisibleSet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="one_person_per_email"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(joined_on__isnull=True) | Q(left_on__gte=F("joined_on")),
                name="a_person_leaves_after_joining",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Grant(Record):
    """A role that a user holds in a unit and everything below it, from a day and perhaps until one."""

    SUBJECT = "organization.grant"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="grants")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="grants_given"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "unit"], condition=Q(withdrawn_at__isnull=True), name="one_grant_in_force"
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="a_grant_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} in {self.unit_id}"


class Appetite(Record):
    """The sum a year's loss may pass with at most this chance; the newest of a unit is in force."""

    SUBJECT = "organization.appetite"
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
