"""Pages of one scenario: its figure, adding, changing and retiring it, its reach."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alcaide.assets.models import Asset
from alcaide.common import history
from alcaide.common.models import User
from alcaide.common.permissions import require, scope_of
from alcaide.common.picking import meant
from alcaide.common.rights.doors import rule
from alcaide.risk import services
from alcaide.risk.forms import ReachForm, ScenarioForm, put_faults
from alcaide.risk.models import ESTIMATE, SEE, Scenario
from alcaide.risk.queries import levels_of_scenario, scenario_shown, tolerance_shown, tolerances_of
from alcaide.risk.queries.library import began
from alcaide.risk.queries.ties import bow_tie
from alcaide.risk.queries.tolerances import may_ask

FIELDS = ("name", "story", "area", "unit", "owner")
MOST_FOUND = 20
# What the page itself shows of each estimate and effect, or what the trail knows only by its identifier.
TOLD_ABOVE = frozenset({
    "tolerance", "until", "part", "place", "low", "high", "basis", "observations", "source", "left_low", "left_high",
    "measure", "unit", "assets", "owner",
})  # fmt: skip


class Asking(HttpRequest):
    """A request of somebody who is signed in; the door lets no other through."""

    user: User


@rule(SEE)
@require_safe
def scenario_page(request: Asking, uid: UUID) -> HttpResponse:
    """Show one scenario: its figure and how it comes about, what it rests on, what touches it."""
    scenario = visible(request, uid)
    shown = scenario_shown(request.user, scenario)
    may = scenario.retired_at is None and scope_of(request.user).allows(ESTIMATE, scenario.unit_id)
    about = {
        "shown": shown,
        "scenario": scenario,
        "may_estimate": may,
        "named": scenario.assets.visible_to(request.user).filter(retired_at__isnull=True).order_by("name")[:50],
        "told": history.of_subject(scenario.subject, limit=10, without=TOLD_ABOVE),
        "levels": levels_of_scenario(shown.figures, shown.row) if shown.figures else [],
        "tolerances": [
            tolerance_shown(each, request.user) for each in tolerances_of(request.user).filter(scenario=scenario)[:5]
        ],
        "may_ask": shown.row is not None and scenario.retired_at is None and may_ask(request.user, scenario),
        "tie": bow_tie(request.user, scenario),
        "began": began(scenario=scenario),
    }
    return render(request, "risk/scenario.html", about)


@rule(ESTIMATE)
def scenario_new(request: Asking) -> HttpResponse:
    """Add a scenario, then ask how often it happens."""
    require(request.user, ESTIMATE)
    form = ScenarioForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_scenario(request.user, **{name: form.cleaned_data[name] for name in FIELDS})
        except ValidationError as fault:
            put_faults(form, fault)
        else:
            messages.success(request, _("“%(name)s” is kept. Say now how often it happens.") % {"name": made.name})
            return redirect("scenario-estimate", uid=made.uid, what="frequency")
    return _form(request, form, answer=_("What worries you?"), rest=_("One scenario, told in a sentence or two."))


@rule(ESTIMATE)
def scenario_edit(request: Asking, uid: UUID) -> HttpResponse:
    """Change a scenario's words, area, unit or owner."""
    scenario = visible(request, uid)
    require(request.user, ESTIMATE, unit_id=scenario.unit_id)
    form = ScenarioForm(request.POST or None, instance=scenario, user=request.user)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in FIELDS}
        opened = form.cleaned_data["version"] or 0
        try:
            # The form has written into its own row; what stands in the table is what the service compares with.
            services.change_scenario(request.user, Scenario.of(uid), opened_version=opened, **values)
        except ValidationError as fault:
            put_faults(form, fault)
        else:
            messages.success(request, _("Saved."))
            return redirect("scenario", uid=uid)
    name = Scenario.of(uid).name
    return _form(request, form, answer=_("Change “%(name)s”.") % {"name": name}, back=reverse("scenario", args=[uid]))


@rule(ESTIMATE)
@require_POST
def scenario_retire(request: Asking, uid: UUID) -> HttpResponse:
    """Take a scenario out of the portfolio."""
    scenario = visible(request, uid)
    try:
        services.retire(request.user, scenario)
    except ValidationError as fault:
        messages.warning(request, fault.messages[0])
    else:
        messages.success(
            request, _("“%(name)s” is retired. The next figures come without it.") % {"name": scenario.name}
        )
    return redirect("scenario", uid=uid)


@rule(ESTIMATE)
def scenario_reach(request: Asking, uid: UUID) -> HttpResponse:
    """Say whether open flaws lead to a scenario, and on which assets; words find assets to add."""
    scenario = visible(request, uid)
    require(request.user, ESTIMATE, unit_id=scenario.unit_id)
    form = ReachForm(request.POST or None, user=request.user, initial=_reach(scenario))
    is_looking = "find" in request.POST
    if request.method == "POST" and not is_looking and form.is_valid():
        given = form.cleaned_data
        try:
            services.set_reach(
                request.user, scenario, opened_version=given["version"], through_flaws=given["through_flaws"],
                unit=given["reach_unit"], assets=list(given["assets"]),
            )  # fmt: skip
        except ValidationError as fault:
            put_faults(form, fault)
        else:
            messages.success(request, _("The reach is kept. The next figures hold it."))
            return redirect("scenario", uid=uid)
    asked = request.POST.get("words", "").strip()
    chosen = _chosen(request, scenario)
    found = _assets_like(request.user, asked, without=chosen) if asked else []
    about = {"scenario": scenario, "form": form, "chosen": chosen, "asked": asked, "found": found, "most": MOST_FOUND}
    return render(request, "risk/reach.html", about)


def visible(request: Asking, uid: UUID) -> Scenario:
    """Return a scenario that the user may see, retired ones too. Raises Http404, Refused."""
    require(request.user, SEE)
    rows = Scenario.objects.visible_to(request.user).select_related("unit", "owner", "reach_unit")
    found = rows.filter(uid=uid).first()
    if found is None:
        raise Http404(_("There is no such scenario, or it is not yours to see."))
    return found


def _form(request: Asking, form: ScenarioForm, *, answer: str, rest: str = "", back: str = "") -> HttpResponse:
    about = {"form": form, "answer": answer, "rest": rest, "back": back or reverse("scenarios")}
    return render(request, "risk/scenario_form.html", about)


def _reach(scenario: Scenario) -> dict[str, Any]:
    return {
        "version": scenario.version,
        "through_flaws": scenario.through_flaws,
        "reach_unit": scenario.reach_unit,
    }


def _chosen(request: Asking, scenario: Scenario) -> list[Asset]:
    """Return the assets that stand ticked: those just posted, or those kept."""
    seen = Asset.objects.filter(retired_at__isnull=True).visible_to(request.user)
    if request.method == "POST":
        return list(seen.filter(uid__in=_uids(request.POST.getlist("assets"))).order_by("name"))
    return list(seen.filter(scenarios=scenario).order_by("name"))


def _assets_like(user: Any, words: str, *, without: list[Asset]) -> list[Asset]:
    rows = Asset.objects.filter(retired_at__isnull=True).visible_to(user).select_related("unit")
    found = meant(rows.exclude(pk__in=[each.pk for each in without]), words, kind=Asset.SUBJECT)
    return list(found.order_by("name")[:MOST_FOUND])


def _uids(typed: list[str]) -> list[UUID]:
    found = []
    for each in typed:
        try:
            found.append(UUID(each))
        except ValueError:
            continue
    return found
