"""Classes of data with the rule that their room proposes for each, and where the proposal comes from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from alcaide.common.trail import Actor

Text = str | Promise
Then = Literal["purge", "erase", "ask"]


class RuleUnknown(LookupError):
    """No room declares such a class of data."""


@dataclass(frozen=True)
class Rule:
    """One class of data: what it is, how long it is proposed to be kept, from when, and what happens then.

    `rows(cut)` returns the rows that count from before the moment `cut`, and nothing that was erased already.
    `source` says where the days come from, `is_law` whether a law sets them. One that is `built_in` keeps the house's
    own working records; the house adopts it itself when it is set up, and people may change it like any other.
    """

    key: str
    label: Text
    what: Text
    model: str
    rows: Callable[[datetime], QuerySet[Any]]
    counted_from: Text
    days: int
    purpose: Text
    source: Text
    then: Then = "purge"
    link: str = ""
    is_law: bool = False
    fields: Callable[[], Mapping[str, Any]] | None = None
    also: Callable[[Actor, list[Any]], None] | None = None
    built_in: bool = False
    run_by: Text = ""
    """The job that runs it, where that is not the nightly run of all."""
    along: tuple[str, ...] = field(default=())
    """Labels of other models that go or are erased with it."""

    @property
    def table(self) -> type[Model]:
        """The model whose rows it is about."""
        return apps.get_model(self.model)


_rules: dict[str, Rule] = {}


def offer_rule(*rules: Rule) -> None:
    """Declare classes of data. Called from `AppConfig.ready`."""
    for rule in rules:
        _rules[rule.key] = rule


def rules() -> tuple[Rule, ...]:
    """Return every declared class of data, by words."""
    return tuple(sorted(_rules.values(), key=lambda rule: str(rule.label)))


def rule_of(key: str) -> Rule:
    """Return a declared class of data. Raises RuleUnknown."""
    if key not in _rules:
        raise RuleUnknown(f"No room declares the class of data “{key}”.")
    return _rules[key]
