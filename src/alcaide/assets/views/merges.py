"""Pages that make one asset of two, and that take it back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from alcaide.assets import services
from alcaide.assets.forms import MergeForm
from alcaide.assets.models import CHANGE, Asset, Merge
from alcaide.assets.queries import merges_of
from alcaide.common.asking import Asking, kept, version_of
from alcaide.common.models import LostUpdate
from alcaide.common.permissions import require
from alcaide.common.rights.doors import rule

from .assets import the_asset


@rule(CHANGE)
def asset_merge(request: Asking, uid: str) -> HttpResponse:
    """Choose the asset that this one is, see what would happen, and merge them."""
    asset = the_asset(request, uid)
    require(request.user, CHANGE, unit_id=asset.unit_id)
    form = MergeForm(request.POST or None, user=request.user, asset=asset)
    previewed, is_sure = None, request.POST.get("sure") == "1"
    if request.method == "POST" and form.is_valid():
        into = form.values["into"]
        previewed = kept(form, services.preview, request.user, asset, into=into)
        if previewed is not None and is_sure:
            merged = _merge(request, asset, form, into)
            if merged is not None:
                messages.success(request, _("They are one asset now. It can be taken back on this page."))
                return redirect("asset", uid=into.uid)
    about = {"asset": asset, "form": form, "previewed": previewed, "version": asset.version}
    return render(request, "assets/merge.html", about, status=422 if form.errors else 200)


def _merge(request: Asking, asset: Asset, form: MergeForm, into: Asset) -> Merge | None:
    try:
        made: Merge | None = kept(
            form, services.merge_assets, request.user, asset, into=into, reason=form.values["reason"],
            opened_version=version_of(request),
        )  # fmt: skip
    except LostUpdate:
        form.add_error(None, _("Somebody changed it meanwhile. Look again what would happen; nothing was written."))
        asset.refresh_from_db()
        return None
    return made


@rule(CHANGE)
@require_POST
def asset_unmerge(request: Asking, uid: str, merge: str) -> HttpResponse:
    """Take a merge back, and say what stays."""
    asset = the_asset(request, uid)
    found = get_object_or_404(Merge, uid=merge, pk__in=[each.pk for each in merges_of(asset, request.user)])
    try:
        moved = services.unmerge(request.user, found)
    except ValidationError as fault:
        messages.error(request, " ".join(fault.messages))
        return redirect("asset", uid=uid)
    stays = sum(each.stays for each in moved)
    said = ngettext(
        "Taken back. %(n)s row stays, for somebody changed it since.",
        "Taken back. %(n)s rows stay, for somebody changed them since.",
        stays,
    )
    messages.success(request, said % {"n": stays} if stays else _("Taken back, with all that had moved."))
    return redirect("asset", uid=uid)
