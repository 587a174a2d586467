"""Open ports: what answered a scan, since when, and what no longer does."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from alcaide.common.rows import Table, fetched, numbered
from alcaide.exposure.models import OpenPort, Report

from .rows import PORT_SCAN, PortRow
from .targets import Target

_SEEN = ("service", "product", "version", "cpes", "last_seen_at", "last_report_id", "closed_at")
_NEW = Table(OpenPort, *_SEEN, "asset_id", "port", "protocol", "first_seen_at", "first_report_id")
_CHANGED = Table(OpenPort, *_SEEN)
_AGAIN = Table(OpenPort, "last_seen_at", "last_report_id")
_CLOSED = Table(OpenPort, "closed_at")


class _Known(NamedTuple):
    """A port that stands already; cpes is the text of a list."""

    pk: int
    service: str
    product: str
    version: str
    cpes: str
    last_seen_at: datetime
    closed_at: datetime | None

    def says_as(self, row: PortRow) -> bool:
        """Whether it is open and what answers on it is what the row says."""
        said = (self.service, self.product, self.version) == (row.service, row.product, row.version)
        return said and self.closed_at is None and json.loads(self.cpes) == list(row.cpes)


def write_ports(report: Report, rows: Sequence[tuple[PortRow, Target]]) -> Counter[str]:
    """Write what answered; called inside a chunk's transaction. An older scan changes nothing that is known."""
    counts: Counter[str] = Counter()
    if not rows:
        return counts
    held = _held({target.asset_id for _, target in rows})
    new, changed, again = {}, {}, {}
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
            if before.pk not in changed and before.says_as(row):
                again[before.pk] = (at, report.pk, before.pk)
                continue
            counts["ports_back"] += before.closed_at is not None and before.pk not in changed
            again.pop(before.pk, None)
            changed[before.pk] = (*values, before.pk)
    _NEW.insert(new.values())
    _CHANGED.update(changed.values())
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


def _held(assets: set[int]) -> dict[tuple[int, int, str], _Known]:
    rows = fetched(
        OpenPort.objects.filter(asset__in=numbered(assets)), "asset_id", "port", "protocol", "pk", "service",
        "product", "version", "cpes", "last_seen_at", "closed_at", moments={"last_seen_at", "closed_at"},
    )  # fmt: skip
    return {(asset_id, port, protocol): _Known(*known) for asset_id, port, protocol, *known in rows}
