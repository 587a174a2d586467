"""What the house gets with the first kind of sheet: its jobs, its entry in the side bar, who reads its files."""

from django.utils.translation import gettext_noop

from alcaide.common import files, registries
from alcaide.common.models import SheetImport
from alcaide.common.registries import NavItem
from alcaide.common.sheets import jobs, queries

NAV = NavItem("House", gettext_noop("Imports"), "imports", "file-import", 910, queries.OPEN)
JOBS = (jobs.try_sheet, jobs.import_sheet, jobs.undo_sheet)


def open_pages() -> None:
    """Offer all of it; called again it changes nothing."""
    registries.offer_nav(NAV)
    registries.offer_subject(SheetImport.SUBJECT, "Import", queries.subject)
    registries.offer_subjects(SheetImport.SUBJECT, queries.subjects)
    files.offer_owner("common.sheets", queries.may_read_file)
