"""The libraries as lists: their columns and filters, over rows that follow the content files."""

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from functools import cache, reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from alcaide.common.content import in_step
from alcaide.common.lists import Above, BulkAct, Choice, Column, Flag, Listing, Words
from alcaide.common.search import fold
from alcaide.common.words import money_range
from alcaide.controls.models import CHANGE
from alcaide.risk.library import library, plain
from alcaide.risk.library_rows import LibraryMeasure, LibraryScenario
from alcaide.risk.library_scale import middle
from alcaide.risk.models import ESTIMATE, LibraryMeasureRow, LibraryScenarioRow, Scenario, Taken
from alcaide.risk.words import often, span


class Folded(Words):
    """Every word must stand somewhere in the row, whatever its accents."""

    def narrow(self, rows: QuerySet[Any], asked: str) -> QuerySet[Any]:
        for word in fold(asked):
            rows = rows.filter(words__contains=word)
        return rows


class Tagged(Choice):
    """One or several tags of which a row bears any."""

    def narrow(self, rows: QuerySet[Any], asked: tuple[str, ...]) -> QuerySet[Any]:
        return rows.filter(reduce(or_, (Q(**{f"{self.field}__contains": f"|{tag}|"}) for tag in asked)))


class NoMore(Above):
    """At most a number."""

    def narrow(self, rows: QuerySet[Any], asked: Decimal) -> QuerySet[Any]:
        return rows.filter(**{f"{self.field}__lte": asked * self.scale})

    def words(self, asked: Decimal, options: Any) -> list[tuple[str, str]]:
        said = _("%(what)s at most %(number)s") % {"what": self.label, "number": f"{asked.normalize():f}"}
        return [(said, str(asked))]


def scenario_rows() -> QuerySet[LibraryScenarioRow]:
    """Return the scenarios of the library as rows that a list can ask by."""
    return in_step(LibraryScenarioRow, digest=_digest("scenarios"), make=lambda: [
        LibraryScenarioRow(**_shared(each, each.story), often=middle(*each.frequency), each_time=middle(*each.loss))
        for each in library().scenarios.values()
    ])  # fmt: skip


def measure_rows() -> QuerySet[LibraryMeasureRow]:
    """Return the measures of the library as rows that a list can ask by."""
    return in_step(LibraryMeasureRow, digest=_digest("measures"), make=lambda: [
        LibraryMeasureRow(**_shared(each, each.what), cash=each.cash[0], hours=middle(*each.hours))
        for each in library().measures.values()
    ])  # fmt: skip


@cache
def _digest(kind: str) -> str:
    rows = [plain(each) for each in getattr(library(), kind).values()]
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def _shared(each: LibraryScenario | LibraryMeasure, words: str) -> dict[str, Any]:
    return {
        "key": each.key, "name": each.name, "area": each.area, "is_safety": each.safety,
        "tags": f"|{'|'.join(each.tags)}|", "rests": "published" if each.is_published else "judgement",
        "words": " ".join(fold(f"{each.name} {words} {' '.join(each.tags)}")),
    }  # fmt: skip


def _dress(items: str, kind: str) -> Any:
    def dress(rows: Sequence[Any], user: Any) -> None:
        """Hang on each row what the file says, and in how many units the user sees something begun from it."""
        used = Taken.objects.visible_to(user).filter(key__in=[row.key for row in rows], **{f"{kind}__isnull": False})
        taken: dict[str, set[int]] = {}
        for key, unit_id in used.values_list("key", "unit_id"):
            taken.setdefault(key, set()).add(unit_id)
        for row in rows:
            row.item = getattr(library(), items)[row.key]
            row.taken = len(taken.get(row.key, ()))

    return dress


def _area(row: Any) -> str:
    said = dict(Scenario.AREAS)[row.area]
    return _("%(area)s, safety") % {"area": said} if row.is_safety else said


def _taken(row: Any) -> str:
    said = ngettext("taken in %(n)s unit", "taken in %(n)s units", row.taken) % {"n": row.taken}
    return said if row.taken else _("not taken yet")


def _tags(items: str) -> Any:
    def tags(_user: Any) -> list[tuple[str, str]]:
        return [(tag, tag) for tag in sorted({tag for each in getattr(library(), items).values() for tag in each.tags})]

    return tags


def _per(row: Any) -> str:
    return _("per %(per)s") % {"per": row.item.per}


def _sums(ends: tuple[float, float], row: Any) -> str:
    return money_range(*ends, currency=row.item.currency)


def _figure(row: Any, published: str, level: str, basis: str) -> str:
    found = getattr(row.item, published)
    if found is None:
        return str(getattr(row.item, basis))
    return _("figure of %(year)s, %(level)s") % {"year": found.year, "level": getattr(row.item, level)}


def _hours(row: Any) -> str:
    return _("%(n)s hours") % {"n": span(*row.item.hours)}


def _harm(row: Any) -> str:
    return _("%(n)s people harmed") % {"n": span(*row.item.harm)} if row.item.harm else ""


def _filters(items: str) -> tuple[Any, ...]:
    return (
        Folded(label=lazy("Words")),
        Choice("area", lazy("Area"), field="area", choices=Scenario.AREAS),
        Flag("safety", lazy("Keeps people safe"), only=Q(is_safety=True)),
        Tagged("tag", lazy("Tag"), field="tags", choices=_tags(items)),
        Choice("rests", lazy("Rests on"), field="rests", choices=LibraryScenarioRow.RESTS),
    )


LIBRARY_SCENARIOS = Listing(
    name="library-scenarios",
    label=lazy("Library of scenarios"),
    rows=lambda user: scenario_rows(),
    sort="name",
    columns=(
        Column("name", lazy("Scenario"), second=lambda row: ", ".join(row.item.tags), role="lead", order="name",
               url=lambda row: reverse("library-scenario", args=[row.key])),
        Column("often", lazy("How often"), value=lambda row: often(*row.item.frequency), second=_per, order="often",
               numeric=True, role="per"),
        Column("loss", lazy("Each time"), value=lambda row: _sums(row.item.loss, row), second=_harm,
               order="each_time", numeric=True, role="side"),
        Column("often_rests", lazy("How often rests on"), role="limit",
               value=lambda row: _figure(row, "frequency_from", "confidence", "basis")),
        Column("loss_rests", lazy("Each time rests on"), role="more",
               value=lambda row: _figure(row, "loss_from", "loss_confidence", "loss_basis")),
        Column("taken", lazy("Taken"), value=_taken, role="more"),
        Column("area", lazy("Area"), value=_area, order="area", shown=False),
        Column("edition", lazy("Edition"), value="item.version", shown=False),
    ),
    filters=_filters("scenarios"),
    bulk=(BulkAct(lazy("Take these"), "library-take-many", permission=ESTIMATE),),
    dress=_dress("scenarios", "scenario"),
    uid="key",
)  # fmt: skip

LIBRARY_MEASURES = Listing(
    name="library-measures",
    label=lazy("Library of measures"),
    rows=lambda user: measure_rows(),
    sort="name",
    columns=(
        Column("name", lazy("Measure"), second=lambda row: ", ".join(row.item.tags), role="lead", order="name",
               url=lambda row: reverse("library-measure", args=[row.key])),
        Column("cash", lazy("Cash a year"), value=lambda row: _sums(row.item.cash, row), second=_per, order="cash",
               numeric=True, role="side"),
        Column("hours", lazy("Our hours"), value=_hours, order="hours", numeric=True,
               role="per"),
        Column("rests", lazy("Rests on"), role="limit", order="rests",
               value=lambda row: _("a figure, in part") if row.rests == "published" else _("judgement")),
        Column("taken", lazy("Taken"), value=_taken, role="more"),
        Column("area", lazy("Area"), value=_area, order="area", shown=False),
        Column("edition", lazy("Edition"), value="item.version", shown=False),
    ),
    filters=(*_filters("measures"), NoMore("most", lazy("Begins at, EUR a year"), field="cash")),
    bulk=(BulkAct(lazy("Propose these"), "library-propose-many", permission=CHANGE),),
    dress=_dress("measures", "measure"),
    uid="key",
)  # fmt: skip
