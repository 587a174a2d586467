"""Reads of scenarios, the estimates and effects in force, and the budget."""

from typing import Any

from django.db.models import Max, QuerySet

from alcaide.common.money import Kind, Money
from alcaide.organization.models import Unit
from alcaide.risk.models import Budget, Effect, Estimate, Scenario


def scenarios(user: Any) -> QuerySet[Scenario]:
    """Return the scenarios in use that the user sees."""
    rows = Scenario.objects.filter(retired_at__isnull=True).visible_to(user)
    return rows.select_related("unit", "owner", "reach_unit")


def estimates_in_force(scenario_ids: list[int]) -> dict[int, dict[str, Estimate]]:
    """Return the newest estimate of each kind, by scenario. One query however many scenarios."""
    newest = (
        Estimate.objects.filter(scenario_id__in=scenario_ids)
        .order_by()
        .values("scenario_id", "what")
        .annotate(newest=Max("id"))
        .values_list("newest", flat=True)
    )
    found: dict[int, dict[str, Estimate]] = {}
    for each in Estimate.objects.filter(pk__in=newest).select_related("made_by"):
        found.setdefault(each.scenario_id, {})[each.what] = each
    return found


def effects_in_force(scenario_ids: list[int]) -> list[Effect]:
    """Return the effects that count now on these scenarios, dropped measures left out."""
    rows = Effect.objects.filter(scenario_id__in=scenario_ids, withdrawn_at__isnull=True)
    rows = rows.exclude(measure__state="dropped")
    return list(rows.select_related("measure", "scenario").order_by("id"))


def budget_of(unit: Unit) -> Budget | None:
    """Return the newest budget of a unit."""
    return Budget.objects.filter(unit=unit).first()


def ends_of(estimate: Estimate) -> tuple[Money, Money]:
    """Return the two ends of a loss range as sums."""
    low, high = (
        Money(minor or 0, estimate.currency, Kind.EXPECTED) for minor in (estimate.low_minor, estimate.high_minor)
    )
    return low, high
