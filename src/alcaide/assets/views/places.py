"""Pages of places: the tree, one place, and adding and changing them."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.assets import services
from alcaide.assets.forms import PlaceForm
from alcaide.assets.models import CHANGE, SEE, Place
from alcaide.assets.queries import assets_in, place_tree, places, places_above
from alcaide.common.asking import Asking, ask, kept
from alcaide.common.counts import capped
from alcaide.common.lists import DetailPage, Fact
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.organization.queries import told_of, unit_words, units

# Assets named on a place's page; the list of assets has them all.
SHOWN = 25


@rule(SEE)
def tree(request: Asking) -> HttpResponse:
    """Show the tree of places."""
    require(request.user, SEE)
    return render(
        request,
        "assets/places.html",
        {
            "tree": place_tree(places(request.user)),
            "hidden": Place.objects.all().hidden_from(request.user),
            "may_change": scope_of(request.user).allows(CHANGE),
        },
    )


class PlacePage(DetailPage):
    """One place: where it is, what stands in it."""

    permission = SEE
    template = "assets/place.html"
    crumb = (gettext_lazy("Places"), "places")

    def rows(self, user: Any) -> QuerySet[Place]:
        return places(user).select_related("unit__parent", "parent")

    def headline(self, row: Any) -> tuple[str, str]:
        number = capped(assets_in(row, self.request.user))
        said = ngettext("%(n)s asset stands in it.", "%(n)s assets stand in it.", number.shown) % {"n": number}
        return f"{row.name}.", said[:1].upper() + said[1:] if number else _("No asset stands in it.")

    def facts(self, row: Any) -> list[Fact]:
        above = places_above(row, self.request.user)
        see_unit = units(self.request.user).filter(pk=row.unit_id).exists()
        seen = bool(above) and above[-1].pk == row.parent_id
        stands_in = " / ".join(place.name for place in above) or (_("nothing") if row.parent_id is None else None)
        return [
            Fact(_("Kind"), row.get_kind_display()),
            Fact(_("Stands in"), stands_in, url=reverse("place", args=[above[-1].uid]) if seen else ""),
            Fact(_("Unit"), unit_words(row.unit), url=reverse("unit", args=[row.unit.uid]) if see_unit else ""),
            Fact(_("Address"), row.address or None),
        ]

    def more(self, row: Any) -> dict[str, Any]:
        user = self.request.user
        found = list(assets_in(row, user)[: SHOWN + 1])
        return {
            "place": row,
            "inside": list(places(user).filter(parent=row).order_by("name", "id")),
            "assets": found[:SHOWN],
            "is_more": len(found) > SHOWN,
            "told": told_of(user, row.subject),
            "may_change": scope_of(user).allows(CHANGE, row.unit_id),
        }


@rule(CHANGE)
def place_new(request: Asking) -> HttpResponse:
    """Add a place, in the one that the address names."""
    require(request.user, CHANGE)
    start = {"parent": request.GET.get("in"), "unit": request.GET.get("unit")}
    form = PlaceForm(request.POST or None, user=request.user, initial=start)
    if request.method == "POST" and form.is_valid():
        place = kept(form, services.add_place, request.user, **form.values)
        if place is not None:
            messages.success(request, _("“%(name)s” is added.") % {"name": place.name})
            return redirect("place", uid=place.uid)
    return ask(
        request, form, answer=_("Add a place."), rest=_("A site first, then what stands in it."),
        back_url=reverse("places"), act=_("Add it"),
    )  # fmt: skip


@rule(CHANGE)
def place_edit(request: Asking, uid: str) -> HttpResponse:
    """Change a place, or move it with everything in it."""
    place = get_object_or_404(places(request.user), uid=uid)
    require(request.user, CHANGE, unit_id=place.unit_id)
    back = reverse("place", args=[uid])
    form = PlaceForm(request.POST or None, user=request.user, row=place)
    if request.method == "POST" and form.is_valid():
        changed = kept(
            form, services.change_place, request.user, place, opened_version=form.opened_version, **form.values
        )
        if changed is not None:
            messages.success(request, _("Saved."))
            return redirect(back)
        place.refresh_from_db()
    return ask(
        request, form, answer=_("Change %(name)s.") % {"name": place.name}, back_url=back,
        rest=_("What stands in it moves along."),
    )  # fmt: skip
