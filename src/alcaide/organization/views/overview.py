"""The organization on one page, and the appetite."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common import eyes
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.organization import services
from alcaide.organization.forms import AppetiteForm
from alcaide.organization.models import CHANGE, GRANT, SEE, SEE_FACTS, SEE_STAFF, SET_APPETITE, Unit
from alcaide.organization.queries import (
    appetite_of,
    grants_elsewhere,
    grants_in,
    head_count,
    root_unit,
    the_organization,
    tree_of,
    units,
    with_words,
)

from .asking import Asking, ask, kept


@rule(SEE)
def overview(request: Asking) -> HttpResponse:
    """Show the tree of units, the appetite in force, and who holds which role."""
    require(request.user, SEE)
    scope = scope_of(request.user)
    seen = list(units(request.user))
    counts = head_count([unit.pk for unit in seen])
    return render(
        request,
        "organization/overview.html",
        {
            "organization": the_organization(),
            "tree": [(unit, depth, counts.get(unit.pk, 0)) for unit, depth in tree_of(seen)],
            "people": sum(counts.values()),
            "hidden": Unit.objects.all().hidden_from(request.user),
            "appetite": appetite_of(root_unit()),
            "grants": with_words(grants_in(seen)),
            "hidden_grants": grants_elsewhere(request.user),
            "may_change": scope.allows(CHANGE),
            "may_grant": scope.allows(GRANT),
            "may_see_staff": scope.allows(SEE_STAFF),
            "may_see_facts": scope.allows(SEE_FACTS),
            "may_change_all": scope.allows(CHANGE, root_unit().pk),
            "may_set_appetite": scope.allows(SET_APPETITE),
        },
    )


@rule(SET_APPETITE)
def appetite_new(request: Asking) -> HttpResponse:
    """Ask for another appetite; somebody else approves it."""
    require(request.user, SET_APPETITE)
    currency = the_organization().currency
    form = AppetiteForm(
        request.POST or None, user=request.user, currency=currency, initial={"unit": root_unit(), "one_in": 20}
    )
    if request.method == "POST" and form.is_valid():
        given = form.values
        try:
            asked = kept(
                form, services.ask_appetite, request.user, unit=given["unit"], limit_minor=given["limit"],
                currency=currency, chance=1 / given["one_in"], note=given["note"],
            )  # fmt: skip
        except eyes.EyesRefused as fault:
            form.add_error(None, str(fault))
            asked = None
        if asked is not None:
            messages.success(request, _("Asked. The appetite stands as it was until somebody else approves it."))
            return redirect("eyes-request", uid=asked.uid)
    return ask(
        request, form, answer=_("How much may a bad year cost?"), back_url=reverse("organization"),
        rest=_("A second person approves it; the last one is kept beside the new one."), act=_("Ask for it"),
    )  # fmt: skip
