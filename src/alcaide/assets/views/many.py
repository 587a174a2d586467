"""The page that changes many assets at once: what to set, what that will do, and the way back."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from alcaide.assets import services
from alcaide.assets.forms import ManyClassForm, ManyForm
from alcaide.assets.models import CHANGE, Asset, HeldClass
from alcaide.assets.tables import ASSETS
from alcaide.common.asking import Asking, kept
from alcaide.common.counts import Count, capped
from alcaide.common.forms import RowForm
from alcaide.common.lists import chosen_rows
from alcaide.common.models import Undo
from alcaide.common.permissions import require, scope_of
from alcaide.common.rights.doors import rule

MOST_NAMED = 5


@rule(CHANGE)
@require_POST
def assets_many(request: Asking) -> HttpResponse:
    """Ask what to set on the chosen assets, and set it."""
    chosen = _chosen(request)
    if isinstance(chosen, HttpResponse):
        return chosen
    form = ManyForm(request.POST if _is_asked(request) else None, user=request.user)
    if form.is_bound and form.is_valid():
        if form.set_to:
            return _change(request, form, chosen.rows)
        form.add_error(None, _("Choose at least one thing to set."))
    return _asking(request, form, chosen)


@rule(CHANGE)
@require_POST
def assets_classes(request: Asking) -> HttpResponse:
    """Ask which information the chosen data sets hold or hold no more, and write it down."""
    chosen = _chosen(request, kind="data_set")
    if isinstance(chosen, HttpResponse):
        return chosen
    form = ManyClassForm(request.POST if _is_asked(request) else None)
    if form.is_bound and form.is_valid():
        done = _class(request, form, chosen.rows)
        if done is not None:
            return done
    note = _("About how many people stays open; a count that stands is kept.")
    return _asking(request, form, chosen, note=note)


@dataclass(frozen=True)
class _Chosen:
    """The chosen assets that may be changed, and how many of the others were chosen, too."""

    rows: QuerySet[Asset]
    number: Count
    left: Count
    others_left: Count | None = None


def _chosen(request: Asking, *, kind: str = "") -> _Chosen | HttpResponse:
    """Return what was chosen, as far as the user may change it; the list with a word where that is nothing."""
    require(request.user, CHANGE)
    units = scope_of(request.user).units_for(CHANGE)
    ticked = chosen_rows(request, ASSETS).filter(merged_into__isnull=True)
    seen = ticked.filter(kind=kind) if kind else ticked
    rows = seen.filter(unit__in=units).order_by("pk")
    number = capped(rows)
    if number and not number.capped:
        others = capped(ticked.exclude(kind=kind)) if kind else None
        return _Chosen(rows, number, capped(seen.exclude(unit__in=units)), others)
    if number.capped:
        said = _("These are more than 10,000 at once. Narrow the list first.")
    elif kind and ticked.exists() and not seen.exists():
        said = _("Information stands in data sets, and none of the chosen assets is one. Tick others and try again.")
    else:
        said = _("None of the chosen assets is yours to change. Tick others and try again.")
    messages.warning(request, said)
    return redirect("assets")


def _is_asked(request: Asking) -> bool:
    return request.POST.get("ask") == "1"


def _asking(request: Asking, form: RowForm, chosen: _Chosen, *, note: str = "") -> HttpResponse:
    about = {
        "form": form, "number": chosen.number, "left": chosen.left, "others_left": chosen.others_left, "note": note,
        "named": [row.name for row in chosen.rows[:MOST_NAMED]],
        "more": max(0, chosen.number.shown - MOST_NAMED), "asked": _asked(request),
    }  # fmt: skip
    return render(request, "assets/many.html", about, status=422 if form.errors else 200)


def _class(request: Asking, form: ManyClassForm, rows: QuerySet[Asset]) -> HttpResponse | None:
    """Write down what the form says; None where it is refused, with the words on the form."""
    given = form.values
    holds = given.pop("act") == "hold"
    name = dict(HeldClass.CLASSES)[given["data_class"]]
    words = _("%(class)s held by many data sets") if holds else _("%(class)s held no more by many data sets")
    told = {"words": words % {"class": name}, "data_class": given["data_class"], "country": given["country"]}
    if holds:
        told |= {"counted_on": timezone.localdate(), "basis": given["basis"], "source": given["source"]}
    verb = services.hold_class_on_many if holds else services.hold_class_no_more_on_many
    done = kept(form, verb, request.user, list(rows), **told)
    if done is None:
        return None
    said = ngettext("%(n)s data set is changed.", "%(n)s data sets are changed.", done.changed)
    parts = [said % {"n": Count(done.changed)}]
    if done.stood:
        parts.append(
            ngettext("%(n)s stood so already.", "%(n)s stood so already.", done.stood) % {"n": Count(done.stood)}
        )
    if done.otherwise:
        other = ngettext("%(n)s counts by country or as a whole the other way and stays.",
                        "%(n)s count by country or as a whole the other way and stay.", done.otherwise)  # fmt: skip
        parts.append(other % {"n": Count(done.otherwise)})
    return _told(request, " ".join(parts), done.undo)


def _change(request: Asking, form: ManyForm, rows: Any) -> HttpResponse:
    try:
        done = services.change_many(request.user, list(rows), values=form.set_to, words=_("Assets changed together"))
    except ValidationError as fault:
        messages.error(request, " ".join(fault.messages))
        return redirect("assets")
    said = ngettext("%(n)s asset is changed.", "%(n)s assets are changed.", done.changed) % {"n": Count(done.changed)}
    if done.stood:
        stood = ngettext("%(n)s stood so already.", "%(n)s stood so already.", done.stood) % {"n": Count(done.stood)}
        said = f"{said} {stood}"
    return _told(request, said, done.undo)


def _told(request: Asking, said: str, undo: Undo | None) -> HttpResponse:
    """Go back to the list with what was done, and the offer to take it back."""
    if undo is None:
        messages.success(request, said)
    else:
        request.session["undo"] = {
            "uid": str(undo.uid), "words": said, "list": ASSETS.name, "until": undo.until.timestamp(),
        }  # fmt: skip
    return redirect(reverse("assets"))


def _asked(request: Asking) -> list[tuple[str, str]]:
    """Return which rows were chosen, to be asked for again with the form."""
    names = ("uid", "everything", "query")
    return [(name, value) for name in names for value in request.POST.getlist(name)]
