"""Decisions that were taken, and the packs that were printed."""

from django.conf import settings
from django.db import models

from alcaide.common.models import Record, StoredFile
from alcaide.common.permissions import ANALYST, AUDITOR, CHIEF, COMPLIANCE, COUNSEL, EXECUTIVE, permit
from alcaide.controls.models import Measure
from alcaide.risk.models import Proposal, Run

SEE = permit(
    "board.see", "See packs and decisions",
    CHIEF, ANALYST, EXECUTIVE, AUDITOR, COMPLIANCE, COUNSEL,
)  # fmt: skip
DECIDE = permit("board.decide", "Decide on a plan", CHIEF, EXECUTIVE)
PRINT = permit("board.print", "Print a pack", CHIEF, ANALYST, EXECUTIVE, AUDITOR, COMPLIANCE)
AUDIT = permit("board.audit", "Read the auditor's page", AUDITOR)


class Decision(Record):
    """What was decided on a proposal: which measures, by whom, why."""

    SUBJECT = "board.decision"
    KEPT = "Who decided what stays."

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="decisions")
    measures = models.ManyToManyField(Measure, related_name="decisions")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    note = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"decision of {self.decided_at:%Y-%m-%d}"


class Pack(Record):
    """A printed pack: one run, frozen as a PDF with its hash."""

    SUBJECT = "board.pack"
    KEPT = "What the board was given stays."

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="packs")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="packs")
    title = models.CharField(max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.title
