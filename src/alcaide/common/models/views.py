"""What people keep of a list, its views; and what a bulk act keeps so that it can be taken back."""

from django.conf import settings
from django.db import models

from alcaide.common.models.base import Record
from alcaide.common.models.keeping import RECORD


class SavedView(Record):
    """A list as somebody keeps it under a name: its filters, order and columns; their own, or shared with a unit.

    It holds what is asked, never rows: whoever opens it sees no more than they may see.
    """

    SUBJECT = "common.view"
    PURGE = RECORD

    list_name = models.CharField(max_length=60)
    path = models.CharField(max_length=200)
    name = models.CharField(max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    unit_id = models.BigIntegerField(null=True)
    """The unit that it is shared with; the table of units stands in a room above."""
    query = models.TextField(blank=True, default="")
    columns = models.JSONField(null=True)

    is_usual = False
    """Whether its list opens with it for the reader; put there by whoever reads views for one."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list_name", "owner", "name"], name="one_view_name_per_owner"),
        ]
        indexes = [models.Index(fields=["list_name", "unit_id"], name="views_shared")]

    def __str__(self) -> str:
        return self.name


class UsualView(models.Model):
    """The saved view with which a list opens for one person."""

    DERIVED = "Which view opens a list: chosen again at will, the trail says what it was."

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="usual_views")
    list_name = models.CharField(max_length=60)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="usual_for")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "list_name"], name="one_usual_view_per_list")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.list_name}"


class Undo(Record):
    """What stood before a bulk act, row by row, so that whoever did it can take it back for a while."""

    SUBJECT = "common.undo"
    PURGE = RECORD

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="undos")
    act = models.CharField(max_length=80)
    words = models.CharField(max_length=300)
    rows = models.JSONField()
    """Of each row its public identifier, name, version after the act, and the fields as they stood before."""
    until = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.words
