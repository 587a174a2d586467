"""Which day it is where the organization is: rights begin and end by it, whatever the server's clock is set to."""

import time
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

from alcaide.organization.models import Organization

KEPT_S = 60.0
_kept: tuple[str, float] = ("", 0.0)


def today() -> date:
    """Return the day it is in the organization's time zone."""
    return day_of(timezone.now())


def day_of(moment: datetime) -> date:
    """Return the day that a moment belongs to in the organization's time zone."""
    return moment.astimezone(_zone(_name())).date()


def told_zone(name: str | None) -> date:
    """Take note of the organization's time zone from a query that read it anyway, and return the day there."""
    _keep(name or "UTC")
    return today()


def _name() -> str:
    name, until = _kept
    if time.monotonic() >= until:
        known = Organization.objects.order_by("id").values_list("time_zone", flat=True).first()
        if known is None:
            return "UTC"
        _keep(known)
        return known
    return name


def _keep(name: str) -> None:
    global _kept  # noqa: PLW0603  one name for the process, read anew with every request
    _kept = (name, time.monotonic() + KEPT_S)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
