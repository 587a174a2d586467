"""The jobs of the house: what runs, waits, failed; stopping one and doing one again."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from alcaide.common import jobs as job_loop
from alcaide.common.jobs.queries import RECENT_DAYS, JobCounts, job_counts, job_subject
from alcaide.common.models import JobTrack
from alcaide.common.people import signed_in
from alcaide.common.permissions import require
from alcaide.common.registries import NavItem, offer_nav, offer_subject
from alcaide.common.rights.doors import OWN, rule

PAGE = 50
State = JobTrack.State


@rule(job_loop.JOBS_SEE, reach="any")
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """Show what runs and waits, then what has ended, newest first."""
    require(signed_in(request), job_loop.JOBS_SEE)
    rows = job_loop.jobs_visible_to(signed_in(request))
    state = request.GET.get("state", "")
    ended = _ended(rows, state)
    before = request.GET.get("before", "")
    if before.isdecimal():
        ended = ended.filter(pk__lt=int(before))
    page = list(ended.order_by("-pk")[: PAGE + 1])
    opened = [] if before else list(rows.filter(state__in=JobTrack.OPEN).order_by("state", "pk")[: PAGE + 1])
    counts = job_counts(signed_in(request))
    shown = {
        "heading": _heading(counts),
        "counts": counts,
        "needs_worker": bool(counts.waiting) and not counts.workers,
        "open_jobs": [job_loop.job_shown(each, signed_in(request)) for each in opened[:PAGE]],
        "more_open": len(opened) > PAGE,
        "ended_jobs": [job_loop.job_shown(each, signed_in(request)) for each in page[:PAGE]],
        "older": page[PAGE - 1].pk if len(page) > PAGE else None,
        "is_first": not before,
        "state": state,
        "states": [
            ("", _("Asked for, and failures")),
            ("all", _("All")),
            ("done", _("Done")),
            ("failed", _("Failed")),
            ("stopped", _("Stopped")),
        ],
        "is_list": True,
    }
    return render(request, "common/jobs.html", shown)


@rule(job_loop.JOBS_SEE, reach="any", owner=(OWN,))
@require_GET
def job_piece(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show one job: the piece alone to htmx, which asks each second while it runs, else a page around it."""
    track = _visible(request, uid)
    job = job_loop.job_shown(track, signed_in(request))
    htmx = getattr(request, "htmx", None)
    if htmx:
        answer = render(request, "common/_job.html", {"job": job})
        # The page that waited for this very result shows it now.
        if track.url and not job.is_open and htmx.current_url_abs_path == track.url:
            answer.headers["HX-Refresh"] = "true"
        return answer
    heading = _("%(job)s: %(state)s") % {"job": job.name, "state": job.state_words.lower()}
    return render(request, "common/jobs.html", {"heading": heading, "open_jobs": [job]})


@rule(job_loop.JOBS_CANCEL, reach="any")
@require_POST
def job_cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask a job to stop."""
    require(signed_in(request), job_loop.JOBS_CANCEL)
    track = job_loop.cancel(signed_in(request), _visible(request, uid).result_id)
    if track.state == State.STOPPED:
        messages.success(request, _("Stopped before it began."))
    elif track.is_open:
        messages.info(request, _("Asked to stop. It stops at the next place where that is safe."))
    else:
        messages.info(request, _("It had ended before it could be stopped."))
    return redirect("jobs")


@rule(job_loop.JOBS_CANCEL, reach="any")
@require_POST
def job_retry(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Have a failed or stopped job done again."""
    require(signed_in(request), job_loop.JOBS_CANCEL)
    try:
        job_loop.retry(signed_in(request), _visible(request, uid).result_id)
    except job_loop.NotRetryable as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("Waiting to be done again."))
    return redirect("jobs")


def offer_jobs() -> None:
    """Offer the page in the side bar, and how the trail names a job. Called from `AppConfig.ready`."""
    offer_nav(NavItem(_("House"), _("Jobs"), "jobs", "activity", 910, job_loop.JOBS_SEE))
    offer_subject(JobTrack.SUBJECT, _("Job"), job_subject)


def _ended(rows: QuerySet[JobTrack], state: str) -> QuerySet[JobTrack]:
    """Keep what has ended; unless another state is named, without what the house repeats by itself and went well."""
    if state in {State.DONE, State.FAILED, State.STOPPED}:
        return rows.filter(state=state)
    ended = rows.exclude(state__in=JobTrack.OPEN)
    return ended if state == "all" else ended.exclude(asked_by=None, state=State.DONE)


def _visible(request: HttpRequest, uid: UUID) -> JobTrack:
    track = job_loop.jobs_visible_to(signed_in(request)).filter(result_id=uid).first()
    if track is None:
        raise Http404(_("There is no such job, or it is not yours to see."))
    return track


def _heading(counts: JobCounts) -> str:
    running, waiting, failed = counts.running.shown, counts.waiting.shown, counts.failed_lately.shown
    said = []
    if running:
        said.append(ngettext("%(n)s job is running", "%(n)s jobs are running", running) % {"n": counts.running})
    if waiting:
        said.append(ngettext("%(n)s waits", "%(n)s wait", waiting) % {"n": counts.waiting})
    first = ", ".join(said) if said else _("No job is running or waiting")
    if not failed:
        return f"{first}."
    lately = ngettext("%(n)s failed in the last %(days)d days", "%(n)s failed in the last %(days)d days", failed)
    return f"{first}. " + lately % {"n": counts.failed_lately, "days": RECENT_DAYS} + "."


JOB_URLS: list[URLPattern] = [
    path("jobs/", jobs, name="jobs"),
    path("jobs/<uuid:uid>/", job_piece, name="job-piece"),
    path("jobs/<uuid:uid>/stop/", job_cancel, name="job-cancel"),
    path("jobs/<uuid:uid>/retry/", job_retry, name="job-retry"),
]
