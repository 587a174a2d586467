"""Who can see or do what, where, and could on a day: asked here, answered by the room that knows the units."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils import timezone

from alcaide.common.models import User
from alcaide.common.permissions import permissions


@dataclass(frozen=True)
class Holder:
    """Somebody who may do something, as which role, and where that role was granted."""

    user: User
    role: str
    role_words: str
    unit: Any
    grant: Any
    """The granted role with its days: `from_on`, `until_on`, `granted_by`."""


@dataclass(frozen=True)
class Kept:
    """The rule that a record stands behind."""

    permission: str
    words: str
    unit_id: int | None
    """The unit of the record; None where it belongs to the whole house."""


WhoCould = Callable[[str, int | None, datetime], list[Holder]]
MayDo = Callable[[User, datetime], Mapping[str, list[Holder]]]
_who_could: list[WhoCould] = []
_may_do: list[MayDo] = []


def provide_holders(who: WhoCould, may: MayDo) -> None:
    """Let the room that knows the units answer who could do what."""
    _who_could[:], _may_do[:] = [who], [may]


def who_could(permission: str, unit_id: int | None, moment: datetime | None = None) -> list[Holder]:
    """Return who held a permission at a moment (now where none is named) in a unit, or in any where None is."""
    return _who_could[0](permission, unit_id, moment or timezone.now()) if _who_could else []


def could_do(user: User, moment: datetime | None = None) -> Mapping[str, list[Holder]]:
    """Return by permission where a user could do it at a moment, and through which granted roles."""
    return _may_do[0](user, moment or timezone.now()) if _may_do else {}


def kept_by(subject: str) -> Kept | None:
    """Return the rule behind a record, None where its kind names none or the record is gone."""
    kind, _, uid = subject.partition(":")
    model = _model_of(kind)
    see = getattr(model, "SEE", "")
    if model is None or see not in permissions():
        return None
    path = getattr(model, "UNIT_PATH", "")
    rows = model._base_manager.filter(uid=_uid(uid))
    unit_id = rows.values_list(path, flat=True).first() if path else None
    return Kept(see, permissions()[see].label, unit_id) if rows.exists() else None


def _model_of(kind: str) -> Any:
    return next((model for model in apps.get_models() if getattr(model, "SUBJECT", "") == kind and kind), None)


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
