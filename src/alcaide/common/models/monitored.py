"""Tables that observe people: their rows are reached only through the mechanism of monitors."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

_open: ContextVar[frozenset[str]] = ContextVar("alcaide_open_monitors", default=frozenset())


class OutsideMonitor(RuntimeError):
    """A monitored stream was reached past the mechanism; use `monitors.read` or `monitors.collect`."""


class MonitoredManager(models.Manager[Any]):
    """Reaches a monitored table only inside the mechanism; from anywhere else it raises OutsideMonitor.

    The models's own `_base_manager` stays for what works on every table alike: purges, holds and backups.
    """

    def get_queryset(self) -> models.QuerySet[Any]:
        key = str(getattr(self.model, "MONITORED", ""))
        if key not in _open.get():
            raise OutsideMonitor(
                f"{self.model._meta.label} observes people. Read it with monitors.read(user, “{key}”), "
                f"write it with monitors.collect(“{key}”, …)."
            )
        return super().get_queryset()


@contextmanager
def opened(key: str) -> Iterator[None]:
    """Let the mechanism itself reach a stream. Nothing but `alcaide.common.monitors` calls this."""
    token = _open.set(_open.get() | {key})
    try:
        yield
    finally:
        _open.reset(token)
