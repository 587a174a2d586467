"""Reads of findings, reports, and of how hard open flaws press on assets."""

from .pressure import AssetPressure, FlawShare, flaw_shares, pressure

__all__ = ["AssetPressure", "FlawShare", "flaw_shares", "pressure"]
