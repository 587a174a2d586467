"""What the organization is big by, what was taken from the libraries before, and what fits a measure."""

from dataclasses import dataclass
from typing import Any

from alcaide.assets.models import Asset
from alcaide.organization.models import Person, Unit
from alcaide.risk.library import differences_from, library
from alcaide.risk.models import Scenario, Taken

SITE_KINDS = ("plant", "office", "warehouse")


def known_count(per: str, unit: Unit) -> int | None:
    """Return how many of `per` are on file below a unit; None where the house does not know."""
    below = {"unit__path__startswith": unit.path}
    if per in {"1,000 employees", "employee", "user"}:
        return Person.objects.filter(left_on__isnull=True, **below).count() or None
    if per == "site":
        return Unit.objects.filter(path__startswith=unit.path, kind__in=SITE_KINDS).count() or None
    if per == "host":
        return Asset.objects.filter(kind="host", retired_at__isnull=True, **below).count() or None
    return 1 if per == "organization" else None


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
