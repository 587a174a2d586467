"""Reads of qualifications, absences and liaisons, as far as the user may see them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from alcaide.organization.models import Absence, Liaison, Person, Qualification, Unit

from .structure import works_here

SOON = timedelta(days=60)


def kept_qualifications(user: Any) -> QuerySet[Qualification]:
    """Return the qualifications that the user sees, those taken off the list among them."""
    return Qualification.objects.all().visible_to(user)


def qualifications(user: Any) -> QuerySet[Qualification]:
    """Return the qualifications that the user sees and nobody withdrew."""
    return Qualification.objects.filter(withdrawn_at__isnull=True).visible_to(user).select_related("person__unit")


def ends_soon(today: date | None = None) -> Q:
    """Return the condition for qualifications of people who work here that end within 60 days, or have ended."""
    today = today or timezone.localdate()
    here = Q(person__left_on__isnull=True) | Q(person__left_on__gte=today)
    return here & Q(until_on__lte=today + SOON)


def is_qualified(person: Person, kind: str, on: date | None = None) -> bool:
    """Tell whether a person holds a qualification of a kind on a day; upper rooms ask this before work is given."""
    on = on or timezone.localdate()
    held = Qualification.objects.filter(person=person, kind__iexact=kind, withdrawn_at__isnull=True, from_on__lte=on)
    return held.filter(ends_on__gte=on).exists()


def absences(user: Any) -> QuerySet[Absence]:
    """Return the absences that the user sees and nobody withdrew."""
    return Absence.objects.filter(withdrawn_at__isnull=True).visible_to(user).select_related("person__unit")


def away(people: Iterable[Person], on: date) -> frozenset[int]:
    """Return the keys of those who are away on a day, wholly or for half of it. For rooms that plan work."""
    rows = Absence.objects.filter(person__in=list(people), withdrawn_at__isnull=True, from_on__lte=on, until_on__gte=on)
    return frozenset(rows.values_list("person_id", flat=True))


def liaisons(user: Any) -> QuerySet[Liaison]:
    """Return the liaisons that the user sees."""
    return Liaison.objects.visible_to(user).select_related("unit", "person", "deputy")


def liaison_in_force(today: date | None = None) -> Q:
    """Return the condition for liaisons that hold today: begun, not ended, by somebody who works here."""
    today = today or timezone.localdate()
    lasts = Q(until_on__isnull=True) | Q(until_on__gte=today)
    here = Q(person__left_on__isnull=True) | Q(person__left_on__gte=today)
    return lasts & here & Q(from_on__lte=today)


def ending_liaisons(today: date, within: timedelta) -> Q:
    """Return the condition for liaisons that go on and whose person left, or that end soon without who follows."""
    goes_on = Q(until_on__isnull=True) | Q(until_on__gte=today)
    follows = Liaison.objects.filter(unit=OuterRef("unit"), topic__iexact=OuterRef("topic"), pk__gt=OuterRef("pk"))
    return goes_on & ~Exists(follows) & (Q(person__left_on__lt=today) | Q(until_on__lte=today + within))


def liaison_of(unit: Unit, topic: str) -> Liaison | None:
    """Return whom a unit turns to for a topic: its own liaison, else that of the nearest unit above."""
    ids = [int(part) for part in unit.path.strip("/").split("/")]
    rows = Liaison.objects.filter(liaison_in_force(), unit__in=ids, topic__iexact=topic)
    by_unit = {row.unit_id: row for row in rows.select_related("person", "deputy", "unit").order_by("-id")}
    return next((by_unit[pk] for pk in reversed(ids) if pk in by_unit), None)


def without_liaison(user: Any) -> QuerySet[Unit]:
    """Return the units with people in them, seen by the user, that no liaison of their own speaks for today."""
    today = timezone.localdate()
    going_on = Q(until_on__isnull=True) | Q(until_on__gte=today)
    covered = Liaison.objects.filter(liaison_in_force(today)).values("unit")
    staffed = Person.objects.filter(works_here(today)).values("unit")
    return (
        Unit.objects.visible_to(user).filter(going_on, pk__in=staffed).exclude(pk__in=covered).select_related("parent")
    )
