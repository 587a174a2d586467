"""What imports wrote of a row: the trail has a line a chunk, the import each row's values before and after."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from alcaide.common.asof.kinds import Event, Gone
from alcaide.common.asof.walking import read
from alcaide.common.models import SheetImport, SheetLine, TrailLine

WROTE = ("changed", "ended")


def events(row: Any) -> Iterator[Event]:
    """Yield what imports changed of a row.

    A line of a file says not at which moment of its import it was written, so that between its begin and its end the
    value is not known; nor is it known while the import was being undone.
    """
    lines = SheetLine.objects.filter(subject=row.subject, phase="done", kind__in=WROTE).select_related("imported")
    for line in lines:
        imported = line.imported
        began, ended = _began(imported, "begin_import", imported.created_at), imported.finished_at or timezone.now()
        for name in sorted({*line.before, *line.after}):
            yield Event(name, began, 0, _value(row, name, line.before), Gone.UNREAD)
            yield Event(name, ended, 0, Gone.UNREAD, _value(row, name, line.after))
            if line.undo_kind not in ("", "left"):
                yield Event(name, _began(imported, "begin_undo", ended), 0, Gone.ABSENT, Gone.UNREAD)
                yield Event(name, imported.undone_at or timezone.now(), 0, Gone.UNREAD, Gone.ABSENT)


def _began(imported: SheetImport, verb: str, otherwise: datetime) -> datetime:
    lines = TrailLine.objects.filter(subject=imported.subject, verb=verb).order_by("seq")
    return lines.values_list("at", flat=True).first() or otherwise


def _value(row: Any, name: str, told: dict[str, Any]) -> Any:
    column: Any = row._meta.get_field(name)
    value = told.get(name, Gone.UNREAD)
    if isinstance(value, dict) and "pk" in value and column.is_relation:
        found = column.related_model._default_manager.filter(pk=value["pk"]).first()
        return Gone.UNREAD if found is None else found.subject
    return read(column, value)
