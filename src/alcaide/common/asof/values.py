"""A field's value of then in words: choices by their words, rows by their names where the reader may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from alcaide.common import words
from alcaide.common.asof.kinds import Trailed
from alcaide.common.asof.walking import Walked
from alcaide.common.clock import house_zone
from alcaide.common.money import Kind, Money


@dataclass(frozen=True)
class Shown:
    """A value as a person reads it, with its page."""

    text: str
    url: str = ""


def label_of(kind: Trailed, name: str) -> str:
    """Return the words of a field."""
    if name in kind.labels:
        return str(kind.labels[name])
    column: Any = kind.model._meta.get_field(name)
    return capfirst(str(column.verbose_name).removesuffix(" minor"))


def subjects_in(kind: Trailed, walked: Mapping[str, Walked]) -> set[str]:
    """Return every record that the values name."""
    relations = [name for name in walked if kind.model._meta.get_field(name).is_relation]
    return {walked[name].value for name in relations if walked[name].is_known and walked[name].value}


def show(kind: Trailed, name: str, walked: Mapping[str, Walked], named: Mapping[str, Any]) -> Shown:
    """Return a known value in words."""
    column: Any = kind.model._meta.get_field(name)
    value = walked[name].value
    if value in (None, ""):
        return Shown(_("nothing"))
    if column.is_relation:
        found = named.get(value)
        return Shown(found.title, found.url) if found else Shown(_("kept from you, or gone since"))
    if column.choices:
        return Shown(str(dict(column.flatchoices).get(value, value)))
    if name.endswith("_minor"):
        return _money(value, walked)
    return Shown(_plain(value))


def _money(value: int, walked: Mapping[str, Walked]) -> Shown:
    currency = walked.get("currency")
    if currency is None or not currency.is_known:
        return Shown(_("%(n)s in minor units; the currency of then is not known") % {"n": words.count(value)})
    return Shown(words.money_full(Money(value, currency.value, Kind.CASH).major, currency.value))


def _plain(value: Any) -> str:  # noqa: PLR0911  one return per kind of value is the clearest table
    match value:
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return moment_words(value)
        case date():
            return words.day(value, today=timezone.localdate())
        case float():
            return str(int(value)) if value.is_integer() else str(value)
        case list():
            return ", ".join(str(each) for each in value)
        case dict():
            return "; ".join(f"{key.replace('_', ' ')}: {each}" for key, each in value.items())
    return str(value)


def moment_words(moment: datetime) -> str:
    """Return a moment in the organization's own time, always with its year: 3 Mar 2026, 14:00."""
    local = timezone.localtime(moment, house_zone())
    return f"{words.day(local.date(), today=date.min)}, {local:%H:%M}"
