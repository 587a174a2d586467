"""Pages of the threat feeds."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alcaide.common import files
from alcaide.common.files import FileTooLarge, StoreUnwritable
from alcaide.common.jobs import job_shown
from alcaide.common.models import JobTrack, User
from alcaide.common.people import signed_in
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.intake.errors import IntakeError
from alcaide.threats import queries, services
from alcaide.threats.forms import FeedForm
from alcaide.threats.models import SEE, TAKE_IN, Feed

SHOWN = 50


@rule(SEE, reach="any")
@require_safe
def feed_list(request: HttpRequest) -> HttpResponse:
    """Show the edition in force of each feed, then every edition that was brought in."""
    user = signed_in(request)
    require(user, SEE)
    editions = queries.editions()
    return render(
        request,
        "threats/feeds.html",
        {
            "answer": _answer(editions),
            "editions": editions,
            "feeds": queries.feeds(user)[:SHOWN],
            "may_take_in": scope_of(user).allows(TAKE_IN),
        },
    )


@rule(TAKE_IN, reach="any")
def feed_new(request: HttpRequest) -> HttpResponse:
    """Bring in an edition: the file is kept, a job reads it."""
    user = signed_in(request)
    require(user, TAKE_IN)
    form = FeedForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        feed = _bring_in(user, form)
        if feed is not None:
            return redirect("feed", uid=feed.uid)
    return render(
        request,
        "threats/feed_new.html",
        {"form": form, "max_bytes": settings.UPLOAD_CAP_BYTES},
        status=422 if form.is_bound and form.errors else 200,
    )


@rule(SEE, reach="any")
@require_safe
def feed_page(request: HttpRequest, uid: str) -> HttpResponse:
    """Show how the reading of an edition goes, then what it changed."""
    user = signed_in(request)
    require(user, SEE)
    feed = get_object_or_404(queries.feeds(user), uid=uid)
    track = JobTrack.objects.filter(key=feed.subject).select_related("asked_by").order_by("-pk").first()
    return render(
        request,
        "threats/feed.html",
        {
            "feed": feed,
            "is_in_force": queries.current(feed.kind) == feed,
            "job": job_shown(track, user) if track and feed.state in {"waiting", "running"} else None,
            "tally": [
                (_("Added"), feed.added, ""),
                (_("Changed"), feed.changed, ""),
                (_("As before"), feed.rows - feed.added - feed.changed, ""),
                (_("Rows of the edition"), feed.rows, "total"),
            ],
        },
    )


def _bring_in(user: User, form: FeedForm) -> Feed | None:
    """Keep the file and land it; what is refused stands on the form, and None is returned."""
    upload = form.cleaned_data["file"]
    try:
        file = files.store(upload, upload.name, actor=user, cap_bytes=settings.UPLOAD_CAP_BYTES)
        return services.bring_in(user, file=file, force=form.cleaned_data["force"])
    except (IntakeError, services.OlderEdition, FileTooLarge, StoreUnwritable) as fault:
        form.add_error("file", str(fault))
        return None


def _answer(editions: tuple[queries.Edition, ...]) -> tuple[str, str]:
    """Say whether the feeds can be relied on."""
    missing = [each for each in editions if not each.is_loaded]
    if len(missing) == len(editions):
        return _("No threat feed is loaded yet."), _(
            "Without them no flaw has a price and none is known to be exploited."
        )
    if missing:
        return _("One of the two feeds is missing."), missing[0].words
    old = [each for each in editions if each.is_old]
    if old:
        return _("%(feed)s is out of date.") % {"feed": old[0].label}, old[0].words
    return _("Both feeds are fresh."), ""
