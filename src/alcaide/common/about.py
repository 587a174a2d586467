"""What the house knows of a subject from its string alone: its row's unit, who owns it, whether a user sees it."""

from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from uuid import UUID

from django.apps import apps
from django.db.models import Model

from alcaide.common import registries
from alcaide.common.models import User
from alcaide.common.trail import System


@dataclass(frozen=True)
class About:
    """Where a subject stands and whose it is; None where its row does not say."""

    unit_id: int | None = None
    owner_id: int | None = None
    """The user who owns it."""


def about(subject: str) -> About:
    """Return the unit and the owner of a subject's row. One query at most."""
    kind, _, uid = subject.partition(":")
    model = model_of(kind)
    if model is None or not _is_uid(uid):
        return About()
    paths = [path for path in (getattr(model, "UNIT_PATH", ""), _owner_path(model)) if path]
    if not paths:
        return About()
    row = model._base_manager.filter(uid=uid).values(*paths).first() or {}
    return About(row.get(getattr(model, "UNIT_PATH", "")), row.get(_owner_path(model)))


def version_of(subject: str) -> int | None:
    """Return the version of a subject's row, None where it is gone or has none. One query at most."""
    kind, _, uid = subject.partition(":")
    model: Any = model_of(kind)
    if model is None or not _is_uid(uid) or not any(each.name == "version" for each in model._meta.get_fields()):
        return None
    return cast(int | None, model._base_manager.filter(uid=uid).values_list("version", flat=True).first())


def is_seen(subject: str, user: Any) -> bool:
    """Tell whether the subject's room names it to the user; the house itself sees everything."""
    return isinstance(user, System) or registries.subject_of(subject, user) is not None


@cache
def model_of(kind: str) -> type[Model] | None:
    """Return the model whose subjects are of this kind, None where there is none."""
    return next((model for model in apps.get_models() if getattr(model, "SUBJECT", None) == kind), None)


@cache
def _owner_path(model: type[Model]) -> str:
    """Return the way from a row to the user who owns it: an owner who signs in, or a person who may."""
    field = next((each for each in model._meta.get_fields() if each.name == "owner"), None)
    to: Any = getattr(field, "related_model", None)
    if to is None:
        return ""
    if to is User:
        return "owner_id"
    return "owner__user_id" if any(each.name == "user" for each in to._meta.get_fields()) else ""


def _is_uid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
