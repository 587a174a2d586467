"""What this room tells the auditor of a period: whether every record of a report became something here."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common import words
from alcaide.common.audited.telling import part
from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import AuditPart, AuditRow
from alcaide.exposure.models import SEE
from alcaide.exposure.queries import reports
from alcaide.exposure.services.reading import PARTS


def brought_in(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell of the reports that were brought in, and how many of their records are accounted for."""
    if not scope_of(user).allows(SEE):
        return None
    rows = reports(user).filter(created_at__gte=since, created_at__lt=until)
    read = here = wrong = 0
    for counts in rows.filter(state="done").order_by().values_list("counts", flat=True).iterator():
        items, found = _sums(counts)
        read, here, wrong = read + items, here + found, wrong + (items != found)
    asks = ngettext("%(n)s report does not add up.", "%(n)s reports do not add up.", wrong) % {"n": wrong}
    counted = (
        (_("Records in the files"), read), (_("Records told of here"), here), (_("Reports that do not add up"), wrong),
        (_("Not taken in"), rows.filter(state="failed").count()),
    )  # fmt: skip
    newest = rows.order_by("-created_at", "-pk")
    return part(newest, _told, counts=counted, asks=asks if wrong else "", url=reverse("reports"))


def _sums(counts: Mapping[str, int]) -> tuple[int, int]:
    return counts.get("items", 0), sum(counts.get(name, 0) for name in PARTS)


def _told(rows: Sequence[Any]) -> Iterator[AuditRow]:
    for row in rows:
        items, found = _sums(row.counts)
        more = row.get_state_display()
        if row.state == "done":
            more = _("%(items)s records in the file, %(found)s told of here") % {
                "items": words.count(items), "found": words.count(found),
            }  # fmt: skip
        asks = _("Does not add up") if row.state == "done" and items != found else ""
        who = row.brought_by.name if row.brought_by else _("the house itself")
        yield AuditRow(row.created_at, row.file.name, who, more, reverse("report", args=[row.uid]), asks)
