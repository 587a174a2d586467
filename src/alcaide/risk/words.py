"""How rates, chances and shares of this room read: numbers in, text out."""

import math

from django.utils.translation import gettext as _

from alcaide.common.words import count, decimal


def number(value: float) -> str:
    """Write a number with two significant digits, whole numbers above ten with all of theirs.

    >>> [number(value) for value in (0.0834, 0.16, 1.25, 12.4, 1240.0, 0)]
    ['0.083', '0.16', '1.3', '12', '1,240', '0']
    """
    if value == 0:
        return "0"
    if abs(value) >= 9.95:
        return count(round(value))
    places = max(0, 1 - math.floor(math.log10(abs(value))))
    text = decimal(value, min(places, 9))
    whole, dot, rest = text.partition(".")
    return f"{whole}.{rest.rstrip('0')}".rstrip(".") if dot else whole


def span(low: float, high: float) -> str:
    """Write a range of numbers: 0.03–0.16; one number where both ends read the same."""
    first, last = number(low), number(high)
    return first if first == last else f"{first}–{last}"


def a_year(rate: float) -> str:
    """Write how often something happens: once in 12 years, 1.3 times a year."""
    if rate <= 0:
        return _("never")
    if rate < 0.995:
        return _("once in %(years)s years") % {"years": number(1 / rate)}
    return _("%(times)s times a year") % {"times": number(rate)}


def often(low: float, high: float) -> str:
    """Write a range of how often: once in 6–33 years, 0.5–1.8 times a year."""
    if high >= 0.995 or low <= 0:
        return _("%(times)s times a year") % {"times": span(low, high)}
    return _("once in %(years)s years") % {"years": span(1 / high, 1 / low)}


def per_cents(low: float, high: float) -> str:
    """Write a range of shares with two significant digits each: 0.2–2 %."""
    return f"{span(100 * low, 100 * high)}\u00a0%"
