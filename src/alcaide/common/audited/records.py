"""What went out, what must stay, what went for good, what was brought in: exports, holds, purges, imports."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common import words
from alcaide.common.history import TRAIL_SEE
from alcaide.common.holds.queries import may_see as may_see_holds
from alcaide.common.models import Hold, HoldCustodian, PurgeRun, SheetImport, User
from alcaide.common.permissions import scope_of
from alcaide.common.purging.ledger import sums_wrong
from alcaide.common.registries import AuditPart, AuditRow
from alcaide.common.retention.queries import ledger, may_see
from alcaide.common.sheets.queries import COUNTED, imports
from alcaide.common.sheets.queries import SEE as SEE_IMPORTS

from .telling import lines_of, part, told_lines

# Besides everything whose verb begins with “export”.
ALSO = ("print_pack", "take_what_is_held")
# Values that say how much left and as what, and nothing of a record.
OF_EXPORTS = frozenset(
    {"format", "rows", "asked", "columns", "sha256", "bytes", "records", "is whole", "since", "until"}
)


def exports(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell who took what out of the house."""
    if not scope_of(user).allows(TRAIL_SEE):
        return None
    rows = lines_of(since, until, verbs=ALSO, begins="export")
    people = rows.order_by().values("actor").distinct().count()
    return part(rows, told_lines(user, only=OF_EXPORTS), counts=((_("People who did"), people),), url=reverse("trail"))


def holds(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell which holds were placed and released, by number; their matter only to who may see holds."""
    if not scope_of(user).allows(TRAIL_SEE):
        return None
    is_named = may_see_holds(user)

    def told(rows: Sequence[Any]) -> Iterator[AuditRow]:
        for row in rows:
            name = _("Hold %(n)s") % {"n": row.number} + (f": {row.matter}" if is_named else "")
            more = _("in force")
            if row.released_at:
                more = _("released %(day)s by %(who)s") % {
                    "day": row.released_at.date().isoformat(), "who": row.released_by.name if row.released_by else "–",
                }  # fmt: skip
            url = reverse("hold", args=[row.uid]) if is_named else ""
            yield AuditRow(row.placed_at, name, row.placed_by.name if row.placed_by else "", more, url)

    placed = Hold.objects.filter(placed_at__isnull=False).select_related("placed_by", "released_by")
    here = placed.filter(placed_at__lt=until).filter(Q(released_at=None) | Q(released_at__gte=since))
    waiting = HoldCustodian.objects.filter(
        hold__state__in=Hold.HOLDING, told_at__isnull=False, acknowledged_at=None, declined_at=None
    )
    counts = (
        (_("Placed"), placed.filter(placed_at__gte=since, placed_at__lt=until).count()),
        (_("Released"), placed.filter(released_at__gte=since, released_at__lt=until).count()),
        (_("Custodians who have not answered"), waiting.count()),
    )  # fmt: skip
    return part(here.order_by("-placed_at", "-pk"), told, counts=counts, url=reverse("holds") if is_named else "")


def purges(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell what was purged, what holds kept, and whether the ledger adds up."""
    if not may_see(user):
        return None
    rows = ledger(user).filter(began_at__gte=since, began_at__lt=until)
    sums = rows.aggregate(gone=Sum("gone"), kept=Sum("kept"))
    wrong = sums_wrong(PurgeRun.objects.filter(pk__in=rows.order_by().values("pk"))).count()
    asks = ngettext("%(n)s run does not add up.", "%(n)s runs do not add up.", wrong) % {"n": wrong} if wrong else ""
    counts = (
        (_("Records gone"), sums["gone"] or 0), (_("Kept by holds"), sums["kept"] or 0),
        (_("Runs that do not add up"), wrong),
    )  # fmt: skip
    return part(rows.order_by("-began_at", "-pk"), _purges, counts=counts, asks=asks, url=reverse("purges"))


def _purges(rows: Sequence[Any]) -> Iterator[AuditRow]:
    for row in rows:
        more = _("%(before)s before, %(gone)s gone, %(kept)s kept by holds, %(used)s in use, %(others)s otherwise") % {
            "before": words.count(row.before), "gone": words.count(row.gone), "kept": words.count(row.kept),
            "used": words.count(row.in_use), "others": words.count(row.others),
        }  # fmt: skip
        asks = "" if row.finished_at else _("Not finished")
        who = row.asked_by.name if row.asked_by else _("the house itself")
        yield AuditRow(row.began_at, f"{row.model}: {row.why}", who, more, reverse("purge-run", args=[row.uid]), asks)


def lists(user: User, since: datetime, until: datetime) -> AuditPart | None:
    """Tell of the lists that were brought in whether each row of the file became something here."""
    if not scope_of(user).allows(SEE_IMPORTS):
        return None
    rows = imports(user).filter(created_at__gte=since, created_at__lt=until)
    return part(rows.order_by("-created_at", "-pk"), _lists, url=reverse("imports"), **_sums(rows))


def _sums(rows: Any) -> dict[str, Any]:
    read = here = wrong = 0
    for counts in rows.filter(state=SheetImport.State.DONE).values_list("counts", flat=True).iterator():
        source, found = counts.get("rows", 0), sum(counts.get(kind, 0) for kind in COUNTED)
        read, here, wrong = read + source, here + found, wrong + (source != found)
    asks = ngettext("%(n)s import does not add up.", "%(n)s imports do not add up.", wrong) % {"n": wrong}
    counted = ((_("Rows in the files"), read), (_("Rows told of here"), here), (_("Imports that do not add up"), wrong))
    return {"counts": counted, "asks": asks if wrong else ""}


def _lists(rows: Sequence[Any]) -> Iterator[AuditRow]:
    for row in rows:
        source, found = row.counts.get("rows", 0), sum(row.counts.get(kind, 0) for kind in COUNTED)
        more = row.get_state_display()
        if row.state == SheetImport.State.DONE:
            more = _("%(rows)s rows in the file: %(added)s added, %(changed)s changed, %(same)s unchanged, "
                     "%(refused)s refused") % {
                "rows": words.count(source), "added": words.count(row.counts.get("added", 0)),
                "changed": words.count(row.counts.get("changed", 0)),
                "same": words.count(row.counts.get("unchanged", 0)),
                "refused": words.count(row.counts.get("refused", 0)),
            }  # fmt: skip
        is_wrong = row.state == SheetImport.State.DONE and source != found
        who = row.brought_by.name if row.brought_by else ""
        yield AuditRow(row.created_at, row.file_name, who, more, reverse("import", args=[row.uid]),
                       _("Does not add up") if is_wrong else "")  # fmt: skip
