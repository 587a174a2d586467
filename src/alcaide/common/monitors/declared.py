"""What a monitor is: declared in code, digested, and compared with what people agreed to."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from alcaide.common.permissions import ROLES, permit

Text = str | Promise
LONGEST_KEY = 40
LONGEST_KEPT_DAYS = 3_650


class MonitorUnknown(LookupError):
    """No room declares such a monitor; declare it with `monitors.declare` in `AppConfig.ready`."""


class MonitorFaulty(ValueError):
    """A declaration that cannot be kept; the message says what it lacks."""


@dataclass(frozen=True)
class Monitor:
    """One thing that observes or evaluates named people.

    `model` is the label of the table that holds the stream, whose class says `MONITORED = key` and has a
    `MonitoredManager`; `person` its foreign key to a user, `at` its moment. `fields` names every field about a person
    with words; those in `shown` are given with masked names, those in `coarse` through a function that takes detail
    away; all others only where a name is shown. `always` says why rows are written also where the monitor is off;
    "" where they are then dropped. Of the roles, `asks` may ask for a name and `answers` agree to it.
    """

    key: str
    label: Text
    watches: Text
    model: str
    fields: Mapping[str, Text]
    purpose: Text
    does_not: Sequence[Text]
    legal: Text
    retention_days: int
    person: str = "user"
    at: str = "at"
    shown: Sequence[str] = ()
    coarse: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    always: Text = ""
    asks: Sequence[str] = ("chief", "counsel")
    answers: Sequence[str] = ("dpo", "works_council")
    read_at: str = ""
    """Name of the address where its rows are read."""

    @property
    def table(self) -> type[Model]:
        """The model whose rows it gives."""
        return apps.get_model(self.model)

    @property
    def ask_permission(self) -> str:
        """Who may ask for a name."""
        return f"monitors.unmask_{self.key}"

    @property
    def answer_permission(self) -> str:
        """Who may agree that a name is shown."""
        return f"monitors.unmask_{self.key}_agree"

    @property
    def act(self) -> str:
        """The act of two pairs of eyes by which a name is shown."""
        return f"monitors.unmask.{self.key}"

    def body(self) -> dict[str, Any]:
        """Return what is declared, as it is kept and compared; in English whatever the reader's language is."""
        with override("en"):
            return {
                "label": str(self.label), "watches": str(self.watches), "model": self.model,
                "fields": {name: str(words) for name, words in self.fields.items()},
                "shown": sorted(self.shown), "coarse": sorted(self.coarse), "purpose": str(self.purpose),
                "does_not": [str(each) for each in self.does_not], "legal": str(self.legal),
                "retention_days": self.retention_days, "always": str(self.always),
                "asks": sorted(self.asks), "answers": sorted(self.answers),
            }  # fmt: skip


def digest_of(body: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a declaration, as RFC 8785 writes it."""
    return hashlib.sha256(rfc8785.dumps(dict(body))).hexdigest()


_monitors: dict[str, Monitor] = {}


def keep(each: Monitor) -> None:
    """Keep a declaration with the permissions of asking for a name. Raises MonitorFaulty."""
    _must_be_whole(each)
    label = str(each.label).lower()
    permit(each.ask_permission, f"Ask for a name behind the {label}", *_roles(each.asks), takes_two=True)
    agree = f"Agree that a name behind the {label} is shown"
    permit(each.answer_permission, agree, *_roles(each.answers), takes_two=True)
    _monitors[each.key] = each


def monitor_of(key: str) -> Monitor:
    """Return a declared monitor. Raises MonitorUnknown."""
    if key not in _monitors:
        raise MonitorUnknown(f"No room declares the monitor “{key}”. Call monitors.declare in AppConfig.ready.")
    return _monitors[key]


def monitors() -> tuple[Monitor, ...]:
    """Return every declared monitor, by words."""
    return tuple(sorted(_monitors.values(), key=lambda each: str(each.label)))


def widened(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return, in words, in what a declaration reaches further than an earlier one; nothing where it does not."""
    said = [_("now also reads: %(what)s") % {"what": now["fields"][name]} for name in _added(was, now, "fields")]
    said += [_("now shows without a name: %(what)s") % {"what": each} for each in _more_shown(was, now)]
    if was.get("model") != now.get("model"):
        said.append(_("now reads another table: %(what)s") % {"what": now.get("model")})
    if now.get("retention_days", 0) > was.get("retention_days", 0):
        said.append(_("now proposes to keep %(n)s days, before %(before)s") % {
            "n": now["retention_days"], "before": was.get("retention_days", 0),
        })  # fmt: skip
    said += [_("no longer promises: %(what)s") % {"what": each} for each in _gone(was, now, "does_not")]
    if now.get("always") and not was.get("always"):
        said.append(_("is now written also where it is off"))
    if set(now.get("asks", ())) - set(was.get("asks", ())) or set(now.get("answers", ())) - set(was.get("answers", ())):
        said.append(_("lets more roles ask for a name or agree to it"))
    return said


def changed(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return, in words, everything in which a declaration differs from an earlier one."""
    said = widened(was, now)
    said += [_("no longer reads: %(what)s") % {"what": was["fields"][name]} for name in _added(now, was, "fields")]
    said += [_("now promises: %(what)s") % {"what": each} for each in _gone(now, was, "does_not")]
    words = {"label": _("its name"), "watches": _("what it watches"), "purpose": _("the purpose proposed"),
             "legal": _("the words on law")}  # fmt: skip
    said += [
        _("%(what)s is worded anew") % {"what": what} for key, what in words.items() if was.get(key) != now.get(key)
    ]
    if now.get("retention_days", 0) < was.get("retention_days", 0):
        said.append(_("now proposes to keep only %(n)s days") % {"n": now["retention_days"]})
    return said


def _more_shown(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return fields that are now shown whole and were not, or shown coarse and were not shown."""
    whole = set(now.get("shown", ())) - set(was.get("shown", ()))
    coarse = set(now.get("coarse", ())) - set(was.get("coarse", ())) - set(was.get("shown", ()))
    old = set(was.get("fields", {}))
    return [now["fields"].get(name, name) for name in sorted((whole | coarse) & old)]


def _added(was: Mapping[str, Any], now: Mapping[str, Any], what: str) -> list[str]:
    return [name for name in now.get(what, {}) if name not in was.get(what, {})]


def _gone(was: Mapping[str, Any], now: Mapping[str, Any], what: str) -> list[str]:
    return [each for each in was.get(what, []) if each not in now.get(what, [])]


def _roles(keys: Sequence[str]) -> list[Any]:
    return [ROLES[key] for key in keys]


def _must_be_whole(each: Monitor) -> None:
    """Raise MonitorFaulty where a declaration does not say everything that people must agree to."""
    if not each.key.isidentifier() or len(each.key) > LONGEST_KEY:
        raise MonitorFaulty(f"The key “{each.key}” is a word of letters and underscores, at most {LONGEST_KEY}.")
    empty = [name for name in ("label", "watches", "purpose", "legal") if not str(getattr(each, name)).strip()]
    if empty or not each.fields or not each.does_not:
        raise MonitorFaulty(f"The monitor “{each.key}” must say its {', '.join([*empty, 'fields, does_not'])}.")
    if not 1 <= each.retention_days <= LONGEST_KEPT_DAYS:
        raise MonitorFaulty(f"The monitor “{each.key}” proposes between 1 and {LONGEST_KEPT_DAYS} days.")
    if not each.asks or not each.answers or set(each.asks) & set(each.answers):
        raise MonitorFaulty(f"Of “{each.key}” one role asks for a name and another agrees; no role may do both.")
    loose = [name for name in (*each.shown, *each.coarse) if name not in each.fields]
    if loose or each.person in each.shown or each.person in each.coarse:
        raise MonitorFaulty(f"“{each.key}” shows only declared fields, and never the person: {', '.join(loose)}.")
