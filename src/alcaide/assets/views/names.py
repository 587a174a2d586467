"""Pages on what is known of an asset: its worth, the names that scanners give it, what it needs."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alcaide.assets import services
from alcaide.assets.forms import ClassForm, IdentifierForm, NeedForm, ValueForm
from alcaide.assets.models import CHANGE, Dependency, HeldClass
from alcaide.common.asking import Asking, ask, kept
from alcaide.common.permissions import require
from alcaide.common.rights.doors import rule
from alcaide.organization.queries import the_organization

from .assets import the_asset


@rule(CHANGE)
def worth_new(request: Asking, uid: str) -> HttpResponse:
    """Say what one harm to an asset would cost."""
    asset = the_asset(request, uid)
    require(request.user, CHANGE, unit_id=asset.unit_id)
    form = ValueForm(request.POST or None, currency=the_organization().currency, initial={"basis": "judgement"})
    if request.method == "POST" and form.is_valid():
        given = form.values
        made = kept(
            form, services.set_value, request.user, asset, aspect=given["aspect"], low_minor=given["low"],
            high_minor=given["high"], basis=given["basis"], source=given["source"], people=given["hurt"],
        )  # fmt: skip
        if made is not None:
            messages.success(request, _("Kept. The earlier range stands in the trail."))
            return redirect("asset", uid=uid)
    return ask(
        request, form, answer=_("What would harm to %(name)s cost?") % {"name": asset.name},
        rest=_("A range that you would bet on nine times in ten."), back_url=reverse("asset", args=[uid]),
    )  # fmt: skip


@rule(CHANGE)
def identifier_new(request: Asking, uid: str) -> HttpResponse:
    """Add a name by which scanners know an asset."""
    asset = the_asset(request, uid)
    require(request.user, CHANGE, unit_id=asset.unit_id)
    form = IdentifierForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = kept(form, services.identify, request.user, asset, **form.values)
        if made is not None:
            messages.success(request, _("Scans that show %(name)s find this asset.") % {"name": made.value})
            return redirect("asset", uid=uid)
    return ask(
        request, form, answer=_("How do scanners know %(name)s?") % {"name": asset.name},
        rest=_("A name belongs to one asset at a time."), back_url=reverse("asset", args=[uid]),
    )  # fmt: skip


@rule(CHANGE)
@require_POST
def identifier_remove(request: Asking, uid: str) -> HttpResponse:
    """Take away a name by which scanners know an asset."""
    asset = the_asset(request, uid)
    named = {name: request.POST.get(name, "").replace("\x00", "") for name in ("kind", "value", "zone")}
    services.no_longer_identify(request.user, asset, **named)
    messages.success(request, _("The name has ended; a scan that shows it makes a new asset."))
    return redirect("asset", uid=uid)


@rule(CHANGE)
def class_new(request: Asking, uid: str) -> HttpResponse:
    """Say which information a data set holds, and about how many people."""
    asset = the_asset(request, uid)
    require(request.user, CHANGE, unit_id=asset.unit_id)
    form = ClassForm(request.POST or None, initial={"basis": "judgement", "counted_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        made = kept(form, services.hold_class, request.user, asset, **form.values)
        if made is not None:
            messages.success(request, _("Kept. What processes it, and what it lies on, follows shortly."))
            return redirect("asset", uid=uid)
    return ask(
        request, form, answer=_("Which information does %(name)s hold?") % {"name": asset.name},
        rest=_("A class and a country at a time."), back_url=reverse("asset", args=[uid]),
    )  # fmt: skip


@rule(CHANGE)
@require_POST
def class_remove(request: Asking, uid: str, held: str) -> HttpResponse:
    """Say that a data set no longer holds a class of information."""
    asset = the_asset(request, uid)
    services.hold_class_no_more(request.user, get_object_or_404(HeldClass, uid=held, asset=asset))
    messages.success(request, _("It is taken away. The history keeps what stood there."))
    return redirect("asset", uid=uid)


@rule(CHANGE)
def need_new(request: Asking, uid: str) -> HttpResponse:
    """Say that an asset needs another."""
    asset = the_asset(request, uid)
    require(request.user, CHANGE, unit_id=asset.unit_id)
    form = NeedForm(request.POST or None, user=request.user, asset=asset)
    if request.method == "POST" and form.is_valid():
        made = kept(form, services.depend, request.user, asset, **form.values)
        if made is not None:
            messages.success(request, _("When %(name)s falls, this falls with it.") % {"name": made.needs.name})
            circle = services.circle_of(request.user, made)
            if circle:
                messages.warning(request, _("That closes a circle: %(way)s. When one falls, all do.") % {"way": circle})
            return redirect("asset", uid=uid)
    return ask(
        request, form, answer=_("What does %(name)s need?") % {"name": asset.name},
        rest=_("When that falls, this falls with it."), back_url=reverse("asset", args=[uid]),
    )  # fmt: skip


@rule(CHANGE)
@require_POST
def need_remove(request: Asking, uid: str, need: str) -> HttpResponse:
    """Take a need away."""
    asset = the_asset(request, uid)
    services.no_longer_depend(request.user, get_object_or_404(Dependency, uid=need, asset=asset))
    messages.success(request, _("The need is gone."))
    return redirect("asset", uid=uid)
