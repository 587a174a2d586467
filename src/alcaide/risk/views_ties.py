"""The bow-tie's page: drawn, as a list, and edited line by line."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.controls.models import Measure
from alcaide.risk import services
from alcaide.risk.drawing_tie import draw_bow_tie
from alcaide.risk.models import ESTIMATE, SEE, Scenario, TieMeasure, TiePart
from alcaide.risk.queries.ties import bow_tie
from alcaide.risk.views_scenarios import Asking, visible


@rule(SEE)
@require_safe
def tie_page(request: Asking, uid: UUID) -> HttpResponse:
    """Show a scenario's bow-tie, and the forms to change it to whoever may."""
    scenario = visible(request, uid)
    tie = bow_tie(request.user, scenario)
    may = scenario.retired_at is None and scope_of(request.user).allows(ESTIMATE, scenario.unit_id)
    about = {
        "scenario": scenario,
        "tie": tie,
        "drawn": draw_bow_tie(tie),
        "may_estimate": may,
        "kinds": TiePart.KINDS,
        "measures": Measure.objects.visible_to(request.user).exclude(state="dropped").order_by("name")[:300]
        if may
        else (),
    }
    return render(request, "risk/tie.html", about)


@rule(ESTIMATE)
@require_POST
def tie_add(request: Asking, uid: UUID) -> HttpResponse:
    """Add a line, or say the top event in other words."""
    scenario = visible(request, uid)
    side = request.POST.get("side", "")
    if side not in dict(TiePart.SIDES):
        raise Http404(_("There is no such side."))
    kind = request.POST.get("kind", "") if side == "consequence" else ""
    return _do(
        request, scenario,
        lambda: services.add_part(request.user, scenario, side=side, words=request.POST.get("words", ""), kind=kind),
    )  # fmt: skip


@rule(ESTIMATE)
@require_POST
def tie_part(request: Asking, uid: UUID, act: str) -> HttpResponse:
    """Change a line, move it, take it away, or put a measure on it."""
    part = _part(request, uid)
    user = request.user
    acts: dict[str, Callable[[], Any]] = {
        "change": lambda: services.change_part(
            user, part, opened_version=_version(request), words=request.POST.get("words", ""),
            kind=request.POST.get("kind"),
        ),
        "up": lambda: services.move_part(user, part, up=True),
        "down": lambda: services.move_part(user, part, up=False),
        "remove": lambda: services.remove_part(user, part),
        "place": lambda: services.place_measure(user, part, measure=_measure(request)),
    }  # fmt: skip
    return _do(request, part.scenario, acts[act])


@rule(ESTIMATE)
@require_POST
def tie_take_off(request: Asking, uid: UUID) -> HttpResponse:
    """Take a measure off a line."""
    require(request.user, SEE)
    seen = Scenario.objects.visible_to(request.user)
    rows = TieMeasure.objects.filter(part__scenario__in=seen).select_related("part__scenario", "measure")
    placed = rows.filter(uid=uid).first()
    if placed is None:
        raise Http404(_("It is gone already, or not yours to see."))
    return _do(request, placed.part.scenario, lambda: services.take_measure_off(request.user, placed))


def _do(request: Asking, scenario: Scenario, act: Callable[[], Any]) -> HttpResponse:
    try:
        act()
    except ValidationError as fault:
        messages.warning(request, " ".join(fault.messages))
    return redirect("bow-tie", uid=scenario.uid)


def _part(request: Asking, uid: UUID) -> TiePart:
    require(request.user, SEE)
    seen = Scenario.objects.visible_to(request.user)
    found = TiePart.objects.filter(scenario__in=seen).select_related("scenario").filter(uid=uid).first()
    if found is None:
        raise Http404(_("This line is gone, or not yours to see."))
    return found


def _measure(request: Asking) -> Measure:
    try:
        uid = UUID(request.POST.get("measure", ""))
    except ValueError as fault:
        raise ValidationError(_("Choose a measure.")) from fault
    found = Measure.objects.visible_to(request.user).filter(uid=uid).first()
    if found is None:
        raise ValidationError(_("There is no such measure, or it is not yours to see."))
    return found


def _version(request: Asking) -> int:
    try:
        return int(request.POST.get("version", ""))
    except ValueError as fault:
        raise ValidationError(_("Load the page again.")) from fault
