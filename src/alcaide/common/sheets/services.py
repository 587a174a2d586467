"""Writes of imports: bring a file in, match its columns, try it, import it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import files, purging
from alcaide.common.bulk import in_chunks
from alcaide.common.jobs import enqueue
from alcaide.common.models import SheetImport, SheetLine, StoredFile, User
from alcaide.common.notices import tell
from alcaide.common.permissions import Refused, require
from alcaide.common.sheets import matching
from alcaide.common.sheets.declared import BadSheet, Context, Outcome, Sheet
from alcaide.common.sheets.ending import end_missing, missing_from
from alcaide.common.sheets.offered import sheet_of
from alcaide.common.sheets.queries import CHECK, COUNTED, DONE, imports, reach_of
from alcaide.common.sheets.reading import Reader, chunks, in_order, judge, reader_of, rows_of, survey
from alcaide.common.trail import Actor, audit, plain, write, writing
from alcaide.intake.sheets.cells import RawRow
from alcaide.intake.sheets.table import Asked, Layout, look

State = SheetImport.State
Tick = Callable[[int], None]
CHECK_JOB, RUN_JOB, UNDO_JOB = "common.try_sheet", "common.import_sheet", "common.undo_sheet"
SHOWN_LINES = 25
# A file with at most this many rows is tried and imported while its page loads; a longer one is a job.
AT_ONCE_ROWS = 1_000


class NotNow(ValueError):
    """The import is not in the state that this step begins from; nothing was done."""


class NotMatched(ValueError):
    """Columns lack or a way of writing is not decided; the page shows which."""


class WaitsForSecond(ValueError):
    """A second person must agree before this import begins; nothing was written."""


class TooManyMissing(ValueError):
    """More rows would be ended than may be without saying their number; nothing was done."""


def bring_in(actor: Actor, sheet: Sheet, *, file: StoredFile, name: str, asked: Asked | None = None) -> SheetImport:
    """Put a stored file down as an import whose columns are to be matched. Raises Refused, SheetRefused."""
    require(actor, sheet.permission)
    with files.open_stored(file) as stream:
        layout = look(stream, known=matching.known_names(sheet), asked=asked)
    imported = SheetImport(
        kind=sheet.key, file=file, file_name=files.clean_name(name), reach=reach_of(actor, sheet),
        brought_by=actor if isinstance(actor, User) else None,
    )  # fmt: skip
    _lay_out(imported, sheet, layout, actor)
    with writing():
        imported.save()
        told = {"kind": sheet.key, "file": imported.file_name, "sha256": file.sha256}
        audit(actor, "bring_in_sheet", subject=imported.subject, after=told)
    return imported


def read_otherwise(actor: Actor, imported: SheetImport, asked: Asked) -> SheetImport:
    """Read the file with another sheet, row of headings or separator. Raises NotNow, SheetRefused."""
    sheet = _sheet(actor, imported)
    with files.open_stored(imported.file) as stream:
        layout = look(stream, known=matching.known_names(sheet), asked=asked)
    with writing():
        held = _unwritten(imported)
        _lay_out(held, sheet, layout, actor)
        held.state, held.reason, held.counts = State.COLUMNS, "", {}
        held.save()
        audit(actor, "read_sheet_otherwise", subject=held.subject, after={"layout": layout.as_json()})
    return held


def match(
    actor: Actor, imported: SheetImport, *, columns: dict[str, int], styles: dict[str, str], ends_missing: bool = False
) -> SheetImport:
    """Say which heading is which column, and begin the trial. Raises NotNow, NotMatched, SheetRefused."""
    sheet = _sheet(actor, imported)
    sample = matching.sample_of(imported)
    layout = Layout.of_json(imported.layout)
    found = matching.matched(sheet, columns, styles, sample=sample, from_1904=layout.from_1904)
    if any(each.fault or each.asks for each in found):
        raise NotMatched(_("Some columns are not settled yet. Look at what is marked below."))
    with writing():
        held = _unwritten(imported)
        held.columns = {each.column.key: each.at for each in found if each.at is not None}
        held.styles = {each.column.key: each.style for each in found if each.style}
        held.ends_missing = ends_missing and sheet.snapshot is not None
        held.state, held.tries, held.reason, held.counts = State.CHECKING, held.tries + 1, "", {}
        held.save()
        if isinstance(actor, User):
            matching.remember(held, actor)
        told = {"columns": held.columns, "styles": held.styles, "ends_missing": held.ends_missing}
        audit(actor, "match_sheet", subject=held.subject, after=told)
        if not _is_short(sample):
            _ask(CHECK_JOB, held, actor, _("Trying %(name)s") % {"name": held.file_name})
    return check(actor, held) if _is_short(sample) else held


def check(actor: Actor, imported: SheetImport, *, tick: Tick | None = None) -> SheetImport:
    """Try an import without writing a row: count what would become of each, keep what is refused."""
    sheet = _sheet(actor, imported)
    reader = reader_of(imported, sheet, actor)
    with rows_of(imported) as rows:
        found = survey(reader, rows)
        notices = list(rows.notices)
        left_out = int(rows.total_row > 0)
    context = found.context(imported)
    counts: Counter[str] = Counter(dict.fromkeys((*COUNTED, "movers"), 0))
    with transaction.atomic():
        purging.renew(imported.lines.filter(phase=CHECK))
    with rows_of(imported) as rows:
        for part in chunks(in_order(rows, found)):
            outcomes = judge(reader, part, found=found, context=context)
            _count(counts, outcomes, sheet)
            _keep_trial(imported, outcomes, counts)
            if tick is not None:
                tick(sum(counts[kind] for kind in COUNTED))
    ends = missing_from(actor, sheet, found, context) if imported.ends_missing else None
    with writing():
        held = _in_state(imported, State.CHECKING)
        held.counts = {**counts, "rows": found.rows, "left_out": left_out, **(ends.counts() if ends else {})}
        _must_add_up(held.counts)
        held.notices = [*Layout.of_json(held.layout).notices, *notices, *(ends.notices if ends else ())]
        if ends is not None:
            SheetLine.objects.bulk_create(ends.lines(held)[:SHOWN_LINES])
        held.state = State.CHECKED
        held.save()
        audit(actor, "try_sheet", subject=held.subject, after={"counts": held.counts})
    return held


@write
def ask_import(actor: Actor, imported: SheetImport, *, missing_typed: int | None = None) -> SheetImport:
    """Let a tried import begin, or one that stopped on its way go on.

    Raises NotNow, WaitsForSecond, TooManyMissing.
    """
    sheet = _sheet(actor, imported)
    held = _in_state(imported, State.CHECKED, State.RUNNING, State.FAILED)
    if held.state == State.FAILED and held.started_at is None:
        raise NotNow(_("It was never tried to the end. Match its columns first."))
    if held.lines.exclude(undo_kind="").exists():
        raise NotNow(_("Its undo has begun. Let that go on."))
    if held.started_at is None:
        waits = sheet.snapshot.waits(actor, held) if sheet.snapshot else None
        if waits is not None:
            raise WaitsForSecond(f"{waits.words} {waits.who}".strip())
        missing = held.counts.get("missing", 0)
        if held.ends_missing and held.counts.get("missing_guarded") and missing_typed != missing:
            raise TooManyMissing(
                _("This would end %(n)s of %(all)s. Type that number to go on, or bring in the whole list.")
                % {"n": f"{missing:,}", "all": f"{held.counts.get('standing', 0):,}"}
            )
        held.started_at = timezone.now()
        audit(actor, "begin_import", subject=held.subject, after={"kind": sheet.key, "rows": held.counts["rows"]})
    held.state, held.reason = State.RUNNING, ""
    held.save()
    if not is_short(held):
        _ask(RUN_JOB, held, actor, _("Importing %(name)s") % {"name": held.file_name})
    return held


def is_short(imported: SheetImport) -> bool:
    """Tell whether an import is carried out while its page loads."""
    counts: dict[str, int] = imported.counts
    return counts.get("rows", 0) + counts.get("missing", 0) <= AT_ONCE_ROWS


def run(actor: Actor, imported: SheetImport, *, tick: Tick | None = None) -> SheetImport:
    """Import the rows in chunks; called again after a kill it goes on where it stopped. Call it in no other write."""
    sheet = _sheet(actor, imported)
    reader = reader_of(imported, sheet, actor)
    with rows_of(imported) as rows:
        found = survey(reader, rows)
    context = found.context(imported)

    def write_chunk(raws: list[RawRow]) -> dict[str, int]:
        return _write_chunk(reader, imported, raws, judge(reader, raws, found=found, context=context), context=context)

    with rows_of(imported) as rows:
        sums = in_chunks(
            actor, key=f"import:{imported.uid}:{imported.tries}", verb="import_rows", about=imported.subject,
            rows=in_order(rows, found), write=write_chunk, progress=tick,
        )  # fmt: skip
    ended = end_missing(actor, imported, sheet, found=found, context=context) if imported.ends_missing else {}
    with writing():
        held = _in_state(imported, State.RUNNING)
        kept = {key: held.counts[key] for key in ("left_out", "missing", "standing") if key in held.counts}
        held.counts = {**dict.fromkeys((*COUNTED, "movers"), 0), **sums.by, **kept, **ended, "rows": sums.rows}
        _must_add_up(held.counts)
        held.state, held.finished_at = State.DONE, timezone.now()
        held.save()
        purging.renew(held.lines.filter(phase=CHECK))
        audit(actor, "finish_import", subject=held.subject, after={"counts": held.counts})
        if tick is not None:
            words = _("%(added)s added, %(changed)s changed, %(refused)s refused.")
            _tell(held, words % {kind: f"{held.counts[kind]:,}" for kind in COUNTED})
    return held


@write
def go_on(actor: Actor, imported: SheetImport) -> SheetImport:
    """Let a trial, an import or an undo go on that stopped without a word, as after a power cut. Raises NotNow."""
    _sheet(actor, imported)
    held = _in_state(imported, *SheetImport.BUSY)
    job = {State.CHECKING: CHECK_JOB, State.RUNNING: RUN_JOB, State.UNDOING: UNDO_JOB}[State(held.state)]
    _ask(job, held, actor, _("Going on with %(name)s") % {"name": held.file_name})
    audit(actor, "go_on_with_import", subject=held.subject, after={"state": held.state})
    return held


@write
def fail(actor: Actor, imported: SheetImport, reason: str, *, is_told: bool = False) -> SheetImport:
    """Say why an import could not go on; what it wrote stands and can be undone.

    `is_told` where it ran in the background, so that whoever began it hears of it.
    """
    held = SheetImport.objects.select_for_update().get(pk=imported.pk)
    if held.state in SheetImport.BUSY:
        held.state, held.reason = State.FAILED, reason
        held.save()
        audit(actor, "fail_import", subject=held.subject, after={"reason": reason})
        if is_told:
            _tell(held, _("It failed. %(why)s") % {"why": reason})
    return held


@write
def give_up(actor: Actor, imported: SheetImport) -> SheetImport:
    """Put an import aside that wrote nothing. Raises NotNow."""
    _sheet(actor, imported)
    held = _unwritten(imported)
    held.state = State.DROPPED
    held.save()
    purging.renew(held.lines.all())
    audit(actor, "give_up_import", subject=held.subject)
    return held


def _tell(imported: SheetImport, words: str) -> None:
    """Tell who brought a file in how its import in the background ended."""
    if imported.brought_by is not None:
        tell(imported.brought_by, kind="import", subject=imported.subject, words=words)


def _lay_out(imported: SheetImport, sheet: Sheet, layout: Layout, actor: Actor) -> None:
    imported.layout, imported.headings = layout.as_json(), list(layout.headings)
    imported.headings_digest = matching.digest_of(layout.headings)
    imported.columns, imported.styles, _held = matching.proposed(sheet, layout.headings, actor)
    imported.notices = list(layout.notices)
    if matching.WRONG in layout.headings:
        same = SheetImport.objects.filter(
            kind=sheet.key, headings_digest=imported.headings_digest, brought_by=imported.brought_by
        ).exclude(pk=imported.pk)
        imported.corrects = same.filter(counts__refused__gt=0).order_by("-created_at").first()


def _sheet(actor: Actor, imported: SheetImport) -> Sheet:
    sheet = sheet_of(imported.kind)
    if sheet is None:
        raise NotNow(_("This kind of sheet is no longer known here."))
    require(actor, sheet.permission)
    if isinstance(actor, User) and not imports(actor).filter(pk=imported.pk).exists():
        raise Refused(_("Somebody else brought this list in, for units that you do not change."))
    return sheet


def _in_state(imported: SheetImport, *states: str) -> SheetImport:
    held = SheetImport.objects.select_for_update(of=("self",)).select_related("file").get(pk=imported.pk)
    if held.state not in states:
        raise NotNow(_("This import is: %(state)s. Load the page to see what can be done.") % {
            "state": held.get_state_display().lower()
        })  # fmt: skip
    return held


def _unwritten(imported: SheetImport) -> SheetImport:
    held = _in_state(imported, State.COLUMNS, State.CHECKED, State.FAILED)
    if held.started_at is not None:
        raise NotNow(_("Some of its rows may be written. Let it go on, or undo it."))
    return held


def _is_short(sample: matching.Sample) -> bool:
    return sample.is_whole and len(sample.rows) <= AT_ONCE_ROWS


def _ask(job: str, imported: SheetImport, actor: Actor, about: str) -> None:
    user = actor if isinstance(actor, User) else None
    enqueue(
        job, key=imported.subject, about=about, asked_by=user, url=reverse("import", args=[imported.uid]),
        imported=str(imported.uid), user=user.pk if user else None,
    )  # fmt: skip


def _count(counts: Counter[str], outcomes: Iterable[Outcome], sheet: Sheet) -> None:
    moves = set(sheet.snapshot.moves) if sheet.snapshot else set()
    for each in outcomes:
        counts[each.kind] += 1
        counts["movers"] += each.kind == "changed" and bool(moves & set(each.after))


def _keep_trial(imported: SheetImport, outcomes: Sequence[Outcome], counts: Counter[str]) -> None:
    """Keep every refused row, and the first ones of what would be added and changed."""
    here = Counter(each.kind for each in outcomes)
    before = {kind: counts[kind] - here[kind] for kind in ("added", "changed")}
    kept: list[SheetLine] = []
    for each in outcomes:
        if each.kind in before:
            before[each.kind] += 1
        if each.kind == "refused" or before.get(each.kind, SHOWN_LINES + 1) <= SHOWN_LINES:
            kept.append(line_of(imported, each, CHECK))
    with transaction.atomic():
        SheetLine.objects.bulk_create(kept, batch_size=500)


def _write_chunk(
    reader: Reader, imported: SheetImport, raws: Sequence[RawRow], outcomes: Sequence[Outcome], *, context: Context
) -> dict[str, int]:
    """Write a chunk's rows and what became of them. Called inside the chunk's transaction."""
    todo = [each for each in outcomes if each.kind in {"added", "changed"}]
    done = list(reader.sheet.write(reader.actor, todo, context)) if todo else []
    if [each.number for each in done] != [each.number for each in todo]:
        raise BadSheet(f"`write` of “{reader.sheet.key}” must return one outcome for each row, in order.")
    by_number = {each.number: each for each in done}
    final = [by_number.get(each.number, each) for each in outcomes]
    lines = [line_of(imported, each, DONE) for each in final if each.kind != "unchanged"]
    SheetLine.objects.bulk_create(lines, batch_size=500)
    counts: Counter[str] = Counter()
    _count(counts, final, reader.sheet)
    return dict(counts)


def line_of(imported: SheetImport, outcome: Outcome, phase: str) -> SheetLine:
    """Return what is kept of an outcome."""
    outcome = replace(outcome, held=None)
    return SheetLine(
        imported=imported, phase=phase, number=outcome.number, kind=outcome.kind, name=outcome.name[:200],
        subject=outcome.subject, before=plain(outcome.before), after=plain(outcome.after),
        faults=[[each.column, each.words] for each in outcome.faults], row_version=outcome.version,
    )  # fmt: skip


def _must_add_up(counts: dict[str, Any]) -> None:
    if sum(counts[kind] for kind in COUNTED) != counts["rows"]:
        raise BadSheet(f"The counts {counts} do not add up to the rows of the file; nothing is said of them.")
