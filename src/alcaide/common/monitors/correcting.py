"""Asking for a correction of what is held about oneself, and taking it away as a file."""

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common.eyes.people import people
from alcaide.common.lists.exports import csv_cell
from alcaide.common.models import User
from alcaide.common.notices import tell
from alcaide.common.taken import tell_taken
from alcaide.common.trail import audit, write

from .about_me import HeldPart
from .keys import DPO_AGREES, KIND
from .places import places

LONGEST = 200
HEADS = ("class", "what", "more", "since", "until", "purpose", "kept", "seen_by")


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
def take_out(actor: User, parts: Sequence[HeldPart], *, form: str) -> bytes:
    """Return what is held about oneself as a file, CSV or JSON, told in the trail. For everybody."""
    rows = [
        {
            "class": str(part.label), "what": each.what, "more": each.more, "since": _plain(each.since),
            "until": _plain(each.until), "purpose": str(part.purpose), "kept": str(part.kept),
            "seen_by": str(part.seen_by),
        }
        for part in parts
        for each in part.rows
    ]  # fmt: skip
    text = _as_csv(rows) if form == "csv" else json.dumps(rows, ensure_ascii=False, indent=1)
    file = text.encode()
    about = {"what": "held about oneself", "rows": len(rows), "sha256": hashlib.sha256(file).hexdigest()}
    tell_taken(actor, actor.subject, format=form, **about)
    return file


def _as_csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    for row in rows:
        writer.writerow([csv_cell(row[head] or "") for head in HEADS])
    return out.getvalue()


def _plain(value: date | datetime | None) -> str | None:
    return value.isoformat() if value else None
