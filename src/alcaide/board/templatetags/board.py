"""Figures of a run in words: the sums of the results become money only here."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from alcaide.common import words
from alcaide.common.icons import icon
from alcaide.risk.queries import Figures

register = template.Library()


@register.simple_tag
def expected(figures: Figures, amount: float) -> str:
    """Write an amount of the results as expected loss."""
    return words.money(figures.money(amount).major, figures.run.currency)


@register.simple_tag
def limit(figures: Figures, amount: float) -> str:
    """Write a limit of the results as it was set: €2.5M."""
    return words.money_exactly(figures.money(amount).major, figures.run.currency)


@register.simple_tag
def expected_range(figures: Figures, ends: Sequence[float]) -> str:
    """Write the two ends of a range of the results."""
    low, high = sorted(ends)
    return words.money_range(figures.money(low).major, figures.money(high).major, currency=figures.run.currency)


@register.simple_tag
def move(figures: Figures, now: float, before: float) -> SafeString:
    """Write how far a figure moved, with an arrow."""
    arrow = "arrow-up-right" if now > before else "arrow-down-right"
    return format_html("{}{}", icon(arrow), words.money(figures.money(abs(now - before)).major, figures.run.currency))


@register.simple_tag
def people_range(harm: Mapping[str, Any]) -> str:
    """Write how many people are expected to be harmed a year, with the range."""
    low, high = harm["range"]
    return _("Expected %(mean)s a year (%(low)s–%(high)s).") % {
        "mean": f"{harm['mean']:.1f}" if harm["mean"] < 10 else f"{harm['mean']:.0f}",
        "low": f"{low:.1f}" if low < 10 else f"{low:.0f}",
        "high": f"{high:.1f}" if high < 10 else f"{high:.0f}",
    }
