"""The auditor's page: what every mechanism tells of a period, as a file too, and having the trail read."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from alcaide.board import services
from alcaide.board.forms_audit import PeriodForm
from alcaide.board.models import AUDIT
from alcaide.board.queries.audit import Audit, Period, audit_of
from alcaide.board.queries.year_drawn import year_around
from alcaide.common import words
from alcaide.common.audited import anchor
from alcaide.common.jobs import job_shown
from alcaide.common.models import JobTrack
from alcaide.common.people import signed_in
from alcaide.common.permissions import require
from alcaide.common.rights.doors import rule

JUST_ENDED = timedelta(minutes=10)


@rule(AUDIT, reach="any")
@require_safe
def audit_page(request: HttpRequest) -> HttpResponse:
    """Show what was done alone, taken out, purged, granted and set in a period, and whether the trail holds."""
    user = signed_in(request)
    require(user, AUDIT)
    today = timezone.localdate()
    form = PeriodForm(request.GET, usual=_usual())
    page = audit_of(user, form.period)
    track = JobTrack.objects.select_related("asked_by").filter(name=anchor.JOB).order_by("-id").first()
    is_new = track is not None and (
        track.is_open or (track.finished_at is not None and timezone.now() - track.finished_at < JUST_ENDED)
    )
    about = {
        "page": page, "form": form, "answer": _answer(page), "rest": _rest(page), "quick": _quick(),
        "days": (words.day(page.period.first, today=today), words.day(page.period.last, today=today)),
        "job": job_shown(track, user) if track is not None and is_new else None,
    }  # fmt: skip
    return render(request, "board/audit.html", about, status=200 if form.is_valid() else 422)


@rule(AUDIT, reach="any")
@require_safe
def audit_file(request: HttpRequest) -> HttpResponse:
    """Hand over every row of the page as CSV."""
    user = signed_in(request)
    require(user, AUDIT)
    made = services.take_out(user, audit_of(user, PeriodForm(request.GET, usual=_usual()).period))
    answer = HttpResponse(made.content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@rule(AUDIT, reach="any")
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Have the whole trail read."""
    services.have_trail_read(signed_in(request))
    messages.success(request, _("The trail is being read. What comes of it stands here and in the trail."))
    return redirect("audit")


def _usual() -> Period:
    """The fiscal year until today."""
    today = timezone.localdate()
    return Period(year_around(today).first, today)


def _quick() -> list[tuple[str, Period]]:
    """Return the periods that are asked for most."""
    today = timezone.localdate()
    year = year_around(today)
    before = year_around(year.first - timedelta(days=1))
    return [
        (_("Last 30 days"), Period(today - timedelta(days=29), today)),
        (_("Last 13 weeks"), Period(today - timedelta(days=90), today)),
        (_("Year %(name)s") % {"name": year.name}, Period(year.first, today)),
        (_("Year %(name)s") % {"name": before.name}, Period(before.first, before.last)),
    ]


def _answer(page: Audit) -> str:
    asking = len(page.asking)
    if not asking:
        return _("Nothing waits to be looked at.")
    said = ngettext("%(n)s thing must be looked at.", "%(n)s things must be looked at.", asking)
    return said % {"n": asking}


def _rest(page: Audit) -> str:
    named = ", ".join(part.label for part in page.asking)
    return f"{named}." if named else ""
