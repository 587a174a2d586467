"""The page of one measure."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from alcaide.common import registries
from alcaide.common.histories import told_page
from alcaide.common.permissions import scope_of
from alcaide.common.registries import pieces_of
from alcaide.common.rights.doors import rule

from .models import ADOPT, CHANGE, SEE, Measure
from .queries import AVOIDS, links_of, prices_of
from .views import Asking, is_late, is_open, visible
from .views_tests import about_tests

TOLD_WITHOUT = frozenset({"unit", "other", "owner", "task", "test"})
STEPS = (("proposed", lazy("Proposed")), ("adopted", lazy("Adopted")), ("in_place", lazy("In place")))


@rule(SEE)
@require_safe
def measure_page(request: Asking, uid: UUID) -> HttpResponse:
    """Show one measure: what it costs, where it stands, what binds it, and what other rooms know of it."""
    measure = visible(request, uid)
    price = prices_of([measure.subject], figure=AVOIDS).get(measure.subject) if is_open(measure) else None
    scope = scope_of(request.user)
    may_change = scope.allows(CHANGE, measure.unit_id) and measure.state != "dropped"
    may_adopt = scope.allows(ADOPT, measure.unit_id)
    about = {
        "measure": measure,
        "price": price,
        "said_by": registries.subject_of(price.run, request.user) if price else None,
        "steps": _steps(measure),
        "is_late": is_late(measure),
        "is_clocked": measure.state == "adopted",
        "links": links_of(measure, request.user),
        "pieces": pieces_of("controls.measure", measure, request.user),
        "told": told_page(measure.subject, request.GET.get("before"), limit=10, without=TOLD_WITHOUT),
        "may_change": may_change,
        "may_adopt": may_adopt and measure.state == "proposed",
        "may_place": may_change and measure.state == "adopted",
        "may_drop": may_adopt and is_open(measure) and not measure.mandatory,
    }
    return render(request, "controls/measure.html", {**about, **about_tests(measure, request)})


def _steps(measure: Measure) -> list[tuple[str, Any, Any]]:
    """Return the way of a measure: where each step stands, its words, and since when."""
    at = {"proposed": measure.created_at, "adopted": measure.adopted_at, "in_place": measure.in_place_at}
    order = [key for key, _words in STEPS]
    here = order.index(measure.state) if measure.state in order else -1
    return [
        ("done" if place < here else "here" if place == here else "", words, at[key])
        for place, (key, words) in enumerate(STEPS)
    ]
