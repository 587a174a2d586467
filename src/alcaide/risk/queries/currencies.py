"""The one place where a sum of another currency would become one of ours."""

from datetime import date

from alcaide.common.money import MixedCurrencies, Money, to_engine


class NoRate(MixedCurrencies):
    """A sum stands in a currency without a rate to ours; it is priced by nobody's guess, least of all 1 to 1."""


def in_ours(amount: Money, *, ours: str, what: str, on: date | None = None) -> float:
    """Return a sum in whole units of our currency, as the engine takes it. Raises NoRate.

    what: whose sum it is, for the message.  on: the day whose rate counts, for sums that were agreed on a day.
    """
    if amount.currency == ours:
        return to_engine(amount)
    raise NoRate(f"“{what}” stands in {amount.currency}, all figures in {ours}. Give its sum again in {ours}.")
