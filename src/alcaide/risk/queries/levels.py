"""What a year costs without the measures in place, today, and with those adopted: for a scenario or the whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from alcaide.common import charts
from alcaide.common.money import Money

from .figures import Figures


@dataclass(frozen=True)
class Level:
    """One level: its words, its figure with its range, its bad year where it is of the whole."""

    name: str
    about: str
    amount: Money
    low: Money
    high: Money
    bad_year: Money | None
    bad_low: Money | None
    bad_high: Money | None
    drawn: SafeString


def levels_of_scenario(shown: Figures, row: Mapping[str, Any] | None) -> list[Level]:
    """Return the three levels of a scenario; none where its run knows none."""
    if row is None or "inherent" not in row:
        return []
    return _levels(shown, [(row["inherent"], "range"), (row, "range"), (row["planned"], "range")], area=row["area"])


def levels_of_all(shown: Figures) -> list[Level]:
    """Return the levels of the whole, to who may see it; with what the proposed plan would leave as the last."""
    held = shown.results.get("levels") if shown.whole else None
    if not held:
        return []
    rows = [(held["inherent"], "mean_range"), (shown.results, "mean_range"), (held["planned"], "mean_range")]
    plan = shown.results.get("plan")
    if plan and plan["feasible"] and plan["chosen"]:
        rows.append((plan, "mean_range"))
    return _levels(shown, rows)


def _levels(shown: Figures, rows: list[tuple[Mapping[str, Any], str]], *, area: str = "") -> list[Level]:
    words = [
        (_("Without measures"), _("those in place since the ranges were given, taken away")),
        (_("Today"), _("with what is in place")),
        (_("With those adopted"), _("as soon as they are in place; nothing else changed")),
        (_("With the proposed plan"), _("nobody has adopted all of it yet")),
    ]
    largest = max(row["mean"] for row, _name in rows)
    found = []
    for (name, about), (row, ends) in zip(words, rows, strict=False):
        low, high = row[ends]
        bad = row.get("bad_year_range")
        found.append(
            Level(
                name, about, shown.money(row["mean"]), shown.money(low), shown.money(high),
                shown.money(row["bad_year"]) if "bad_year" in row else None, shown.money(bad[0]) if bad else None,
                shown.money(bad[1]) if bad else None,
                charts.bar(row["mean"] / largest if largest else 0.0, area=area),
            )
        )  # fmt: skip
    return found
