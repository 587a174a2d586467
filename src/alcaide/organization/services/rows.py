"""What every change of a row here does: compare, check, save against the opened version, tell the trail."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from alcaide.common.changes import note_change
from alcaide.common.models import Record
from alcaide.common.trail import Actor, audit, differences

ROOM = "organization"


def change(actor: Actor, verb: str, row: Any, *, opened_version: int, values: dict[str, Any]) -> bool:
    """Save what differs. Returns whether anything did. Raises LostUpdate, ValidationError."""
    before, after = differences({name: getattr(row, name) for name in values}, values)
    if not after:
        return False
    for name, value in after.items():
        setattr(row, name, value)
    check(row, fields=set(after))
    row.save_version(opened_version=opened_version, fields=list(after))
    audit(actor, verb, subject=row.subject, before=_named(before), after=_named(after))
    note_change(ROOM, row.subject)
    return True


def check(row: Record, *, fields: set[str]) -> None:
    """Hold the fields against what a column takes; rules between rows are the verbs' own. Raises ValidationError."""
    others = {field.name for field in row._meta.fields} - fields
    try:
        row.clean_fields(exclude=others)
    except ValidationError as fault:
        raise ValidationError(fault.update_error_dict({})) from fault


def refuse(field: str, words: str) -> ValidationError:
    """Return a fault that belongs to a field, or to the whole where the field has no name."""
    return ValidationError({field or NON_FIELD_ERRORS: words})


def _named(values: dict[str, Any]) -> dict[str, Any]:
    """Write rows as their subjects: the trail keeps names that a later rename does not touch."""
    return {name: value.subject if isinstance(value, Record) else value for name, value in values.items()}
