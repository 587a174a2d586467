"""Reads of what units say of themselves: kinds as content, values by day, unknown kept apart from no."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.organization.models import Fact, Unit

FactType = Literal["yes_no", "number", "money", "range", "words", "codes", "countries"]


class NoSuchFact(KeyError):
    """There is no kind of fact under this key; the message names it."""


@dataclass(frozen=True)
class FactKind:
    """One kind of fact: the question, what an answer is, and why it is asked."""

    key: str
    group: str
    question: str
    type: FactType
    why: str
    unit: str = ""
    options: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Known:
    """What is known of one fact of a unit on a day; `state` tells a known no from what nobody knows."""

    kind: FactKind
    state: Literal["known", "unknown"]
    value: Any = None
    basis: str = ""
    source: str = ""
    from_on: date | None = None
    until_on: date | None = None
    unit: Unit | None = None
    row: Fact | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is an answer; a missing one never counts as no."""
        return self.state == "known"

    @property
    def truth(self) -> bool | None:
        """The answer of a yes-or-no fact: True, False, or None where unknown."""
        return bool(self.value) if self.is_known and self.kind.type == "yes_no" else None


@cache
def fact_kinds() -> dict[str, FactKind]:
    """Return the kinds of facts that ship with the house, in the order in which they are asked."""
    text = resources.files("alcaide.content").joinpath("facts.toml").read_text("utf-8")
    found = {}
    for row in tomllib.loads(text)["fact"]:
        row["options"] = tuple(row.get("options", ()))
        found[row["key"]] = FactKind(**row)
    return found


def fact_kind(key: str) -> FactKind:
    """Return a kind of fact. Raises NoSuchFact."""
    if key not in fact_kinds():
        raise NoSuchFact(_("There is no kind of fact “%(key)s” in content/facts.toml.") % {"key": key})
    return fact_kinds()[key]


def fact(unit: Unit, key: str, on: date | None = None) -> Known:
    """Return what a unit itself says of a fact on a day (today where none is named). Raises NoSuchFact.

    Nothing is taken from another unit: that a group answered says nothing of one of its companies.
    """
    return facts_of(unit, on, keys=[fact_kind(key).key])[key]


def facts_of(unit: Unit, on: date | None = None, *, keys: Iterable[str] | None = None) -> dict[str, Known]:
    """Return what a unit says of every fact, or of those named, on a day; one query."""
    wanted = [fact_kind(key) for key in keys] if keys is not None else list(fact_kinds().values())
    on = on or timezone.localdate()
    said: dict[str, Fact] = {}
    begun = Fact.objects.filter(unit=unit, key__in=[kind.key for kind in wanted], from_on__lte=on)
    # The newest beginning decides, and of two of one day the one written last. Where its time is over, the answer is
    # unknown again: what was said before it was not said of today.
    for row in begun.filter(replaced_at__isnull=True).order_by("from_on", "id"):
        said[row.key] = row
    return {kind.key: _known(kind, said.get(kind.key), unit=unit, on=on) for kind in wanted}


def fact_history(unit: Unit, key: str) -> QuerySet[Fact]:
    """Return all that a unit ever said of a fact, corrections too, the newest first."""
    return Fact.objects.filter(unit=unit, key=fact_kind(key).key).select_related("said_by").order_by("-from_on", "-id")


def _known(kind: FactKind, row: Fact | None, *, unit: Unit, on: date) -> Known:
    if row is None or row.value is None or (row.until_on is not None and row.until_on < on):
        return Known(kind, "unknown", unit=unit, row=row)
    return Known(
        kind, "known", row.value, basis=row.basis, source=row.source, from_on=row.from_on, until_on=row.until_on,
        unit=unit, row=row,
    )  # fmt: skip
