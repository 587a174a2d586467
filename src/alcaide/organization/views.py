"""Pages of the organization: units, people, roles, appetite."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from sesame.utils import get_query_string

from alcaide.common.permissions import ROLES, Refused, require, scope_of
from alcaide.common.trail import audit, writing
from alcaide.organization import services
from alcaide.organization.forms import AppetiteForm, GrantForm, PersonForm, UnitForm
from alcaide.organization.models import CHANGE, GRANT, SEE, SET_APPETITE, Grant, Person, Unit
from alcaide.organization.queries import appetite_of, head_count, root_unit, the_organization, units
from alcaide.organization.tables import people_listing


def overview(request: HttpRequest) -> HttpResponse:
    """Show the tree of units, the appetite in force, and who holds which role."""
    require(request.user, SEE)
    scope = scope_of(request.user)
    tree = list(units(request.user))
    counts = head_count([unit.pk for unit in tree])
    grants = Grant.objects.filter(withdrawn_at__isnull=True, unit__in=tree).select_related("user", "unit")
    return render(
        request,
        "organization/overview.html",
        {
            "organization": the_organization(),
            "tree": [(unit, counts.get(unit.pk, 0)) for unit in tree],
            "people": sum(counts.values()),
            "hidden": Unit.objects.all().hidden_from(request.user),
            "appetite": appetite_of(root_unit()),
            "grants": [(grant, ROLES[grant.role].label) for grant in grants.order_by("user__name", "id")],
            "may_change": scope.allows(CHANGE),
            "may_grant": scope.allows(GRANT),
            "may_set_appetite": scope.allows(SET_APPETITE),
        },
    )


def unit_new(request: HttpRequest) -> HttpResponse:
    """Add a unit."""
    require(request.user, CHANGE)
    form = UnitForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "kind", "parent", "country")}
        unit = services.add_unit(request.user, **values)
        messages.success(request, _("“%(name)s” is added.") % {"name": unit.name})
        return redirect("organization")
    return _form(request, form, title=_("Add a unit"), back="organization")


def unit_edit(request: HttpRequest, uid: str) -> HttpResponse:
    """Change a unit."""
    unit = get_object_or_404(Unit.objects.all().visible_to(request.user), uid=uid)
    require(request.user, CHANGE, unit_id=unit.pk)
    opened = int(request.POST.get("version") or unit.version)
    form = UnitForm(request.POST or None, instance=unit, user=request.user)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "kind", "country")}
        services.change_unit(request.user, Unit.of(uid), opened_version=opened, **values)
        messages.success(request, _("Saved."))
        return redirect("organization")
    return _form(request, form, title=unit.name, back="organization")


def people(request: HttpRequest) -> HttpResponse:
    """List the people the user sees."""
    require(request.user, SEE)
    return people_listing(request)


def person_new(request: HttpRequest) -> HttpResponse:
    """Add a person."""
    require(request.user, CHANGE)
    form = PersonForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("name", "email", "title", "unit", "joined_on")}
        person = services.add_person(request.user, **values)
        messages.success(request, _("“%(name)s” is added.") % {"name": person.name})
        return redirect("people")
    return _form(request, form, title=_("Add a person"), back="people")


def person_edit(request: HttpRequest, uid: str) -> HttpResponse:
    """Show and change a person; whoever may grant roles lets them sign in from here."""
    person = get_object_or_404(Person.objects.all().visible_to(request.user), uid=uid)
    may_change = scope_of(request.user).allows(CHANGE, person.unit_id)
    if not may_change:
        return render(request, "organization/person.html", {"person": person})
    opened = int(request.POST.get("version") or person.version)
    form = PersonForm(request.POST or None, instance=person, user=request.user)
    if request.method == "POST" and form.is_valid():
        names = ("name", "email", "title", "unit", "joined_on", "left_on")
        values = {name: form.cleaned_data[name] for name in names}
        services.change_person(request.user, Person.of(uid), opened_version=opened, **values)
        messages.success(request, _("Saved."))
        return redirect("people")
    may_link = scope_of(request.user).allows(GRANT, person.unit_id)
    more = {"person": person, "link_url": reverse("person-link", args=[uid]) if may_link else ""}
    return _form(request, form, title=person.name, back="people", **more)


@require_POST
def person_link(request: HttpRequest, uid: str) -> HttpResponse:
    """Make a sign-in link that works once, for handing over in person."""
    person = get_object_or_404(Person.objects.all().visible_to(request.user), uid=uid)
    try:
        with writing():
            user = services.let_sign_in(request.user, person)
            audit(request.user, "make_sign_in_link", subject=user.subject)
    except ValidationError as fault:
        messages.error(request, " ".join(fault.messages))
        return redirect("person", uid=uid)
    link = request.build_absolute_uri(reverse("sign-in-link")) + get_query_string(user)
    return render(request, "organization/link.html", {"person": person, "link": link})


def grant_new(request: HttpRequest) -> HttpResponse:
    """Grant a role."""
    require(request.user, GRANT)
    form = GrantForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        if Grant.objects.filter(
            user=form.cleaned_data["user"], role=form.cleaned_data["role"], unit=form.cleaned_data["unit"],
            withdrawn_at__isnull=True,
        ).exists():  # fmt: skip
            form.add_error(None, _("This person holds this role there already."))
        else:
            services.grant(request.user, **form.cleaned_data)
            messages.success(request, _("The role is granted from today."))
            return redirect("organization")
    return _form(request, form, title=_("Grant a role"), back="organization")


@require_POST
def grant_withdraw(request: HttpRequest, uid: str) -> HttpResponse:
    """Withdraw a role."""
    held = get_object_or_404(Grant.objects.select_related("unit", "user"), uid=uid, withdrawn_at__isnull=True)
    try:
        services.withdraw(request.user, held)
    except Refused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("The role is withdrawn."))
    return redirect("organization")


def appetite_new(request: HttpRequest) -> HttpResponse:
    """Set the appetite."""
    require(request.user, SET_APPETITE)
    currency = the_organization().currency
    form = AppetiteForm(
        request.POST or None, user=request.user, currency=currency, initial={"unit": root_unit().pk, "one_in": 20}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        services.set_appetite(
            request.user, unit=given["unit"], limit_minor=given["limit"], currency=currency,
            chance=1 / given["one_in"], note=given["note"],
        )  # fmt: skip
        messages.success(request, _("The appetite is set; the next figures are measured against it."))
        return redirect("organization")
    return _form(request, form, title=_("Set the appetite"), back="organization")


def _form(request: HttpRequest, form: Any, *, title: str, back: str, **more: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(
        request, "organization/form.html", {"form": form, "title": title, "back": reverse(back), **more}, status=status
    )
