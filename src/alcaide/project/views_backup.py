"""The page of backups: what was made and rehearsed, and having one made now. No backup is ever handed out here."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alcaide.common.jobs import job_shown
from alcaide.common.jobs.locks import workers_now
from alcaide.common.models import JobTrack
from alcaide.common.people import signed_in
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.project.backup import asked, jobs, keyring, places, services
from alcaide.project.backup.faults import BackupFault
from alcaide.project.backup.permissions import RUN_BACKUPS, SEE_BACKUPS

SHOWN = 20
KEYS = (jobs.BACK_UP, jobs.REHEARSE)


@rule(SEE_BACKUPS, reach="any")
@require_safe
def backups(request: HttpRequest) -> HttpResponse:
    """Show how the backups stand, where they go, what was made and what was rehearsed."""
    user, now = signed_in(request), timezone.now()
    require(user, SEE_BACKUPS)
    home, ledger, folder = settings.HOME, places.read_ledger(settings.HOME), places.target()
    well, told = asked.told(home, now)
    is_rehearsed, rehearsed = asked.told_of_rehearsals(home, now)
    tracks = JobTrack.objects.filter(key__in=KEYS, state__in=JobTrack.OPEN).order_by("pk")
    about = {
        "answer": _heading(ledger, now), "is_well": well and is_rehearsed, "told": told, "rehearsed": rehearsed,
        "well": well, "is_rehearsed": is_rehearsed, "folder": folder, "wants": _wanting(folder), "places": places,
        "kept": _kept(), "at": asked.AT, "due": asked.rehearsal_due(home), "keyring": keyring,
        "may_run": scope_of(user).covers_all(RUN_BACKUPS),
        "jobs": [job_shown(track, user) for track in tracks], "needs_worker": bool(tracks) and not workers_now(),
        "made": [_row(each) for each in reversed(ledger.made[-SHOWN:])],
        "tries": [_row(each) for each in reversed(ledger.rehearsed[-SHOWN:])],
        "older": max(len(ledger.made) - SHOWN, 0), "older_tries": max(len(ledger.rehearsed) - SHOWN, 0),
    }  # fmt: skip
    return render(request, "backups.html", about)


@rule(RUN_BACKUPS, reach="all")
@require_POST
def backup_now(request: HttpRequest) -> HttpResponse:
    """Have a backup made now."""
    services.ask_backup(signed_in(request))
    messages.info(request, _("A backup will be made. This page shows how far it is."))
    return redirect("backups")


@rule(RUN_BACKUPS, reach="all")
@require_POST
def rehearse_now(request: HttpRequest) -> HttpResponse:
    """Have a restore rehearsed now."""
    services.ask_rehearsal(signed_in(request))
    messages.info(request, _("A restore will be rehearsed. This page shows how far it is."))
    return redirect("backups")


def _heading(ledger: places.Ledger, now: datetime) -> str:
    last, good = ledger.last_made, ledger.last_rehearsed
    if last is None:
        return _("No backup was ever made here.")
    told = _("The last backup is %(age)s old") % {"age": _age(last.at, now)}
    if good is None:
        return told + _(", and no restore was ever rehearsed.")
    return told + _("; a restore took %(min)s min when it was rehearsed %(age)s ago.") % {
        "min": asked.minutes(good), "age": _age(good.at, now),
    }  # fmt: skip


def _wanting(folder: Path | None) -> str:
    """Say what must be set before the house can make a backup by itself, "" where nothing is missing."""
    if folder is None:
        return _("No folder is set. Name one in %(name)s where the house is started, and start it again.") % {
            "name": places.TO,
        }  # fmt: skip
    try:
        keyring.sealers()
    except BackupFault as fault:
        return str(fault)
    return ""


def _kept() -> str:
    try:
        keep = places.kept()
    except BackupFault as fault:
        return str(fault)
    return _("the newest of %(days)s days, %(weeks)s weeks and %(months)s months") % {
        "days": keep.days, "weeks": keep.weeks, "months": keep.months,
    }  # fmt: skip


def _row(each: Any) -> dict[str, Any]:
    """Return a line of the ledger as the page shows it; a backup may have been moved or removed since."""
    path = Path(each.file)
    return {
        "it": each, "name": path.name, "at": datetime.fromisoformat(each.at), "mb": f"{each.size_bytes / 1e6:,.1f}",
        "is_there": path.is_file(), "min": f"{getattr(each, 'restored_s', each.took_s) / 60:,.1f}",
    }  # fmt: skip


def _age(at: str, now: datetime) -> str:
    return asked.span(now - datetime.fromisoformat(at))
