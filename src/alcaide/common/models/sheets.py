"""Sheets brought in: one row an import, one row what became of a line, one row how headings were matched last."""

from django.conf import settings
from django.db import models

from alcaide.common.models.base import Record
from alcaide.common.models.files import StoredFile
from alcaide.common.models.keeping import With


class SheetImport(Record):
    """One file of rows on its way: looked at, tried, imported, perhaps undone. Its counts add up to its rows."""

    SUBJECT = "common.import"
    KEPT = "It says where rows came from."

    class State(models.TextChoices):
        COLUMNS = "columns", "Columns to be matched"
        CHECKING = "checking", "Being tried"
        CHECKED = "checked", "Tried, not imported"
        RUNNING = "running", "Being imported"
        DONE = "done", "Imported"
        FAILED = "failed", "Failed"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"
        DROPPED = "dropped", "Given up"

    BUSY = (State.CHECKING, State.RUNNING, State.UNDOING)

    kind = models.CharField(max_length=80)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reach = models.TextField(default="", blank=True)
    """The units in which whoever brought it may change such rows; who reaches fewer does not see the import."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.COLUMNS)
    layout = models.JSONField(default=dict)
    """How the file is read: sheet, row of headings, separator, encoding."""
    headings = models.JSONField(default=list)
    headings_digest = models.CharField(max_length=64, default="", blank=True)
    columns = models.JSONField(default=dict)
    """Which place each column key is read from."""
    styles = models.JSONField(default=dict)
    ends_missing = models.BooleanField(default=False)
    tries = models.PositiveIntegerField(default=0)
    """How often the columns were matched; names the bulk, so that other columns are another bulk."""
    counts = models.JSONField(default=dict)
    notices = models.JSONField(default=list)
    reason = models.TextField(default="", blank=True)
    corrects = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="corrections")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undo_counts = models.JSONField(default=dict)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-created_at"], name="imports_by_time"),
            models.Index(fields=["kind", "headings_digest"], name="imports_by_headings"),
        ]

    def __str__(self) -> str:
        return self.file_name


class SheetLine(models.Model):
    """What became of one line of a file, in the trial or in the import; unchanged lines are only counted."""

    PURGE = With("imported")
    DERIVED_PART = (models.Q(phase="check"), "A trial is made anew.")

    imported = models.ForeignKey(SheetImport, on_delete=models.CASCADE, related_name="lines")
    phase = models.CharField(max_length=5, choices=[("check", "Trial"), ("done", "Import")])
    number = models.PositiveIntegerField()
    """The row's number in the file; 0 for a row that the file lacks."""
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=200, default="", blank=True)
    subject = models.CharField(max_length=120, default="", blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    row_version = models.PositiveIntegerField(default=0)
    undo_kind = models.CharField(max_length=8, default="", blank=True)
    undo_why = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["imported", "phase", "kind", "number"], name="lines_of_an_import")]

    def __str__(self) -> str:
        return f"{self.imported_id} {self.number} {self.kind}"


class SheetMap(models.Model):
    """How a person matched a set of headings to columns the last time."""

    KEPT = "How headings were matched last; a person's own setting."

    kind = models.CharField(max_length=80)
    headings_digest = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    columns = models.JSONField(default=dict)
    """The heading, folded, of each column key."""
    styles = models.JSONField(default=dict)
    used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "headings_digest", "user"], name="one_map_a_set_of_headings")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.headings_digest[:12]}"
