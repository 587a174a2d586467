"""Pure reading of sheets (CSV and XLSX): one cell, one column, one file at a time. No Django.

`kinds` holds what a column may be read as: text, whole, decimal, money, day, yes_no, choice, lookup.
"""

from alcaide.intake.sheets.cells import BadCell, RawRow, SheetRefused, Unreadable, fold, shown
from alcaide.intake.sheets.kinds import Amount, Reads, choice, day, decimal, lookup, money, text, whole, yes_no

__all__ = [
    "Amount",
    "BadCell",
    "RawRow",
    "Reads",
    "SheetRefused",
    "Unreadable",
    "choice",
    "day",
    "decimal",
    "fold",
    "lookup",
    "money",
    "shown",
    "text",
    "whole",
    "yes_no",
]
