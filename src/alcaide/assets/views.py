"""Pages of assets and places."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alcaide.assets import services
from alcaide.assets.forms import AssetForm, IdentifierForm, NeedForm, PlaceForm, ValueForm
from alcaide.assets.models import CHANGE, SEE, Asset, Dependency, Place
from alcaide.assets.queries import needed_by, needs_of, places, price_of
from alcaide.assets.tables import asset_listing
from alcaide.common.permissions import require, scope_of
from alcaide.organization.queries import the_organization

ASSET_FIELDS = ("name", "kind", "unit", "place", "owner", "reached_from", "note")


def asset_list(request: HttpRequest) -> HttpResponse:
    """List the assets that the user sees."""
    require(request.user, SEE)
    return asset_listing(request)


def asset_page(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one asset: what it is, what it is worth, what it needs and what needs it."""
    asset = _asset(request, uid)
    return render(
        request,
        "assets/detail.html",
        {
            "asset": asset,
            "price": price_of(asset),
            "values": asset.values.order_by("aspect"),
            "identifiers": asset.identifiers.order_by("kind", "value"),
            "needs": needs_of(asset, request.user).seen,
            "needed_by": needed_by(asset, request.user).seen,
            "may_change": scope_of(request.user).allows(CHANGE, asset.unit_id),
        },
    )


def asset_new(request: HttpRequest) -> HttpResponse:
    """Add an asset."""
    require(request.user, CHANGE)
    form = AssetForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        asset = services.add_asset(request.user, **{name: form.cleaned_data[name] for name in ASSET_FIELDS})
        messages.success(request, _("“%(name)s” is added. Say next what it is worth.") % {"name": asset.name})
        return redirect("asset", uid=asset.uid)
    return _form(request, form, title=_("Add an asset"), back=reverse("assets"))


def asset_edit(request: HttpRequest, uid: str) -> HttpResponse:
    """Change an asset."""
    asset = _asset(request, uid)
    require(request.user, CHANGE, unit_id=asset.unit_id)
    opened = int(request.POST.get("version") or asset.version)
    form = AssetForm(request.POST or None, instance=asset, user=request.user)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ASSET_FIELDS}
        services.change_asset(request.user, Asset.of(uid), opened_version=opened, **values)
        messages.success(request, _("Saved."))
        return redirect("asset", uid=uid)
    return _form(request, form, title=Asset.of(uid).name, back=reverse("asset", args=[uid]))


@require_POST
def asset_retire(request: HttpRequest, uid: str) -> HttpResponse:
    """Take an asset out of use."""
    asset = _asset(request, uid)
    services.retire_asset(request.user, asset, opened_version=asset.version)
    messages.success(request, _("“%(name)s” is out of use. Its history stays.") % {"name": asset.name})
    return redirect("assets")


def worth_new(request: HttpRequest, uid: str) -> HttpResponse:
    """Say what one harm to an asset would cost."""
    asset = _asset(request, uid)
    require(request.user, CHANGE, unit_id=asset.unit_id)
    form = ValueForm(request.POST or None, currency=the_organization().currency, initial={"basis": "judgement"})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        services.set_value(
            request.user, asset, aspect=given["aspect"], low_minor=given["low"], high_minor=given["high"],
            basis=given["basis"], source=given["source"],
        )  # fmt: skip
        messages.success(request, _("Kept."))
        return redirect("asset", uid=uid)
    title = _("What is harm to %(name)s worth?") % {"name": asset.name}
    return _form(request, form, title=title, back=reverse("asset", args=[uid]))


def identifier_new(request: HttpRequest, uid: str) -> HttpResponse:
    """Add a name by which scanners know an asset."""
    asset = _asset(request, uid)
    require(request.user, CHANGE, unit_id=asset.unit_id)
    form = IdentifierForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _done(form, services.identify, request.user, asset):
        return redirect("asset", uid=uid)
    title = _("How do scanners know %(name)s?") % {"name": asset.name}
    return _form(request, form, title=title, back=reverse("asset", args=[uid]))


def need_new(request: HttpRequest, uid: str) -> HttpResponse:
    """Say that an asset needs another."""
    asset = _asset(request, uid)
    require(request.user, CHANGE, unit_id=asset.unit_id)
    form = NeedForm(request.POST or None, user=request.user, asset=asset)
    if request.method == "POST" and form.is_valid() and _done(form, services.depend, request.user, asset):
        return redirect("asset", uid=uid)
    title = _("What does %(name)s need?") % {"name": asset.name}
    return _form(request, form, title=title, back=reverse("asset", args=[uid]))


@require_POST
def need_remove(request: HttpRequest, uid: str, need: str) -> HttpResponse:
    """Take a need away."""
    asset = _asset(request, uid)
    services.no_longer_depend(request.user, get_object_or_404(Dependency, uid=need, asset=asset))
    messages.success(request, _("The need is gone."))
    return redirect("asset", uid=uid)


def place_tree(request: HttpRequest) -> HttpResponse:
    """Show the tree of places."""
    require(request.user, SEE)
    return render(
        request,
        "assets/places.html",
        {
            "places": places(request.user),
            "hidden": Place.objects.all().hidden_from(request.user),
            "may_change": scope_of(request.user).allows(CHANGE),
        },
    )


def place_new(request: HttpRequest) -> HttpResponse:
    """Add a place."""
    require(request.user, CHANGE)
    form = PlaceForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        services.add_place(request.user, **form.cleaned_data)
        messages.success(request, _("The place is added."))
        return redirect("places")
    return _form(request, form, title=_("Add a place"), back=reverse("places"))


def _asset(request: HttpRequest, uid: str) -> Asset:
    rows = Asset.objects.all().visible_to(request.user).select_related("unit", "place", "owner")
    return get_object_or_404(rows, uid=uid)


def _done(form: Any, service: Any, user: Any, asset: Asset) -> bool:
    """Run a service with what the form holds; what it refuses goes to the field it names."""
    try:
        service(user, asset, **form.cleaned_data)
    except ValidationError as fault:
        form.add_error(None, fault)
        return False
    return True


def _form(request: HttpRequest, form: Any, *, title: str, back: str) -> HttpResponse:
    return render(
        request,
        "common/form.html",
        {"form": form, "title": title, "back": back},
        status=422 if form.is_bound else 200,
    )
