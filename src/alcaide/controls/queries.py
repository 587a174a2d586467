"""Reads of measures."""

from typing import Any

from django.db.models import QuerySet

from .models import Measure, MeasureLink

OPEN_STATES = ("proposed", "adopted")


def measures(user: Any) -> QuerySet[Measure]:
    """Return the measures that the user sees."""
    return Measure.objects.visible_to(user).select_related("unit", "owner")


def choosable() -> QuerySet[Measure]:
    """Return the measures a plan may choose: proposed or adopted, not yet in place."""
    return Measure.objects.filter(state__in=OPEN_STATES)


def links_among(measure_ids: list[int]) -> list[MeasureLink]:
    """Return the rules between measures of a set."""
    rows = MeasureLink.objects.filter(measure_id__in=measure_ids, other_id__in=measure_ids)
    return list(rows.select_related("measure", "other").order_by("id"))
