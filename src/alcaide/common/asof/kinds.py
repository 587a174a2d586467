"""How the trail tells of each kind of record: said by its room, held against every field of the model."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from django.db.models import Model

from alcaide.common.models import Record, TrailLine


class Gone(Enum):
    """Why one side of an event holds no value."""

    ABSENT = "absent"
    """The line says nothing of this side."""
    ERASED = "erased"
    """The value was erased from the trail."""
    UNREAD = "unread"
    """The line has words there that name no value of the field."""


ABSENT = Gone.ABSENT
# Every row has these; they are not what a person wrote.
OF_EVERY_ROW = frozenset({"id", "uid", "version", "created_at", "changed_at"})


@dataclass(frozen=True)
class Event:
    """One change of one field, as somebody told it: what stood before, what stood after."""

    field: str
    at: datetime
    seq: int
    before: Any = ABSENT
    after: Any = ABSENT


@dataclass(frozen=True)
class Was:
    """What a verb says of a field without naming it: `Was("asked", "agreed")`, `Was(None)` for one that was empty."""

    before: Any = ABSENT
    after: Any = ABSENT


@dataclass(frozen=True)
class Rows:
    """Whether a line about a wider subject, such as a person's sign-in, is about this row; by what the line tells."""

    subject: Callable[[Any], str]
    is_about: Callable[[Any, TrailLine, Mapping[str, Any]], bool]


class NotDeclared(RuntimeError):
    """A field of a model is not said to be fixed, followed or quiet, or is said to be two of these."""


@dataclass(frozen=True)
class Trailed:
    """How the trail tells of one kind of record.

    Each field is one of three: `fixed` is written once, when the row is made; `followed` changes only in writes
    whose line tells the field by its own name (or by `names`) or by what `says` of the verb; `quiet` changes in other
    ways too, so its past is not known, for the reason given.
    """

    model: type[Record]
    verbs: tuple[str, ...]
    """The verbs whose lines tell these fields. A line with another verb that names a followed field makes it unknown
    across that line, so that a new verb is never read wrongly."""
    makes: tuple[str, ...] | None = None
    """The verbs of them that make a row; the first where nothing is said."""
    followed: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    quiet: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """What the trail calls a field otherwise: `{"limit": "limit_minor"}`."""
    says: Mapping[str, Mapping[str, Was]] = field(default_factory=dict)
    labels: Mapping[str, Any] = field(default_factory=dict)
    more: Callable[[Any], Iterable[Event]] | None = None
    """Changes that are told elsewhere than in lines about the row."""
    rows: Rows | None = None
    """Where the lines stand, if not under the row's own subject."""
    parent: str = ""
    """The field that names the record on whose page this one stands: who may see that sees this."""
    sees: Callable[[Any, Any], bool] | None = None
    """Who may see a row of a kind that has no page by which the house would ask: of a user and the row."""
    lets: Callable[[Any, Any], bool] | None = None
    """Who may read the past of a row, where that is fewer than who may see it: of a user and the row."""
    erased: Callable[[Any], frozenset[str]] | None = None
    """The fields that a rule of retention has written over in a row: what stands there now says nothing of before."""
    is_counted: bool = True
    """Whether each told write raises the row's version by at most one; then more versions than lines tell on a write
    that no line told."""

    @property
    def making(self) -> tuple[str, ...]:
        """The verbs that make a row."""
        return self.verbs[:1] if self.makes is None else self.makes

    @property
    def told(self) -> tuple[str, ...]:
        """The fields whose past may be known, in the order in which the model has them."""
        return tuple(name for name in fields_of(self.model) if name not in self.quiet)


def once(name: str) -> Callable[[Any], Iterator[Event]]:
    """Return the change of a moment that a row keeps itself: empty until then, and never empty again."""

    def events(row: Any) -> Iterator[Event]:
        at = getattr(row, name)
        if at is not None:
            yield Event(name, at, 0, None, at)

    return events


_kinds: dict[str, Trailed] = {}
_beside: set[str] = set()
_tree: list[Callable[[int, datetime], tuple[frozenset[int], bool]]] = []


def fields_of(model: type[Model]) -> list[str]:
    """Return the names of a model's own columns, in order."""
    return [each.name for each in model._meta.concrete_fields if each.name not in OF_EVERY_ROW]


def offer(*kinds: Trailed) -> None:
    """Offer how the trail tells of kinds of records; called when the house starts. Raises NotDeclared."""
    for kind in kinds:
        said = [*kind.fixed, *kind.followed, *kind.quiet]
        wrong = set(said) ^ set(fields_of(kind.model)) or {name for name in said if said.count(name) > 1}
        if wrong:
            raise NotDeclared(
                f"{kind.model._meta.label}: say of each of these once whether it is fixed, followed or quiet, "
                f"or take it out: {', '.join(sorted(wrong))}."
            )
        _kinds[kind.model.SUBJECT] = kind


def offer_beside(*verbs: str) -> None:
    """Offer the verbs of a mechanism that writes lines about any record and changes none of its fields."""
    _beside.update(verbs)


def provide_tree(source: Callable[[int, datetime], tuple[frozenset[int], bool]]) -> None:
    """Let the room that knows the units say which stood above one at a moment, itself included, and if that is sure."""
    _tree[:] = [source]


def kind_of(subject: str) -> Trailed | None:
    """Return how the trail tells of a subject's kind, None where nobody offered that."""
    return _kinds.get(subject.partition(":")[0])


def kinds() -> list[Trailed]:
    """Return every kind that was offered."""
    return list(_kinds.values())


def is_beside(line: TrailLine) -> bool:
    """Tell whether a line is of a mechanism that changes no field of the record."""
    return line.verb in _beside


def units_above(unit_id: int, moment: datetime) -> tuple[frozenset[int], bool]:
    """Return the units above one at a moment, itself included, and whether that is sure."""
    return _tree[0](unit_id, moment) if _tree else (frozenset({unit_id}), False)
