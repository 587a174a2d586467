"""What backups offer to the house at its start: what is due, the dates of rehearsals, and the page."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import (
    Dated,
    DateKind,
    Due,
    NavItem,
    Subject,
    offer_date_kinds,
    offer_dates,
    offer_due,
    offer_nav,
    offer_subject,
)

from . import asked, jobs
from .making import SUBJECT
from .permissions import RUN_BACKUPS, SEE_BACKUPS
from .places import read_ledger, target

REHEARSALS = "project.rehearsals"


def offer() -> None:
    """Offer all of it. Called from `AppConfig.ready`."""
    jobs.repeat()
    offer_nav(NavItem("House", "Backups", "backups", "database", 935, SEE_BACKUPS))
    offer_subject(SUBJECT, "Backup", _subject)
    offer_due(SUBJECT, due)
    offer_dates(SUBJECT, dates)
    fixed = gettext_lazy("It follows from the last one. Rehearse one earlier, and the date moves.")
    offer_date_kinds(DateKind(REHEARSALS, gettext_lazy("Rehearsed restores"), fixed=fixed))


def due(user: User) -> Iterator[Due]:
    """Yield a backup that failed or was missed and a rehearsal that is due, to who has them made."""
    if not _is_kept() or not scope_of(user).covers_all(RUN_BACKUPS):
        return
    url, now = reverse("backups"), timezone.now()
    is_well, words = asked.told(settings.HOME, now)
    if not is_well:
        yield Due(f"{SUBJECT}:last", _("The backups do not stand well"), words, url, _("Look"), "database")
    is_well, words = asked.told_of_rehearsals(settings.HOME, now)
    if not is_well:
        by = asked.rehearsal_due(settings.HOME)
        yield Due(f"{SUBJECT}:rehearsal", _("Rehearse a restore"), words, url, _("Rehearse"), "history", by=by)


def dates(user: User, first: date, last: date) -> Iterator[Dated]:
    """Yield the day by which a restore is to be rehearsed again, to who sees the backups."""
    if not _is_kept() or not scope_of(user).allows(SEE_BACKUPS):
        return
    by = asked.rehearsal_due(settings.HOME)
    if by is not None and first <= by <= last:
        yield Dated(f"{SUBJECT}:rehearsal", _("Rehearse a restore"), reverse("backups"), by, what=REHEARSALS)


def _is_kept() -> bool:
    """Whether anybody means to back this house up: else `alcaide check` says so, not every page."""
    return target() is not None or bool(read_ledger(settings.HOME).made)


def _subject(uid: str, user: Any) -> Subject | None:
    return Subject(_("Backups"), reverse("backups")) if scope_of(user).allows(SEE_BACKUPS) else None
