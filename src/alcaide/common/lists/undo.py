"""Taking a bulk act back: what stood before is kept row by row, and the inverse runs with every rule asked again.

A row that somebody saved since is left as it is and named. Only who did the act may take it back, once, for a while.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.changes import note_change
from alcaide.common.models import LostUpdate, Record, Undo, User
from alcaide.common.permissions import Refused, VisibleSet, require
from alcaide.common.trail import Actor, audit, differences, write, writing

OFFERED_FOR = timedelta(minutes=15)
# Taken back in one transaction, each row by its own service.
MOST_ROWS = 1_000


class UndoGone(ValueError):
    """This can not be taken back any more; the message says why."""


@dataclass(frozen=True)
class Kept:
    """One row before the act: its identifier, name, version after the act, and its fields as JSON holds them."""

    uid: str
    name: str
    version: int
    before: Mapping[str, Any]


@dataclass(frozen=True)
class Left:
    """One row that was left as it stands, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class TakenBack:
    """How many rows stand again as before, and which were left."""

    words: str
    done: int
    left: tuple[Left, ...]


Restore = Callable[[Actor, Kept], None]
_restores: dict[str, Restore] = {}


def offer_undo(act: str, restore: Restore) -> None:
    """Offer how one row of a bulk act is put back. `restore` asks the permission and the version itself.

    It runs inside a write, and raises Refused, LostUpdate or DoesNotExist for a row that must be left.
    """
    _restores[act] = restore


def puts_back(model: type[Record], *, permission: str, verb: str, room: str) -> Restore:
    """Return a restore that sets a row's fields as they stood: for acts whose inverse has no rule of its own."""

    def restore(actor: Actor, kept: Kept) -> None:
        rows: Any = model._default_manager.all()
        row = (rows.visible_to(actor) if isinstance(rows, VisibleSet) else rows).get(uid=kept.uid)
        unit_path = getattr(model, "UNIT_PATH", "")
        unit_id = None
        if unit_path:
            unit_id = model._default_manager.filter(pk=row.pk).values_list(unit_path, flat=True).get()
        require(actor, permission, unit_id=unit_id)
        was = {name: getattr(row, name) for name in kept.before}
        for name, value in kept.before.items():
            setattr(row, name, _field_of(model, name).to_python(value))
        row.save_version(opened_version=kept.version, fields=list(kept.before))
        before, after = differences(was, {name: getattr(row, name) for name in kept.before})
        audit(actor, verb, subject=row.subject, before=before, after=after)
        note_change(room, row.subject)

    return restore


def keep(row: Record, *, name: str, fields: Iterable[str]) -> dict[str, Any]:
    """Write down a row before the act; give it to `keep_undo` with the row once the act has saved it."""
    return {name: _plain(getattr(row, name)) for name in fields} | {NAME: name}


# Among the kept fields, what the row is called.
NAME = "\x00name"


def keep_undo(actor: Actor, act: str, *, words: str, rows: Iterable[tuple[Record, Mapping[str, Any]]]) -> Undo | None:
    """Keep what stood before a bulk act; called inside its write, with the rows as saved. None for too many rows.

    `words` say in a sentence what was done. Raises KeyError for an act that nobody offered to take back.
    """
    if not isinstance(actor, User):
        return None
    _restores[act]
    kept = [
        {
            "uid": str(row.uid),
            "name": str(before.get(NAME, row)),
            "version": row.version,
            "before": {name: value for name, value in before.items() if name != NAME},
        }
        for row, before in rows
    ]
    if not kept or len(kept) > MOST_ROWS:
        return None
    now = timezone.now()
    return Undo.objects.create(by=actor, act=act, words=words[:300], rows=kept, until=now + OFFERED_FOR)


@write
def take_back(actor: User, uid: UUID) -> TakenBack:
    """Put the rows of a bulk act back as they stood, but for those that changed since. Who did it may, once.

    Raises UndoGone where it is somebody else's, done already or too old.
    """
    undo = Undo.objects.select_for_update().filter(uid=uid, by=actor).first()
    if undo is None:
        raise UndoGone(_("There is nothing of yours here to take back."))
    if undo.used_at is not None:
        raise UndoGone(_("This was taken back already."))
    if undo.until < timezone.now():
        raise UndoGone(_("This was too long ago to be taken back at once. Change the rows one by one."))
    done, left = _put_all_back(actor, undo)
    undo.used_at = timezone.now()
    undo.save_version(opened_version=undo.version, fields=["used_at"])
    audit(actor, "take_back", subject=undo.subject, after={"act": undo.act, "rows": done, "left": len(left)})
    return TakenBack(undo.words, done, left)


def _put_all_back(actor: User, undo: Undo) -> tuple[int, tuple[Left, ...]]:
    done, left = 0, []
    for kept in (Kept(**each) for each in undo.rows):
        try:
            with writing():
                _restores[undo.act](actor, kept)
        except LostUpdate:
            left.append(Left(kept.name, _("changed since")))
        except Refused:
            left.append(Left(kept.name, _("not yours to change any more")))
        except ObjectDoesNotExist:
            left.append(Left(kept.name, _("gone, or not yours to see any more")))
        else:
            done += 1
    return done, tuple(left)


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Model():
            return value.pk
        case datetime() | date():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case list() | dict():
            return value
    raise TypeError(f"{type(value).__name__} cannot be kept for an undo; keep its identifier.")


def _field_of(model: type[Model], name: str) -> Any:
    return next(field for field in model._meta.concrete_fields if name in {field.name, field.attname})
