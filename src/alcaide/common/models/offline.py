"""Forms that phones sent, each taken in once."""

from django.conf import settings
from django.db import models

from alcaide.common.models.keeping import ByDate


class Sent(models.Model):
    """One form that a page marked to be taken in once; written in the transaction of what it did."""

    PURGE = ByDate("at")

    key = models.UUIDField(unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=300)
    led_to = models.CharField(max_length=500)
    """Where the answer sent the person; a second sending of the same form is sent there too."""
    typed_at = models.DateTimeField(null=True)
    """When the phone says it was typed, where it waited there; None where it came at once."""
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="sent_by_time")]

    def __str__(self) -> str:
        return str(self.key)
