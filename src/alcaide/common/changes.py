"""Changes go up as rows: a room says what changed, a job above sees it and pulls."""

from django.utils import timezone

from alcaide.common.models import Change


def note_change(room: str, subject: str) -> None:
    """Say that something in a room changed. Called inside the write that changed it."""
    Change.objects.create(room=room, subject=subject, at=timezone.now())
