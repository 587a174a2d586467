"""The one place where a sum of another currency becomes one of ours, at the rate of a day."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from django.utils.translation import gettext as _

from alcaide.common.money import MixedCurrencies, Money, to_engine
from alcaide.organization import queries as organization

_used: ContextVar[dict[str, str] | None] = ContextVar("rates_used", default=None)


class NoRate(MixedCurrencies):
    """A sum stands in a currency without a rate to ours; it is priced by nobody's guess, least of all 1 to 1."""


@contextmanager
def rates_used() -> Iterator[dict[str, str]]:
    """Gather the rates that conversions inside take, in words by “currency day”, for a run to keep."""
    found: dict[str, str] = {}
    token = _used.set(found)
    try:
        yield found
    finally:
        _used.reset(token)


def in_ours(amount: Money, *, ours: str, what: str, on: date | None = None) -> float:
    """Return a sum in whole units of our currency, as the engine takes it. Raises NoRate.

    what: whose sum it is, for the message.  on: the day whose rate counts, for sums that were agreed on a day; today's
    where none is named.
    """
    if amount.currency == ours:
        return to_engine(amount)
    try:
        rate = organization.rate(amount.currency, on)
    except organization.NoRate as fault:
        raise NoRate(
            _("“%(what)s” stands in %(currency)s, all figures in %(ours)s. %(fault)s")
            % {"what": what, "currency": amount.currency, "ours": ours, "fault": fault}
        ) from fault
    if rate.ours != ours:
        raise NoRate(
            _("“%(what)s” is asked for in %(ours)s, but rates are kept for %(ours_2)s.")
            % {"what": what, "ours": ours, "ours_2": rate.ours}
        )
    used = _used.get()
    if used is not None:
        used[f"{rate.currency} {rate.on.isoformat()}"] = rate.words()
    return float(rate.in_ours(amount))
