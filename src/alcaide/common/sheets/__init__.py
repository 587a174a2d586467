"""Sheets: rows of a room brought in from CSV or XLSX, tried first, corrected, and undone as a whole.

A room declares a `Sheet` and calls `offer(SHEET)` in `AppConfig.ready`; the pages, the jobs and the files follow.
"""

from alcaide.common.sheets.declared import (
    BadSheet,
    Context,
    Fault,
    Outcome,
    Sheet,
    SheetColumn,
    SheetRow,
    Snapshot,
    Standing,
    Undone,
    Waits,
    Written,
    compared,
    judged,
    named,
)
from alcaide.common.sheets.offered import all_sheets, offer, sheet_of, sheets_for, whole_list_permissions

__all__ = [
    "BadSheet",
    "Context",
    "Fault",
    "Outcome",
    "Sheet",
    "SheetColumn",
    "SheetRow",
    "Snapshot",
    "Standing",
    "Undone",
    "Waits",
    "Written",
    "all_sheets",
    "compared",
    "judged",
    "named",
    "offer",
    "sheet_of",
    "sheets_for",
    "whole_list_permissions",
]
