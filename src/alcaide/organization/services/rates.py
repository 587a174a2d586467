"""Writes of the rates of currencies, and of how the organization counts: fiscal year and age of rates."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.changes import note_change
from alcaide.common.models import User
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import CHANGE, Organization, Rate
from alcaide.organization.queries import neighbours, root_unit, the_organization
from alcaide.organization.quoting import DIGITS, doubt, equation

from .found import tell_of_rate
from .rows import ROOM, change, refuse

# ISO 4217 codes have three letters; a rate beyond these bounds is a slipped decimal.
LETTERS = 3
ODD = "odd"
SMALLEST, LARGEST = Decimal("0.000001"), Decimal(10_000_000)


@write
def set_rate(actor: Actor, *, currency: str, on: date, per_ours: Decimal, source: str, sure: bool = False) -> Rate:
    """Say how many of a currency one of ours bought on a day; one of that day is corrected, the trail keeps both.

    Needs the right to change the top unit. Refused for our own currency, days to come, and what is no rate; and,
    unless somebody is `sure`, what looks turned round or slipped beside the rate before.
    """
    require(actor, CHANGE, unit_id=root_unit().pk)
    ours = the_organization().currency
    currency = checked_currency(currency, ours=ours)
    number = checked_rate(per_ours)
    if on > timezone.localdate():
        raise refuse("on", _("Nobody knows a rate of a day to come."))
    if not source.strip():
        raise refuse("source", _("Say where the rate is from, such as “ECB reference rates”."))
    said = "" if sure else odd_words(currency, on, number)
    if said:
        asked = _("%(said)s If it is right, say so below.") % {"said": said}
        raise ValidationError({"per_ours": ValidationError(asked, code=ODD)})
    kept, is_new = Rate.objects.select_for_update().get_or_create(
        ours=ours, currency=currency, on=on, defaults={"per_ours": number, "source": source.strip()}
    )
    before = {} if is_new else {"per_ours": kept.per_ours, "source": kept.source}
    after = {"per_ours": number, "source": source.strip()}
    if before == after:
        return kept
    kept.per_ours, kept.source = number, source.strip()
    kept.said_by = actor if isinstance(actor, User) else None
    kept.version += 0 if is_new else 1
    kept.save()
    audit(actor, "set_rate", subject=kept.subject, before=before, after={"currency": currency, "on": on, **after})
    tell_of_rate(kept)
    note_change(ROOM, kept.subject)
    return kept


@write
def change_organization(actor: Actor, house: Organization, *, opened_version: int, **values: Any) -> Organization:
    """Change the fiscal year's first month or how old a rate may be. Raises LostUpdate."""
    require(actor, CHANGE, unit_id=root_unit().pk)
    change(actor, "change_organization", house, opened_version=opened_version, values=values)
    return house


def checked_currency(currency: str, *, ours: str) -> str:
    """Return a currency's three letters. Raises ValidationError."""
    code = currency.strip().upper()
    if len(code) != LETTERS or not (code.isascii() and code.isalpha()):
        said = _("“%(currency)s” is no currency: write three letters, such as USD.")
        raise refuse("currency", said % {"currency": currency})
    if code == ours:
        raise refuse("currency", _("%(ours)s is the organization's own currency; it needs no rate.") % {"ours": ours})
    return code


def checked_rate(per_ours: Decimal | str) -> str:
    """Return a rate as it is kept, every digit of it. Raises ValidationError."""
    try:
        number = Decimal(per_ours)
    except InvalidOperation as fault:
        said = _("“%(typed)s” is no rate: write a number, such as 1.0842.")
        raise refuse("per_ours", said % {"typed": per_ours}) from fault
    if not number.is_finite() or not SMALLEST <= number <= LARGEST:
        said = _("A rate lies between %(least)s and %(most)s; look for a slipped decimal.")
        raise refuse("per_ours", said % {"least": SMALLEST, "most": f"{LARGEST:,}"})
    return f"{number.normalize():f}"


def odd_words(currency: str, on: date, number: str) -> str:
    """Say why a rate should be confirmed: about the inverse of the rate before, or many times it; empty where not."""
    before, after = neighbours(currency, on)
    beside = before or after
    found = doubt(Decimal(number), Decimal(beside.per_ours)) if beside is not None else None
    if beside is None or found is None:
        return ""
    ours = beside.ours
    about = {
        "typed": equation(ours, number, currency), "beside": beside.said, "day": beside.on.isoformat(),
        "other": equation(currency, number, ours), "number": DIGITS.divide(Decimal(1), Decimal(number)),
        "times": f"{found.times:,.0f}",
    }  # fmt: skip
    if found.is_turned:
        return (
            _(
                "%(typed)s is about the rate of %(day)s turned round (%(beside)s). "
                "Did you mean %(other)s? Then type %(number)s."
            )
            % about
        )
    return (
        _(
            "%(typed)s is about %(times)s times away from the rate of %(day)s (%(beside)s). "
            "Look for a slipped decimal, or did you mean %(other)s?"
        )
        % about
    )
