"""Template tags of the room risk: `{% load risk %}`. How things read is decided in `risk.words`."""

from django import template

from alcaide.assets.models import Asset
from alcaide.common.words import money_range
from alcaide.risk import words

register = template.Library()
REACHES = dict(Asset.REACHES)


@register.filter
def plain(value: float | None) -> str:
    """Write a number with two significant digits."""
    return "" if value in {None, ""} else words.number(float(value))


@register.filter
def a_year(rate: float | None) -> str:
    """Write how often: once in 12 years."""
    return "" if rate in {None, ""} else words.a_year(float(rate))


@register.simple_tag
def often(low: float, high: float) -> str:
    """Write a range of how often it happens."""
    return words.often(low, high)


@register.simple_tag
def span(low: float, high: float) -> str:
    """Write a range of numbers."""
    return words.span(low, high)


@register.simple_tag
def sums(low: float, high: float, currency: str) -> str:
    """Write a range of sums in whole units: €40k–4.0M."""
    return money_range(low, high, currency=currency)


@register.simple_tag
def per_cents(low: float, high: float) -> str:
    """Write a range of shares in per cent."""
    return words.per_cents(low, high)


@register.filter
def reach_words(reach: str) -> str:
    """Name where a host can be reached from."""
    return REACHES.get(reach, reach)
