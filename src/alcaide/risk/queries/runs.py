"""Reads of runs for lists and pages: their expected loss without their content, their inputs as a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import FloatField, JSONField, QuerySet
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast

from alcaide.common.money import Kind, Money, from_engine
from alcaide.common.permissions import scope_of
from alcaide.organization.models import Unit
from alcaide.risk.models import SEE, Run

from .figures import Figures

HEAVY = ("inputs", "results", "versions")


@dataclass(frozen=True)
class RangeRead:
    """A range of a run's inputs."""

    low: float
    high: float
    low_money: Money | None
    high_money: Money | None
    basis: str
    observations: float


@dataclass(frozen=True)
class InputRow:
    """One scenario as it went into a run."""

    uid: str
    name: str
    area: str
    frequency: RangeRead
    loss: RangeRead
    share: RangeRead | None
    harm: RangeRead | None
    flawed: int
    clean: int
    in_place: tuple[str, ...]


def runs() -> QuerySet[Run]:
    """Return the runs without their content, which is large."""
    return Run.objects.defer(*HEAVY).select_related("asked_by")


def expected_of(rows: Iterable[Run], user: Any) -> dict[int, tuple[Money, Money, Money]]:
    """Return by key the expected loss of runs with its range; nothing to who may not see the whole.

    Runs from before their heads were kept beside them are read from their results, with one query.
    """
    shown = {row.pk: row for row in rows}
    if not Unit.objects.filter(parent__isnull=True, pk__in=scope_of(user).units_for(SEE)).exists():
        return {}
    found = {
        pk: (row.mean_minor, row.low_minor, row.high_minor) for pk, row in shown.items() if row.mean_minor is not None
    }
    sums = {
        pk: tuple(Money(minor or 0, shown[pk].currency, Kind.EXPECTED) for minor in row) for pk, row in found.items()
    }
    # Three sums a row.
    return {**sums, **_from_results([row for pk, row in shown.items() if pk not in found])}  # type: ignore[dict-item]


def _from_results(rows: list[Run]) -> dict[int, tuple[Money, Money, Money]]:
    if not rows:
        return {}
    currencies = {row.pk: row.currency for row in rows}
    parsed = Cast("results", JSONField())
    found = (
        Run.objects.filter(pk__in=currencies)
        .annotate(
            mean=Cast(KeyTransform("mean", parsed), FloatField()),
            low=Cast(KeyTransform("0", KeyTransform("mean_range", parsed)), FloatField()),
            high=Cast(KeyTransform("1", KeyTransform("mean_range", parsed)), FloatField()),
        )
        .values_list("pk", "mean", "low", "high")
    )
    return {
        # Three sums a row.
        pk: tuple(from_engine(value or 0.0, currencies[pk], Kind.EXPECTED) for value in values)  # type: ignore[misc]
        for pk, *values in found
    }


def inputs_read(figures: Figures) -> list[InputRow]:
    """Return the scenarios of a run's inputs as a person reads them."""
    return [_row(figures, each) for each in figures.inputs["scenarios"]]


def _row(figures: Figures, each: dict[str, Any]) -> InputRow:
    return InputRow(
        uid=each["uid"],
        name=each["name"],
        area=each["area"],
        frequency=_range(figures, each["frequency"]),
        loss=_range(figures, each["loss"], is_money=True),
        share=_range(figures, each["through_flaw"]) if each["through_flaw"] else None,
        harm=_range(figures, each["harm"]) if each["harm"] else None,
        flawed=len(each["pressure"] or ()),
        clean=len(each.get("clean") or ()),
        in_place=tuple(one["name"] for one in each["in_place"]),
    )


def _range(figures: Figures, held: dict[str, Any], *, is_money: bool = False) -> RangeRead:
    ends = [figures.money(held[end]) if is_money else None for end in ("low", "high")]
    return RangeRead(held["low"], held["high"], ends[0], ends[1], held["basis"], held["observations"])
