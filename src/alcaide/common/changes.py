"""Changes go up as rows: a room says what changed, a job above sees it and pulls."""

from datetime import datetime

from django.utils import timezone

from alcaide.common.models import Change


def note_change(room: str, subject: str) -> None:
    """Say that something in a room changed. Called inside the write that changed it."""
    Change.objects.create(room=room, subject=subject, at=timezone.now())


def changed_since(moment: datetime | None, *, rooms: tuple[str, ...]) -> bool:
    """Tell whether any of the rooms changed after the moment (ever, where it is None)."""
    rows = Change.objects.filter(room__in=rooms)
    if moment is not None:
        rows = rows.filter(at__gt=moment)
    return rows.exists()
