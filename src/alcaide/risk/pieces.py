"""What this room hangs on pages below: what a measure leaves of scenarios, what chosen actions remove together."""

from typing import Any

from alcaide.common.permissions import scope_of
from alcaide.common.registries import Piece
from alcaide.controls.models import Measure
from alcaide.exposure.queries import Chosen

from .models import ESTIMATE, SEE, Scenario
from .pricing import what_is_left
from .queries.library import began
from .queries.together import together


def leaves(measure: Measure, user: Any) -> list[Piece]:
    """Return the scenarios that a measure touches, as far as the user sees them."""
    scope = scope_of(user)
    if not scope.allows(SEE):
        return []
    seen = Scenario.objects.visible_to(user).values("pk")
    effects = measure.effects.filter(withdrawn_at__isnull=True, scenario__retired_at__isnull=True)
    rows = effects.filter(scenario__in=seen).select_related("scenario", "made_by").order_by("scenario__name")
    shown = [
        {
            "effect": each,
            "left": what_is_left(each.left_low, each.left_high),
            "may_change": scope.allows(ESTIMATE, each.scenario.unit_id),
        }
        for each in rows
    ]
    about = {
        "measure": measure,
        "rows": shown,
        "hidden": effects.count() - len(shown),
        "may_add": scope.allows(ESTIMATE) and measure.state != "dropped",
    }
    found = began(measure=measure)
    return [Piece("risk/_leaves.html", about), *([Piece("risk/_library_began.html", vars(found))] if found else [])]


def removed(chosen: Chosen, _user: Any) -> list[Piece]:
    """Return what chosen actions remove when all are done; nothing where no run says anything of their hosts.

    The room below shows prices of its actions to whoever sees them; this one is of the same actions.
    """
    found = together(chosen)
    return [] if found is None else [Piece("risk/_together.html", vars(found))]
