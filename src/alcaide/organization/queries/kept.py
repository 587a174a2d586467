"""What holds and retention ask of this room: units and what stands below them."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q

from alcaide.organization.models import Unit


def units_inside(uids: Iterable[str]) -> set[int]:
    """Return the units with these identifiers and everything below them."""
    paths = list(Unit.objects.filter(uid__in=list(uids)).values_list("path", flat=True))
    if not paths:
        return set()
    inside = reduce(or_, (Q(path__startswith=path) for path in paths))
    return set(Unit.objects.filter(inside).values_list("pk", flat=True))


def unit_choices() -> list[tuple[str, str]]:
    """Return every unit as a subject with its name, in tree order."""
    return [(unit.subject, unit.name) for unit in Unit.objects.order_by("path")]
