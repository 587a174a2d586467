"""Reads of the rates of currencies by day, and of the fiscal year."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.money import Money
from alcaide.organization.models import Organization, Rate
from alcaide.organization.quoting import equation

from .structure import the_organization


class NoRate(LookupError):
    """No rate of a currency is known that is young enough; nobody guesses one, least of all 1 to 1."""

    def __init__(self, currency: str, on: date, *, newest: date | None = None, days: int = 0) -> None:
        self.currency, self.on, self.newest = currency, on, newest
        known = (
            _("The newest before it is of %(day)s, more than %(days)s days old.")
            % {"day": newest.isoformat(), "days": days}
            if newest
            else _("None is known on that day or before.")
        )
        said = _("There is no rate of %(currency)s for %(day)s. %(known)s Enter one under Organization, Rates.")
        super().__init__(said % {"currency": currency, "day": on.isoformat(), "known": known})


@dataclass(frozen=True)
class RateOn:
    """The rate that counts on a day: how many of a currency one of ours bought on the day it was set."""

    currency: str
    ours: str
    on: date
    per_ours: Decimal
    source: str

    def in_ours(self, amount: Money) -> Decimal:
        """Return a sum of this currency in whole units of ours, unrounded. Raises ValueError for another currency."""
        if amount.currency != self.currency:
            raise ValueError(
                _("This is the rate of %(currency)s; the sum stands in %(currency_2)s.")
                % {"currency": self.currency, "currency_2": amount.currency}
            )
        return amount.major / self.per_ours

    def words(self) -> str:
        """Return the rate as a run keeps it."""
        return f"{equation(self.ours, self.per_ours, self.currency)}, {self.on.isoformat()}, {self.source}"


def rate(currency: str, on: date | None = None) -> RateOn:
    """Return the newest rate on or before a day (today where none is named). Raises NoRate.

    A rate older than the organization's `rate_days` does not count. Ours to ours is exactly 1.
    """
    house = the_organization()
    on = on or timezone.localdate()
    if currency == house.currency:
        return RateOn(currency, currency, on, Decimal(1), "the same currency")
    found = Rate.objects.filter(ours=house.currency, currency=currency, on__lte=on).order_by("-on").first()
    if found is None or found.on < on - timedelta(days=house.rate_days):
        raise NoRate(currency, on, newest=found.on if found else None, days=house.rate_days)
    return RateOn(currency, house.currency, found.on, Decimal(found.per_ours), found.source)


def rates() -> QuerySet[Rate]:
    """Return every rate of the organization's currency, the newest first."""
    return Rate.objects.filter(ours=the_organization().currency).select_related("said_by")


def neighbours(currency: str, on: date) -> tuple[Rate | None, Rate | None]:
    """Return the rates beside a day: the newest before it and the oldest after it."""
    same = rates().filter(currency=currency)
    return same.filter(on__lt=on).order_by("-on").first(), same.filter(on__gt=on).order_by("on").first()


@dataclass(frozen=True)
class FiscalYear:
    """One fiscal year: what it is called (2026, or 2026/27 where it spans two), its first and its last day."""

    name: str
    first: date
    last: date


def fiscal_year(on: date, *, organization: Organization | None = None) -> FiscalYear:
    """Return the fiscal year that a day belongs to."""
    month = (organization or the_organization()).first_month
    year = on.year if on.month >= month else on.year - 1
    first = date(year, month, 1)
    last = date(year + 1, month, 1) - timedelta(days=1)
    return FiscalYear(str(year) if month == 1 else f"{year}/{last.year % 100:02d}", first, last)
