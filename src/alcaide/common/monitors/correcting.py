"""Asking for a correction of what is held about oneself, and taking it away as a file."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common.eyes.people import people
from alcaide.common.models import User
from alcaide.common.notices import tell
from alcaide.common.trail import audit, write

from .about_me import HeldPart
from .keys import DPO_AGREES, KIND
from .places import places

LONGEST = 200


@write
def ask(actor: User, *, words: str) -> int:
    """Ask data protection to correct what is held about oneself; returns how many were told. For everybody.

    Raises ValidationError.
    """
    said = words.strip()
    if not said:
        raise ValidationError({"words": _("Say what is wrong.")})
    officers = people().holders(DPO_AGREES, places().unit_of(actor.pk))
    if not officers:
        raise ValidationError(
            {"words": _("Nobody holds the role of data protection officer here yet. Ask whoever grants roles.")}
        )
    audit(actor, "ask_for_correction", subject=actor.subject, after={"words": said})
    told = _("%(who)s asks for a correction: %(words)s") % {"who": actor.name, "words": said[:LONGEST]}
    return tell(officers, kind=KIND, words=told, url=reverse("notices"), by=actor, insist=True)


@write
def taken(actor: User, parts: Sequence[HeldPart], *, form: str) -> list[dict[str, Any]]:
    """Return what is held about oneself as rows of a file, and say in the trail that it was taken. For everybody."""
    rows = [
        {
            "class": str(part.label), "what": each.what, "more": each.more, "since": _plain(each.since),
            "until": _plain(each.until), "purpose": str(part.purpose), "kept": str(part.kept),
            "seen_by": str(part.seen_by),
        }
        for part in parts
        for each in part.rows
    ]  # fmt: skip
    audit(actor, "take_what_is_held", subject=actor.subject, after={"form": form, "rows": len(rows)})
    return rows


def _plain(value: date | datetime | None) -> str | None:
    return value.isoformat() if value else None
