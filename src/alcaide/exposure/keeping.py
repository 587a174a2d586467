"""How long this room proposes to keep findings and the lines of reports."""

from django.utils.translation import gettext_lazy as _

from alcaide.common.retention.declared import Rule, offer_rule
from alcaide.exposure.models import Finding, Quarantined

OURS = _("Our own proposal. No law sets a number of days; a standard or contract of yours may ask for longer.")


def offer() -> None:
    """Declare the room's classes of data. Called from `AppConfig.ready`."""
    offer_rule(
        Rule(
            "findings_closed", _("Findings closed long ago"),
            _("Findings of scans that are closed, with their steps. Decisions and actions about them stay."),
            Finding._meta.label, lambda cut: Finding.objects.filter(state="closed", closed_at__lt=cut),
            _("the day it was closed"), 730, _("To show how long flaws stood open, and what was done."), OURS,
            along=("exposure.Step",),
        ),
        Rule(
            "quarantined", _("Lines of reports that could not be read"),
            _("Excerpts of lines that a reader put aside. The report and its counts stay."), Quarantined._meta.label,
            lambda cut: Quarantined.objects.filter(report__finished_at__lt=cut), _("the end of the report's reading"),
            180, _("To mend the report, or the reader."), OURS,
        ),
    )  # fmt: skip
