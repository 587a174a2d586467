"""Two runs beside each other: what a year costs in each, and every cause of the difference."""

import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alcaide.common.permissions import require
from alcaide.common.rights.doors import rule
from alcaide.common.words import money, money_signed
from alcaide.organization.queries import root_unit
from alcaide.risk.drawing_moves import LOOKS, draw_moves
from alcaide.risk.models import SEE, Run, Scenario
from alcaide.risk.pricing import moves
from alcaide.risk.queries import Figures, baseline_run, latest_run
from alcaide.risk.views_scenarios import Asking

MOST_OFFERED = 200
MOST_HOSTS = 200


@rule(SEE, reach="all")
@require_safe
def compare_page(request: Asking) -> HttpResponse:
    """Show why the expected loss moved between two runs that somebody chose; by default since the quarter began."""
    require(request.user, SEE, unit_id=root_unit().pk)
    newest = latest_run()
    offered = list(Run.objects.order_by("-number").only("uid", "number", "at", "cause")[:MOST_OFFERED])
    about: dict[str, Any] = {"offered": offered}
    if newest is None or len(offered) < 2:
        return render(request, "risk/compare.html", about)
    after = _asked(request, "after") or newest
    before = _asked(request, "before") or baseline_run(after) or after
    if before.number > after.number:
        before, after = after, before
    about |= {"before": before, "after": after, "is_same": before.pk == after.pk}
    if before.currency != after.currency:
        return render(request, "risk/compare.html", {**about, "is_mixed": True})
    return render(request, "risk/compare.html", {**about, **_compared(before, after)})


def _asked(request: Asking, name: str) -> Run | None:
    typed = request.GET.get(name, "")
    if not typed:
        return None
    try:
        found = Run.objects.filter(uid=UUID(typed)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404(_("There is no such run."))
    return found


def _compared(before: Run, after: Run) -> dict[str, Any]:
    then, now = Figures.of(before), Figures.of(after)
    found = moves(json.loads(before.inputs), json.loads(after.inputs), with_hosts=True)
    labels = (_("Run %(n)s") % {"n": before.number}, _("Run %(n)s") % {"n": after.number})
    drawn = draw_moves(found, before=then.results["mean"], labels=labels, currency=after.currency)
    names = _names(then, now)
    known = {str(uid) for uid in Scenario.objects.filter(uid__in=names).values_list("uid", flat=True)}
    return {
        "then": then,
        "now": now,
        "drawn": drawn,
        "moves": [_move(each, names, known=known, currency=after.currency) for each in found],
        "fell_words": money(abs(now.results["mean"] - then.results["mean"]), after.currency),
        "rose": now.results["mean"] > then.results["mean"],
    }


def _names(*shown: Figures) -> dict[str, str]:
    return {row["uid"]: row["name"] for each in shown for row in each.inputs["scenarios"]}


def _move(each: dict[str, Any], names: dict[str, str], *, known: set[str], currency: str) -> dict[str, Any]:
    hosts = each["hosts"]
    return {
        "what": each["what"], "kind": each["kind"], "look": LOOKS.get(each["kind"], "world"),
        "words": money_signed(each["sum"], currency),
        "scenarios": [(uid if uid in known else "", names.get(uid, "")) for uid in each["scenarios"]],
        "hosts": hosts[:MOST_HOSTS], "more_hosts": max(0, len(hosts) - MOST_HOSTS),
    }  # fmt: skip
