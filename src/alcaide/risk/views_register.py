"""The register: every scenario with its expected loss a year."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from alcaide.common.lists import Choice, Column, FirstDay, Listing, ListPage, Page, View, Words
from alcaide.common.permissions import scope_of
from alcaide.common.words import money, money_range
from alcaide.controls.queries import NO_PRICE, Price, is_priced, prices_of, with_price
from alcaide.organization.models import Unit
from alcaide.organization.queries import units_to_choose
from alcaide.risk.models import BASES, ESTIMATE, SEE, Scenario
from alcaide.risk.queries import LOSS, ends_of, estimates_in_force, scenario_shown, with_bases
from alcaide.risk.words import often


class BasisChoice(Choice):
    """Scenarios whose frequency or loss rests on one of these."""

    def narrow(self, rows: QuerySet[Any], asked: tuple[str, ...]) -> QuerySet[Any]:
        return with_bases(rows).filter(Q(basis_of_frequency__in=asked) | Q(basis_of_loss__in=asked))


def _rows(user: Any) -> QuerySet[Scenario]:
    rows = Scenario.objects.select_related("unit", "owner")
    return with_price(rows, figure=LOSS, name="loss_minor")


def _dress(rows: Sequence[Any], user: Any) -> None:
    """Hang on each scenario of a page its price and its ranges in force, and what all of them cost together.

    The whole stands at the top unit, which is the first of the units of whoever may see it.
    """
    tops = [f"{Unit.SUBJECT}:{uid}" for uid, _name in units_to_choose(user)[:1]]
    prices = prices_of([*(row.subject for row in rows), *tops], figure=LOSS)
    held = estimates_in_force([row.pk for row in rows])
    for row in rows:
        row.price = prices.get(row.subject)
        row.loss_minor = row.price.amount.minor if row.price else NO_PRICE
        row.whole = next((prices[top] for top in tops if top in prices), None)
        own = held.get(row.pk, {})
        row.frequency, row.size = own.get("frequency"), own.get("loss")
        row.bases = list(dict.fromkeys(each.basis for each in (row.frequency, row.size) if each))


def _loss_words(row: Any) -> str:
    return money(row.price.amount.major, row.price.amount.currency) if row.price else _("no price yet")


def _range_words(row: Any) -> str:
    price: Price | None = row.price
    return money_range(price.low.major, price.high.major, currency=price.low.currency) if price else ""


def _often(row: Any) -> str:
    return often(row.frequency.low, row.frequency.high) if row.frequency else _("not said yet")


def _each_time(row: Any) -> str:
    if row.size is None:
        return _("not said yet")
    low, high = ends_of(row.size)
    return money_range(low.major, high.major, currency=row.size.currency)


IN_USE = Q(retired_at__isnull=True)
LISTING = Listing(
    name="scenarios",
    label=lazy("Scenarios"),
    rows=_rows,
    sort="-loss",
    dress=_dress,
    opens="risk/_scenario_opened.html",
    opened=lambda row, user: scenario_shown(user, row),
    columns=(
        Column("name", lazy("Scenario"), order="name", role="lead", piece="risk/_scenario_name.html"),
        Column(
            "loss", lazy("Expected a year"), _loss_words, _range_words, order="loss_minor", numeric=True, role="side",
            export=lambda row: row.price.amount.major if row.price else None,
        ),
        Column("often", lazy("Happens"), _often, role="per"),
        Column("each", lazy("Each time"), _each_time, numeric=True, role="limit"),
        Column("basis", lazy("Rests on"), lambda row: row.bases or None, role="more"),
        Column("owner", lazy("Answers for it"), lambda row: row.owner.name if row.owner else _("nobody yet")),
        Column("as_of", lazy("Figures of"), lambda row: row.price.at if row.price else None, shown=False),
    ),
    filters=(
        Words(label=lazy("Words"), subject_kind=Scenario.SUBJECT),
        Choice("area", lazy("Area"), field="area", choices=Scenario.AREAS),
        Choice("unit", lazy("Unit"), field="unit__uid", choices=units_to_choose),
        BasisChoice("basis", lazy("Rests on"), field="basis", choices=BASES),
    ),
    views=(
        View("in-use", lazy("In use"), IN_USE),
        View("unpriced", lazy("Not priced"), lambda: IN_USE & ~is_priced(Scenario.SUBJECT, figure=LOSS), sort="name"),
        View("retired", lazy("Retired"), ~IN_USE, sort="name"),
    ),
    first_day=FirstDay(
        "chart-line", lazy("No scenario yet."),
        lazy("Write down one thing that worries you, say how often and how much, and the first figure appears."),
        ((lazy("Add a scenario"), "scenario-new"),),
    ),
)  # fmt: skip


class ScenarioList(ListPage):
    """The register: every scenario with its expected loss a year."""

    listing = LISTING
    permission = SEE
    template: ClassVar[str] = "risk/scenarios.html"

    def headline(self, page: Page) -> tuple[str, str]:
        """Say what all of it costs a year, to whoever may see the whole; else how many scenarios there are."""
        # A sum over what is hidden would tell of it.
        whole = page.rows[0].item.whole if page.rows and not page.hidden else None
        largest = next((row.item for row in page.rows if row.item.price), None)
        number = ngettext("%(n)s scenario", "%(n)s scenarios", page.total.shown) % {"n": page.total}
        if page.is_first_day:
            return _("Nothing is priced yet."), ""
        rest = ""
        if largest and page.order.param == "-loss" and page.first == 1:
            rest = _("%(name)s leads with %(sum)s.") % {"name": largest.name, "sum": _loss_words(largest)}
        if whole is None or page.is_filtered or (page.view and page.view.key != "in-use"):
            return f"{number}.", rest
        low, high = whole.low, whole.high
        sums = {
            "sum": money(whole.amount.major, low.currency),
            "range": money_range(low.major, high.major, currency=low.currency),
        }
        return _("%(sum)s a year is expected, %(range)s.") % sums, f"{number}. {rest}"

    def more(self, page: Page) -> dict[str, Any]:
        """Tell the template whether a scenario may be added."""
        return {"may_add": scope_of(self.request.user).allows(ESTIMATE)}
