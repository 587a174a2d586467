"""Pages on which roles are granted, renewed and withdrawn."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alcaide.common import words
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.organization import services
from alcaide.organization.forms import GrantForm, RenewForm
from alcaide.organization.models import GRANT, SEE, Grant, Person
from alcaide.organization.queries import people, role_words_of, today

from .asking import Asking, ask, kept


@rule(GRANT)
def grant_new(request: Asking) -> HttpResponse:
    """Grant a role; the address may name the person or the unit."""
    require(request.user, GRANT)
    person = _named(request)
    form = GrantForm(
        request.POST or None,
        user=request.user,
        initial={"email": person.user.email if person and person.user else "", "unit": request.GET.get("unit")},
    )
    if request.method == "POST" and form.is_valid():
        held = kept(form, services.grant, request.user, **form.values)
        if held is not None:
            when = words.day(held.from_on, today=today())
            messages.success(
                request, _("%(name)s holds the role from %(when)s.") % {"name": held.user.name, "when": when}
            )
            return redirect(_back(held))
    return ask(
        request, form, answer=_("Grant a role."), rest=_("It reaches everything below the unit."),
        back_url=reverse("person", args=[person.uid]) if person else reverse("organization"), act=_("Grant it"),
    )  # fmt: skip


@rule(GRANT)
def grant_renew(request: Asking, uid: str) -> HttpResponse:
    """Let a role end on another day, or not at all."""
    held = _held(request, uid)
    require(request.user, GRANT, unit_id=held.unit_id)
    form = RenewForm(request.POST or None, held=held)
    if request.method == "POST" and form.is_valid():
        try:
            renewed = kept(form, services.renew, request.user, held, until_on=form.values["until_on"])
        except services.LastHolder as fault:
            form.add_error("until_on", str(fault))
            renewed = None
        if renewed is not None:
            messages.success(request, _("Saved."))
            return redirect(_back(held))
    title = _("How long does %(name)s stay %(role)s?") % {
        "name": held.user.name,
        "role": role_words_of([held.role])[held.role],
    }
    return ask(
        request, form, answer=title, rest=_("In %(unit)s and everything below.") % {"unit": held.unit.name},
        back_url=_back(held),
    )  # fmt: skip


@rule(GRANT)
@require_POST
def grant_withdraw(request: Asking, uid: str) -> HttpResponse:
    """Withdraw a role."""
    held = _held(request, uid)
    try:
        services.withdraw(request.user, held)
    except services.LastHolder as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("The role is withdrawn from %(name)s.") % {"name": held.user.name})
    return redirect(_back(held))


def _held(request: Asking, uid: str) -> Grant:
    """Return a role that is not withdrawn, in a unit that the user sees."""
    rows = Grant.objects.filter(withdrawn_at__isnull=True, unit__in=scope_of(request.user).units_for(SEE))
    return get_object_or_404(rows.select_related("unit", "user"), uid=uid)


def _named(request: Asking) -> Person | None:
    try:
        return people(request.user).filter(uid=request.GET["person"]).first() if request.GET.get("person") else None
    except ValidationError:
        return None


def _back(held: Grant) -> str:
    person = Person.objects.filter(user=held.user_id).first()
    return reverse("person", args=[person.uid]) if person else reverse("organization")
