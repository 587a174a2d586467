"""Open ports: what answered a scan, since when, and what no longer does."""

from collections import Counter
from collections.abc import Sequence

from alcaide.common.rows import Table, numbered
from alcaide.exposure.models import OpenPort, Report

from .rows import PORT_SCAN, PortRow
from .targets import Target

_SEEN = ("service", "product", "version", "cpes", "last_seen_at", "last_report_id", "closed_at")
_NEW = Table(OpenPort, *_SEEN, "asset_id", "port", "protocol", "first_seen_at", "first_report_id")
_AGAIN = Table(OpenPort, *_SEEN)
_CLOSED = Table(OpenPort, "closed_at")


def write_ports(report: Report, rows: Sequence[tuple[PortRow, Target]]) -> Counter[str]:
    """Write what answered; called inside a chunk's transaction. An older scan changes nothing that is known."""
    counts: Counter[str] = Counter()
    if not rows:
        return counts
    held = _held({target.asset_id for _, target in rows})
    new, again = {}, {}
    for row, target in rows:
        counts["ports"] += row.times
        counts["port:ports"] += row.times
        about, at = (target.asset_id, row.port, row.protocol), target.scanned_at
        values = (row.service, row.product, row.version, list(row.cpes), at, report.pk, None)
        before = held.get(about)
        if before is None:
            counts["ports_new"] += about not in new
            new[about] = (*values, *about, at, report.pk)
        elif at >= max(before.last_seen_at, before.closed_at or before.last_seen_at):
            counts["ports_back"] += before.closed_at is not None and before.pk not in again
            again[before.pk] = (*values, before.pk)
    _NEW.insert(new.values())
    _AGAIN.update(again.values())
    return counts


def close_ports(report: Report) -> int:
    """Close the ports of hosts seen to the end that no longer answered; called inside a write. Returns how many.

    Only a scan told to do the same as the one that saw a port last surely looked at that port again.
    """
    if report.format != PORT_SCAN or not report.command:
        return 0
    seen = {
        each.asset_id: each.scanned_at for each in report.sightings.filter(complete=True).order_by("scanned_at", "pk")
    }
    if not seen:
        return 0
    standing = OpenPort.objects.filter(
        asset__in=numbered(seen.keys()), closed_at__isnull=True, last_report__command=report.command
    ).exclude(last_report=report)
    gone = [(seen[each.asset_id], each.pk) for each in standing if each.last_seen_at < seen[each.asset_id]]
    _CLOSED.update(gone)
    return len(gone)


def _held(assets: set[int]) -> dict[tuple[int, int, str], OpenPort]:
    return {
        (each.asset_id, each.port, each.protocol): each for each in OpenPort.objects.filter(asset__in=numbered(assets))
    }
