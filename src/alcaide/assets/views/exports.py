"""What hangs on the listed assets as files that the room's sheets take back: their needs, and their names of scans."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from alcaide.assets.models import SEE, Asset, Dependency, Identifier
from alcaide.assets.queries import KINDS_SCANNED, KINDS_TYPED, asset_words
from alcaide.assets.tables import ASSETS
from alcaide.common.asking import Asking
from alcaide.common.lists import Column, TooManyRows, give_out, listed_rows
from alcaide.common.lists.exports import FORMATS
from alcaide.common.permissions import require
from alcaide.common.rights.doors import rule

KINDS = KINDS_TYPED | KINDS_SCANNED
# The headings are those of the sheets, so that a file needs no matching when it comes back.
NEEDS = (
    Column("asset", _("Asset"), value=lambda need: asset_words(need.asset)),
    Column("needs", _("Needs"), value=lambda need: asset_words(need.needs)),
    Column("why", _("What for")),
)
NAMES = (
    Column("asset", _("Asset"), value=lambda name: asset_words(name.asset)),
    Column("kind", _("Kind"), value=lambda name: str(KINDS[name.kind])),
    Column("value", _("Name or address")),
    Column("zone", _("Network zone")),
)


@rule(SEE)
@require_POST
def needs_file(request: Asking) -> HttpResponseBase:
    """Answer with what the listed assets need; needs of what the user may not see stay out."""

    def rows(shown: QuerySet[Any]) -> QuerySet[Any]:
        seen = Asset.objects.filter(retired_at__isnull=True).visible_to(request.user)
        found = Dependency.objects.filter(asset__in=shown.values("pk"), needs__in=seen.values("pk"))
        return found.select_related("asset__unit", "needs__unit").order_by("asset__name", "pk")

    return _file(request, "needs", NEEDS, rows)


@rule(SEE)
@require_POST
def names_file(request: Asking) -> HttpResponseBase:
    """Answer with the names by which scans know the listed assets now."""

    def rows(shown: QuerySet[Any]) -> QuerySet[Any]:
        found = Identifier.objects.filter(asset__in=shown.values("pk"), ended_at__isnull=True, kind__in=list(KINDS))
        return found.select_related("asset__unit").order_by("asset__name", "pk")

    return _file(request, "names-of-scans", NAMES, rows)


def _file(
    request: Asking, name: str, columns: tuple[Column, ...], rows: Callable[[QuerySet[Any]], QuerySet[Any]]
) -> HttpResponseBase:
    require(request.user, SEE)
    form = next((each for each in FORMATS if request.POST.get("export") == each), None)
    if form is None:
        raise Http404
    shown, asked = listed_rows(request, ASSETS)
    try:
        return give_out(request.user, rows(shown), name=name, columns=columns, form=form, asked=asked)
    except TooManyRows as fault:
        messages.error(request, str(fault))
        return redirect("assets")
