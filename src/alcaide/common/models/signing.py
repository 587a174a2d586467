"""Who signed in, how, from where, and where they are signed in now."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .keeping import ByDate
from .monitored import MonitoredManager


class SignInLine(models.Model):
    """One thing that happened at the door: somebody came in, was refused, proved themselves, or was sent out."""

    PURGE = ByDate("at")
    MONITORED = "sign_ins"

    class What(models.TextChoices):
        IN = "in", _("Signed in")
        REFUSED = "refused", _("Refused: wrong password or link")
        FACTOR_REFUSED = "factor_refused", _("Refused: wrong second factor")
        LOCKED = "locked", _("Locked out for a while")
        FACTOR_ADDED = "factor_added", _("Second factor added")
        FACTOR_REMOVED = "factor_removed", _("Second factor removed")
        PASSWORD = "password", _("Password set")
        LINK = "link", _("One-time link made")
        PROVED = "proved", _("Proved again who they are")
        OUT = "out", _("Signed out")
        ENDED = "ended", _("Ended from elsewhere")

    at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    email = models.CharField(max_length=254, blank=True)
    what = models.CharField(max_length=16, choices=What.choices)
    how = models.CharField(max_length=120, blank=True)
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=120, blank=True)

    objects = MonitoredManager()

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["user", "-id"], name="sign_ins_of_a_user")]

    def __str__(self) -> str:
        return f"{self.what} {self.email}"


class SignedIn(models.Model):
    """One browser in which a person is signed in, from its first page until it is ended."""

    DERIVED = "It follows the sessions that are open; what happened stands in the log of the door."

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="signed_in")
    session_secret = models.CharField(max_length=40, unique=True)
    how = models.CharField(max_length=120, blank=True)
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=120, blank=True)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-seen_at",)
        indexes = [models.Index(fields=["user", "ended_at"], name="open_doors_of_a_user")]

    def __str__(self) -> str:
        return f"{self.device} since {self.since:%Y-%m-%d %H:%M}"
