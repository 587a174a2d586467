"""Words that read as an admission later: told gently beside a reason while it is typed, never held back."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

# Translators: words and phrases apart by semicolons, each as people type it in a reason.
ADMISSIONS = _(
    "negligent; negligence; knew; we know; should have; should not have; violation; violated; breach of duty; "
    "at fault; our fault; liable; liability; illegal; unlawful; ignored; unsafe; reckless; failed to; guilty"
)
HINT = _(
    "This may be read as an admission. Write facts: what was seen, what was weighed, until when. "
    "Counsel keeps advice apart."
)


def gentle(attributes: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a field's attributes with those by which the page hints at such words: for a reason or an answer."""
    return {**(attributes or {}), "data-wording": ADMISSIONS, "data-wording-hint": HINT}


def admissions(text: str) -> list[str]:
    """Return the words of a text that may be read as an admission, in the order of the list.

    >>> admissions("We knew of it. The vendor's liability insurance covers it.")
    ['knew', 'liability']
    >>> admissions("Seen on 3 March; weighed against the cost of a stop.")
    []
    """
    words = (each.strip() for each in str(ADMISSIONS).split(";"))
    return [each for each in words if each and re.search(rf"(?<!\w){re.escape(each)}(?!\w)", text, re.IGNORECASE)]
