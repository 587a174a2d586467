"""Writes of the rates of currencies, and of how the organization counts: fiscal year and age of rates."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from alcaide.common.changes import note_change
from alcaide.common.models import User
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import CHANGE, Organization, Rate
from alcaide.organization.queries import root_unit, the_organization

from .found import tell_of_rate
from .rows import ROOM, change, refuse

# ISO 4217 codes have three letters; a rate beyond these bounds is a slipped decimal.
LETTERS = 3
SMALLEST, LARGEST = Decimal("0.000001"), Decimal(10_000_000)


@write
def set_rate(actor: Actor, *, currency: str, on: date, per_ours: Decimal, source: str) -> Rate:
    """Say how many of a currency one of ours bought on a day; one of that day is corrected, the trail keeps both.

    Needs the right to change the top unit. Refused for our own currency, days to come, and what is no rate.
    """
    require(actor, CHANGE, unit_id=root_unit().pk)
    ours = the_organization().currency
    currency = checked_currency(currency, ours=ours)
    number = checked_rate(per_ours)
    if on > timezone.localdate():
        raise refuse("on", "Nobody knows a rate of a day to come.")
    if not source.strip():
        raise refuse("source", "Say where the rate is from, such as “ECB reference rates”.")
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
        raise refuse("currency", f"“{currency}” is no currency: write three letters, such as USD.")
    if code == ours:
        raise refuse("currency", f"{ours} is the organization's own currency; it needs no rate.")
    return code


def checked_rate(per_ours: Decimal | str) -> str:
    """Return a rate as it is kept, every digit of it. Raises ValidationError."""
    try:
        number = Decimal(per_ours)
    except InvalidOperation as fault:
        raise refuse("per_ours", f"“{per_ours}” is no rate: write a number, such as 1.0842.") from fault
    if not number.is_finite() or not SMALLEST <= number <= LARGEST:
        raise refuse("per_ours", f"A rate lies between {SMALLEST} and {LARGEST:,}; look for a slipped decimal.")
    return f"{number.normalize():f}"
