"""What people may do, when they are away, and whom a department turns to."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alcaide.common.models import Record, StoredFile, With
from alcaide.common.permissions import VisibleSet

from .keys import SEE, SEE_STAFF
from .people import Person
from .units import Unit

USER = settings.AUTH_USER_MODEL


class Qualification(Record):
    """A licence, training or certificate of a person, from a day and perhaps until one."""

    SUBJECT = "organization.qualification"
    PURGE = With("person")
    SEE = SEE_STAFF
    UNIT_PATH = "person__unit_id"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="qualifications")
    kind = models.CharField(max_length=120)
    number = models.CharField(max_length=80, blank=True, default="")
    issuer = models.CharField(max_length=200, blank=True, default="")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    # A null never sorts; what has no end stands last.
    ends_on = models.DateField(editable=False)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200, blank=True, default="")
    verified_by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = VisibleSet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["ends_on", "id"], name="qualification_by_end")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="a_qualification_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person}"


class Absence(Record):
    """Days on which a person is away; never why in medical terms."""

    SUBJECT = "organization.absence"
    PURGE = With("person")
    SEE = SEE_STAFF
    UNIT_PATH = "person__unit_id"

    KINDS = [
        ("holiday", "Holiday"),
        ("sick", "Sick"),
        ("training", "Training"),
        ("parental", "Parental leave"),
        ("other", "Other"),
    ]
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="absences")
    kind = models.CharField(max_length=12, choices=KINDS)
    from_on = models.DateField()
    until_on = models.DateField()
    from_noon = models.BooleanField(default=False, help_text="The first day begins at noon.")
    until_noon = models.BooleanField(default=False, help_text="The last day ends at noon.")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = VisibleSet.as_manager()

    class Meta:
        ordering = ("-from_on", "-id")
        indexes = [models.Index(fields=["person", "from_on"], name="absence_by_person")]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="an_absence_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.person}"

    @property
    def days(self) -> float:
        """How many days it takes, half days counted as halves."""
        return (self.until_on - self.from_on).days + 1 - 0.5 * (self.from_noon + self.until_noon)


class Liaison(Record):
    """Whom a unit turns to for a topic of security, with a deputy, from a day and perhaps until one."""

    SUBJECT = "organization.liaison"
    PURGE = With("person")
    SEE = SEE
    UNIT_PATH = "unit_id"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="liaisons")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="liaisons")
    deputy = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="deputy_liaisons")
    topic = models.CharField(max_length=120)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    objects = VisibleSet.as_manager()

    class Meta:
        ordering = ("topic", "id")
        indexes = [models.Index(fields=["topic", "id"], name="liaison_by_topic")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="a_liaison_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("person")), name="a_deputy_is_somebody_else"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.person}"
