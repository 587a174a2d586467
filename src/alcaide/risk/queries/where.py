"""Where the loss lies: by how often and how much, by area, by unit; sums of what the user may see."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum

from alcaide.common.money import Kind, Money, from_engine
from alcaide.common.permissions import Hidden
from alcaide.risk.models import NO_BAND, NO_PRICE, Scenario

from .figures import Figures


@dataclass(frozen=True)
class BandSum:
    """The scenarios of one band of rates and one of sums each time."""

    rate_band: int
    size_band: int
    amount: Money
    count: int


@dataclass(frozen=True)
class Part:
    """The scenarios of one area or unit: their expected loss together, its range by the run, and how many."""

    key: str
    name: str
    amount: Money
    low: Money | None
    high: Money | None
    count: int


@dataclass(frozen=True)
class Where:
    """Where the loss lies, as far as the user may see."""

    currency: str
    bands: tuple[BandSum, ...]
    outside: int
    """Scenarios with a price whose events or sums are of no size, so that they stand in no band."""
    areas: tuple[Part, ...]
    units: tuple[Part, ...]
    amount: Money
    count: int
    unpriced: int
    hidden: tuple[Hidden, ...]


def where_it_lies(user: Any, shown: Figures) -> Where:
    """Return the sums of the scenarios that the user sees, as the newest run priced them. Six queries."""
    every = Scenario.objects.filter(retired_at__isnull=True)
    seen = every.visible_to(user)
    rows = seen.exclude(loss_minor=NO_PRICE)
    currency = shown.run.currency
    bands = [
        BandSum(rate, size, Money(int(minor), currency, Kind.EXPECTED), number)
        for rate, size, minor, number in rows.order_by("rate_band", "size_band")
        .values_list("rate_band", "size_band")
        .annotate(minor=Sum("loss_minor"), number=Count("id"))
    ]
    kept = [each for each in bands if NO_BAND not in {each.rate_band, each.size_band}]
    return Where(
        currency=currency,
        bands=tuple(kept),
        outside=sum(each.count for each in bands) - sum(each.count for each in kept),
        areas=_areas(rows, shown),
        units=_units(rows, shown),
        amount=Money(sum(each.amount.minor for each in bands), currency, Kind.EXPECTED),
        count=sum(each.count for each in bands),
        unpriced=seen.filter(loss_minor=NO_PRICE).count(),
        hidden=tuple(every.hidden_from(user)),
    )


def _areas(rows: Any, shown: Figures) -> tuple[Part, ...]:
    """Return the areas; their ranges only to who sees the whole, for a range of everybody tells of what is hidden."""
    ranges = shown.results.get("areas", {}) if shown.whole else {}
    found = rows.order_by("area").values_list("area").annotate(minor=Sum("loss_minor"), number=Count("id"))
    names = dict(Scenario.AREAS)
    return _parts([(key, names[key], minor, number) for key, minor, number in found], ranges, shown)


def _units(rows: Any, shown: Figures) -> tuple[Part, ...]:
    """Return the units; whoever sees a unit sees all of its scenarios, so its range tells of nothing else."""
    found = list(
        rows.order_by("unit__uid")
        .values_list("unit__uid", "unit__name")
        .annotate(minor=Sum("loss_minor"), number=Count("id"))
    )
    ranges = shown.unit_ranges
    return _parts([(str(uid), name, minor, number) for uid, name, minor, number in found], ranges, shown)


def _parts(found: list[tuple[str, str, int, int]], ranges: dict[str, Any], shown: Figures) -> tuple[Part, ...]:
    currency = shown.run.currency
    parts = []
    for key, name, minor, number in found:
        amount = Money(int(minor), currency, Kind.EXPECTED)
        ends = [from_engine(each, currency, Kind.EXPECTED) for each in ranges.get(key, {}).get("range", ())]
        # The run's own sum and the rows' sum differ where somebody moved a scenario since; then the range is another's.
        is_same = (
            key in ranges and abs(from_engine(ranges[key]["mean"], currency, Kind.EXPECTED).minor - minor) <= number
        )
        low, high = (ends[0], ends[1]) if len(ends) == 2 and is_same else (None, None)
        parts.append(Part(key, name, amount, low, high, number))
    return tuple(sorted(parts, key=lambda part: (-part.amount.minor, part.name)))
