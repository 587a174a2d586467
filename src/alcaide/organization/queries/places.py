"""What the mechanism of monitors asks of this room: the tree of units, and to which unit somebody belongs."""

from collections.abc import Collection, Mapping

from django.db.models import Q

from alcaide.common.monitors.places import Places
from alcaide.organization.models import Person, Unit


def _above() -> Mapping[int, tuple[int, ...]]:
    rows = Unit.objects.order_by("path").values_list("pk", "path")
    return {pk: tuple(int(part) for part in reversed(path.strip("/").split("/"))) for pk, path in rows}


def _names(units: Collection[int]) -> Mapping[int, str]:
    return dict(Unit.objects.filter(pk__in=list(units)).values_list("pk", "name"))


def _of_people(path: str, units: Collection[int]) -> Q:
    within = Q(**{f"{path}__in": Person.objects.filter(unit__in=list(units), user__isnull=False).values("user")})
    if Unit.objects.filter(parent=None, pk__in=list(units)).exists():
        everybody = Person.objects.filter(user__isnull=False).values("user")
        within |= Q(**{f"{path}__isnull": True}) | ~Q(**{f"{path}__in": everybody})
    return within


def _unit_of(user: int) -> int | None:
    found = Person.objects.filter(user=user).values_list("unit", flat=True).first()
    return found or Unit.objects.filter(parent=None).values_list("pk", flat=True).first()


def places_of_monitors() -> Places:
    """Return what the mechanism asks, answered by this room's tables."""
    return Places(_above, _names, _of_people, _unit_of)
