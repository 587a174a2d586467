"""What holds and retention ask of this room: units and what stands below them, and the house's clock."""

from collections.abc import Iterable
from datetime import tzinfo
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from alcaide.organization.models import Organization, Unit


def units_inside(uids: Iterable[str]) -> set[int]:
    """Return the units with these identifiers and everything below them."""
    paths = list(Unit.objects.filter(uid__in=list(uids)).values_list("path", flat=True))
    if not paths:
        return set()
    inside = reduce(or_, (Q(path__startswith=path) for path in paths))
    return set(Unit.objects.filter(inside).values_list("pk", flat=True))


def house_zone() -> tzinfo:
    """Return the time zone in which the organization's days begin."""
    name = Organization.objects.order_by("id").values_list("time_zone", flat=True).first()
    return ZoneInfo(name) if name else timezone.get_default_timezone()


def unit_choices() -> list[tuple[str, str]]:
    """Return every unit as a subject with its name, in tree order."""
    return [(unit.subject, unit.name) for unit in Unit.objects.order_by("path")]
