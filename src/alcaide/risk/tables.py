"""The register as a list: its columns, filters and views."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alcaide.common.lists import Choice, Column, FirstDay, Flag, Listing, View, Words
from alcaide.common.money import Kind, Money
from alcaide.common.words import money, money_exactly, money_range, money_signed
from alcaide.organization.queries import units_to_choose
from alcaide.risk.models import BASES, NEVER, NO_PRICE, Scenario
from alcaide.risk.pricing.bands import start_of
from alcaide.risk.queries import ends_of, estimates_in_force, scenario_shown, with_bases
from alcaide.risk.words import often

REVIEW_AFTER = timedelta(days=365)
# Bands that a filter offers: once in 10,000 years to 3,000 times a year; 100 to 10 thousand million each time.
RATE_BANDS = range(-8, 8)
SIZE_BANDS = range(4, 20)
DEAR = 1_000


class BasisChoice(Choice):
    """Scenarios whose frequency or loss rests on one of these; both are looked up for each that is counted."""

    @property
    def counts_to(self) -> int:
        return DEAR

    def narrow(self, rows: QuerySet[Any], asked: tuple[str, ...]) -> QuerySet[Any]:
        return with_bases(rows).filter(Q(basis_of_frequency__in=asked) | Q(basis_of_loss__in=asked))


def rate_words(first: int, last: int) -> str:
    """Write how often a span of bands happens, in words."""
    return often(start_of(first), start_of(last + 1))


def size_words(first: int, last: int, *, currency: str) -> str:
    """Write the sums each time of a span of bands."""
    low, high = (money_exactly(start_of(each), currency) for each in (first, last + 1))
    return f"{low}–{high}"


def _rates(user: Any) -> list[tuple[int, str]]:
    return [(band, rate_words(band, band)) for band in RATE_BANDS]


def _sizes(user: Any) -> list[tuple[int, str]]:
    currency = Scenario.objects.exclude(currency="").values_list("currency", flat=True).first() or "EUR"
    return [(band, size_words(band, band, currency=currency)) for band in SIZE_BANDS]


def _dress(rows: Sequence[Any], user: Any) -> None:
    """Hang on each scenario of a page its ranges in force."""
    held = estimates_in_force([row.pk for row in rows])
    for row in rows:
        own = held.get(row.pk, {})
        row.frequency, row.size = own.get("frequency"), own.get("loss")
        row.bases = list(dict.fromkeys(each.basis for each in (row.frequency, row.size) if each))


def sum_of(row: Any, minor: int) -> Money | None:
    """Return a sum that the newest run keeps on a scenario, None where it has no price."""
    return None if row.loss_minor == NO_PRICE else Money(minor, row.currency, Kind.EXPECTED)


def loss_words(row: Any) -> str:
    """Write a scenario's expected loss a year."""
    amount = sum_of(row, row.loss_minor)
    return money(amount.major, amount.currency) if amount else _("no price yet")


def _range_words(row: Any) -> str:
    low, high = sum_of(row, row.loss_low_minor), sum_of(row, row.loss_high_minor)
    return money_range(low.major, high.major, currency=row.currency) if low and high else ""


def _moved_words(row: Any) -> str:
    moved = sum_of(row, row.moved_minor)
    if moved is None:
        return ""
    return money_signed(moved.major, row.currency) if row.moved_size_minor else _("as before")


def _often(row: Any) -> str:
    return often(row.frequency.low, row.frequency.high) if row.frequency else _("not said yet")


def _each_time(row: Any) -> str:
    if row.size is None:
        return _("not said yet")
    low, high = ends_of(row.size)
    return money_range(low.major, high.major, currency=row.size.currency)


def _day(value: Any, otherwise: str) -> Any:
    return otherwise if value == NEVER else value


IN_USE = Q(retired_at__isnull=True)


def is_old() -> Q:
    """Return the condition for ranges that lack, or are older than a year."""
    return Q(ranges_from__lt=timezone.localdate() - REVIEW_AFTER)


def is_tolerated() -> Q:
    """Return the condition for what somebody agreed to tolerate, past its day too."""
    return Q(tolerated_until__gt=NEVER)


SCENARIOS = Listing(
    name="scenarios",
    label=lazy("Scenarios"),
    rows=lambda user: Scenario.objects.select_related("unit", "owner"),
    sort="-loss",
    dress=_dress,
    opens="risk/_scenario_opened.html",
    opened=lambda row, user: scenario_shown(user, row),
    columns=(
        Column("name", lazy("Scenario"), order="name", role="lead", piece="risk/_scenario_name.html"),
        Column(
            "loss", lazy("Expected a year"), loss_words, _range_words, order="loss_minor", numeric=True, role="side",
            export=lambda row: sum_of(row, row.loss_minor),
        ),
        Column(
            "moved", lazy("Moved"), _moved_words, order="moved_size_minor", numeric=True,
            export=lambda row: sum_of(row, row.moved_minor),
        ),
        Column("often", lazy("Happens"), _often, role="per"),
        Column("each", lazy("Each time"), _each_time, numeric=True, role="limit"),
        Column("basis", lazy("Rests on"), lambda row: row.bases or None, role="more"),
        Column("owner", lazy("Answers for it"), lambda row: row.owner.name if row.owner else _("nobody yet")),
        Column(
            "inherent", lazy("Without measures"), lambda row: sum_of(row, row.inherent_minor), order="inherent_minor",
            numeric=True, shown=False,
        ),
        Column(
            "planned", lazy("With those adopted"), lambda row: sum_of(row, row.planned_minor), order="planned_minor",
            numeric=True, shown=False,
        ),
        Column(
            "tolerated", lazy("Tolerated until"), lambda row: _day(row.tolerated_until, _("not tolerated")),
            order="tolerated_until", shown=False,
        ),
        Column(
            "ranges", lazy("Oldest range of"), lambda row: _day(row.ranges_from, _("a range lacks")),
            order="ranges_from", shown=False,
        ),
        Column("as_of", lazy("Figures of"), "priced_at", shown=False),
    ),
    filters=(
        Words(label=lazy("Words"), subject_kind=Scenario.SUBJECT),
        Choice("area", lazy("Area"), field="area", choices=Scenario.AREAS),
        Choice("unit", lazy("Unit"), field="unit__uid", choices=units_to_choose),
        BasisChoice("basis", lazy("Rests on"), field="basis", choices=BASES),
        Choice("often", lazy("Happens"), field="rate_band", choices=_rates),
        Choice("each", lazy("Each time"), field="size_band", choices=_sizes),
        Flag("flaws", lazy("Open flaws lead here"), only=Q(through_flaws=True)),
    ),
    views=(
        View("in-use", lazy("In use"), IN_USE),
        View("changed", lazy("Moved with the last run"), IN_USE & Q(moved_size_minor__gt=0), sort="-moved"),
        View("unpriced", lazy("Not priced"), IN_USE & Q(loss_minor=NO_PRICE), sort="name"),
        View("old", lazy("Ranges missing or old"), lambda: IN_USE & is_old(), sort="ranges"),
        View("tolerated", lazy("Tolerated"), lambda: IN_USE & is_tolerated(), sort="tolerated"),
        View("retired", lazy("Retired"), ~IN_USE, sort="name"),
    ),
    first_day=FirstDay(
        "chart-line", lazy("No scenario yet."),
        lazy("Write down one thing that worries you, say how often and how much, and the first figure appears."),
        ((lazy("Add a scenario"), "scenario-new"),),
    ),
)  # fmt: skip
