"""Walking a record's lines from both ends: back from the row of today, forward from the lines before."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field

from alcaide.common.asof.kinds import Event, Gone, Trailed, is_beside
from alcaide.common.models import TrailLine, TrailValue
from alcaide.common.registries import is_uid
from alcaide.common.trail import plain


@dataclass(frozen=True)
class Walked:
    """What is known of a field at a moment; `why` says why nothing is."""

    value: Any = None
    is_known: bool = True
    why: str = ""


UNTOLD, ERASED, UNREAD, TWO, BEFORE = "untold", "erased", "unread", "two", "before"


@dataclass(frozen=True)
class Told:
    """One line about a row with its values as far as they stand: (side, field) to value."""

    line: TrailLine
    values: Mapping[tuple[str, str], Any]


def told_lines(kind: Trailed, row: Any) -> list[Told]:
    """Return the lines about a row with their values, the first first. Two queries."""
    subject = kind.rows.subject(row) if kind.rows else row.subject
    lines = list(TrailLine.objects.filter(subject=subject).order_by("seq"))
    kept: dict[int, dict[tuple[str, str], Any]] = {line.seq: _named(line) for line in lines}
    for line_id, side, name, value in TrailValue.objects.filter(line__subject=subject).values_list(
        "line_id", "side", "field", "value"
    ):
        kept[line_id][side, name] = json.loads(value)
    told = [Told(line, kept[line.seq]) for line in lines]
    if kind.rows is None:
        return told
    is_about = kind.rows.is_about
    return [each for each in told if is_about(row, each.line, {name: v for (_side, name), v in each.values.items()})]


def made_at(kind: Trailed, row: Any, told: Sequence[Told]) -> datetime:
    """Return since when a row stands: a long write makes it before its lines, and nobody saw it until these came."""
    first = next((each.line for each in told if each.line.verb in kind.verbs), None)
    made: datetime = row.created_at
    return max(made, first.at) if first is not None and first.verb in kind.making else made


def _named(line: TrailLine) -> dict[tuple[str, str], Any]:
    """Return every side that a line has, as erased until its value is found."""
    sides = {"before": line.before, "after": line.after}
    return {(side, name): Gone.ERASED for side, text in sides.items() for name in json.loads(text)}


def events_of(kind: Trailed, row: Any, told: Sequence[Told]) -> list[Event]:
    """Return every change of a told field of a row, the first first."""
    found: list[Event] = []
    for each in told:
        if each.line.verb in kind.verbs:
            found += _events_of_line(kind, each)
        elif not is_beside(each.line):
            named = {name for _side, name in each.values} & set(kind.followed)
            found += [Event(name, each.line.at, each.line.seq, Gone.UNREAD, Gone.UNREAD) for name in named]
    return sorted([*found, *(kind.more(row) if kind.more else ())], key=lambda event: _place(event, told))


def _place(event: Event, told: Sequence[Told]) -> tuple[int, bool, datetime]:
    """Return where an event stands in the order of the lines; what no line told stands after those before it."""
    if event.seq:
        return event.seq, False, event.at
    return max((each.line.seq for each in told if each.line.at <= event.at), default=0), True, event.at


def _events_of_line(kind: Trailed, told: Told) -> Iterable[Event]:
    sides: dict[str, dict[str, Any]] = {}
    for (side, name), value in told.values.items():
        field = kind.names.get(f"{told.line.verb}.{name}", kind.names.get(name, name))
        if field in kind.told:
            sides.setdefault(field, {})[side] = value
    for field, was in kind.says.get(told.line.verb, {}).items():
        sides[field] = {"before": was.before, "after": was.after} | sides.get(field, {})
    for field, both in sides.items():
        column = kind.model._meta.get_field(field)
        yield Event(
            field, told.line.at, told.line.seq,
            read(column, both.get("before", Gone.ABSENT)), read(column, both.get("after", Gone.ABSENT)),
        )  # fmt: skip


def read(column: Any, value: Any) -> Any:
    """Return a value of the trail in the column's own form; rows by their subjects. UNREAD where it is none."""
    if isinstance(value, Gone):
        return value
    if column.is_relation:
        if value in (None, ""):
            return None
        return value if isinstance(value, str) and is_uid(value.partition(":")[2]) else Gone.UNREAD
    if value is None:
        return None if column.null else column.to_python("") if column.empty_strings_allowed else Gone.UNREAD
    if isinstance(value, dict) and set(value) >= {"minor", "currency"}:
        value = value["minor"]
    try:
        return column.to_python(value)
    except (ValidationError, TypeError, ValueError):
        return Gone.UNREAD


def today_of(row: Any, column: Field[Any, Any]) -> Any:
    """Return what a row holds now, in the same form."""
    if column.is_relation:
        target = getattr(row, column.name)
        return None if target is None else getattr(target, "subject", Gone.UNREAD)
    return read(column, plain(getattr(row, column.name)))


@dataclass(frozen=True)
class Cut:
    """Where in the order of the lines a moment lies: after the line `seq`."""

    seq: int
    is_turned: bool = False
    """Whether lines before it carry a later time: the clock of the house was turned back around then."""

    def parts(self, events: Sequence[Event], moment: datetime) -> tuple[list[Event], list[Event]]:
        """Return the events up to the cut and those after it; what no line told goes by its own time."""
        until = [each for each in events if (each.seq <= self.seq if each.seq else each.at <= moment)]
        return until, [each for each in events if each not in until]


def cut_at(told: Sequence[Told], moment: datetime) -> Cut:
    """Return where a moment lies: after the last line that carries no later time. Numbers never run backwards."""
    before = [each.line.seq for each in told if each.line.at <= moment]
    last = max(before, default=0)
    return Cut(last, any(each.line.seq <= last and each.line.at > moment for each in told))


def walk(until: Sequence[Event], after: Sequence[Event], *, now: Any, is_sure: bool) -> Walked:
    """Return a field's value between the events before a moment and those after it.

    Back: what the first later change says stood before it, or the value of today where none is later. Forward: what
    the last earlier change says stood after it. Both known must agree. Where a write is known that no line told
    (`is_sure` is false) both must be known.
    """
    back = after[0].before if after else now
    forward = until[-1].after if until else Gone.ABSENT
    is_back, is_forward = not isinstance(back, Gone), not isinstance(forward, Gone)
    if is_back and is_forward:
        return Walked(back) if back == forward else Walked(is_known=False, why=TWO)
    if not is_sure:
        return Walked(is_known=False, why=UNTOLD)
    if is_back or is_forward:
        return Walked(back if is_back else forward)
    gone = {back, forward}
    return Walked(is_known=False, why=ERASED if Gone.ERASED in gone else UNREAD if Gone.UNREAD in gone else BEFORE)
