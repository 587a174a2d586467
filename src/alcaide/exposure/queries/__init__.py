"""Reads of findings, reports, and of how hard open flaws press on assets."""

from .actions import ActionPressure, action_pressure
from .doors import (
    action_subject,
    action_subjects,
    decision_subject,
    decision_subjects,
    finding_subject,
    finding_subjects,
    late_count,
    may_read_file,
    report_subject,
    report_subjects,
)
from .findings import (
    Figures,
    Late,
    figures,
    findings,
    flaws_of,
    is_past_limit,
    is_uid,
    late_assets,
    named,
    past_limit,
    reports,
    sightings_of,
)
from .fix_first import late_action_count, late_actions
from .pressure import AssetPressure, FlawShare, flaw_shares, pressure
from .together import Chosen, HostLeft, left_when_done

__all__ = [
    "ActionPressure",
    "AssetPressure",
    "Chosen",
    "Figures",
    "FlawShare",
    "HostLeft",
    "Late",
    "action_pressure",
    "action_subject",
    "action_subjects",
    "decision_subject",
    "decision_subjects",
    "figures",
    "finding_subject",
    "finding_subjects",
    "findings",
    "flaw_shares",
    "flaws_of",
    "is_past_limit",
    "is_uid",
    "late_action_count",
    "late_actions",
    "late_assets",
    "late_count",
    "left_when_done",
    "may_read_file",
    "named",
    "past_limit",
    "pressure",
    "report_subject",
    "report_subjects",
    "reports",
    "sightings_of",
]
