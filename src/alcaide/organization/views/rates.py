"""Pages of the rates of currencies, the fiscal year, and the whole lists that wait for a second person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alcaide.common import eyes
from alcaide.common.models import SheetImport, User
from alcaide.common.permissions import Refused, require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.common.sheets import sheet_of, whole_list_permissions
from alcaide.organization import services
from alcaide.organization.forms_more import CountingForm, RateForm
from alcaide.organization.models import CHANGE, SEE_FACTS, WHOLE_LIST
from alcaide.organization.queries import (
    confirmations_of,
    fiscal_year,
    lists_to_confirm,
    may_confirm_any,
    rates,
    root_unit,
    the_organization,
    things_of,
)

from .asking import Asking, ask, kept

MOST_SHOWN = 200
MOST_LISTS = 20
SHOWN_LEAVERS = 8


@rule(SEE_FACTS)
@require_safe
def rates_page(request: Asking) -> HttpResponse:
    """Show the rates, the newest first, and the fiscal year."""
    require(request.user, SEE_FACTS)
    rows = list(rates()[:MOST_SHOWN])
    about: dict[str, Any] = {
        "organization": the_organization(),
        "rows": rows,
        "currencies": len({row.currency for row in rows}),
        "year": fiscal_year(timezone.localdate()),
        "may_change": scope_of(request.user).allows(CHANGE, root_unit().pk),
    }
    return render(request, "organization/rates.html", about)


@rule(CHANGE, reach="all")
def rate_new(request: Asking) -> HttpResponse:
    """Enter the rate of a day."""
    require(request.user, CHANGE, unit_id=root_unit().pk)
    ours = the_organization().currency
    form = RateForm(request.POST or None, ours=ours, initial={
        "on": timezone.localdate(), "currency": request.GET.get("currency", "")[:3],
    })  # fmt: skip
    if request.method == "POST" and form.is_valid():
        row = kept(form, services.set_rate, request.user, **form.values)
        if row is not None:
            said = _("Kept: %(said)s, so %(turned)s.") % {"said": row.said, "turned": row.turned}
            messages.success(request, said)
            return redirect("rates")
    about = {
        "form": form, "answer": _("Enter a rate."), "act": _("Keep it"), "back_url": reverse("rates"),
        "rest": _("How many of a currency one %(ours)s bought on a day.") % {"ours": ours},
    }  # fmt: skip
    return render(request, "organization/rate_form.html", about, status=422 if form.is_bound else 200)


@rule(CHANGE, reach="all")
def counting_edit(request: Asking) -> HttpResponse:
    """Change the fiscal year and the age of rates."""
    require(request.user, CHANGE, unit_id=root_unit().pk)
    house = the_organization()
    form = CountingForm(request.POST or None, row=house)
    if request.method == "POST" and form.is_valid():
        done = kept(
            form, services.change_organization, request.user, house, opened_version=form.opened_version, **form.values
        )
        if done is not None:
            messages.success(request, _("Saved."))
            return redirect("rates")
    return ask(request, form, answer=_("How does the organization count?"), back_url=reverse("rates"))


@rule(whole_list_permissions, reach="all")
@require_safe
def lists(request: Asking) -> HttpResponse:
    """Show the whole lists that would end more people than one person alone may."""
    _let_in(request)
    rows = [
        {
            "list": row, "by": next(confirmations_of(row, but_of=None), None),
            "leavers": row.lines.filter(kind="ended").order_by("pk")[:SHOWN_LEAVERS],
            "things": things_of(row),
            "others": _others(row, request.user),
        }
        for row in lists_to_confirm(request.user)[:MOST_LISTS]
    ]  # fmt: skip
    return render(request, "organization/lists.html", {"rows": rows, "open": sum(not each["by"] for each in rows)})


@rule(whole_list_permissions, reach="all")
@require_POST
def list_confirm(request: Asking, uid: UUID) -> HttpResponse:
    """Confirm one of them, as the second person."""
    _let_in(request)
    imported = get_object_or_404(lists_to_confirm(request.user), uid=uid)
    try:
        made = services.confirm_list(request.user, imported)
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(
            request,
            _("Confirmed: this file may end %(n)s %(things)s.")
            % {
                "n": f"{made.ends:,}",
                "things": things_of(imported),
            },
        )
    return redirect("people-lists")


def _let_in(request: Asking) -> None:
    """Let in who could confirm some kind of whole list. Raises Refused."""
    if not may_confirm_any(request.user):
        require(request.user, CHANGE, unit_id=root_unit().pk)


def _others(imported: SheetImport, user: User) -> eyes.Others:
    """Return who may confirm a list besides whoever brought it in."""
    return eyes.others_who_may(
        WHOLE_LIST, unit_id=root_unit().pk, but={imported.brought_by_id}, user=user, permission=_permission(imported)
    )


def _permission(imported: SheetImport) -> str:
    sheet = sheet_of(imported.kind)
    return sheet.permission if sheet is not None else CHANGE
