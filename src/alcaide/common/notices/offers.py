"""What notices offer to the house at its start."""

from alcaide.common.registries import offer_due, offer_subject

from .due import due
from .jobs import repeat
from .queries import letter_subject


def offer_notices() -> None:
    """Offer what is due, how a letter is named, and what repeats. Called from `AppConfig.ready`."""
    offer_due("common.notices", due)
    offer_subject("common.letter", "Letter", letter_subject)
    repeat()
