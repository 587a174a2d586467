"""The figures by themselves: a look each minute at what changed, and a run where it matters."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common.jobs import Progress, every, job
from alcaide.common.models import Change, JobTrack, SearchDoc, User
from alcaide.common.trail import System
from alcaide.engine.loss import ENGINE_VERSION
from alcaide.organization.models import Organization
from alcaide.risk import services
from alcaide.risk.models import Run
from alcaide.risk.queries import newest_run

REFRESH = "risk.refresh"
EVERY_S = 60
ROOMS = ("organization", "assets", "controls", "threats", "exposure", "risk")
# A change is dated when it is written but seen when its transaction ends; looking back further costs only a look.
OVERLAP = timedelta(minutes=5)
MOST_NAMED = 2
HOUSE = System("risk")


@job(REFRESH, again=True)
def refresh(progress: Progress, by: str = "") -> str:
    """Compute the figures afresh where something changed, or because somebody asks.

    Safe to do twice: equal inputs make no second run.
    """
    if not Organization.objects.exists():
        return _("There is no organization yet.")
    newest = newest_run()
    asker = User.objects.filter(uid=by).first() if by else None
    cause = cause_since(newest)
    if asker is None and not cause:
        return _nothing_new(newest)

    def say(done: int, words: str) -> None:
        progress.step(done, services.STEPS, words)
        progress.check_cancel()

    run = services.refresh(asker or HOUSE, cause=cause or _("asked for"), say=say)
    if run is None:
        return _nothing_new(newest)
    progress.leads_to(reverse("run", args=[run.uid]))
    return _("Run %(number)s: %(cause)s.") % {"number": run.number, "cause": run.cause}


def cause_since(newest: Run | None) -> str:
    """Return in words what changed since the figures were last looked at; empty where nothing did."""
    if newest is not None and newest.engine != ENGINE_VERSION:
        return _("the engine is now version %(now)s, it was %(then)s") % {
            "now": ENGINE_VERSION, "then": newest.engine,
        }  # fmt: skip
    if newest is not None and newest.mean_minor is None:
        return _("the house was brought up to date")
    changes = Change.objects.filter(room__in=ROOMS)
    if newest is None:
        return _("the first figures") if changes.exists() else ""
    since = _looked_at(newest)
    if since is not None:
        changes = changes.filter(at__gt=since - OVERLAP)
    found: dict[str, set[str]] = {}
    for room, subject in changes.order_by("room").values_list("room", "subject").distinct()[:1_000]:
        found.setdefault(room, set()).add(subject)
    return "; ".join(_room_words(room, subjects) for room, subjects in found.items())


def _looked_at(newest: Run | None) -> datetime | None:
    """Return when the figures were last looked at: by the newest run, or by a look that found them still right."""
    if newest is None:
        return None
    looked = JobTrack.objects.filter(~Q(started_at=None), name=REFRESH, state=JobTrack.State.DONE)
    last = looked.order_by("-id").values_list("started_at", flat=True).first()
    return max(newest.at, last) if last else newest.at


def _room_words(room: str, subjects: set[str]) -> str:
    words = {
        "organization": _("the organization changed"),
        "assets": _("assets changed"),
        "controls": _("measures changed"),
        "threats": _("threat feeds changed"),
        "exposure": _("findings changed"),
        "risk": _("estimates changed"),
    }[room]
    names = _names(sorted(subjects)) if len(subjects) <= MOST_NAMED else []
    return f"{words}: {', '.join(names)}" if names else words


def _names(subjects: Sequence[str]) -> list[str]:
    return list(SearchDoc.objects.filter(subject__in=subjects).order_by("title").values_list("title", flat=True))


def _nothing_new(newest: Run | None) -> str:
    if newest is None:
        return _("There is nothing to price yet.")
    return _("Nothing changed since run %(number)s.") % {"number": newest.number}


def keep_looking() -> None:
    """Look each minute whether the figures are still right. Called from `AppConfig.ready`."""
    every(REFRESH, function=refresh, seconds=EVERY_S, about=_("Keep the figures up to date"), key=REFRESH)
