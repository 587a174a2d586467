"""How PostgreSQL keeps the findings, so that putting down that one was seen again stays cheap."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# Every scan puts down on each finding that it saw it again. Where the page has room for it, and no index holds what
# changes, PostgreSQL writes that beside the row and touches none of its twenty indexes: a fifth of the time. Without
# the room a table that is scanned again and again grows as large by itself.
FILLED_PERCENT = 50
# Nothing is ever chosen or ordered by these, and sorting them was most of what it takes to look at the table anew.
NEVER_ASKED_FOR = (
    "where", "location", "purl", "installed", "fixed", "cvss_vector", "solution", "output", "content", "due_why",
)  # fmt: skip


def make_room(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _settle(editor, f"SET (fillfactor = {FILLED_PERCENT})", statistics="0")


def fill_up(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _settle(editor, "RESET (fillfactor)", statistics="-1")


def _settle(editor: BaseDatabaseSchemaEditor, room: str, *, statistics: str) -> None:
    if editor.connection.vendor != "postgresql":
        return
    columns = ", ".join(f'ALTER COLUMN "{each}" SET STATISTICS {statistics}' for each in NEVER_ASKED_FOR)
    editor.execute(f'ALTER TABLE "exposure_finding" {room}, {columns}')
