"""The undo of a whole import: what it added and changed goes back where nobody touched it since."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.models import SheetImport, SheetLine, User
from alcaide.common.purging.declared import how
from alcaide.common.purging.removing import held_among, held_words
from alcaide.common.sheets.declared import BadSheet, Context, Sheet, Undone
from alcaide.common.sheets.queries import DONE, as_written, written_lines
from alcaide.common.sheets.reading import CHUNK
from alcaide.common.sheets.services import AT_ONCE_ROWS, UNDO_JOB, NotNow, _ask, _in_state, _sheet
from alcaide.common.trail import Actor, audit, write, writing

State = SheetImport.State
KINDS = ("undone", "partly", "left")
SHOWN_LEFT = 50


def undo_counts(actor: Actor, imported: SheetImport) -> tuple[dict[str, int], list[Undone]]:
    """Return what an undo would do, and the first rows that it would leave, without doing anything."""
    sheet = _undoable(actor, imported)
    counts: Counter[str] = Counter(dict.fromkeys(KINDS, 0))
    left: list[Undone] = []
    for part in _parts(written_lines(imported).iterator(chunk_size=CHUNK)):
        for each in _judge(actor, sheet, imported, part):
            counts[each.kind] += 1
            if each.kind != "undone" and len(left) < SHOWN_LEFT:
                left.append(each)
    return dict(counts), left


@write
def ask_undo(actor: Actor, imported: SheetImport) -> SheetImport:
    """Begin the undo of a whole import, or let one that stopped go on. Raises NotNow."""
    _undoable(actor, imported)
    held = _in_state(imported, State.DONE, State.FAILED, State.UNDOING)
    held.state, held.undone_by = State.UNDOING, actor if isinstance(actor, User) else None
    held.save()
    audit(actor, "begin_undo", subject=held.subject, after={"lines": written_lines(held).count()})
    if not is_short_undo(held):
        _ask(UNDO_JOB, held, actor, _("Undoing %(name)s") % {"name": held.file_name})
    return held


def is_short_undo(imported: SheetImport) -> bool:
    """Tell whether an undo is carried out while its page loads."""
    return written_lines(imported).count() <= AT_ONCE_ROWS


def undo(actor: Actor, imported: SheetImport, *, tick: Callable[[int], None] | None = None) -> SheetImport:
    """Take an import back in chunks, last row first; after a kill it goes on. Call it in no other write."""
    sheet = _undoable(actor, imported)
    done = 0
    while part := list(written_lines(imported)[:CHUNK]):
        with writing():
            _take_back(actor, sheet, imported, part)
        done += len(part)
        if tick is not None:
            tick(done)
    with writing():
        held = _in_state(imported, State.UNDOING)
        told = Counter(dict.fromkeys(KINDS, 0))
        told.update(held.lines.filter(phase=DONE).exclude(undo_kind="").values_list("undo_kind", flat=True))
        held.undo_counts, held.state, held.undone_at = dict(told), State.UNDONE, timezone.now()
        held.save()
        audit(actor, "finish_undo", subject=held.subject, after={"counts": held.undo_counts})
    return held


def _take_back(actor: Actor, sheet: Sheet, imported: SheetImport, part: Sequence[SheetLine]) -> None:
    judged = _judge(actor, sheet, imported, part)
    if sheet.take_back is not None:
        sheet.take_back(actor, [each for each in judged if each.kind != "left"], _context(imported))
    for line, each in zip(part, judged, strict=True):
        line.undo_kind, line.undo_why = each.kind, each.why[:300]
    SheetLine.objects.bulk_update(part, ["undo_kind", "undo_why"], batch_size=500)
    audit(actor, "undo_rows", subject=imported.subject, after=dict(Counter(each.kind for each in judged)))


def _judge(actor: Actor, sheet: Sheet, imported: SheetImport, part: Sequence[SheetLine]) -> list[Undone]:
    if sheet.judge is None:
        raise NotNow(_("An import of this kind cannot be undone."))
    judged = list(sheet.judge(actor, [as_written(line) for line in part], _context(imported)))
    if [each.row.subject for each in judged] != [line.subject for line in part]:
        raise BadSheet(f"`judge` of “{sheet.key}” must return one answer for each row, in order.")
    return _unheld(judged)


def _unheld(judged: Sequence[Undone]) -> list[Undone]:
    """Leave the added rows that a legal hold keeps, with the reason."""
    added = [each.held for each in judged if each.kind != "left" and each.row.kind == "added"]
    rows = [row for row in added if isinstance(row, Model) and how(type(row)) is not None]
    kept = held_among(rows)
    return [
        Undone(each.row, "left", held_words(kept[each.held.pk]))
        if each.row.kind == "added" and isinstance(each.held, Model) and each.held.pk in kept
        else each
        for each in judged
    ]


def _undoable(actor: Actor, imported: SheetImport) -> Sheet:
    sheet = _sheet(actor, imported)
    if not sheet.can_undo:
        raise NotNow(_("An import of this kind cannot be undone."))
    return sheet


def _context(imported: SheetImport) -> Context:
    return Context(imported.subject, imported.file_name)


def _parts(rows: Iterator[SheetLine]) -> Iterator[list[SheetLine]]:
    while part := list(islice(rows, CHUNK)):
        yield part
