"""What a report decided itself: kept as it was said, and held against what stands open, never closing it unasked."""

from collections.abc import Sequence

from alcaide.exposure.models import Report, Verdict
from alcaide.threats.queries import listed

from .rows import ItemRow
from .tables import Table
from .targets import Target

_SAID = (
    "names", "where", "package", "purl", "said", "why", "said_at", "last_report_id",
)  # fmt: skip
_NEW = Table(Verdict, *_SAID, "key", "asset_id", "source", "check_id", "first_report_id")
_AGAIN = Table(Verdict, *_SAID)


def write_verdicts(report: Report, rows: Sequence[tuple[str, ItemRow, Target]]) -> None:
    """Keep what was said of each flaw at each place, the newest word; called inside a chunk's transaction."""
    if not rows:
        return
    held = {each.key: each for each in Verdict.objects.filter(key__in=listed({key for key, _, _ in rows}))}
    new, again = {}, {}
    for key, row, target in rows:
        names = sorted({row.check[:60], *row.flaws, *row.aliases})
        values = (names, row.where, row.package, row.purl, row.said, row.why, target.scanned_at, report.pk)
        before = held.get(key)
        if before is None:
            new[key] = (*values, key, target.asset_id, target.source, row.check[:200], report.pk)
        elif before.said_at <= target.scanned_at:
            again[before.pk] = (*values, before.pk)
    _NEW.insert(new.values())
    _AGAIN.update(again.values())
