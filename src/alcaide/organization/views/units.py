"""Pages of units."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alcaide.common import words
from alcaide.common.lists import DetailPage, Fact
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule
from alcaide.organization import services
from alcaide.organization.forms import UnitForm
from alcaide.organization.models import CHANGE, GRANT, SEE, SEE_FACTS, Unit
from alcaide.organization.queries import (
    appetite_of,
    grants_in,
    has_ended,
    head_count,
    liaison_in_force,
    liaisons,
    people_below,
    told_of,
    units,
    units_above,
    with_words,
)

from .asking import Asking, ask, kept


class UnitPage(DetailPage):
    """One unit: what is known, what stands below it, who holds a role in it."""

    permission = SEE
    template = "organization/unit.html"
    crumb = (gettext_lazy("Organization"), "organization")

    def rows(self, user: Any) -> QuerySet[Unit]:
        return units(user).select_related("parent")

    def headline(self, row: Any) -> tuple[str, str]:
        people = people_below(row, self.request.user)
        below = ngettext("%(n)s person works here.", "%(n)s people work here.", people.shown) % {"n": people}
        return f"{row.name}.", below[:1].upper() + below[1:]

    def facts(self, row: Any) -> list[Fact]:
        above = " / ".join(unit.name for unit in units_above(row))
        return [
            Fact(_("Kind"), row.get_kind_display()),
            Fact(_("Stands below"), above or _("nothing: it is the top"), url=self._parent_url(row)),
            Fact(_("Country"), row.country or None),
            *_entity(row),
        ]

    def more(self, row: Any) -> dict[str, Any]:
        scope = scope_of(self.request.user)
        below = list(units(self.request.user).filter(parent=row))
        counts = head_count([unit.pk for unit in below])
        return {
            "told": told_of(self.request.user, row.subject, before=self.request.GET.get("before")),
            "below": [(unit, counts.get(unit.pk, 0)) for unit in below],
            "appetite": appetite_of(row),
            "grants": with_words(grants_in([row])),
            "liaisons": liaisons(self.request.user).filter(liaison_in_force(), unit=row),
            "may_see_facts": scope.allows(SEE_FACTS, row.pk),
            "has_ended": has_ended(row),
            "may_change": scope.allows(CHANGE, row.pk),
            "may_grant": scope.allows(GRANT, row.pk),
        }

    def _parent_url(self, row: Any) -> str:
        seen = row.parent_id and units(self.request.user).filter(pk=row.parent_id).exists()
        return reverse("unit", args=[row.parent.uid]) if seen else ""


def _entity(row: Unit) -> list[Fact]:
    """Return the dates of a unit and the legal entity that it is, as far as they are known."""
    known = [Fact(_("Began"), row.from_on)] if row.from_on else []
    if row.until_on:
        known.append(Fact(_("Ended") if has_ended(row) else _("Ends"), row.until_on))
    if not row.legal_name:
        return known
    held = None if row.share_held is None else words.share(row.share_held)
    return [
        *known, Fact(_("Legal entity"), row.legal_name), Fact(_("Registration number"), row.registration or None),
        Fact(_("Jurisdiction"), row.jurisdiction or None), Fact(_("Share held"), held),
    ]  # fmt: skip


@rule(CHANGE)
def unit_new(request: Asking) -> HttpResponse:
    """Add a unit, below the one that the address names."""
    require(request.user, CHANGE)
    form = UnitForm(request.POST or None, user=request.user, initial={"parent": request.GET.get("below")})
    if request.method == "POST" and form.is_valid():
        unit = kept(form, services.add_unit, request.user, **form.values)
        if unit is not None:
            messages.success(request, _("“%(name)s” is added.") % {"name": unit.name})
            return redirect("unit", uid=unit.uid)
    return ask(
        request, form, answer=_("Add a unit."), rest=_("Roles granted in it reach everything below it."),
        back_url=reverse("organization"), act=_("Add it"),
    )  # fmt: skip


@rule(CHANGE)
def unit_edit(request: Asking, uid: str) -> HttpResponse:
    """Change a unit, or move it with everything below it."""
    unit = get_object_or_404(units(request.user).select_related("parent"), uid=uid)
    require(request.user, CHANGE, unit_id=unit.pk)
    back = reverse("unit", args=[uid])
    form = UnitForm(request.POST or None, user=request.user, row=unit)
    if request.method == "POST" and form.is_valid():
        changed = kept(
            form, services.change_unit, request.user, unit, opened_version=form.opened_version, **form.values
        )
        if changed is not None:
            messages.success(request, _("Saved."))
            return redirect(back)
        unit.refresh_from_db()
    below = Unit.objects.filter(parent=unit).count()
    return ask(
        request, form, answer=_("Change %(name)s.") % {"name": unit.name}, back_url=back,
        rest=_("What stands below it (%(n)s) moves along.") % {"n": words.count(below)} if below else "",
    )  # fmt: skip
