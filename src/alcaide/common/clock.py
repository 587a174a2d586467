"""The house's clock: a day is a day where the organization is, whatever zone the server or a reader is in.

Django's own default zone is set to the organization's, so that `timezone.localdate()`, `localtime()`, the `date`
filter and lookups by `__date` all speak of the same day in pages, jobs, exports and commands. Nothing else asks.
"""

import time
from collections.abc import Callable
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.utils import timezone

KEPT_S = 60.0
_source: list[Callable[[], str | None]] = []
_until_s = 0.0


def provide_zone(name: Callable[[], str | None]) -> None:
    """Let the room that knows the organization say its time zone; None while there is no organization."""
    _source[:] = [name]


def keep(name: str) -> None:
    """Go by a zone from now on, as a query that read it anyway has told; UTC where the name is unknown."""
    global _until_s  # noqa: PLW0603  one clock for the process
    _until_s = time.monotonic() + KEPT_S
    known = str(_zone(name))
    if known != settings.TIME_ZONE:
        # No context of a request or thread: a streamed answer and a job speak of the same day as the page.
        settings.TIME_ZONE = known
        timezone.get_default_timezone.cache_clear()  # type: ignore[attr-defined]  # the stubs hide its lru_cache


def settle() -> None:
    """Look at the organization's zone, at most once a minute. One small query then."""
    if _source and time.monotonic() >= _until_s and (name := _source[0]()):
        keep(name)


def forget() -> None:
    """Look again at the next `settle`."""
    global _until_s  # noqa: PLW0603  one clock for the process
    _until_s = 0.0


def house_zone() -> tzinfo:
    """Return the time zone in which the organization's days begin; the installation's before there is one."""
    settle()
    return timezone.get_default_timezone()


def today() -> date:
    """Return the day it is where the organization is."""
    return timezone.localdate(timezone=house_zone())


def day_of(moment: datetime) -> date:
    """Return the day that a moment belongs to where the organization is."""
    return timezone.localdate(moment, house_zone())


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
