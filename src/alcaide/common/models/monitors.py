"""The register of monitors: what was recorded and agreed for which unit, who looked, whose name was shown."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .base import Record
from .eyes import EyesRequest
from .files import StoredFile

USER = settings.AUTH_USER_MODEL


class MonitorVersion(models.Model):
    """One declaration of a monitor as a version of the program brought it."""

    KEPT = "What the program said that it observes must stay known."

    monitor = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    body = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("monitor", "-number")
        constraints = [models.UniqueConstraint(fields=["monitor", "number"], name="a_monitor_version_once")]

    def __str__(self) -> str:
        return f"{self.monitor} {self.number}"


class MonitorSetting(Record):
    """What was recorded of one monitor for one unit; it runs there only once somebody else has agreed."""

    SUBJECT = "common.monitor_setting"
    KEPT = "Under which terms people were observed must stay known."
    SEE = "monitors.see"
    UNIT_PATH = "unit_id"

    class State(models.TextChoices):
        DRAFT = "draft", _("Recorded, not agreed")
        AGREED = "agreed", _("Agreed")
        REPLACED = "replaced", _("Replaced by a later one")
        OFF = "off", _("Switched off")
        DROPPED = "dropped", _("Given up as a draft")

    class Basis(models.TextChoices):
        CONTRACT = "contract", _("Employment contract: Article 6(1)(b) GDPR")
        DUTY = "duty", _("Legal duty: Article 6(1)(c) GDPR")
        VITAL = "vital", _("Vital interests: Article 6(1)(d) GDPR")
        INTEREST = "interest", _("Legitimate interests, weighed: Article 6(1)(f) GDPR")
        COLLECTIVE = "collective", _("Collective agreement: Article 88 GDPR with Article 6(1)")
        CONSENT = "consent", _("Consent: Article 6(1)(a) GDPR, rarely free at work")
        OTHER = "other", _("Law of another country, named in the purpose")

    class Council(models.TextChoices):
        INFORMED = "informed", _("The works council was informed")
        NONE = "none", _("There is no works council here")

    monitor = models.CharField(max_length=40)
    unit_id = models.BigIntegerField()
    with_below = models.BooleanField(_("with everything below"), default=False)
    purpose = models.TextField()
    basis = models.CharField(_("legal basis"), max_length=12, choices=Basis.choices)
    agreement = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    no_agreement_why = models.CharField(_("why no agreement is needed"), max_length=400, blank=True, default="")
    retention_days = models.PositiveIntegerField()
    viewers = models.JSONField(default=list)
    """Keys of the roles that may read the stream, names masked."""
    since = models.DateField()
    council = models.CharField(max_length=10, choices=Council.choices)
    council_on = models.DateField(_("informed or checked on"))
    council_by = models.CharField(_("by whom"), max_length=200)
    declared = models.JSONField(default=dict)
    """What the program declared of the monitor when this was recorded."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    recorded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    agreed_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["monitor", "unit_id"], name="monitors_by_unit")]
        constraints = [
            models.UniqueConstraint(
                fields=["monitor", "unit_id", "state"], condition=Q(state__in=["draft", "agreed"]),
                name="one_live_monitor_setting",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=F("recorded_by")),
                name="nobody_agrees_with_their_own_monitor",
            ),
            models.CheckConstraint(
                condition=Q(agreement__isnull=False) | ~Q(no_agreement_why=""), name="a_monitor_has_its_agreement"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.monitor} {self.unit_id}"


class MonitorLook(models.Model):
    """One time that rows of a monitored stream were given to somebody: who, of which days, how many."""

    KEPT = "Who looked, and how often, is read by the works council."

    monitor = models.CharField(max_length=40)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    units = models.JSONField(default=list)
    from_on = models.DateField()
    until_on = models.DateField()
    rows = models.PositiveIntegerField()
    how = models.CharField(
        max_length=10, choices=[("masked", _("Names masked")), ("named", _("One name shown"))], default="masked"
    )

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["monitor", "-at"], name="looks_by_time")]

    def __str__(self) -> str:
        return f"{self.monitor} {self.rows}"


class Unmasking(Record):
    """One name behind a pseudonym that was asked for; shown to who asked, for some hours, once another agrees."""

    SUBJECT = "common.unmasking"
    KEPT = "Whose name was asked for, by whom and why, is read by the works council."
    SEE = "monitors.see_use"
    UNIT_PATH = "unit_id"

    monitor = models.CharField(max_length=40)
    pseudonym = models.CharField(max_length=20)
    unit_id = models.BigIntegerField()
    from_on = models.DateField()
    until_on = models.DateField()
    hours = models.PositiveSmallIntegerField(default=24)
    why = models.TextField()
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    request = models.ForeignKey(EyesRequest, null=True, on_delete=models.PROTECT, related_name="+")
    granted_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    opened = models.PositiveIntegerField(default=0)
    """How often who asked has opened it."""

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["monitor", "pseudonym"], name="unmaskings_by_name")]
        constraints = [
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("asked_by")), name="two_people_unmask"
            ),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="an_unmasking_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.pseudonym


class MonitorRemark(models.Model):
    """What the works council, or the data protection officer in its place, said of a monitor."""

    KEPT = "What the council said of a monitor stays beside it."

    monitor = models.CharField(max_length=40)
    words = models.TextField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.words[:60]
