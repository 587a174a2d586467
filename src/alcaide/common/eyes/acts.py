"""The acts that need a second person, each declared once by the room whose duty it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alcaide.common.models import EyesOverride, EyesRequest, User

Text = str | Promise

FLAGS: Mapping[str, Text] = {
    "granted_by_asker": _("the right to answer was granted by who asked, after asking"),
    "fast": _("answered one of many within a minute"),
}


class ActUnknown(LookupError):
    """No room declared this act; declare it with `eyes.offer` in `AppConfig.ready`."""


@dataclass(frozen=True)
class Change:
    """One line of what exactly will change."""

    label: Text
    before: str
    after: str


@dataclass(frozen=True)
class Act:
    """One act that one person asks and another answers.

    `ask` and `answer` are permissions. An act whose question lies in a table of its own room (`of` is that table's
    kind of subject) only passes the gate; `answered_in` names the services that do so. One that lies in the house's
    table has `apply(by, request)`, called in the transaction of the approval with what was frozen, which returns the
    subject it made or ""; `check(request)` says why it can no longer be applied; `changes(request)` what will change.
    `undo(by, override)` takes an emergency's act back. `see` is what a stand-in must hold to read the question.
    """

    key: str
    label: Text
    ask: str
    answer: str
    answered_in: tuple[str, ...] = ()
    apply: Callable[[User, EyesRequest], str] | None = None
    check: Callable[[EyesRequest], str] | None = None
    changes: Callable[[EyesRequest], Sequence[Change]] | None = None
    undo: Callable[[User, EyesOverride], Any] | None = None
    of: str = ""
    see: str = ""
    lives_days: int = 14
    may_override: bool = False
    queue: str = ""
    """Name of the address where a room's own questions wait."""


_acts: dict[str, Act] = {}


def offer(*told: Act) -> None:
    """Declare acts; called from `AppConfig.ready`."""
    for act in told:
        _acts[act.key] = act


def act_of(key: str) -> Act:
    """Return a declared act. Raises ActUnknown."""
    if key not in _acts:
        raise ActUnknown(f"No room declares the act “{key}”. Call eyes.offer in AppConfig.ready.")
    return _acts[key]


def acts() -> tuple[Act, ...]:
    """Return every declared act."""
    return tuple(_acts.values())
