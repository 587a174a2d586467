"""Which day it is where the organization is: rights begin and end by it, whatever the server's clock is set to."""

from datetime import date

from alcaide.common import clock
from alcaide.common.clock import day_of, today
from alcaide.organization.models import Organization

__all__ = ["day_of", "time_zone", "today", "told_zone"]


def time_zone() -> str | None:
    """Return the name of the organization's time zone, None before there is one."""
    return Organization.objects.order_by("id").values_list("time_zone", flat=True).first()


def told_zone(name: str | None) -> date:
    """Take note of the organization's time zone from a query that read it anyway, and return the day there."""
    if name:
        clock.keep(name)
    return today()
