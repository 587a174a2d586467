"""Pages of assets: the list, one asset, and adding, changing, retiring them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from alcaide.assets import services
from alcaide.assets.forms import AssetForm
from alcaide.assets.models import CHANGE, SEE, Asset
from alcaide.assets.queries import identifiers_of, needed_by, needs_of, price_of
from alcaide.assets.tables import asset_listing
from alcaide.common import words
from alcaide.common.lists import DetailPage, Fact
from alcaide.common.models import LostUpdate
from alcaide.common.permissions import require, scope_of
from alcaide.organization.queries import people, told_of, unit_words, units

from .asking import Asking, ask, kept

# Digits of the largest version, and one more.
LONGEST_VERSION = 10


def asset_list(request: Asking) -> HttpResponseBase:
    """List the assets that the user sees."""
    require(request.user, SEE)
    return asset_listing(request)


class AssetPage(DetailPage):
    """One asset: what it is, what it is worth, what it needs and what needs it."""

    permission = SEE
    template = "assets/detail.html"
    crumb = (gettext_lazy("Assets"), "assets")

    def rows(self, user: Any) -> QuerySet[Asset]:
        return seen_assets(user)

    def headline(self, row: Any) -> tuple[str, str]:
        price = price_of(row)
        if row.retired_at:
            return f"{row.name}.", _("It is out of use.")
        if price is None:
            return f"{row.name}.", _("No open flaw on it has a price.")
        sum_ = words.money_range(price.low.major, price.high.major, currency=price.currency)
        return f"{row.name}.", _("Its open flaws cost %(sum)s a year.") % {"sum": sum_}

    def facts(self, row: Any) -> list[Fact]:
        user = self.request.user
        see_unit = units(user).filter(pk=row.unit_id).exists()
        see_owner = row.owner_id and people(user).filter(pk=row.owner_id).exists()
        see_place = row.place_id and scope_of(user).allows(SEE, row.place.unit_id)
        return [
            Fact(_("Kind"), row.get_kind_display()),
            Fact(_("Unit"), unit_words(row.unit), url=reverse("unit", args=[row.unit.uid]) if see_unit else ""),
            Fact(_("Stands in"), row.place.name if row.place else None,
                 url=reverse("place", args=[row.place.uid]) if see_place else ""),
            Fact(_("Owner"), row.owner.name if row.owner else _("nobody yet"),
                 url=reverse("person", args=[row.owner.uid]) if see_owner else ""),
            Fact(_("Can be reached"), row.get_reached_from_display()),
            Fact(_("Last seen"), row.last_seen_at or _("by no scan")),
            *([Fact(_("Out of use since"), row.retired_at)] if row.retired_at else []),
        ]  # fmt: skip

    def more(self, row: Any) -> dict[str, Any]:
        return {
            "asset": row,
            "price": price_of(row),
            "values": row.values.order_by("aspect"),
            "identifiers": identifiers_of(row),
            "needs": needs_of(row, self.request.user),
            "needed_by": needed_by(row, self.request.user),
            "told": told_of(self.request.user, row.subject),
            "may_change": scope_of(self.request.user).allows(CHANGE, row.unit_id),
        }


def asset_new(request: Asking) -> HttpResponse:
    """Add an asset."""
    require(request.user, CHANGE)
    form = AssetForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        asset = kept(form, services.add_asset, request.user, **form.values)
        if asset is not None:
            messages.success(request, _("“%(name)s” is added. Say next what it is worth.") % {"name": asset.name})
            return redirect("asset", uid=asset.uid)
    return ask(
        request, form, answer=_("Add an asset."), rest=_("Name, kind and unit are enough; the rest can wait."),
        back_url=reverse("assets"), act=_("Add it"),
    )  # fmt: skip


def asset_edit(request: Asking, uid: str) -> HttpResponse:
    """Change an asset."""
    asset = the_asset(request, uid)
    require(request.user, CHANGE, unit_id=asset.unit_id)
    back = reverse("asset", args=[uid])
    form = AssetForm(request.POST or None, user=request.user, row=asset)
    if request.method == "POST" and form.is_valid():
        changed = kept(
            form, services.change_asset, request.user, asset, opened_version=form.opened_version, **form.values
        )
        if changed is not None:
            messages.success(request, _("Saved."))
            return redirect(back)
        asset.refresh_from_db()
    return ask(request, form, answer=_("Change %(name)s.") % {"name": asset.name}, back_url=back)


@require_POST
def asset_retire(request: Asking, uid: str) -> HttpResponse:
    """Take an asset out of use."""
    said = _("“%(name)s” is out of use. Its history stays.")
    return _put(request, the_asset(request, uid), services.retire_asset, said=said)


@require_POST
def asset_bring_back(request: Asking, uid: str) -> HttpResponse:
    """Take an asset into use again."""
    return _put(request, the_asset(request, uid), services.bring_back, said=_("“%(name)s” is in use again."))


def _put(request: Asking, asset: Asset, verb: Callable[..., Asset], *, said: str) -> HttpResponse:
    typed = request.POST.get("version", "")
    opened = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < LONGEST_VERSION else 0
    try:
        verb(request.user, asset, opened_version=opened)
    except LostUpdate:
        messages.warning(request, _("Somebody changed it meanwhile. This is how it stands now; nothing was written."))
    else:
        messages.success(request, said % {"name": asset.name})
    return redirect("asset", uid=asset.uid)


def seen_assets(user: Any) -> QuerySet[Asset]:
    """Return the assets that the user sees, those out of use too."""
    return Asset.objects.all().visible_to(user).select_related("unit__parent", "place", "owner")


def the_asset(request: Asking, uid: str) -> Asset:
    """Return the asset of an address, or answer that there is none to be seen."""
    return get_object_or_404(seen_assets(request.user), uid=uid)
