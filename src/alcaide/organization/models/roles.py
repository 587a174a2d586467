"""Roles that the house makes itself, and rules by which roles follow the personnel list."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from alcaide.common.models import Record

from .units import Unit

# What tells a role of the house from a built-in one wherever only the key stands.
OWN_PREFIX = "own-"


class CustomRole(Record):
    """A role that the house put together from the same permissions as the built-in ones."""

    SUBJECT = "organization.customrole"
    KEPT = "What a role carried on a day must stay known."

    key = models.CharField(max_length=40, unique=True, editable=False)
    label = models.CharField(max_length=80)
    description = models.CharField(max_length=400, blank=True, default="")
    permissions = models.JSONField(default=list, help_text="Keys of permissions; an unknown one does nothing.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("label", "id")
        constraints = [
            models.UniqueConstraint(fields=["label"], condition=Q(retired_at__isnull=True), name="one_role_per_label"),
            models.CheckConstraint(condition=Q(key__startswith=OWN_PREFIX), name="an_own_role_says_so"),
        ]

    def __str__(self) -> str:
        return self.label


class FollowRule(Record):
    """People of whom the personnel list says this hold a role in their own unit."""

    SUBJECT = "organization.followrule"
    KEPT = "By which rule somebody held a role must stay known."

    role = models.CharField(max_length=40)
    title = models.CharField(max_length=200, blank=True, default="", help_text="Part of the title; * stands for any.")
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, blank=True, default="")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.role} where {self.title or 'any title'}"
