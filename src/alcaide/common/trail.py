"""Writing to the trail: one write, one transaction, its lines appended last under one lock."""

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import rfc8785
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from alcaide.common.models import TrailLine, TrailValue, User
from alcaide.common.money import Money
from alcaide.engine import proof

# Any constant does; it names this lock among a database's advisory locks.
TRAIL_LOCK = 0x616C6361
# RFC 8785 numbers are doubles; a larger whole number would change silently, so it is kept as text.
LARGEST_EXACT = 2**53 - 1

P = ParamSpec("P")
R = TypeVar("R")


class OutsideAWrite(RuntimeError):
    """`audit` was called outside a service; mark the service with `@write`."""


@dataclass(frozen=True)
class System:
    """The house itself as an actor: a job, a command, the first start."""

    name: str

    @property
    def subject(self) -> str:
        return f"system:{self.name}"


Actor = User | System


@dataclass(frozen=True)
class _Pending:
    actor: str
    verb: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]


_open: ContextVar[list[_Pending] | None] = ContextVar("alcaide_open_write", default=None)
_after: ContextVar[list[Callable[[], None]] | None] = ContextVar("alcaide_after_write", default=None)
# What stands behind a wall is told by this verb alone, so that a line says neither what was done nor to what.
WALLED, WALLED_VERB = "common.walled", "work_behind_a_wall"
_behind: list[Callable[[str], str]] = []
_marks: ContextVar[Mapping[str, str] | None] = ContextVar("alcaide_marks", default=None)


def provide_walls(behind: Callable[[str], str]) -> None:
    """Let the walls say behind which one a subject stands, as the subject of its lines; "" for an ordinary one."""
    _behind[:] = [behind]


@contextmanager
def marked(**marks: str) -> Iterator[None]:
    """Put these fields into every trail line written inside, such as under which emergency access it was written."""
    token = _marks.set(marks)
    try:
        yield
    finally:
        _marks.reset(token)


@contextmanager
def writing() -> Iterator[None]:
    """Open one write: a transaction whose trail lines are appended last, under the trail's lock.

    A write inside a write is a savepoint of the outer one; its lines go with it.
    """
    outer = _open.get()
    if outer is not None:
        kept = len(outer)
        try:
            with transaction.atomic():
                yield
        except BaseException:
            del outer[kept:]
            raise
        return
    lines: list[_Pending] = []
    after: list[Callable[[], None]] = []
    token, kept_after = _open.set(lines), _after.set(after)
    try:
        with transaction.atomic():
            yield
            _append(lines)
    finally:
        _open.reset(token)
        _after.reset(kept_after)
        for do in after:
            with writing():
                do()


def afterwards(do: Callable[[], None]) -> None:
    """Do something in a write of its own once the open write is over, whether it stood or was taken back.

    For refusals that must be remembered: what a refused write wrote is gone with it. Outside a write it is done at
    once.
    """
    after = _after.get()
    if after is not None:
        after.append(do)
        return
    with writing():
        do()


def write(service: Callable[P, R]) -> Callable[P, R]:
    """Mark a service: one verb, one transaction, at least one audit line."""

    @wraps(service)
    def in_one_write(*args: P.args, **kwargs: P.kwargs) -> R:
        with writing():
            return service(*args, **kwargs)

    return in_one_write


def audit(
    actor: Actor,
    verb: str,
    *,
    subject: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Say in the trail who did what to which subject. Raises OutsideAWrite.

    `before` and `after` hold only the fields that changed; each value is committed to with its own salt. Of a subject
    behind a wall the line names the wall, and the rest is one value that only its members read.
    """
    lines = _open.get()
    if lines is None:
        raise OutsideAWrite(f"'{verb}' tried to write to the trail outside a service. Mark the service with @write.")
    wall = _behind[0](subject) if _behind else ""
    if wall:
        told = {"verb": verb, "subject": subject, "before": before or {}, "after": after or {}}
        verb, subject, before, after = WALLED_VERB, wall, {}, {"walled": told}
    marks = _marks.get() or {}
    lines.append(_Pending(actor.subject, verb, subject, _plain_all(before), {**_plain_all(after), **marks}))


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the two sides of the fields that differ."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in changed}, {name: after[name] for name in changed}


def plain(value: Any) -> Any:  # noqa: PLR0911  one return per kind of value is the clearest table
    """Turn a value into JSON that RFC 8785 can write without loss."""
    match value:
        case None | bool() | str():
            return str(value) if isinstance(value, Enum) else value
        case int():
            return value if abs(value) <= LARGEST_EXACT else str(value)
        case float():
            return value
        case datetime():
            return value.isoformat()
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Money():
            return {"minor": plain(value.minor), "currency": value.currency, "kind": str(value.kind)}
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(each) for each in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)]
        case _:
            return _named(value)


def _named(value: Any) -> str:
    """Write a row as its subject: a name may change later, and two rows may bear one."""
    subject = getattr(value, "subject", None) if isinstance(value, Model) else None
    return subject if isinstance(subject, str) else str(value)


def stamp(moment: datetime) -> str:
    """Return the moment as the trail writes it: UTC, microseconds, Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain_all(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: plain(value) for name, value in (values or {}).items()}


def _append(pending: list[_Pending]) -> None:
    if not pending:
        return
    _lock()
    last = TrailLine.objects.order_by("-seq").values_list("seq", "hash").first()
    seq, previous = last or (0, proof.GENESIS)
    lines: list[TrailLine] = []
    kept: list[TrailValue] = []
    for each in pending:
        seq += 1
        line, values = _line(seq, previous, each)
        previous = line.hash
        lines.append(line)
        kept.extend(values)
    TrailLine.objects.bulk_create(lines)
    TrailValue.objects.bulk_create(kept)


def _lock() -> None:
    """Take the trail's lock last, until the transaction ends. SQLite's IMMEDIATE transaction is the lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TRAIL_LOCK])


def _line(seq: int, previous: str, pending: _Pending) -> tuple[TrailLine, list[TrailValue]]:
    at = timezone.now()
    values: list[TrailValue] = []
    sides: dict[str, dict[str, str]] = {}
    for side, content in (("before", pending.before), ("after", pending.after)):
        sides[side] = {}
        for field, value in content.items():
            salt = secrets.token_bytes(16)
            sides[side][field] = proof.commit(value, salt)
            values.append(
                TrailValue(line_id=seq, side=side, field=field, salt=salt.hex(), value=rfc8785.dumps(value).decode())
            )
    body = {
        "seq": seq, "at": stamp(at), "actor": pending.actor, "verb": pending.verb,
        "subject": pending.subject, "before": sides["before"], "after": sides["after"],
    }  # fmt: skip
    line = TrailLine(
        seq=seq, at=at, actor=pending.actor, verb=pending.verb, subject=pending.subject,
        before=json.dumps(sides["before"], sort_keys=True), after=json.dumps(sides["after"], sort_keys=True),
        previous=previous, hash=proof.line_hash(previous, body),
    )  # fmt: skip
    return line, values
