"""What a list can be narrowed by. Each filter reads its own part of the address and says in words what it does."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Literal, Protocol, Self

from django.db.models import IntegerField, Model, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import search, words
from alcaide.common.counts import CAP
from alcaide.common.lists import among  # noqa: F401  the lookup `among`
from alcaide.common.lists.columns import Text
from alcaide.common.lists.keyset import field_at

Choices = Sequence[tuple[Any, Text]]
Options = Mapping[str, str]
LARGEST = 2**63 - 1
LONGEST_TEXT = 200


class NotUnderstood(ValueError):
    """A filter in the address cannot be read; it is left out and the page says so."""


class Filter(Protocol):
    """What every filter can do. `piece` names the template part that asks for it.

    `asks_first` says that `narrow` may read the database by itself; a saved view that asks so is not counted.
    `counts_to` says how far what passes is counted: less far where each row must be looked at.
    """

    piece: ClassVar[str]
    asks_first: ClassVar[bool]

    @property
    def counts_to(self) -> int:
        """How far what passes is counted."""

    @property
    def key(self) -> str:
        """The parameter of the address."""

    @property
    def label(self) -> Text:
        """What is asked, in words."""

    def options(self, user: Any) -> Options:
        """Return the values that may be asked with their words; empty where anything may."""

    def read(self, params: QueryDict, options: Options) -> Any:
        """Return what is asked, None where nothing is. Raises NotUnderstood."""

    def looked_up(self, asked: Any, model: type[Model]) -> Any:
        """Return what is asked with what it means in the database, where knowing it once spares asking twice."""

    def narrow(self, rows: QuerySet[Any], asked: Any) -> QuerySet[Any]:
        """Keep the rows that are asked for."""

    def words(self, asked: Any, options: Options) -> list[tuple[str, str]]:
        """Return what is asked in words, each with the value that stands for it in the address."""

    def warning(self, asked: Any) -> str:
        """Return what a reader must know of the result, or nothing."""


@dataclass(frozen=True)
class _Open:
    """What filters share that take anything typed."""

    key: str
    label: Text
    asks_first: ClassVar[bool] = False

    @property
    def counts_to(self) -> int:
        return CAP

    def options(self, user: Any) -> Options:
        return {}

    def looked_up(self, asked: Any, model: type[Model]) -> Any:
        return asked

    def warning(self, asked: Any) -> str:
        return ""


@dataclass(frozen=True)
class Choice(_Open):
    """One or several of known values: `?state=open&state=late`. `choices` may be a function of the user."""

    field: str
    choices: Choices | Callable[[Any], Choices]
    piece: ClassVar[str] = "choice"

    def options(self, user: Any) -> Options:
        known = self.choices(user) if callable(self.choices) else self.choices
        return {str(value): str(label) for value, label in known}

    def read(self, params: QueryDict, options: Options) -> tuple[str, ...] | None:
        asked = tuple(dict.fromkeys(value for value in params.getlist(self.key) if value))
        if not asked:
            return None
        if not set(asked) <= set(options):
            raise NotUnderstood(str(self.label))
        return asked

    def narrow(self, rows: QuerySet[Any], asked: tuple[str, ...]) -> QuerySet[Any]:
        return rows.filter(**{f"{self.field}__in": asked})

    def words(self, asked: tuple[str, ...], options: Options) -> list[tuple[str, str]]:
        return [(f"{self.label}: {options[value]}", value) for value in asked]


class Sought(str):
    """Words that somebody typed, with rows that hold them.

    `is_common` says that there are more of them; `is_asked` that each row is asked for the words, not found by key.
    `also` is the condition of rows that fit without holding the words.
    """

    __slots__ = ("also", "found", "is_asked", "is_common")
    found: search.Keys
    also: Q | None
    is_common: bool
    is_asked: bool

    @classmethod
    def of(cls, asked: str, found: search.Keys, *, also: Q | None = None) -> Self:
        """Return the words with what was found."""
        sought = cls(asked)
        sought.found, sought.also, sought.is_common, sought.is_asked = found, also, found.more, found.more
        return sought

    def by_keys(self) -> Self:
        """Return the same words, of whose rows only those that were found count."""
        sought = type(self).of(str(self), self.found, also=self.also)
        sought.is_asked = False
        return sought


@dataclass(frozen=True)
class Words(_Open):
    """Words in the row: through the search index of a kind of subject, or in a few fields of a small table.

    `path` leads from the row to the subject that holds the words, as `asset` does from a finding; empty for its own.
    """

    key: str = "text"
    label: Text = ""
    subject_kind: str = ""
    fields: tuple[str, ...] = ()
    lookup: Literal["icontains", "istartswith", "startswith", "exact"] = "icontains"
    path: str = ""
    counts_to: int = CAP
    piece: ClassVar[str] = "words"

    def read(self, params: QueryDict, options: Options) -> str | None:
        return params.get(self.key, "").replace("\x00", "").strip()[:LONGEST_TEXT] or None

    def looked_up(self, asked: str, model: type[Model]) -> str:
        return Sought.of(asked, search.some(asked, self.subject_kind)) if self.subject_kind else asked

    def narrow(self, rows: QuerySet[Any], asked: str) -> QuerySet[Any]:
        if isinstance(asked, Sought):
            if asked.is_asked:
                return rows.filter(self.fits(asked, "holding"))
            sides = [asked.also] if asked.also is not None else []
            # An empty side would keep the databases from the index of the other one.
            sides += [Q(**{self._at("among"): asked.found.keys})] if asked.found else []
            return rows.filter(reduce(or_, sides)) if sides else rows.none()
        if self.subject_kind:
            uids = search.matching_uids(asked, self.subject_kind)
            return rows.none() if uids is None else rows.filter(uid__in=uids)
        found = Q()
        for field in self.fields:
            found |= Q(**{f"{field}__{self.lookup}": asked})
        return rows.filter(found)

    def held(self, asked: str) -> search.Held:
        """Return the words as the search index is asked for them."""
        return search.Held(asked, self.subject_kind)

    def fits(self, asked: Sought, lookup: Literal["holding", "newest"]) -> Q:
        """Return the condition of all rows that fit, or of those whose words the newest subjects hold."""
        fits = Q(**{self._at(lookup): self.held(asked)})
        return fits if asked.also is None else fits | asked.also

    def _at(self, lookup: str) -> str:
        return f"{self.path}__pk__{lookup}" if self.path else f"pk__{lookup}"

    def words(self, asked: str, options: Options) -> list[tuple[str, str]]:
        return [(f"“{asked}”", asked)]


@dataclass(frozen=True)
class Flag(_Open):
    """A yes: `?late=1`. `only` is a condition, or a function that gives one, for what depends on the clock."""

    only: Q | Callable[[], Q]
    counts_to: int = CAP
    piece: ClassVar[str] = "flag"

    def read(self, params: QueryDict, options: Options) -> bool | None:
        asked = params.get(self.key, "")
        if asked not in {"", "1"}:
            raise NotUnderstood(str(self.label))
        return True if asked else None

    def narrow(self, rows: QuerySet[Any], asked: bool) -> QuerySet[Any]:
        return rows.filter(self.only() if callable(self.only) else self.only)

    def words(self, asked: bool, options: Options) -> list[tuple[str, str]]:
        return [(str(self.label), "1")]


@dataclass(frozen=True)
class Above(_Open):
    """More than a number: `?removes=1000`. `scale` turns what is typed into what is stored: 100 for cents."""

    field: str
    scale: int = 1
    said: Callable[[Decimal], str] | None = None
    piece: ClassVar[str] = "above"

    def read(self, params: QueryDict, options: Options) -> Decimal | None:
        typed = params.get(self.key, "").strip().replace(",", "").replace(" ", "")
        if not typed:
            return None
        try:
            number = Decimal(typed)
        except InvalidOperation as fault:
            raise NotUnderstood(str(self.label)) from fault
        if not number.is_finite() or abs(number) * self.scale > LARGEST:
            raise NotUnderstood(str(self.label))
        return number

    def narrow(self, rows: QuerySet[Any], asked: Decimal) -> QuerySet[Any]:
        limit = asked * self.scale
        # Django cuts a fraction off toward zero for a whole-number field; below zero that would lose rows.
        whole = isinstance(field_at(rows.model, self.field), IntegerField)
        return rows.filter(**{f"{self.field}__gt": math.floor(limit) if whole else limit})

    def words(self, asked: Decimal, options: Options) -> list[tuple[str, str]]:
        number = self.said(asked) if self.said else f"{asked.normalize():f}"
        return [(_("%(what)s over %(number)s") % {"what": self.label, "number": number}, str(asked))]


@dataclass(frozen=True)
class Day(_Open):
    """From a day on, or until a day: `?since=2026-11-23`, in the reader's time zone, both days included."""

    field: str
    side: Literal["from", "until"] = "from"
    is_date: bool = False
    piece: ClassVar[str] = "day"

    def read(self, params: QueryDict, options: Options) -> date | None:
        typed = params.get(self.key, "").strip()
        if not typed:
            return None
        try:
            return date.fromisoformat(typed)
        except ValueError as fault:
            raise NotUnderstood(str(self.label)) from fault

    def narrow(self, rows: QuerySet[Any], asked: date) -> QuerySet[Any]:
        if self.is_date:
            return rows.filter(**{f"{self.field}__{'gte' if self.side == 'from' else 'lte'}": asked})
        try:
            edge = asked if self.side == "from" else asked + timedelta(days=1)
            at = timezone.make_aware(datetime.combine(edge, time.min))
        except OverflowError:
            return rows
        return rows.filter(**{f"{self.field}__{'gte' if self.side == 'from' else 'lt'}": at})

    def words(self, asked: date, options: Options) -> list[tuple[str, str]]:
        said = words.day(asked, today=timezone.localdate())
        return [(f"{self.label} {said}", asked.isoformat())]


@dataclass(frozen=True)
class Typed(_Open):
    """One line of text that a function turns into a condition: `?who=ana`."""

    only: Callable[[str], Q]
    counts_to: int = CAP
    piece: ClassVar[str] = "line"
    asks_first: ClassVar[bool] = True

    def read(self, params: QueryDict, options: Options) -> str | None:
        return params.get(self.key, "").replace("\x00", "").strip()[:LONGEST_TEXT] or None

    def narrow(self, rows: QuerySet[Any], asked: str) -> QuerySet[Any]:
        return rows.filter(self.only(asked))

    def words(self, asked: str, options: Options) -> list[tuple[str, str]]:
        return [(f"{self.label}: {asked}", asked)]
