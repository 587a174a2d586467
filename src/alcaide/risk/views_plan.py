"""The plan's page: what to buy under the budget, what not and why not, with its proof."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from alcaide.common import charts
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.common.words import money_range
from alcaide.organization.queries import root_unit, the_organization
from alcaide.risk import services
from alcaide.risk.forms import BudgetForm, put_faults, typed_sum
from alcaide.risk.models import ESTIMATE, SEE, Budget
from alcaide.risk.queries import Plan, budget_of, figures, plan_of
from alcaide.risk.views_runs import Curves, computing
from alcaide.risk.views_scenarios import Asking


@rule(SEE, write=ESTIMATE, reach="all")
def plan_page(request: Asking) -> HttpResponse:
    """Show the newest plan; a new budget asks for a new one."""
    top = root_unit()
    require(request.user, SEE, unit_id=top.pk)
    held, currency = budget_of(top), the_organization().currency
    may_set = scope_of(request.user).allows(ESTIMATE, top.pk)
    form = BudgetForm(request.POST or None, currency=currency, initial=_typed(held))
    if request.method == "POST":
        require(request.user, ESTIMATE, unit_id=top.pk)
        if form.is_valid() and _set(request, form):
            return redirect("plan")
    shown = figures(request.user)
    plan = plan_of(shown) if shown else None
    about = {
        "shown": shown,
        "plan": plan,
        "held": held,
        "form": form,
        "may_set": may_set,
        "is_waiting": held is not None and (plan is None or plan.proposal.budget != held.sum),
        "curves": _curves(plan) if plan else None,
        "decide_url": _decide_url(plan) if plan else "",
        "left": money_range(plan.mean_range[0].major, plan.mean_range[1].major, currency=currency) if plan else "",
        **computing(request),
    }
    return render(request, "risk/plan.html", about)


def _set(request: Asking, form: BudgetForm) -> bool:
    try:
        services.set_budget(request.user, unit=root_unit(), sum_minor=form.cleaned_data["sum"])
    except ValidationError as fault:
        put_faults(form, fault, otherwise="sum")
        return False
    messages.success(request, _("The budget is kept. A plan under it follows within a minute."))
    return True


def _typed(held: Budget | None) -> dict[str, Any]:
    return {"sum": typed_sum(held.sum)} if held else {}


def _curves(plan: Plan) -> Curves:
    shown = plan.figures
    curve, beyond = shown.results["curve"], shown.results["beyond"]
    now = list(zip(curve["at"], curve["chance"], strict=True))
    drawn: dict[str, Any] = {"currency": shown.run.currency, "plan": plan.curve if plan.feasible else None}
    appetite = charts.Appetite(beyond["limit"], beyond["accepted"]) if beyond else None
    wide, narrow = (charts.loss_curve(now, wide=wide, appetite=appetite, **drawn) for wide in (True, False))
    return Curves(wide, narrow, charts.curve_table(now, **drawn))


def _decide_url(plan: Plan) -> str:
    """Return where the plan is decided on; empty where no room above has a page for that."""
    try:
        return reverse("decide-plan", args=[plan.proposal.uid])
    except NoReverseMatch:
        return ""
