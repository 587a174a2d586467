"""How proposed days and quiet times are named in the trail."""

from typing import Any

from django.urls import reverse

from alcaide.board.models import ProposedDay, QuietTime
from alcaide.common.registries import Subject, is_uid, subject_of


def proposed_day(uid: str, user: Any) -> Subject | None:
    """Name a proposed day to whoever may see what it is about."""
    held = ProposedDay.objects.filter(uid=uid).first() if is_uid(uid) else None
    about = subject_of(held.about, user) if held else None
    return Subject(held.title, about.url) if held and about else None


def quiet_time(uid: str, user: Any) -> Subject | None:
    """Name a quiet time to whoever sees its unit."""
    held = QuietTime.objects.visible_to(user).filter(uid=uid).first() if is_uid(uid) else None
    return Subject(held.why, reverse("year-quiet")) if held else None
