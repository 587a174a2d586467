"""The list of what is stated or published of public flaws, with who said so, when and where."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.common.lists import Choice, Column, FirstDay, Listing, ListPage, Page, Typed, View
from alcaide.common.permissions import scope_of
from alcaide.exposure.models import SEE, STATE_FACTS, FlawFacts


def _rows(user: Any) -> QuerySet[Any]:
    return FlawFacts.objects.select_related("stated_by")


def _begins(typed: str) -> Q:
    return Q(cve__startswith=typed.strip().upper())


def _automatable(row: Any) -> str:
    if row.automatable is None:
        return _("not said")
    return _("yes") if row.automatable else _("no")


def _impact(row: Any) -> str:
    return row.get_impact_display().lower() if row.impact else _("not said")


def _by(row: Any) -> str:
    if row.basis == "published":
        return _("published")
    return row.stated_by.name if row.stated_by else _("the house itself")


FACTS = Listing(
    name="flaw-facts",
    label=gettext_lazy("Facts of flaws"),
    rows=_rows,
    sort="cve",
    columns=(
        Column("cve", gettext_lazy("Flaw"), order="cve", role="lead",
               url=lambda row: reverse("flaw-facts", args=[row.cve])),
        Column("automatable", gettext_lazy("Automatable"), value=_automatable),
        Column("impact", gettext_lazy("Impact"), value=_impact, role="side"),
        Column("by", gettext_lazy("Who says so"), value=_by, role="more"),
        Column("source", gettext_lazy("Where it comes from")),
        Column("on", gettext_lazy("Since"), value="stated_on", role="limit"),
    ),
    views=(
        View("all", gettext_lazy("All")),
        View("person", gettext_lazy("Stated here"), only=Q(basis="person")),
        View("published", gettext_lazy("Published"), only=Q(basis="published")),
    ),
    filters=(
        Typed("text", gettext_lazy("Flaw's number"), only=_begins),
        Choice("impact", gettext_lazy("Impact"), field="impact", choices=FlawFacts.IMPACTS[:2]),
    ),
    first_day=FirstDay(
        "clipboard-list", gettext_lazy("Nothing is stated of any flaw yet."),
        gettext_lazy("Automatable and impact are judged from the rating. State them on a flaw, or bring in a list."),
        ((gettext_lazy("Time limits"), "limits"),),
    ),
)  # fmt: skip


class FactsPage(ListPage):
    """What is known of public flaws beyond their rating; it concerns no unit, so whoever sees findings sees it."""

    listing = FACTS
    permission = SEE
    template = "exposure/facts.html"

    def headline(self, page: Page) -> tuple[str, str]:
        if page.is_first_day:
            return _("Nothing is stated of any flaw yet."), ""
        number, said = page.total.shown, {"n": page.total}
        words = ngettext("Facts of %(n)s flaw are stated.", "Facts of %(n)s flaws are stated.", number)
        return words % said, _("What somebody here states outlives what is published.")

    def more(self, page: Page) -> dict[str, Any]:
        return {"may_state": scope_of(self.request.user).allows(STATE_FACTS)}
