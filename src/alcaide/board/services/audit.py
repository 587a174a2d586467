"""Writes of the auditor's page: taking it out as a file, having the trail read."""

import csv
import hashlib
import io
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from alcaide.board.models import AUDIT
from alcaide.board.queries.audit import Audit, Part
from alcaide.common.audited import anchor
from alcaide.common.jobs import enqueue
from alcaide.common.lists import csv_cell
from alcaide.common.models import JobTrack, User
from alcaide.common.permissions import require
from alcaide.common.trail import audit, write

MOST_ROWS = 100_000
SUBJECT = "common.list:audit"


@dataclass(frozen=True)
class AuditFile:
    """The page as a file."""

    name: str
    content: bytes
    rows: int


@write
def take_out(actor: User, page: Audit) -> AuditFile:
    """Return every row of the page as CSV; the trail keeps who took it. Raises Refused."""
    require(actor, AUDIT)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_("Part"), _("When"), _("What"), _("Who"), _("More"), _("To look at")])
    rows = sum(_write(writer, part) for part in page.parts)
    content = ("\ufeff" + text.getvalue()).encode()
    told = {
        "format": "csv", "rows": rows, "since": page.period.first.isoformat(), "until": page.period.last.isoformat(),
        "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content),
    }  # fmt: skip
    audit(actor, "export_audit", subject=SUBJECT, after=told)
    return AuditFile(f"audit-{page.period.first}-{page.period.last}.csv", content, rows)


def _write(writer: Any, part: Part) -> int:
    """Write a part: its answer, its counts, then its rows, and how many were left out where there are too many."""
    writer.writerow([csv_cell(each) for each in (part.label, "", part.said, "", "", part.told.asks)])
    for words, number in part.told.counts:
        writer.writerow([csv_cell(each) for each in (part.label, "", words, "", number, "")])
    written = 0
    for row in part.told.every() if part.told.every else part.told.rows:
        if written == MOST_ROWS:
            break
        cells = (part.label, row.at, row.what, row.who, row.more, row.asks)
        writer.writerow([csv_cell(each) for each in cells])
        written += 1
    left = part.told.total - written
    if left > 0 and written:
        writer.writerow(
            [csv_cell(part.label), "", csv_cell(_("%(n)d rows are left out here") % {"n": left}), "", "", ""]
        )
    return written


def have_trail_read(actor: User) -> JobTrack:
    """Have the whole trail read and checked; what comes of it stands in the trail. Raises Refused."""
    require(actor, AUDIT)
    return enqueue(
        anchor.verify_job, key=anchor.JOB, about=_("Read the whole trail"), asked_by=actor, url="/audit/",
        by=str(actor.uid),
    )  # fmt: skip
