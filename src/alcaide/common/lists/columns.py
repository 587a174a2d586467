"""A column of a list: where its value comes from, how it reads, how it sorts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from alcaide.common import words
from alcaide.common.counts import Count
from alcaide.common.money import Money

Accessor = str | Callable[[Any], Any]
Text = str | Promise
Role = Literal["", "lead", "side", "per", "limit", "more"]


@dataclass(frozen=True)
class Column:
    """One column. `value` and the other accessors are a path (`unit.name`) or a function of the row.

    `order` names the field that it sorts by; that field must never be null. `role` says where the cell stands on a
    phone: `lead` heads the card and links to `url`, `side` stands beside it, `per` and `limit` on the second line,
    `more` on the third; cells without a role follow below with their label. `piece` is a template for the cell; it
    gets `row`, `value` and `column`. `export` is what a file holds instead of `value`.
    """

    key: str
    label: Text
    value: Accessor = ""
    second: Accessor | None = None
    order: str | None = None
    numeric: bool = False
    role: Role = ""
    piece: str = ""
    url: Accessor | None = None
    export: Accessor | None = None
    shown: bool = True

    def value_of(self, row: Any) -> Any:
        """Return what the column holds of a row."""
        return read(row, self.value or self.key)

    def export_of(self, row: Any) -> Any:
        """Return what an export holds of a row."""
        return self.value_of(row) if self.export is None else read(row, self.export)


def read(row: Any, accessor: Accessor) -> Any:
    """Follow an accessor; a path ends with None where something on the way is None."""
    if callable(accessor):
        return accessor(row)
    value = row
    for name in accessor.split("."):
        if value is None:
            return None
        value = value.get(name) if isinstance(value, Mapping) else attrgetter(name)(value)
    return value() if callable(value) and not isinstance(value, type) else value


def written(value: Any) -> str:  # noqa: PLR0911, C901  one return per kind of value is the clearest table
    """Write a value as a cell shows it."""
    match value:
        case None:
            return _("not known")
        case bool():
            return _("Yes") if value else _("No")
        case int():
            return words.count(value)
        case float() | Decimal():
            return words.decimal(value, 2)
        case Money():
            return words.money(value.major, value.currency)
        case datetime():
            return words.moment(timezone.localtime(value), today=timezone.localdate())
        case date():
            return words.day(value, today=timezone.localdate())
        case timedelta():
            return words.clock(value)
        case Count():
            return str(value)
        case list() | tuple() | set() | frozenset():
            return ", ".join(written(each) for each in value)
        case _:
            return str(value)
