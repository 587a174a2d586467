"""Writes of what units say of themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.changes import note_change
from alcaide.common.models import User
from alcaide.common.money import LARGEST_MINOR
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, audit, write
from alcaide.organization.models import CHANGE, Fact, Unit
from alcaide.organization.queries import FactKind, fact_kind

from .rows import ROOM, check, refuse

LARGEST = 10**12
LONGEST_WORDS = 2_000
FIRST_YEAR = 1900
BASES = dict(Fact.BASES)


@dataclass(frozen=True)
class Said:
    """An answer: its value (None says that it is no longer known), how and from where it is known, its days."""

    value: Any
    basis: str
    source: str
    from_on: date | None = None
    until_on: date | None = None


@write
def say_fact(actor: Actor, said: Said, *, unit: Unit, key: str, opened_fact: int | None = -1) -> Fact:
    """Say a fact of a unit from a day on (today where none is named); the earlier one is kept.

    Needs the right to change the unit. `opened_fact` is the key of the fact that was shown, None where there was
    none: where another was said since, nothing is written; -1 does not ask. Raises ValidationError.
    """
    require(actor, CHANGE, unit_id=unit.pk)
    kind, source = fact_kind(key), said.source.strip()
    begins = said.from_on or timezone.localdate()
    _must_be_sound(said, begins)
    # One write at a time says facts of a unit; the row of the unit is held until it ends.
    Unit.objects.select_for_update().get(pk=unit.pk)
    standing = Fact.objects.filter(unit=unit, key=key, replaced_at__isnull=True)
    _must_be_as_opened(standing, opened_fact)
    made = Fact(
        unit=unit, key=key, value=checked_value(kind, said.value), basis=said.basis, source=source, from_on=begins,
        until_on=said.until_on, said_by=actor if isinstance(actor, User) else None,
    )  # fmt: skip
    check(made, fields={"key", "source", "basis"})
    before = standing.filter(from_on__lte=begins).order_by("-from_on", "-id").first()
    # A second word about the same first day is a correction; one about another day is a new time.
    standing.filter(from_on=begins).update(replaced_at=timezone.now())
    made.save()
    after = {"unit": unit.subject, "key": key, "value": made.value, "basis": said.basis, "source": source}
    audit(
        actor, "say_fact", subject=made.subject, before={"value": before.value} if before else {},
        after={**after, "from": begins, "until": said.until_on},
    )  # fmt: skip
    note_change(ROOM, made.subject)
    return made


def _must_be_sound(said: Said, begins: date) -> None:
    if said.until_on and said.until_on < begins:
        raise refuse("until_on", _("It does not stop holding before it begins: one of the two dates is wrong."))
    if said.basis not in BASES:
        raise refuse("basis", _("Say how it is known: measured, sector or judgement."))
    if not said.source.strip():
        raise refuse("source", _("Say where it is from; a fact without a source helps nobody who checks it."))


def _must_be_as_opened(standing: QuerySet[Fact], opened_fact: int | None) -> None:
    newest = standing.order_by("-id").values_list("pk", flat=True).first()
    if opened_fact not in {-1, newest}:
        raise refuse(
            "", _("Somebody else answered this while you were typing. Load the page and look; nothing was kept.")
        )


def checked_value(kind: FactKind, value: Any) -> Any:
    """Return a value as its kind keeps it, None staying unknown. Raises ValidationError."""
    return None if value is None else CHECKS[kind.type](kind, value)


def _yes_no(_kind: FactKind, value: Any) -> bool:
    if not isinstance(value, bool):
        raise refuse("value", _("Answer yes or no, or leave it unknown."))
    return value


def _words(_kind: FactKind, value: Any) -> str:
    text = str(value).strip()
    if not text or len(text) > LONGEST_WORDS:
        raise refuse("value", _("Write up to %(longest_words)s letters.") % {"longest_words": f"{LONGEST_WORDS:,}"})
    return text


def _range(_kind: FactKind, value: Any) -> dict[str, int]:
    if not isinstance(value, dict) or set(value) != {"low", "high"}:
        raise refuse("value", _("Give the least and the most."))
    low, high = _whole(_kind, value["low"]), _whole(_kind, value["high"])
    if high < low:
        raise refuse("value", _("The range begins with the smaller number."))
    return {"low": low, "high": high}


def _whole(_kind: FactKind, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise refuse("value", _("Write a whole number, 0 or more."))
    return value


def _money(_kind: FactKind, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != {"minor", "currency", "year"}:
        raise refuse("value", _("Give a sum, its currency and its year."))
    minor, year = value["minor"], value["year"]
    if isinstance(minor, bool) or not isinstance(minor, int) or not 0 <= minor <= LARGEST_MINOR:
        raise refuse("value", _("Give a sum of 0 or more."))
    if not isinstance(year, int) or not FIRST_YEAR <= year <= timezone.localdate().year + 1:
        raise refuse("value", _("Give the year that the sum is of, such as 2025."))
    return {"minor": minor, "currency": str(value["currency"])[:3].upper(), "year": year}


def _codes(kind: FactKind, value: Any) -> list[str]:
    codes = sorted({str(each).strip() for each in value if str(each).strip()})
    known = set(kind.options)
    for code in codes:
        if known and code not in known:
            raise refuse(
                "value", _("“%(code)s” is none of: %(named)s.") % {"code": code, "named": ", ".join(kind.options)}
            )
        if kind.type == "countries" and not _is_country(code):
            raise refuse("value", _("“%(code)s” is no country or subdivision: write ES, PT or US-CA.") % {"code": code})
    return codes


def _is_country(code: str) -> bool:
    """Tell whether a text has the form of ISO 3166-1 alpha-2 or 3166-2."""
    country, _, part = code.partition("-")
    is_two = len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()
    return is_two and ("-" not in code or (1 <= len(part) <= 3 and part.isascii() and part.isalnum()))


CHECKS: dict[str, Callable[[FactKind, Any], Any]] = {
    "yes_no": _yes_no,
    "number": _whole,
    "range": _range,
    "money": _money,
    "codes": _codes,
    "countries": _codes,
    "words": _words,
}
