"""Reading a landed report: in chunks, resumable, to an end where the counts add up."""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from alcaide.common import files
from alcaide.common.bulk import in_chunks
from alcaide.common.changes import note_change
from alcaide.common.models import StoredFile
from alcaide.common.notices import tell
from alcaide.common.permissions import Refused, require
from alcaide.common.trail import Actor, audit, write
from alcaide.exposure.models import TAKE_IN, Report
from alcaide.intake.errors import IntakeError
from alcaide.intake.opener import open_source
from alcaide.intake.reading import open_report
from alcaide.intake.unpacking import GZIP, ZIP
from alcaide.organization.models import Unit
from alcaide.threats import services as threats
from alcaide.threats.models import Feed
from alcaide.threats.queries import known_exploited

from .closing import Closed, close_missing, waiting_words
from .landing import land
from .ports import close_ports
from .rows import Row, Told, rows_of
from .verdicts import propose_decisions
from .writing import Writer

# What became of each record of the file; these add up to `items`.
PARTS = (
    "new", "changed", "unchanged", "reopened", "information", "verdicts", "ports", "quarantined", "doubled",
)  # fmt: skip
BESIDE = ("hosts", "assets_new", "assets_matched", "older", "ports_new", "ports_back")
# Rows are small, and gathered before the transaction begins: a chunk keeps other writers of SQLite out for 0.5 s.
CHUNK = 12_000
# Of a large report a chunk is smaller, for two of them are in memory at a time; many statements are nothing beside it.
LARGE_BYTES = 40 << 20
CHUNK_OF_LARGE = 2_000
LOOKED_FOR_CYCLES_AT = 50_000
Progress = Callable[[int], None]


def take_in(
    actor: Actor,
    *,
    file: StoredFile,
    unit: Unit,
    zone: str = "",
    force: bool = False,
    progress: Progress | None = None,
) -> Report | Feed:
    """Land a file and read it at once; see `land` and `read_in`. A feed is handed on to the threats room."""
    landed = land(actor, file=file, unit=unit, zone=zone, force=force)
    if isinstance(landed, Feed):
        return threats.read(actor, landed, progress=progress)
    return read_in(actor, landed, progress=progress)


def read_in(actor: Actor, report: Report, *, progress: Progress | None = None) -> Report:
    """Read a landed report and write what it says; killed at any moment, it goes on where it stopped.

    A report that was read already is returned as it stands. One that cannot be read to its end is marked as failed:
    what was read before stands, and nothing is closed. Raises Refused.
    """
    if report.state == "done":
        return report
    require(actor, TAKE_IN, unit_id=report.unit_id)
    Report.objects.filter(pk=report.pk).update(state="running", reason="")
    told = Told()
    key = f"{report.subject}:rows"
    writer = Writer(actor, report, exploited=known_exploited())
    try:
        size_bytes = _content_bytes(report.file)
        rows = _rows(report, told)
        with _everything_else_frozen():
            counts = in_chunks(
                actor, key=key, verb="take_in_report", about=report.subject, rows=rows, write=writer.write,
                chunk=CHUNK if size_bytes <= LARGE_BYTES else CHUNK_OF_LARGE, progress=progress,
            )  # fmt: skip
        # A bulk that was finished before a kill does not look at its rows again.
        for _ in rows:
            pass
    except (IntakeError, files.FileLost, Refused) as fault:
        return _fail(actor, report, reason=str(fault))
    return _finish(actor, report, told, counts=counts.by)


@write
def stop_reading(actor: Actor, report: Report, *, reason: str) -> Report:
    """Mark a report as not taken in because somebody stopped it; what was read before stands."""
    require(actor, TAKE_IN, unit_id=report.unit_id)
    return _fail(actor, report, reason=reason)


@contextmanager
def _everything_else_frozen() -> Iterator[None]:
    """Let the collector of cycles look at new objects alone, and when there are many.

    Going through the several 100,000 of a running house again and again took a fifth of an import's time, going through
    the new ones at every 700 a twentieth.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(LOOKED_FOR_CYCLES_AT, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _rows(report: Report, told: Told) -> Iterator[Row]:
    with files.open_stored(report.file) as stream, open_report(stream) as opened:
        yield from rows_of(opened.records(), told, landed_at=report.created_at, format_key=report.format)
        told.held = dict(opened.counts)
        told.notices = threats.in_words(opened.notices)


def _content_bytes(file: StoredFile) -> int:
    """Return how large the report is. An archive is unpacked to its end for it, before anything is written: a torn one
    says so only there. Raises IntakeError.
    """
    with files.open_stored(file) as stream:
        if not stream.read(4).startswith((GZIP, *ZIP)):
            return file.size_bytes
        stream.seek(0)
        with open_source(stream) as source:
            return sum(len(chunk) for chunk in source.chunks())


@write
def _finish(actor: Actor, report: Report, told: Told, *, counts: Mapping[str, int]) -> Report:
    """Close what is gone and put the result down, in one transaction."""
    report = Report.objects.select_for_update().get(pk=report.pk)
    if report.state == "done":
        return report
    is_whole = not threats.is_cut(told.notices)
    closed = close_missing(report, checks_run=told.checks_run) if is_whole else Closed(0, 0)
    report.command = told.command
    ports_closed = close_ports(report) if is_whole else 0
    proposed = propose_decisions(actor, report) if counts.get("verdicts") else 0
    parts = {name: counts.get(name, 0) for name in PARTS}
    report.counts = {
        "items": told.items, **parts, "closed": closed.closed, "waiting": closed.waiting, "ports_closed": ports_closed,
        "proposed": proposed,
        **{name: counts.get(name, 0) for name in BESIDE},
    }  # fmt: skip
    report.kinds = _by_kind(counts)
    report.held = told.held
    report.notices = [*told.notices, *_notices(told, counts, closed, is_whole=is_whole, left=sum(parts.values()))]
    report.scanned_from, report.scanned_till = told.scanned_from, told.scanned_till
    report.state, report.finished_at, report.reason = "done", timezone.now(), ""
    report.save()
    audit(actor, "take_in_report", subject=report.subject, after={"counts": report.counts, "format": report.format})
    note_change("exposure", report.subject)
    words = gettext("New findings: %(new)s, closed: %(closed)s.")
    _tell(report, words % {"new": f"{parts['new']:,}", "closed": f"{closed.closed:,}"})
    return report


def _tell(report: Report, words: str) -> None:
    """Tell who brought a report in what became of it."""
    if report.brought_by is not None:
        tell(report.brought_by, kind="import", subject=report.subject, words=words)


def _by_kind(counts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Return the parts by kind of weakness; over the kinds they add up to the parts of all."""
    found: dict[str, dict[str, int]] = {}
    for name, number in counts.items():
        kind, colon, part = name.partition(":")
        if colon and number:
            found.setdefault(kind, {})[part] = number
    return found


def _notices(
    told: Told, counts: Mapping[str, int], closed: Closed, *, is_whole: bool, left: int
) -> Iterator[str]:  # fmt: skip
    if not is_whole:
        yield gettext("Because the file ends early, nothing was closed.")
    if closed.waiting:
        yield waiting_words(closed)
    if counts.get("older"):
        yield ngettext(
            "%(count)d record is older than what is known already and changed nothing.",
            "%(count)d records are older than what is known already and changed nothing.",
            counts["older"],
        ) % {"count": counts["older"]}
    if told.untimed:
        yield ngettext(
            "%(count)d host does not say when it was scanned; the time of bringing it in was taken.",
            "%(count)d hosts do not say when they were scanned; the time of bringing them in was taken.",
            told.untimed,
        ) % {"count": told.untimed}
    if told.items != left:
        words = gettext("The file holds %(items)d records, %(left)d are accounted for. Please report this as a fault.")
        yield words % {"items": told.items, "left": left}


@write
def _fail(actor: Actor, report: Report, *, reason: str) -> Report:
    hosts = report.sightings.count()
    kept = ngettext(
        "What was read before, %(hosts)d host, stands; nothing was closed.",
        "What was read before, %(hosts)d hosts, stands; nothing was closed.",
        hosts,
    ) % {"hosts": hosts}
    report.state, report.finished_at = "failed", timezone.now()
    report.reason = f"{reason} {kept}" if hosts else reason
    report.save(update_fields=["state", "reason", "finished_at", "changed_at"])
    audit(actor, "fail_report", subject=report.subject, after={"reason": report.reason})
    if hosts:
        note_change("exposure", report.subject)
    _tell(report, gettext("It failed. %(why)s") % {"why": report.reason})
    return report
