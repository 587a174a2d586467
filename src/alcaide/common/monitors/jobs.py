"""Noting once a day what the program declares, so that the works council hears of an upgrade."""

from alcaide.common.jobs import Progress, every, job

from .services import note_versions

NOTE = "monitors.versions"


@job(NOTE)
def note(_progress: Progress) -> str:
    """Keep declarations that differ from the last ones kept."""
    return f"{note_versions()} declarations are new."


def repeat() -> None:
    """Let it come round by itself. Called from `AppConfig.ready`."""
    every(NOTE, function=note, at="03:50", about="Note what monitors declare")
