"""The list of imports."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from alcaide.common.lists import Choice, Column, FirstDay, Listing, ListPage, Page, View, Words
from alcaide.common.models import SheetImport
from alcaide.common.people import signed_in
from alcaide.common.permissions import require
from alcaide.common.rights.doors import rule
from alcaide.common.sheets.offered import all_sheets, sheet_of, sheet_permissions, sheets_for
from alcaide.common.sheets.queries import OPEN, all_imports

State = SheetImport.State


def kind_words(kind: str) -> str:
    """Return the words of a kind of sheet."""
    sheet = sheet_of(kind)
    return str(sheet.label) if sheet else kind


def _count(key: str) -> Any:
    return lambda row: row.counts.get(key)


def _rows_in_file(row: Any) -> int | None:
    return row.counts["rows"] + row.counts.get("left_out", 0) if "rows" in row.counts else None


IMPORTS = Listing(
    name="imports",
    label=lazy("Imports"),
    rows=all_imports,
    sort="-at",
    columns=(
        Column("file", lazy("File"), value="file_name", second=lambda row: kind_words(row.kind), order="file_name",
               role="lead", url=lambda row: reverse("import", args=[row.uid])),
        Column("state", lazy("State"), value="get_state_display", order="state", role="side"),
        Column("added", lazy("Added"), value=_count("added"), numeric=True),
        Column("changed", lazy("Changed"), value=_count("changed"), numeric=True),
        Column("unchanged", lazy("Unchanged"), value=_count("unchanged"), numeric=True),
        Column("refused", lazy("Refused"), value=_count("refused"), numeric=True),
        Column("rows", lazy("Rows"), value=_rows_in_file, numeric=True),
        Column("by", lazy("By"), value=lambda row: row.brought_by.name if row.brought_by else _("the house itself"),
               role="more"),
        Column("at", lazy("Brought in"), value="created_at", order="created_at", role="limit"),
    ),
    views=(
        View("all", lazy("All"), ~Q(state=State.DROPPED)),
        View("open", lazy("Wait for you"), Q(state__in=[State.COLUMNS, State.CHECKED])),
        View("done", lazy("Imported"), Q(state=State.DONE)),
        View("undone", lazy("Undone"), Q(state=State.UNDONE)),
        View("failed", lazy("Failed"), Q(state=State.FAILED)),
        View("dropped", lazy("Given up"), Q(state=State.DROPPED)),
    ),
    filters=(
        Words(label=lazy("Words"), fields=("file_name",)),
        Choice("kind", lazy("Kind"), field="kind",
               choices=lambda _user: [(each.key, str(each.label)) for each in all_sheets()]),
    ),
    first_day=FirstDay(
        "file-import", lazy("Nothing was imported yet."),
        lazy("Bring in rows from a spreadsheet. They are tried first, and an import can be undone as a whole."),
        ((lazy("Import a sheet"), "import-new"),),
    ),
)  # fmt: skip


@rule(OPEN, sheet_permissions, reach="any")
class ImportsPage(ListPage):
    """The imports that the user sees."""

    listing = IMPORTS
    template = "common/sheets/imports.html"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Let those in who may import something, or see what others did."""
        if not any(sheets_for(signed_in(request))):
            require(signed_in(request), OPEN)
        return super().dispatch(request, *args, **kwargs)

    def headline(self, page: Page) -> tuple[str, str]:
        if page.is_first_day:
            return _("Nothing was imported yet."), ""
        answer = ngettext("%(n)s import.", "%(n)s imports.", page.total.shown) % {"n": page.total}
        return answer, _("Each was tried first, and can be undone as a whole.")

    def more(self, page: Page) -> dict[str, Any]:
        return {"may_import": any(sheets_for(self.request.user))}
