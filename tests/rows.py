"""One row of each kind in a unit, made from what its model asks for."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import count
from string import ascii_uppercase
from typing import Any
from uuid import uuid4

from django.db import models

from alcaide.assets import models as assets
from alcaide.board import models as board
from alcaide.common import files, sheets
from alcaide.common.models import (
    Attachment,
    Comment,
    EyesOverride,
    EyesStandIn,
    JobTrack,
    MonitorSetting,
    PurgeRun,
    SheetImport,
    StoredFile,
    Unmasking,
    User,
)
from alcaide.common.trail import System
from alcaide.controls import models as controls
from alcaide.exposure import models as exposure
from alcaide.organization import models as organization
from alcaide.organization import services
from alcaide.organization.models import Unit
from alcaide.risk import models as risk

DAY = date(2026, 3, 3)
MOMENT = datetime(2026, 3, 3, 9, tzinfo=UTC)
_next = count(1)

# What a model's checks and pages ask for beyond the kind of each field.
MORE: dict[type[models.Model], Callable[["Rows"], dict[str, Any]]] = {
    organization.Grant: lambda rows: {"role": "employee", "user": rows.made(User)},
    organization.CustomRole: lambda rows: {"key": f"own-{next(_next)}", "permissions": ["assets.see"]},
    organization.FollowRule: lambda rows: {"role": "employee"},
    organization.Person: lambda rows: {"user": rows.made(User), "email": rows.made(User).email},
    organization.Fact: lambda rows: {"key": "employees", "value": 7},
    organization.Rate: lambda rows: {"ours": "EUR", "currency": _code(next(_next)), "per_ours": "1.1"},
    organization.Qualification: lambda rows: {"file": rows.made(StoredFile)},
    assets.Merge: lambda rows: {"merged": rows.another(assets.Asset)},
    assets.Dependency: lambda rows: {"needs": rows.another(assets.Asset)},
    assets.Identifier: lambda rows: {"kind": "fqdn"},
    controls.MeasureLink: lambda rows: {"other": rows.another(controls.Measure)},
    exposure.Decision: lambda rows: {"asked_by": rows.made(User), "until": date(2030, 1, 1)},
    risk.Tolerance: lambda rows: {
        "until": date(2030, 1, 1), "low_minor": 1, "loss_minor": 2, "high_minor": 3, "asked_by": rows.made(User),
    },
    board.Delegation: lambda rows: {"taker": rows.another(User)},
    PurgeRun: lambda rows: {"model": "common.Tag"},
    MonitorSetting: lambda rows: {
        "monitor": "sign_ins", "unit_id": rows.unit.pk, "no_agreement_why": "Words", "viewers": ["chief"],
        "recorded_by": rows.another(User),
    },
    Unmasking: lambda rows: {
        "monitor": "sign_ins", "unit_id": rows.unit.pk, "pseudonym": "AAAAA-AAAAA", "asked_by": rows.another(User),
    },
    JobTrack: lambda rows: {"asked_by": rows.made(User), "state": "done"},
    Comment: lambda rows: {"on": rows.made(assets.Asset).subject, "text": "Words"},
    EyesOverride: lambda rows: {"act": "organization.appetite", "unit_id": rows.unit.pk},
    EyesStandIn: lambda rows: {"taker": rows.another(User)},
    Attachment: lambda rows: {"on": rows.made(assets.Asset).subject},
}  # fmt: skip


class Rows:
    """Makes one row of a kind in one unit, and what it hangs on, once each."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._made: dict[type[models.Model], Any] = {Unit: unit}

    def keep(self, *made: Any) -> None:
        """Use these rows, made elsewhere, as those of their kinds."""
        self._made |= {type(row): row for row in made}

    def made(self, model: type[models.Model]) -> Any:
        """Return the row of a kind in this unit."""
        if model not in self._made:
            self._made[model] = self.another(model)
        return self._made[model]

    def another(self, model: type[models.Model]) -> Any:
        """Make one more row of a kind."""
        if model is StoredFile:
            return self._file(f"row of {self.unit.name}")
        if model is SheetImport:
            return self._sheet()
        if model is User:
            number = next(_next)
            return User.objects.create_user(f"row{number}@almena.example", f"Row {number}")
        more = MORE.get(model, lambda rows: {})(self)
        if "path" in {field.name for field in model._meta.fields}:
            more.setdefault("path", f"/{next(_next) + 9000}/")
        for field in model._meta.concrete_fields:
            if field.name not in more and _is_asked(field):
                more[field.name] = self._value(field)
        return model._base_manager.create(**more)

    def _file(self, words: str) -> StoredFile:
        return files.store(BytesIO(words.encode()), f"row{next(_next)}.csv", actor=System("test"), cap_bytes=999)

    def _sheet(self) -> SheetImport:
        """Return a list of assets that somebody of the unit brought in, and that would end many."""
        who = self.another(User)
        services.grant(System("test"), user=who, role="analyst", unit=self.unit)
        file = self._file(f"Name,Unit,Kind\nrow,{self.unit.name},host\n")
        made = sheets.services.bring_in(who, sheets.sheet_of("assets.assets"), file=file, name="assets.csv")
        made.ends_missing, made.counts = True, {"missing": 80, "missing_guarded": 1}
        made.save()
        return made

    def _value(self, field: Any) -> Any:
        if field.related_model is not None:
            return self.made(field.related_model)
        if field.choices:
            return field.choices[0][0]
        return _plain(field)


def _code(number: int) -> str:
    """Return three letters that no other number below 676 has, as a currency would."""
    return "U" + ascii_uppercase[number // 26 % 26] + ascii_uppercase[number % 26]


def _is_asked(field: Any) -> bool:
    """Tell whether a row must say this; an owner of a row's unit is always said."""
    if field.primary_key or field.has_default() or getattr(field, "auto_now", False):
        return False
    if getattr(field, "auto_now_add", False) or (field.blank and field.get_internal_type() in {"CharField"}):
        return False
    return not field.null


def _plain(field: Any) -> Any:  # noqa: PLR0911  one return per kind of field is the clearest table
    match field.get_internal_type():
        case "DateField":
            return DAY
        case "DateTimeField":
            return MOMENT + timedelta(seconds=next(_next))
        case "UUIDField":
            return uuid4()
        case "FloatField":
            return 0.5
        case "JSONField":
            return {}
        case "BooleanField":
            return False
        case "CharField" | "TextField":
            if field.name == "currency":
                return "EUR"
            return f"v{next(_next)}"[: field.max_length or 20]
    return next(_next)
