"""Pages of reports: bringing one in, what became of its records, how its targets were matched."""

import csv
from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import files
from alcaide.common.files import FileTooLarge, StoreUnwritable
from alcaide.common.jobs import job_shown
from alcaide.common.lists import csv_cell
from alcaide.common.models import JobTrack, User
from alcaide.common.people import signed_in
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.common.taken import sent, tell_taken
from alcaide.exposure import queries, services
from alcaide.exposure.forms import ReportForm
from alcaide.exposure.models import SEE, TAKE_IN, Finding, Report, Sighting
from alcaide.exposure.queries.ports import how_matched, matched_words, targets_of
from alcaide.exposure.tables import ReportsPage
from alcaide.exposure.tables_ports import PortsPage
from alcaide.intake.errors import IntakeError
from alcaide.intake.registry import BUILT_IN
from alcaide.threats.models import Feed
from alcaide.threats.services import OlderEdition

SHOWN_ASIDE = 50
SHOWN_NOTICES = 100
SHOWN_TARGETS = 50
# The parts that a reader looks for even where they are nought.
ALWAYS_SHOWN = frozenset({"new", "changed", "unchanged", "reopened"})


@rule(SEE)
def report_list(request: HttpRequest) -> HttpResponseBase:
    """List the reports that the user sees."""
    require(signed_in(request), SEE)
    return ReportsPage.as_view()(request)


@rule(SEE)
def port_list(request: HttpRequest) -> HttpResponseBase:
    """List the open ports that the user sees."""
    require(signed_in(request), SEE)
    return PortsPage.as_view()(request)


@rule(TAKE_IN)
def report_new(request: HttpRequest) -> HttpResponse:
    """Bring in a report or a feed: the file is kept, a job reads it."""
    require(signed_in(request), TAKE_IN)
    form = ReportForm(request.POST or None, request.FILES or None, user=signed_in(request))
    if request.method == "POST" and form.is_valid():
        landed = _bring_in(request, form)
        if isinstance(landed, Feed):
            return redirect("feed", uid=landed.uid)
        if landed is not None:
            return redirect("report", uid=landed.uid)
    return render(
        request,
        "exposure/report_new.html",
        {"form": form, "max_bytes": settings.UPLOAD_CAP_BYTES, "formats": [each.label for each in BUILT_IN]},
        status=422 if form.is_bound and form.errors else 200,
    )


@rule(SEE)
@require_safe
def report_page(request: HttpRequest, uid: str) -> HttpResponse:
    """Show how the reading of a report goes, then what came of it."""
    report = _report(request, uid)
    track = JobTrack.objects.filter(key=report.subject).select_related("asked_by").order_by("-pk").first()
    targets = targets_of(report, signed_in(request))
    waiting = list(targets.exclude(waiting=[]).order_by("pk")[:SHOWN_NOTICES])
    return render(
        request,
        "exposure/report.html",
        {
            "report": report,
            "answer": _answer(report),
            "job": job_shown(track, signed_in(request)) if track and report.state in {"waiting", "running"} else None,
            "tally": _tally(report.counts),
            "kinds": _kinds(report.kinds),
            "targets": _targets(report, targets),
            "waiting": [(each.asset, len(each.waiting)) for each in waiting],
            "aside": report.quarantined.order_by("pk")[:SHOWN_ASIDE],
            "may_take_in": scope_of(signed_in(request)).allows(TAKE_IN, report.unit_id),
        },
    )


@rule(SEE)
@require_safe
def report_aside(request: HttpRequest, uid: str) -> StreamingHttpResponse:
    """Hand out every record that was set aside, with its place and the reason, as CSV."""
    report = _report(request, uid)
    rows = ((row.place, row.reason, row.excerpt) for row in report.quarantined.order_by("pk").iterator())
    heads = (_("Place"), _("Reason"), _("How it begins"))
    return _csv(heads, rows, name=f"set-aside-{report.uid}", taken=(signed_in(request), report, "set aside"))


@rule(SEE)
@require_safe
def report_targets(request: HttpRequest, uid: str) -> StreamingHttpResponse:
    """Hand out every target that a report looked at, and how each was matched, as CSV."""
    report = _report(request, uid)
    rows = (
        (row.host_key, row.scanned_at.isoformat(), row.asset.name, matched_words(row.matched_by, is_new=row.is_new),
         row.matched_as, row.notice)
        for row in targets_of(report, signed_in(request)).order_by("pk").iterator()
    )  # fmt: skip
    heads = (_("In the report"), _("Looked at"), _("Asset"), _("Matched by"), _("As"), _("To know"))
    return _csv(heads, rows, name=f"targets-{report.uid}", taken=(signed_in(request), report, "targets"))


@rule(TAKE_IN)
@require_POST
def report_confirm(request: HttpRequest, uid: str) -> HttpResponse:
    """Close what waited because it was many at once."""
    report = _report(request, uid)
    closed = services.confirm_closing(signed_in(request), report)
    said = ngettext("%(count)d finding is closed.", "%(count)d findings are closed.", closed) % {"count": closed}
    messages.success(request, said)
    return redirect("report", uid=uid)


def _bring_in(request: HttpRequest, form: ReportForm) -> Report | Feed | None:
    """Keep the file and land it; what is refused stands on the form, and None is returned."""
    given = form.cleaned_data
    upload = given["file"]
    try:
        file = files.store(upload, upload.name, actor=signed_in(request), cap_bytes=settings.UPLOAD_CAP_BYTES)
        return services.bring_in(signed_in(request), file=file, unit=given["unit"], zone=given["zone"])
    except (IntakeError, OlderEdition, FileTooLarge, StoreUnwritable) as fault:
        form.add_error("file", str(fault))
        return None


def _report(request: HttpRequest, uid: str) -> Report:
    require(signed_in(request), SEE)
    found: Report = get_object_or_404(queries.reports(signed_in(request)), uid=uid)
    return found


def _answer(report: Report) -> tuple[str, str]:
    """Say in words what a report came to."""
    counts = report.counts
    match report.state:
        case "waiting" | "running":
            return _("This report is being brought in."), _("You may leave the page; the reading goes on.")
        case "failed":
            return _("This report could not be taken in."), ""
    if counts.get("ports") and counts["ports"] == counts["items"]:
        return _ports_answer(counts)
    new, closed = counts.get("new", 0), counts.get("closed", 0)
    first = ngettext("%(new)s new finding,", "%(new)s new findings,", new) % {"new": f"{new:,}"}
    return f"{first} {_('%(closed)s closed.') % {'closed': f'{closed:,}'}}", _looked_at(counts)


def _ports_answer(counts: dict[str, int]) -> tuple[str, str]:
    new = counts.get("ports_new", 0)
    first = ngettext("%(new)s new open port,", "%(new)s new open ports,", new) % {"new": f"{new:,}"}
    closed = counts.get("ports_closed", 0)
    return f"{first} {_('%(closed)s closed.') % {'closed': f'{closed:,}'}}", _looked_at(counts)


def _looked_at(counts: dict[str, int]) -> str:
    number = counts.get("hosts", 0)
    said = ngettext("%(n)s target was looked at.", "%(n)s targets were looked at.", number)
    return said % {"n": f"{number:,}"}


def _tally(counts: dict[str, int]) -> list[tuple[str, int, str]]:
    """Return the counts in words; the parts stand before the total that they add up to."""
    if not counts:
        return []
    shown = [(words, name) for name, words in _parts().items() if counts.get(name) or name in ALWAYS_SHOWN]
    return [
        *((words, counts.get(name, 0), "") for words, name in shown),
        (_("Records in the file"), counts["items"], "total"),
    ]


def _parts() -> dict[str, str]:
    return {
        "new": _("New"), "changed": _("Changed"), "unchanged": _("Unchanged"), "reopened": _("Came back"),
        "information": _("Information only"), "verdicts": _("Decided in the file"), "ports": _("Open ports"),
        "doubled": _("Named twice"), "quarantined": _("Set aside"),
    }  # fmt: skip


def _kinds(by_kind: dict[str, dict[str, int]]) -> dict[str, Any]:
    """Return the parts by kind, as a table whose rows add up to its last; nothing where there is one kind only."""
    if len(by_kind) < 2:
        return {}
    named = {**dict(Finding.KINDS), "port": _("Open ports"), "unread": _("Could not be read")}
    parts = [(name, words) for name, words in _parts().items() if any(each.get(name) for each in by_kind.values())]
    rows = [
        {"words": words, "numbers": [(said, by_kind[kind].get(name, 0)) for name, said in parts],
         "sum": sum(by_kind[kind].values())}
        for kind, words in named.items() if kind in by_kind
    ]  # fmt: skip
    sums = [(said, sum(each.get(name, 0) for each in by_kind.values())) for name, said in parts]
    return {
        "columns": [said for _name, said in parts], "rows": rows, "sums": sums,
        "total": sum(number for _said, number in sums),
    }  # fmt: skip


def _targets(report: Report, targets: QuerySet[Sighting]) -> dict[str, Any]:
    """Return what the report looked at and how each was matched, the doubtful first."""
    first = list(targets.exclude(notice="").order_by("pk")[:SHOWN_TARGETS])
    rows: list[Any] = [*first, *targets.filter(notice="").order_by("pk")[: SHOWN_TARGETS - len(first)]]
    for row in rows:
        row.words = matched_words(row.matched_by, is_new=row.is_new)
    seen = targets.count()
    return {
        "rows": rows, "matched": how_matched(report), "doubts": any(row.notice for row in rows),
        "hidden": seen - len(rows), "outside": report.sightings.count() - seen,
    }  # fmt: skip


class _Line:
    """Something csv can write to that hands each line on."""

    def write(self, line: str) -> str:
        return line


def _csv(
    heads: Iterable[str], rows: Iterable[Iterable[str]], *, name: str, taken: tuple[User, Report, str]
) -> StreamingHttpResponse:
    writer: Any = csv.writer(_Line())
    lines = (writer.writerow([csv_cell(each) for each in row]) for row in chain([heads], rows))
    user, report, what = taken
    tell_taken(user, report.subject, format="csv", asked=what)
    response = StreamingHttpResponse(sent(lines, user, report.subject), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
