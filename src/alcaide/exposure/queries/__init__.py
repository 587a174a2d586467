"""Reads of findings, reports, and of how hard open flaws press on assets."""

from .findings import (
    Figures,
    Late,
    figures,
    findings,
    flaws_of,
    is_past_limit,
    late_assets,
    named,
    past_limit,
    reports,
    sightings_of,
)
from .pressure import AssetPressure, FlawShare, flaw_shares, pressure

__all__ = [
    "AssetPressure",
    "Figures",
    "FlawShare",
    "Late",
    "figures",
    "findings",
    "flaw_shares",
    "flaws_of",
    "is_past_limit",
    "late_assets",
    "named",
    "past_limit",
    "pressure",
    "reports",
    "sightings_of",
]
