"""People, and the roles granted to them in units."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alcaide.common.models import RECORD, Record
from alcaide.common.permissions import VisibleSet

from .keys import SEE
from .roles import FollowRule
from .units import Unit


class Person(Record):
    """Someone who works for the organization, with or without a sign-in."""

    SUBJECT = "organization.person"
    PURGE = RECORD
    SEE = SEE
    UNIT_PATH = "unit_id"

    KINDS = [("employee", "Employee"), ("contractor", "Contractor"), ("agency", "Agency worker")]

    name = models.CharField(max_length=200)
    hr_number = models.CharField("HR number", max_length=40, blank=True, default="")
    kind = models.CharField(max_length=12, choices=KINDS, default="employee")
    place = models.CharField(max_length=200, blank=True, default="")
    manager = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports", verbose_name="reports to"
    )
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
        indexes = [
            models.Index(fields=["name", "id"], name="person_by_name"),
            models.Index(fields=["title", "id"], name="person_by_title"),
            models.Index(fields=["email", "id"], name="person_by_email"),
            models.Index(fields=["hr_number", "id"], name="person_by_hr_number"),
            models.Index(fields=["kind", "id"], name="person_by_kind"),
            models.Index(fields=["left_on"], name="person_by_leaving"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["hr_number"], condition=~Q(hr_number=""), name="one_person_per_hr_number"),
            models.CheckConstraint(
                condition=Q(manager__isnull=True) | ~Q(manager=F("id")), name="nobody_reports_to_themselves"
            ),
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
    KEPT = "Who could do what, and since when, must stay known."
    SEE = SEE
    UNIT_PATH = "unit_id"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="grants")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="grants_given"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    follows = models.ForeignKey(
        FollowRule, null=True, blank=True, on_delete=models.PROTECT, related_name="grants", editable=False
    )
    moved_on = models.DateField(null=True, blank=True, help_text="Since when it only runs out: its holder moved away.")

    objects = VisibleSet.as_manager()

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
