"""Pages of the libraries: what there is, one row with its sources, taking it with every figure confirmed."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from alcaide.common.lists import ListPage, Page
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.common.talk import TALK
from alcaide.common.talk.services import tag_rows
from alcaide.controls.models import CHANGE, Measure
from alcaide.controls.models import SEE as SEE_MEASURES
from alcaide.organization.models import Unit
from alcaide.organization.queries import the_organization
from alcaide.risk.forms import put_faults, units_where
from alcaide.risk.library import differences_from, library, plain
from alcaide.risk.library_forms import ProposeForm, ScaleForm, TakeForm
from alcaide.risk.library_rows import HEADS, ONE, LibraryEffect, LibraryMeasure, LibraryScenario
from alcaide.risk.library_scale import Size, begun, effect_rests_on, loss_words, middle, often_words, rests_on
from alcaide.risk.library_tables import LIBRARY_MEASURES, LIBRARY_SCENARIOS
from alcaide.risk.models import ESTIMATE, SEE, Scenario
from alcaide.risk.queries.library import fitting, known_count, known_size, taken_before
from alcaide.risk.services.library import From, GivenEffect, GivenRange, propose_from, take_scenario
from alcaide.risk.views_scenarios import Asking

WORTH = {"low": 2, "medium": 4, "high": 8}
LONGEST_SOURCE = 300


class LibraryScenarios(ListPage):
    """The scenarios of the library."""

    listing = LIBRARY_SCENARIOS
    permission = SEE
    template: ClassVar[str] = "risk/library_scenarios.html"

    def headline(self, page: Page) -> tuple[str, str]:
        """Say how many there are, and what they rest on."""
        held = library().scenarios
        if page.is_filtered:
            return _fit(page), ""
        about = {"total": len(held), "published": sum(each.is_published for each in held.values())}
        return _("%(total)s scenarios to begin from.") % about, _(
            "%(published)s rest in part or whole on published figures, the others are judgement; all ranges are wide. "
            "Take one, scale it, and replace it by your own counts."
        ) % about


class LibraryMeasures(ListPage):
    """The measures of the library."""

    listing = LIBRARY_MEASURES
    permission = SEE_MEASURES
    template: ClassVar[str] = "risk/library_measures.html"

    def headline(self, page: Page) -> tuple[str, str]:
        """Say how many there are, and what they rest on."""
        held = library().measures
        if page.is_filtered:
            return _fit(page), ""
        about = {"total": len(held), "published": sum(each.is_published for each in held.values())}
        return _("%(total)s measures to begin from.") % about, _(
            "%(published)s rest on a published figure in part, the others are judgement. Propose one and confirm each "
            "figure."
        ) % about


def _fit(page: Page) -> str:
    return ngettext("%(n)s fits what you ask.", "%(n)s fit what you ask.", page.total.shown) % {"n": page.total}


@rule(SEE)
@require_safe
def library_scenario(request: Asking, key: str) -> HttpResponse:
    """Show one scenario of the library, and what became of it here."""
    require(request.user, SEE)
    item = _scenario(key)
    about = {
        "item": item,
        "measures": library().measures_for(item),
        "taken": _taken(request, item, kind="scenario"),
        "may_take": scope_of(request.user).allows(ESTIMATE),
    }
    return render(request, "risk/library_scenario.html", about)


@rule(SEE_MEASURES)
@require_safe
def library_measure(request: Asking, key: str) -> HttpResponse:
    """Show one measure of the library, and what became of it here."""
    require(request.user, SEE_MEASURES)
    item = _measure(key)
    about = {
        "item": item,
        "scenarios": library().scenarios_for(item),
        "needs": [library().measures[each] for each in item.needs],
        "excludes": [library().measures[each] for each in item.excludes],
        "taken": _taken(request, item, kind="measure"),
        "may_take": scope_of(request.user).allows(CHANGE),
    }
    return render(request, "risk/library_measure.html", about)


@rule(ESTIMATE)
def library_take(request: Asking, key: str) -> HttpResponse:
    """Take a scenario into the register: scaled, each range confirmed."""
    require(request.user, ESTIMATE)
    item = _scenario(key)
    scaled = _scaled(request, item.per, permission=ESTIMATE, item=item)
    currency = the_organization().currency
    ranges = begun(item, scaled.count, scaled.size, currency=currency)
    before = taken_before(request.user, item.key, kind="scenario")
    known = {"name": item.name, "observations": WORTH[item.least_confidence]}
    twice = any(each.unit_id == scaled.unit.pk for each in before)
    form = TakeForm(request.POST or None, begun=ranges, currency=currency, twice=twice, initial=known)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = take_scenario(
                request.user, From(item.key, item.version, plain(item)), unit=scaled.unit, name=given["name"],
                ranges=_given(form), again=given.get("again", False),
            )  # fmt: skip
        except ValidationError as fault:
            put_faults(form, fault)
        else:
            messages.success(
                request, _("“%(name)s” is in the register. The next figures hold it.") % {"name": made.name}
            )
            return redirect("scenario", uid=made.uid)
    about = {
        "item": item, "form": form, "scaled": scaled, "before": before, "currency": currency,
        "often_words": often_words(item, scaled.count), "loss_words": loss_words(item, scaled.size),
        "is_other_currency": currency != item.currency,
    }  # fmt: skip
    return render(request, "risk/library_take.html", about)


@rule(CHANGE)
def library_propose(request: Asking, key: str) -> HttpResponse:
    """Propose a measure in a unit: cost scaled, each effect confirmed for chosen scenarios."""
    require(request.user, CHANGE)
    item = _measure(key)
    scaled = _scaled(request, item.per, permission=CHANGE)
    unit, count, currency = scaled.unit, scaled.count, the_organization().currency
    before = taken_before(request.user, item.key, kind="measure")
    form = _propose_form(request, item, unit, count=count, currency=currency, before=before)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        about = f"{rests_on(item.version, item.cost_source, item.yearly_from)}, for {count:g} × {item.per}"
        try:
            made = propose_from(
                request.user, From(item.key, item.version, plain(item)), unit=unit, name=given["name"],
                cost=(given["cost"] or 0, about[:LONGEST_SOURCE]),
                hours=given["hours"], effects=_given_effects(form, item), again=given.get("again", False),
            )  # fmt: skip
        except ValidationError as fault:
            put_faults(form, fault)
        else:
            tag_safe(request, item, unit, made)
            messages.success(request, _("“%(name)s” is proposed. Nothing is adopted by it.") % {"name": made.name})
            return redirect("measure", uid=made.uid)
    about_page = {
        "item": item, "form": form, "scaled": scaled, "before": before,
        "low": item.cash[0] * count, "high": item.cash[1] * count, "is_other_currency": currency != item.currency,
        "on_size": [each for each in item.effects if each.on == "size"], "currency": currency,
    }  # fmt: skip
    return render(request, "risk/library_propose.html", about_page)


def _propose_form(
    request: Asking, item: LibraryMeasure, unit: Unit, *, count: float, currency: str, before: list[Any]
) -> ProposeForm:
    on_frequency = [each for each in item.effects if each.on == "frequency"]
    mine = Scenario.objects.visible_to(request.user).filter(
        retired_at__isnull=True, unit__in=units_where(request.user, ESTIMATE)
    )
    known: dict[str, Any] = {"name": item.name, "hours": f"{middle(*item.hours):g}"}
    if currency == item.currency:
        known["cost"] = f"{middle(item.cash[0] * count, item.cash[1] * count):,.0f}"
    return ProposeForm(
        request.POST or None, effects=on_frequency, scenarios=mine.order_by("name"), currency=currency, initial=known,
        fits=_fits(mine, on_frequency),
        twice=any(each.unit_id == unit.pk for each in before),
    )  # fmt: skip


def _fits(scenarios: Any, effects: list[LibraryEffect]) -> dict[str, list[Scenario]]:
    """Return by tag the scenarios that are suggested; each once, for the first effect that names it."""
    named: set[int] = set()
    found: dict[str, list[Scenario]] = {}
    for each in effects:
        found[each.to] = [row for row in fitting(scenarios, each.to) if row.pk not in named]
        named |= {row.pk for row in found[each.to]}
    return found


def _given_effects(form: ProposeForm, item: LibraryMeasure) -> list[GivenEffect]:
    found: list[GivenEffect] = []
    for place, each in enumerate(form.effects):
        part = {name: form.cleaned_data[f"effect{place}_{name}"] for name in ("scenarios", "low", "high")}
        is_same = (part["low"], part["high"]) == each.left
        basis = each.basis if is_same else "judgement"
        words = effect_rests_on(item, each) if is_same else f"Judgement, begun from library {item.version}"
        found += [
            GivenEffect(scenario, part["low"], part["high"], basis, words[:LONGEST_SOURCE])
            for scenario in part["scenarios"]
        ]
    return found


def _given(form: TakeForm) -> dict[str, GivenRange]:
    given, found = form.cleaned_data, {}
    for what, each in form.begun.items():
        if not given.get(f"{what}_seen"):
            continue
        as_begun = form.is_as_begun(what)
        words = each.source if as_begun else f"Judgement, begun from: {each.source}"
        found[what] = GivenRange(
            given[f"{what}_low"], given[f"{what}_high"], each.basis if as_begun else "judgement",
            words[:LONGEST_SOURCE], given["observations"],
        )  # fmt: skip
    return found


@dataclass(frozen=True)
class Scaled:
    """For which unit something is taken, how many it has and how large it is, and the form that asks for them."""

    unit: Unit
    count: float
    size: Size
    count_known_by: str
    form: ScaleForm
    has_count: bool
    has_size: bool


def _scaled(request: Asking, per: str, *, permission: str, item: LibraryScenario | None = None) -> Scaled:
    """Return the unit, how many of `per` it has and how large it is: as asked, else as on file, else one of each."""
    units = list(units_where(request.user, permission).order_by("path"))
    if not units:
        raise Http404(_("There is no unit in which you may do this."))
    asked = ScaleForm(request.GET or None, user=request.user, permission=permission)
    given = dict(asked.cleaned_data) if request.GET and asked.is_valid() else {}
    unit: Unit = given.get("unit") or units[0]
    if given.get("shown_for") not in {None, "", str(unit.uid)}:
        # The numbers beside it were those of the unit that was shown; another unit has its own.
        given |= {"count": None, "size": None}
    grows = item.loss_grows if item else None
    known = known_count(per, unit, request.user)
    count = 1.0 if per == ONE else float(given.get("count") or known.own or 1)
    size = Size(None)
    if grows and item:
        typed = given.get("size")
        size = Size(typed, "typed") if typed else known_size(grows.by, unit, request.user, currency=item.currency)
    shown = ScaleForm(
        user=request.user, permission=permission, counts="people" if per == HEADS else per,
        grows=grows.counts if grows else "",
        initial={
            "unit": unit.uid, "shown_for": unit.uid, "count": f"{count:.10g}",
            "size": f"{size.own:.10g}" if size.own else "",
        },
    )  # fmt: skip
    known_by = "typed" if given.get("count") else known.known_by
    return Scaled(unit, count, size, known_by, shown, has_count=per != ONE, has_size=grows is not None)


def tag_safe(request: Asking, item: LibraryMeasure, unit: Unit, made: Measure) -> None:
    """Mark what keeps people safe: safety is no area of its own, it is a tag across the three."""
    if item.safety and scope_of(request.user).allows(TALK, unit.pk):
        tag_rows(request.user, Measure.objects.filter(pk=made.pk), name="safety")


def _taken(request: Asking, item: LibraryScenario | LibraryMeasure, *, kind: str) -> list[tuple[Any, Any]]:
    """Return what began from a row, each with what the library says otherwise today."""
    return [(each, differences_from(each.content, item)) for each in taken_before(request.user, item.key, kind=kind)]


def _scenario(key: str) -> LibraryScenario:
    found = library().scenarios.get(key)
    if found is None:
        raise Http404(_("The library has no such scenario."))
    return found


def _measure(key: str) -> LibraryMeasure:
    found = library().measures.get(key)
    if found is None:
        raise Http404(_("The library has no such measure."))
    return found
