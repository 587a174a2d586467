"""What crosses a wall, as copies alone: out by counsel's decision, in as a fact with its source."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.about import model_of
from alcaide.common.models import DisclosedCopy, Matter, MatterDisclosure, MatterLink, MatterNote, User, is_wallable
from alcaide.common.permissions import require
from alcaide.common.registries import kind_label, subject_of
from alcaide.common.trail import audit, write

from .queries import OPEN, within
from .services import directed, news, still_open

SECRET = ("password", "secret", "token", "salt")
SKIPPED = {"id", "uid", "version", "matter"}
MOST_COPIED = 20_000


@write
def disclose(
    actor: User, matter: Matter, *, notes: Sequence[MatterNote], title: str, to_whom: str, left_out: str, why: str
) -> DisclosedCopy:
    """Let facts out as a copy that is an ordinary record; they themselves stay. For counsel of the matter.

    Advice and drafts never go this way. What was left out is said, so that nobody takes the copy for the whole.
    Raises Refused, ValidationError.
    """
    require(actor, OPEN)
    inside = directed(actor, matter)
    facts = list(inside.notes(MatterNote.Kind.FACT).filter(pk__in=[each.pk for each in notes]).order_by("id"))
    said = {"title": title, "to_whom": to_whom, "left_out": left_out, "why": why}
    missing = {
        name: _("Say this; the decision must stand on its own.") for name, text in said.items() if not text.strip()
    }
    if missing:
        raise ValidationError(missing)
    if not facts or len(facts) < len(notes):
        raise ValidationError({"notes": _("Choose facts of this matter. Advice and drafts are not disclosed.")})
    number, now = (DisclosedCopy.objects.aggregate(last=Max("number"))["last"] or 0) + 1, timezone.now()
    copy = DisclosedCopy.objects.create(
        number=number, title=title.strip()[:200], text="\n\n".join(each.text for each in facts),
        left_out=left_out.strip()[:600], to_whom=to_whom.strip()[:200], decided_by=actor, decided_at=now,
    )  # fmt: skip
    made = inside.make(
        MatterDisclosure, decided_by=actor, decided_at=now, why=why.strip()[:600], copy=copy,
        notes=[str(each.uid) for each in facts],
    )  # fmt: skip
    outside = {"number": number, "title": copy.title, "to_whom": copy.to_whom, "left_out": copy.left_out}
    audit(actor, "disclose", subject=copy.subject, after=outside)
    audit(
        actor, "decide_disclosure", subject=made.subject, after={"why": made.why, "notes": made.notes, "copy": number}
    )
    return copy


@write
def take_in(actor: User, matter: Matter, *, about: str, why: str = "") -> MatterNote:
    """Copy an ordinary record into a matter as a fact, as it stands now, and look at it.

    The record stays where it is: what was made in the ordinary course does not become privileged by being moved.
    Raises ValidationError, WrongStep.
    """
    inside = still_open(within(matter, actor))
    named = subject_of(about, actor)
    row = _ordinary_row(about) if named is not None else None
    if named is None or row is None:
        raise ValidationError({"about": _("There is no such record, or it is not yours to see.")})
    kind = kind_label(about.partition(":")[0])
    source = _("Copy of %(kind)s “%(title)s”") % {"kind": kind, "title": named.title}
    made = inside.make(MatterNote, kind=MatterNote.Kind.FACT, text=_told(row), source=source[:300], written_by=actor)
    if not inside.rows(MatterLink).filter(about=about).exists():
        inside.make(MatterLink, about=about, why=why.strip()[:300])
    audit(actor, "seal_copy", subject=made.subject, after={"of": about, "version": getattr(row, "version", None)})
    news(inside)
    return made


def _ordinary_row(subject: str) -> Model | None:
    kind, _sep, uid = subject.partition(":")
    model: Any = model_of(kind)
    if model is None:
        return None
    rows = model._base_manager.filter(matter=None) if is_wallable(model) else model._base_manager
    found: Model | None = rows.filter(uid=uid).first()
    return found


def _told(row: Any) -> str:
    """Put every field of a row into words, without secrets."""
    lines = [_("Copied %(at)s") % {"at": timezone.localtime().strftime("%Y-%m-%d %H:%M %Z")}]
    for field in row._meta.concrete_fields:
        if field.name in SKIPPED or any(word in field.name for word in SECRET):
            continue
        value = getattr(row, f"get_{field.name}_display", lambda field=field: getattr(row, field.name))()
        lines.append(f"{field.verbose_name}: {'–' if value in (None, '') else value}")
    return "\n".join(lines)[:MOST_COPIED]
