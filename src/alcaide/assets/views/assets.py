"""Pages of assets: the list, one asset, and adding, changing, retiring them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from alcaide.assets import services
from alcaide.assets.forms import AssetForm
from alcaide.assets.models import CHANGE, SEE, Asset
from alcaide.assets.queries import (
    classes_in,
    handled_by,
    identifiers_of,
    may_see,
    merges_of,
    needed_by,
    needs_of,
    price_of,
    rank_of,
    weights_of,
)
from alcaide.assets.tables import asset_listing
from alcaide.common import words
from alcaide.common.asking import Asking, ask, kept, version_of
from alcaide.common.lists import DetailPage, Fact
from alcaide.common.models import LostUpdate
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.organization.queries import people, told_of, unit_words, units


@rule(SEE)
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
        if row.merged_into:
            return f"{row.name}.", _("It turned out to be %(name)s.") % {"name": _name_for(row.merged_into, self)}
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
            *([Fact(_("Looked after by"), row.custodian.name)] if row.custodian else []),
            *([Fact(_("Is the place"), row.is_place.name)] if row.is_place else []),
            Fact(_("Can be reached"), row.get_reached_from_display(), second=_reach_words(row)),
            Fact(_("Last seen"), row.last_seen_at or _("by no scan")),
            *([Fact(_("Out of use since"), row.retired_at)] if row.retired_at else []),
        ]  # fmt: skip

    def more(self, row: Any) -> dict[str, Any]:
        user = self.request.user
        return {
            "asset": row,
            "price": price_of(row),
            "values": row.values.order_by("aspect"),
            "identifiers": identifiers_of(row),
            "weights": weights_of(row, user),
            "rank": rank_of(row) if row.critical_minor and row.retired_at is None else None,
            "classes": classes_in(row),
            "handled": [
                {"row": each, "source": each.source if may_see(each.source, user) else None}
                for each in handled_by(row)
                if each.source_id != row.pk
            ],
            "merges": merges_of(row, user),
            "needs": needs_of(row, user),
            "needed_by": needed_by(row, user),
            "told": told_of(user, row.subject),
            "may_change": scope_of(user).allows(CHANGE, row.unit_id),
        }


def _reach_words(asset: Asset) -> str:
    """Return on what it rests from where an asset can be reached, who said so and when."""
    parts = [
        asset.get_reached_basis_display() if asset.reached_basis else "",
        asset.reached_why,
        str(asset.reached_by) if asset.reached_by else "",
        words.day(timezone.localdate(asset.reached_at), today=timezone.localdate()) if asset.reached_at else "",
    ]
    return ", ".join(part for part in parts if part)


def _name_for(asset: Asset, page: AssetPage) -> str:
    return asset.name if may_see(asset, page.request.user) else _("an asset outside your units")


@rule(CHANGE)
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


@rule(CHANGE)
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


@rule(CHANGE)
@require_POST
def asset_retire(request: Asking, uid: str) -> HttpResponse:
    """Take an asset out of use."""
    said = _("“%(name)s” is out of use. Its history stays.")
    return _put(request, the_asset(request, uid), services.retire_asset, said=said)


@rule(CHANGE)
@require_POST
def asset_bring_back(request: Asking, uid: str) -> HttpResponse:
    """Take an asset into use again."""
    return _put(request, the_asset(request, uid), services.bring_back, said=_("“%(name)s” is in use again."))


def _put(request: Asking, asset: Asset, verb: Callable[..., Asset], *, said: str) -> HttpResponse:
    try:
        verb(request.user, asset, opened_version=version_of(request))
    except ValidationError as fault:
        messages.error(request, " ".join(fault.messages))
    except LostUpdate:
        messages.warning(request, _("Somebody changed it meanwhile. This is how it stands now; nothing was written."))
    else:
        messages.success(request, said % {"name": asset.name})
    return redirect("asset", uid=asset.uid)


def seen_assets(user: Any) -> QuerySet[Asset]:
    """Return the assets that the user sees, those out of use too."""
    return (
        Asset.objects.all()
        .visible_to(user)
        .select_related("unit__parent", "place", "owner", "custodian", "is_place", "reached_by", "merged_into")
    )


def the_asset(request: Asking, uid: str) -> Asset:
    """Return the asset of an address, or answer that there is none to be seen."""
    return get_object_or_404(seen_assets(request.user), uid=uid)
