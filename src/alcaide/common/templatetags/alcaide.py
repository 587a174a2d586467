"""Template tags of the house: `{% load alcaide %}`.

Nothing here decides how a sum or a date reads; that is `common.words`.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import uuid4

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from alcaide.common import icons, words
from alcaide.common.money import DifferentKinds, MixedCurrencies, Money
from alcaide.common.offline.keeping import who
from alcaide.common.offline.once import KEY_FIELD
from alcaide.common.wording import gentle

register = template.Library()
Share = Decimal | float | int
DRAWINGS_KEPT = 128


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """Draw a vendored outline icon: `{% icon "gavel" %}`, `{% icon "chevron-down" "turn" %}`."""
    return icons.icon(name, extra)


@register.simple_tag
def drawn_once(template_name: str, **given: Any) -> SafeString:
    """Draw a template from the given values alone, and show it again for equal ones.

    For long choices that are alike on every page: 300 units took 9 ms to draw each time. The values must be hashable;
    the template sees nothing else, so what is kept can be neither old nor somebody else's.
    """
    return _drawn(template_name, get_language(), tuple(given.items()))


@lru_cache(maxsize=DRAWINGS_KEPT)
def _drawn(template_name: str, _language: str | None, given: tuple[tuple[str, Any], ...]) -> SafeString:
    return SafeString(get_template(template_name).render(dict(given)))


@register.filter
def money(value: Money | None) -> str:
    """Write a sum in short: €1.39M."""
    return unknown() if (known := _known(value)) is None else words.money(known.major, known.currency)


@register.filter
def money_signed(value: Money | None) -> str:
    """Write a move with its sign: −€186k, +€64k."""
    return unknown() if (known := _known(value)) is None else words.money_signed(known.major, known.currency)


@register.filter
def money_exactly(value: Money | None) -> str:
    """Write a round sum, such as a limit, without needless zeros: €5M."""
    return unknown() if (known := _known(value)) is None else words.money_exactly(known.major, known.currency)


@register.filter
def money_full(value: Money | None) -> str:
    """Write a sum to its last cent: €1,392,480.50."""
    return unknown() if (known := _known(value)) is None else words.money_full(known.major, known.currency)


@register.simple_tag
def money_range(low: Money | None, high: Money | None) -> str:
    """Write a range: `{% money_range row.low row.high %}` gives €0.6–2.7M."""
    low, high = _known(low), _known(high)
    if low is None or high is None:
        return unknown()
    if low.currency != high.currency:
        raise MixedCurrencies(f"A range cannot run from {low.currency} to {high.currency}.")
    if low.kind != high.kind:
        raise DifferentKinds(f"A range cannot run from kind '{low.kind}' to kind '{high.kind}'.")
    return words.money_range(low.major, high.major, currency=low.currency)


@register.filter
def unit_word(currency: str) -> str:
    """Name one unit of a currency: `Per {{ currency|unit_word }}` reads 'Per euro'."""
    return words.unit_word(currency)


@register.filter
def share(value: Share | None) -> str:
    """Write a share of 0..1 in per cent: 5.6 %."""
    return unknown() if (known := _known(value)) is None else words.share(known)


@register.simple_tag
def share_range(low: Share | None, high: Share | None) -> str:
    """Write a range of shares: `{% share_range 0.01 0.15 %}` gives 1–15 %."""
    low, high = _known(low), _known(high)
    return unknown() if low is None or high is None else words.share_range(low, high)


@register.filter
def count(number: int, cap: int | None = None) -> str:
    """Write a count with separators; `{{ n|count:10000 }}` says 'more than 10,000' above that."""
    return words.count(number, cap=cap)


@register.filter
def clock(value: timedelta | datetime | date | None) -> str:
    """Write how long is left or over: to a moment in hours, to a last day in days, as that day's lists do."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return words.days_clock(value, today=timezone.localdate())
    span = _span(value)
    return unknown() if span is None else words.clock(span)


@register.filter
def clock_side(value: timedelta | datetime | date | None) -> str:
    """Say 'left' or 'overdue'; nothing on the last day itself."""
    if isinstance(value, date) and not isinstance(value, datetime):
        days = value - timezone.localdate()
        return words.clock_side(days) if days else ""
    span = _span(value)
    return "" if span is None else words.clock_side(span)


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a day: Thu 10 Dec."""
    return unknown() if (known := _known(value)) is None else words.day(_local(known), today=timezone.localdate())


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment in local time: 23 Nov, 09:11."""
    return (
        unknown()
        if (known := _known(value)) is None
        else words.moment(timezone.localtime(known), today=timezone.localdate())
    )


@register.filter
def ago(value: datetime | None) -> str:
    """Write how long ago: 3 min ago."""
    return unknown() if (known := _known(value)) is None else words.ago(known, now=timezone.now())


@register.filter
def among(value: Any, choices: str) -> bool:
    """Tell whether a value is one of the words: `{% if state|among:"late today" %}`."""
    return str(value) in choices.split()


@register.inclusion_tag("_field.html")
def field(bound: BoundField, **attributes: Any) -> dict[str, Any]:
    """Draw one form field with its label, help and errors: `{% field form.name autocomplete="name" %}`.

    An underscore in an attribute's name becomes a dash, so `data_drop=True` writes `data-drop`.
    """
    widget = bound.field.widget
    kind, css = "line", "form-control"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        kind, css = "choices", ""
    elif isinstance(widget, CheckboxInput):
        kind, css = "check", "form-check-input"
    elif isinstance(widget, Select):
        css = "form-select"
    own = str(widget.attrs.get("class", ""))
    attrs = {name.replace("_", "-"): value for name, value in attributes.items()}
    if isinstance(widget, FileInput):
        attrs.setdefault("data-file", True)
    classes = f"{css} {own}".strip()
    drawn = bound.as_widget(attrs={**attrs, "class": classes} if classes else attrs)
    if isinstance(widget, Select):
        drawn = _with_words(drawn, gettext("choose") if bound.field.required else gettext("none"))
    return {"field": bound, "kind": kind, "widget": drawn, "optional": gettext("optional")}


@register.simple_tag
def gentle_wording() -> SafeString:
    """Write the attributes by which a page hints at words that may be read as an admission, on a box of its own."""
    return format_html_join(" ", '{}="{}"', gentle().items())


def _with_words(drawn: SafeString, words: str) -> SafeString:
    """Let the empty choice say what it means, where the form gave it nothing but dashes."""
    return SafeString(drawn.replace(">---------</option>", f">{conditional_escape(words)}</option>", 1))


@register.simple_tag(takes_context=True)
def send_once(context: dict[str, Any], what: str) -> SafeString:
    """Let a form be taken in once however often it is sent, and wait on a phone without a network.

    `{% send_once "Test of the north door" %}` inside a form whose action ends in `?queued`; the words name it in the
    list of what waits.
    """
    user = context["request"].user
    fields = {KEY_FIELD: uuid4(), "send_who": who(user), "send_words": what}
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', fields.items())


def unknown() -> str:
    """Return the words for what nobody has said yet."""
    return gettext("not known")


def _known(value: Any) -> Any:
    """Return None for what nobody has said; a lookup through None reaches a filter as an empty string."""
    return None if value == "" else value


def _span(value: timedelta | datetime | None) -> timedelta | None:
    known: timedelta | datetime | None = _known(value)
    return known - timezone.now() if isinstance(known, datetime) else known


def _local(value: date | datetime) -> date:
    return timezone.localtime(value) if isinstance(value, datetime) else value
