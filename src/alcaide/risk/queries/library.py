"""What the organization is big by, what was taken from the libraries before, and what fits a measure."""

import math
from dataclasses import dataclass
from typing import Any

from alcaide.assets.models import Asset
from alcaide.common.money import minor_digits
from alcaide.common.permissions import scope_of
from alcaide.organization.models import SEE_FACTS, Person, Unit
from alcaide.organization.queries import Known, fact
from alcaide.risk.library import differences_from, library
from alcaide.risk.library_rows import HEADS, ONE, SITE
from alcaide.risk.library_scale import Size
from alcaide.risk.models import Scenario, Taken

SITE_KINDS = ("plant", "office", "warehouse")
PEOPLE = (HEADS, "employee", "user")


def known_count(per: str, unit: Unit, user: Any) -> Size:
    """Return how many of `per` a unit has, and how that is known; None where the house does not know."""
    if per == ONE:
        return Size(1.0)
    if per in PEOPLE:
        return _headcount(unit, user)
    below = {"unit__path__startswith": unit.path}
    counted = 0
    if per == SITE:
        counted = Unit.objects.filter(path__startswith=unit.path, kind__in=SITE_KINDS).count()
    elif per in {"host", "vehicle"}:
        counted = Asset.objects.filter(kind=per, retired_at__isnull=True, **below).count()
    return Size(float(counted), "counted on file") if counted else Size(None)


def known_size(by: str, unit: Unit, user: Any, *, currency: str) -> Size:
    """Return how large a unit is by what a loss grows with; revenue only where it is kept in `currency`."""
    if by == "headcount":
        return _headcount(unit, user)
    said = _said(unit, by, user)
    if said is None:
        return Size(None)
    if by == "revenue":
        if said.value["currency"] != currency:
            return Size(None)
        return Size(said.value["minor"] / 10 ** minor_digits(currency) or None, _fact_words(said))
    low, high = said.value["low"], said.value["high"]
    return Size((math.sqrt(low * high) if low else high / 2) or None, _fact_words(said))


def _headcount(unit: Unit, user: Any) -> Size:
    """Return what the unit says of itself, else the people on file below it."""
    if (said := _said(unit, "headcount", user)) and said.value:
        return Size(float(said.value), _fact_words(said))
    counted = Person.objects.filter(left_on__isnull=True, unit__path__startswith=unit.path).count()
    return Size(float(counted), "people on file") if counted else Size(None)


def _said(unit: Unit, key: str, user: Any) -> Known | None:
    """Return a known fact of a unit; None where nobody knows it or the user may not see what units say."""
    if not scope_of(user).allows(SEE_FACTS, unit.pk):
        return None
    said = fact(unit, key)
    return said if said.is_known else None


def _fact_words(said: Known) -> str:
    return f"said by the unit, {said.basis}, from {said.from_on}"


def taken_before(user: Any, key: str, *, kind: str) -> list[Taken]:
    """Return what the user sees of what began from an item before and is still in use, newest first."""
    rows = Taken.objects.visible_to(user).filter(key=key, **{f"{kind}__isnull": False})
    rows = (
        rows.filter(scenario__retired_at__isnull=True) if kind == "scenario" else rows.exclude(measure__state="dropped")
    )
    return list(rows.select_related("unit", "scenario", "measure", "taken_by"))


@dataclass(frozen=True)
class Began:
    """The library row from which something began, and how many of its parts the library says otherwise today."""

    taken: Taken
    name: str
    differs: int
    is_gone: bool
    """Whether the library no longer has the row."""


def began(**row: Any) -> Began | None:
    """Return from what a scenario or a measure began: `began(scenario=row)`; None where somebody typed it."""
    taken = Taken.objects.filter(**row).select_related("taken_by").first()
    if taken is None:
        return None
    held = library()
    item = held.scenarios.get(taken.key) if "scenario" in row else held.measures.get(taken.key)
    differs = len(differences_from(taken.content, item)) if item else 0
    return Began(taken, str(taken.content["name"]), differs, item is None)


def fitting(scenarios: Any, tag: str) -> list[Scenario]:
    """Return those of a set of scenarios that began from a library row with a tag."""
    rows = Taken.objects.filter(scenario__in=scenarios.values("pk")).select_related("scenario")
    return [each.scenario for each in rows if each.scenario and tag in each.content.get("tags", [])]
