"""Whether the ledger of purges still adds up, and says what the trail says."""

from dataclasses import dataclass, field

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from alcaide.common.models import PurgeChunk, PurgeRun, TrailLine

MOST_FAULTS = 20


@dataclass
class LedgerCheck:
    """What was looked at, and what is wrong in words."""

    runs: int = 0
    chunks: int = 0
    unfinished: int = 0
    faults: list[str] = field(default_factory=list)


def check_ledger(*, most: int | None = None) -> LedgerCheck:
    """Add up every run, or only so many of the newest: before = gone + kept + in use + others, chunk by chunk."""
    runs = PurgeRun.objects.order_by("-id")[:most]
    numbers = list(runs.values_list("pk", flat=True))
    check = LedgerCheck(len(numbers))
    rows = PurgeRun.objects.filter(pk__in=numbers)
    chunks = PurgeChunk.objects.filter(run__in=numbers)
    check.chunks = chunks.count()
    check.unfinished = rows.filter(finished_at=None).count()
    _chunks(check, chunks)
    _runs(check, rows)
    _trail(check, rows)
    return check


def sums_wrong(rows: QuerySet[PurgeRun]) -> QuerySet[PurgeRun]:
    """Return the runs whose counts do not add up, with each other or with their chunks."""
    summed = rows.annotate(
        c_looked=Coalesce(Sum("chunks__looked"), 0), c_gone=Coalesce(Sum("chunks__gone"), 0),
        c_kept=Coalesce(Sum("chunks__kept"), 0), c_used=Coalesce(Sum("chunks__in_use"), 0), c_rows=Count("chunks"),
    )  # fmt: skip
    same = Q(looked=F("gone") + F("kept") + F("in_use"), c_looked=F("looked"), c_gone=F("gone"), c_kept=F("kept"),
             c_used=F("in_use"), c_rows=F("chunks_done"))  # fmt: skip
    ended = Q(finished_at=None) | Q(before=F("gone") + F("kept") + F("in_use") + F("others"))
    return summed.exclude(same & ended)


def _chunks(check: LedgerCheck, chunks: QuerySet[PurgeChunk]) -> None:
    wrong = chunks.exclude(looked=F("gone") + F("kept") + F("in_use"), left=F("kept") + F("in_use"))
    for each in wrong.select_related("run")[:MOST_FAULTS]:
        check.faults.append(f"Chunk {each.number} of the purge “{each.run.key}” does not add up.")


def _runs(check: LedgerCheck, rows: QuerySet[PurgeRun]) -> None:
    for each in sums_wrong(rows)[:MOST_FAULTS]:
        check.faults.append(f"The counts of the purge “{each.key}” do not add up.")


def _trail(check: LedgerCheck, rows: QuerySet[PurgeRun]) -> None:
    """Each chunk has its line in the trail."""
    for run in rows.iterator():
        lines = TrailLine.objects.filter(subject=run.subject, verb=run.verb).count()
        if lines != run.chunks_done and len(check.faults) < MOST_FAULTS:
            check.faults.append(f"The purge “{run.key}” has {run.chunks_done} chunks, but {lines} lines in the trail.")
