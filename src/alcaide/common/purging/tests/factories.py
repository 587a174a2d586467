"""Rows of any model, made from what its fields say; holds in force."""

from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import models
from django.utils import timezone

from alcaide.common.models import Hold, HoldCustodian, HoldTarget, TrailLine, User
from alcaide.common.trail import System, audit, writing

_numbers = count(1)


def make_user(name: str = "Ada Marsh") -> User:
    return User.objects.create_user(f"user{next(_numbers)}@purging.example", name)


def make_hold(number: int = 0, *, subjects: tuple[str, ...] = (), users: tuple[User, ...] = (), **given: Any) -> Hold:
    given = {"matter": "Meridian against us", "ground_text": "A claim is announced.", "notice": "Keep all.", **given}
    made = Hold.objects.create(number=number or next(_numbers) + 100, **{"state": "in_force", **given})
    for subject in subjects:
        HoldTarget.objects.create(hold=made, subject=subject)
    for user in users:
        HoldCustodian.objects.create(hold=made, user=user, person=user.subject)
    return made


def release(hold: Hold) -> None:
    Hold.objects.filter(pk=hold.pk).update(state="released")


def make_row(model: type[models.Model], **given: Any) -> Any:
    """Make a row with what its fields require, and what those rows require."""
    values = {**OWN.get(model._meta.label, dict)(), **given}
    for field in model._meta.concrete_fields:
        if field.name in values or (field.primary_key and isinstance(field, models.AutoField)):
            continue
        if field.null or (field.has_default() and not field.unique) or _by_itself(field):
            continue
        values[field.name] = _value(field, not_=[each for each in values.values() if isinstance(each, models.Model)])
    return model._base_manager.create(**values)


def _line() -> TrailLine:
    with writing():
        audit(System("test"), "say", subject="common.test:1", after={"what": "this"})
    return TrailLine.objects.order_by("-seq")[0]


# What a model's own constraints ask beyond its fields.
OWN = {
    "common.TrailValue": lambda: {"line": _line(), "field": "other"},
    "organization.Rate": lambda: {"ours": "EUR", "currency": "USD", "per_ours": "1.1"},
    "exposure.Report": lambda: {"zone": f"z{next(_numbers)}"},
    "risk.Taken": lambda: {"scenario": make_row(apps.get_model("risk.Scenario"))},
}


def make_old_row(model: type[models.Model], **given: Any) -> Any:
    """Make a row all of whose dates lie eleven years back, and those of what it belongs to."""
    made = make_row(model, **given)
    _grow_old(made, {**given})
    for field in model._meta.concrete_fields:
        if field.remote_field and getattr(made, field.attname) and field.related_model is not User:
            _grow_old(getattr(made, field.name), {})
    return made


def _grow_old(row: models.Model, given: dict[str, Any]) -> None:
    dates = {
        field.name: VALUES[models.DateTimeField if isinstance(field, models.DateTimeField) else models.DateField]()
        for field in row._meta.concrete_fields
        if isinstance(field, models.DateField) and field.name not in given
    }
    if dates and row._meta.label != "common.TrailLine":
        type(row)._base_manager.filter(pk=row.pk).update(**dates)


def _by_itself(field: Any) -> bool:
    return getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False) or field.has_db_default()


# The first that fits; a moment is a date too.
VALUES: dict[type[models.Field], Any] = {
    models.UUIDField: uuid4,
    models.DateTimeField: lambda: timezone.now() - timedelta(days=4000),
    models.DateField: lambda: date(2016, 3, 1),
    models.JSONField: dict,
    models.BooleanField: lambda: False,
    models.FloatField: lambda: 0.5,
    models.IntegerField: lambda: next(_numbers),
    models.EmailField: lambda: f"row{next(_numbers)}@purging.example",
}


def _value(field: Any, *, not_: list[Any]) -> Any:
    if field.remote_field:
        model = field.related_model
        if not field.unique and model.__module__.startswith("alcaide."):
            used = [each.pk for each in not_ if isinstance(each, model)]
            found = model._base_manager.exclude(pk__in=used).order_by("pk").first()
            if found is not None and model is not User:
                return found
        return make_user() if model is User else make_row(model)
    if field.choices:
        return field.flatchoices[0][0]
    kind = next((kind for kind in VALUES if isinstance(field, kind)), None)
    return VALUES[kind]() if kind else f"v{next(_numbers)}"[: field.max_length]
