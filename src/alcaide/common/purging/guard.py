"""A statement that deletes rows of the house outside the mechanism is refused before it reaches the database."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

DELETES = re.compile(r"\s*(?:DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?\"?(\w+)", re.IGNORECASE)

_open: ContextVar[bool] = ContextVar("alcaide_purging", default=False)
# What a found way round is answered with; the tests let their own clearing up pass here.
_lets_pass: list[Callable[[str], bool]] = []


class WentRound(RuntimeError):
    """Code tried to delete outside `common.purging`; the message says how it is done."""


@contextmanager
def opened() -> Iterator[None]:
    """Let statements delete in this block: for the mechanism itself, for a data migration, and for an admin's shell."""
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


def let_pass(test: Callable[[str], bool]) -> None:
    """Ask `test(table)` before a statement is refused; only for the tests."""
    _lets_pass[:] = [test]


def install(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Watch a connection that was just opened."""
    if _watch not in connection.execute_wrappers:
        # First of all, since blocks that watch for a while take the last one off when they end.
        connection.execute_wrappers.insert(0, _watch)


def _watch(execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: dict[str, Any]) -> Any:
    # Two letters spare every other statement the expression.
    if isinstance(sql, str) and sql[:2].upper() in {"DE", "TR"} and not _open.get():
        _refuse(sql)
    return execute(sql, params, many, context)


def _refuse(sql: str) -> None:
    found = DELETES.match(sql)
    if found is None or found.group(1) not in _tables() or any(test(found.group(1)) for test in _lets_pass):
        return
    raise WentRound(
        f"Rows of {found.group(1)} may go only through common.purging: purge by a rule, remove for a person, renew for "
        "what is computed again. In a data migration or a shell: with purging.opened()."
    )


@cache
def _tables() -> frozenset[str]:
    """The tables of every room; those that only tie two rows go with either."""
    return frozenset(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=False)
        if model.__module__.startswith("alcaide.")
    )
