"""The nightly run of every rule in force, and the reminders of holds."""

from alcaide.common.holds.services import remind
from alcaide.common.jobs import Progress, every, job

from .queries import NIGHTLY
from .services import run_all


@job("retention.run")
def run(progress: Progress) -> str:
    """Carry out every rule in force; what a hold keeps stays."""

    def step(words: str) -> None:
        progress.check_cancel()
        progress.step(0, None, words[:300])

    ran = run_all(progress=step)
    gone, kept = sum(each.gone for each in ran), sum(each.kept for each in ran)
    return f"{len(ran)} rules: {gone:,} records went, {kept:,} kept by holds."


@job("holds.remind")
def reminders(_progress: Progress) -> str:
    """Remind custodians who have not answered."""
    return f"{remind()} custodians reminded."


def repeat() -> None:
    """Let both come round by themselves. Called from `AppConfig.ready`."""
    every("retention.run", function=run, at=NIGHTLY, about="Keep no data longer than its rule says")
    every("holds.remind", function=reminders, at="06:20", about="Remind custodians of legal holds")
