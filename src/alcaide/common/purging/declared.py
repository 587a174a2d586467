"""What each model says of how its rows may go, and what is wrong with what they say."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import CASCADE, SET_DEFAULT, SET_NULL, ForeignObjectRel, Model

from alcaide.common.models import RECORD, ByDate, With

# Tables of the parts that the house is built on: their own code looks after them.
OF_PARTS = {
    "account": "addresses of sign-ins, looked after with them",
    "admin": "not used",
    "auth": "Django's own permissions, not used",
    "contenttypes": "names of tables",
    "django_tasks_database": "the queue's own rows; the house keeps a track beside each",
    "mfa": "second factors, their owner's to change",
    "sessions": "sessions end by themselves",
    "sites": "names of this installation",
    "socialaccount": "ties to other sign-ins, their owner's to change",
    "usersessions": "sessions end by themselves",
}
GONE_WITH = (CASCADE,)
TOUCHED = (SET_NULL, SET_DEFAULT)


class NotDeclared(TypeError):
    """The model does not say that its rows may go this way; the message says what it lacks."""


@dataclass(frozen=True)
class Faulty:
    """A model whose declaration is missing or cannot be kept, and why."""

    model: str
    words: str


def models_of_the_house() -> list[type[Model]]:
    """Return the models of every room."""
    return [model for model in apps.get_models() if model.__module__.startswith("alcaide.")]


def how(model: type[Model]) -> ByDate | With | None:
    """Return how the model's rows are purged, None where they are derived or kept."""
    found = getattr(model, "PURGE", None)
    return found if isinstance(found, ByDate | With) else None


def derived_why(model: type[Model]) -> str:
    """Return why the rows are only working rows; "" where they are not."""
    if not model.__module__.startswith("alcaide."):
        return OF_PARTS.get(model._meta.app_label, "")
    return str(getattr(model, "DERIVED", ""))


def kept_why(model: type[Model]) -> str:
    """Return why rows of the model are never deleted; "" where they may be."""
    return str(getattr(model, "KEPT", ""))


def dating(model: type[Model]) -> ByDate | With:
    """Return by what a hold finds rows of the model; one that never goes is dated by its first and last day."""
    found = how(model)
    if found is not None:
        return found
    names = {field.name for field in model._meta.get_fields()}
    if {"created_at", "changed_at"} <= names:
        return RECORD
    return ByDate("created_at" if "created_at" in names else "")


@cache
def following(model: type[Model], kinds: tuple[Any, ...]) -> tuple[tuple[type[Model], str], ...]:
    """Return the models with a foreign key to this one that does so when its row goes, and the field's name."""
    found = []
    # Also keys that have no name to come back by, which `related_objects` leaves out.
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel):
            continue
        child: Any = relation.related_model
        if getattr(relation, "on_delete", None) in kinds and not child._meta.auto_created:
            found.append((child, relation.field.name))
    return tuple(found)


def faults() -> Iterator[Faulty]:
    """Yield every model that does not say, or cannot keep, how its rows may go."""
    for model in models_of_the_house():
        label = model._meta.label
        said = [name for name in ("PURGE", "DERIVED", "KEPT") if getattr(model, name, None)]
        if len(said) != 1:
            yield Faulty(label, "Say one of PURGE, DERIVED and KEPT on it; see docs/trust/holds.md.")
        elif said == ["PURGE"]:
            yield from _purge_faults(model)
        elif said == ["DERIVED"]:
            yield from _derived_faults(model)
    for model in apps.get_models():
        if not model.__module__.startswith("alcaide.") and model._meta.app_label not in OF_PARTS:
            yield Faulty(model._meta.label, "Name its app in common/purging/declared.py, with why nobody purges it.")


def _purge_faults(model: type[Model]) -> Iterator[Faulty]:
    said = how(model)
    if said is None:
        yield Faulty(model._meta.label, "PURGE is ByDate(…) or With(…).")
        return
    if isinstance(said, With):
        paths = [said.parent]
    else:
        texts = [part for each in said.subjects for part in each.split(":")]
        paths = [each for each in (said.dated, said.until, *said.persons, said.unit, *texts) if each]
    for path in paths:
        if not _exists(model, path):
            yield Faulty(model._meta.label, f"PURGE names {path}, which is no path of fields.")
    for child, _ in following(model, GONE_WITH):
        if how(child) is None and not derived_why(child):
            yield Faulty(child._meta.label, f"It would go with {model._meta.label}, but says that it is kept.")


def _derived_faults(model: type[Model]) -> Iterator[Faulty]:
    for child, _ in following(model, GONE_WITH):
        if not derived_why(child):
            yield Faulty(child._meta.label, f"It would go with {model._meta.label}, which goes without being asked.")


def _exists(model: Any, path: str) -> bool:
    for name in path.split("__"):
        try:
            field = model._meta.pk if name == "pk" else _field(model, name)
        except FieldDoesNotExist:
            return False
        model = getattr(field, "related_model", None) or model
    return True


def _field(model: Any, name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        named = [field for field in model._meta.concrete_fields if field.attname == name]
        if not named:
            raise
        return named[0]
