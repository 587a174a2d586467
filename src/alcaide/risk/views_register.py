"""The register: every scenario with its expected loss a year; and where the loss lies."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from alcaide.common import charts
from alcaide.common.lists import ListPage, Page
from alcaide.common.money import Kind, Money
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.common.words import money, money_range
from alcaide.controls.queries import prices_of
from alcaide.organization.models import Unit
from alcaide.organization.queries import units_to_choose
from alcaide.risk.models import ESTIMATE, NO_PRICE, SEE
from alcaide.risk.pricing.bands import spread_over
from alcaide.risk.queries import LOSS, Where, figures, where_it_lies
from alcaide.risk.tables import SCENARIOS, loss_words, rate_words, size_words
from alcaide.risk.views_scenarios import Asking

MOST_COLUMNS, MOST_ROWS = 6, 6


class ScenarioList(ListPage):
    """The register: every scenario with its expected loss a year."""

    listing = SCENARIOS
    permission = SEE
    template: ClassVar[str] = "risk/scenarios.html"

    def headline(self, page: Page) -> tuple[str, str]:
        """Say what all of it costs a year, to whoever may see the whole; else how many scenarios there are."""
        largest = next((row.item for row in page.rows if row.item.loss_minor != NO_PRICE), None)
        number = ngettext("%(n)s scenario", "%(n)s scenarios", page.total.shown) % {"n": page.total}
        if page.is_first_day:
            return _("Nothing is priced yet."), ""
        rest = ""
        if largest and page.order.param == "-loss" and page.first == 1:
            rest = _("%(name)s leads with %(sum)s.") % {"name": largest.name, "sum": loss_words(largest)}
        is_all = not page.is_filtered and not (page.view and page.view.key != "in-use")
        # A sum over what is hidden would tell of it.
        whole = self._whole() if is_all and page.rows and not page.hidden else None
        if whole is None:
            return f"{number}.", rest
        low, high = whole.low, whole.high
        sums = {
            "sum": money(whole.amount.major, low.currency),
            "range": money_range(low.major, high.major, currency=low.currency),
        }
        return _("%(sum)s a year is expected, %(range)s.") % sums, f"{number}. {rest}"

    def _whole(self) -> Any:
        """Return what everything costs together; it stands at the top unit, the first of whoever may see it."""
        tops = [f"{Unit.SUBJECT}:{uid}" for uid, _name in units_to_choose(self.request.user)[:1]]
        return next(iter(prices_of(tops, figure=LOSS).values()), None)

    def more(self, page: Page) -> dict[str, Any]:
        """Tell the template whether a scenario may be added."""
        return {"may_add": scope_of(self.request.user).allows(ESTIMATE)}


@rule(SEE)
@require_safe
def where_page(request: Asking) -> HttpResponse:
    """Show where the loss lies: by how often and how much, by area, by unit."""
    require(request.user, SEE)
    shown = figures(request.user)
    if shown is None:
        return render(request, "risk/where.html", {"where": None})
    where = where_it_lies(request.user, shown)
    grid = _grid(where)
    heaviest = max(where.bands, key=lambda each: each.amount.minor, default=None)
    drawn = [charts.heat_grid(grid, currency=where.currency, wide=wide) for wide in (True, False)]
    about = {
        "where": where,
        "run": shown.run,
        "grid": drawn,
        "table": charts.heat_table(grid, currency=where.currency),
        "heaviest": _span_words(heaviest, where) if heaviest else "",
        "heaviest_part": _part(heaviest.amount.minor, where) if heaviest else 0.0,
        "areas": [(part, _bar(part.amount.minor, where, area=part.key), _link(area=part.key)) for part in where.areas],
        "units": [(part, _bar(part.amount.minor, where), _link(unit=part.key)) for part in where.units],
    }
    return render(request, "risk/where.html", about)


def _grid(where: Where) -> charts.Grid:
    """Lay the bands on at most six columns and six rows; each cell leads to the scenarios that it holds."""
    if not where.bands:
        return charts.Grid((), (), {}, "", "")
    rates = [each.rate_band for each in where.bands]
    sizes = [each.size_band for each in where.bands]
    columns = spread_over(min(rates), max(rates), most=MOST_COLUMNS)
    rows = spread_over(min(sizes), max(sizes), most=MOST_ROWS)
    cells: dict[tuple[int, int], charts.Cell] = {}
    for row, (low, high) in enumerate(rows):
        for column, (first, last) in enumerate(columns):
            held = [each for each in where.bands if low <= each.size_band <= high and first <= each.rate_band <= last]
            if held:
                amount = sum(each.amount.minor for each in held)
                url = _link(often=[*range(first, last + 1)], each=[*range(low, high + 1)])
                whole = float(Money(amount, where.currency, Kind.EXPECTED).major)
                cells[row, column] = charts.Cell(whole, sum(each.count for each in held), url)
    return charts.Grid(
        rows=[size_words(*each, currency=where.currency) for each in rows],
        columns=[rate_words(*each) for each in columns],
        cells=cells,
        rows_are=_("Each time"),
        columns_are=_("How often, after measures"),
    )


def _span_words(band: Any, where: Where) -> str:
    sizes = size_words(band.size_band, band.size_band, currency=where.currency)
    return _("%(sizes)s each time, %(often)s") % {
        "sizes": sizes, "often": rate_words(band.rate_band, band.rate_band),
    }  # fmt: skip


def _part(minor: int, where: Where) -> float:
    return minor / where.amount.minor if where.amount.minor else 0.0


def _bar(minor: int, where: Where, *, area: str = "") -> Any:
    return charts.bar(_part(minor, where), area=area)


def _link(**asked: Any) -> str:
    return f"{reverse('scenarios')}?{urlencode(asked, doseq=True)}"
