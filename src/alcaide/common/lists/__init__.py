"""The one list: keyset pages, capped counts, filters, views, columns, bulk, export. Forty lists look alike."""

from alcaide.common.lists.bulk import BulkDone, BulkPage
from alcaide.common.lists.columns import Column
from alcaide.common.lists.exports import TooManyRows, csv_cell, export, give_out
from alcaide.common.lists.filters import Above, Choice, Day, Filter, Flag, NotUnderstood, Typed, Words
from alcaide.common.lists.keyset import BadPlace, NullInSort
from alcaide.common.lists.listing import BulkAct, FirstDay, Listing, View
from alcaide.common.lists.page import Page, page_of
from alcaide.common.lists.pages import DetailPage, Fact, Link, ListPage, chosen_rows, listed_rows
from alcaide.common.lists.undo import Kept, Left, keep, keep_undo, offer_undo, puts_back

__all__ = [
    "Above",
    "BadPlace",
    "BulkAct",
    "BulkDone",
    "BulkPage",
    "Choice",
    "Column",
    "Day",
    "DetailPage",
    "Fact",
    "Filter",
    "FirstDay",
    "Flag",
    "Kept",
    "Left",
    "Link",
    "ListPage",
    "Listing",
    "NotUnderstood",
    "NullInSort",
    "Page",
    "TooManyRows",
    "Typed",
    "View",
    "Words",
    "chosen_rows",
    "csv_cell",
    "export",
    "give_out",
    "keep",
    "keep_undo",
    "listed_rows",
    "offer_undo",
    "page_of",
    "puts_back",
]
