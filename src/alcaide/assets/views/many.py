"""The page that changes many assets at once: what to set, what that will do, and the way back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from alcaide.assets import services
from alcaide.assets.forms import ManyForm
from alcaide.assets.models import CHANGE
from alcaide.assets.tables import ASSETS
from alcaide.common.asking import Asking
from alcaide.common.counts import Count, capped
from alcaide.common.lists import chosen_rows
from alcaide.common.permissions import require, scope_of

MOST_NAMED = 5


@require_POST
def assets_many(request: Asking) -> HttpResponse:
    """Ask what to set on the chosen assets, and set it."""
    require(request.user, CHANGE)
    units = scope_of(request.user).units_for(CHANGE)
    seen = chosen_rows(request, ASSETS).filter(merged_into__isnull=True)
    rows = seen.filter(unit__in=units).order_by("pk")
    number, left = capped(rows), capped(seen.exclude(unit__in=units))
    if not number or number.capped:
        said = _("These are more than 10,000 at once. Narrow the list first.") if number.capped else _(
            "None of the chosen assets is yours to change. Tick others and try again."
        )  # fmt: skip
        messages.warning(request, said)
        return redirect("assets")
    is_asked = request.POST.get("ask") == "1"
    form = ManyForm(request.POST if is_asked else None, user=request.user)
    if is_asked and form.is_valid():
        if form.set_to:
            return _change(request, form, rows)
        form.add_error(None, _("Choose at least one thing to set."))
    about = {
        "form": form, "number": number, "left": left, "named": [row.name for row in rows[:MOST_NAMED]],
        "more": max(0, number.shown - MOST_NAMED), "asked": _asked(request),
    }  # fmt: skip
    return render(request, "assets/many.html", about, status=422 if form.errors else 200)


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
    messages.success(request, said)
    if done.undo is not None:
        request.session["undo"] = {
            "uid": str(done.undo.uid), "words": said, "list": ASSETS.name, "until": done.undo.until.timestamp(),
        }  # fmt: skip
    return redirect(reverse("assets"))


def _asked(request: Asking) -> list[tuple[str, str]]:
    """Return which rows were chosen, to be asked for again with the form."""
    names = ("uid", "everything", "query")
    return [(name, value) for name in names for value in request.POST.getlist(name)]
