"""What a person chooses of a list and keeps: its columns, and views of it. Each is a POST to the list's own address."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from alcaide.common.lists.listing import Listing
from alcaide.common.lists.saved import (
    Opened,
    TooManyViews,
    ViewUnfit,
    change_view,
    fit_query,
    open_with,
    opened,
    own_of,
    remove_view,
    save_view,
    unit_of,
)
from alcaide.common.models import SavedView
from alcaide.common.people import signed_in


def choose(request: HttpRequest, listing: Listing) -> str:
    """Keep what a form of the list chose; return where to go on, nothing for where the person was."""
    what = request.POST.get("choose", "")
    if what == "columns":
        _choose_columns(request, listing)
        return ""
    try:
        match what:
            case "save-view":
                return _save(request, listing)
            case "change-view":
                return _change(request, listing)
            case "remove-view":
                return _remove(request, listing)
    except (TooManyViews, ViewUnfit) as fault:
        messages.error(request, str(fault))
    return ""


def chosen_columns(request: HttpRequest, listing: Listing, view: SavedView | None = None) -> list[str] | None:
    """Return the keys of the columns that this user chose for a list or one of its saved views, None for none."""
    kept = request.session.get("lists", {})
    found = kept.get(_columns_key(listing, view))
    if found is None and view is not None:
        return view.columns
    return found if isinstance(found, list) else None


def _choose_columns(request: HttpRequest, listing: Listing) -> None:
    known = {column.key for column in listing.columns}
    kept = [key for key in request.POST.getlist("columns") if key in known]
    view = opened(listing, request.user, request.GET).view
    request.session.setdefault("lists", {})[_columns_key(listing, view)] = kept
    request.session.modified = True


def _columns_key(listing: Listing, view: SavedView | None) -> str:
    return listing.name if view is None else f"{listing.name}:{view.uid}"


def _save(request: HttpRequest, listing: Listing) -> str:
    user = signed_in(request)
    stands = opened(listing, user, request.GET)
    view = save_view(
        user,
        listing=listing,
        path=request.path,
        name=request.POST.get("name", ""),
        params=stands.params,
        columns=chosen_columns(request, listing, stands.view),
        unit_id=unit_of(user, request.POST.get("share", "")),
        is_usual=request.POST.get("usual") == "1",
    )
    messages.success(request, _("“%(name)s” is kept.") % {"name": view.name})
    return f"{request.path}?saved={view.uid}"


def _change(request: HttpRequest, listing: Listing) -> str:
    user = signed_in(request)
    stands = opened(listing, user, request.GET)
    view = own_of(stands.views, request.POST.get("saved", ""))
    if view is None:
        raise ViewUnfit(_("This saved view is gone, or is not shared with you any more."))
    values: dict[str, Any] = {}
    if "name" in request.POST:
        values["name"] = request.POST["name"]
        values["unit_id"] = _unit_kept(request, view)
    if request.POST.get("replace") == "1":
        values |= _as_it_stands(request, listing, stands)
    if values:
        change_view(user, view, opened_version=_version(request), **values)
        _forget_columns(request, listing, view)
    # One's own choice is no change of the view, which may be somebody else's.
    is_usual = request.POST.get("usual") == "1"
    if is_usual != view.is_usual:
        open_with(user, listing.name, view if is_usual else None)
    messages.success(request, _("Saved."))
    return f"{request.path}?saved={view.uid}"


def _unit_kept(request: HttpRequest, view: SavedView) -> int | None:
    """Return the unit that the form names; what the form cannot name, since it is not the user's, stays."""
    asked = request.POST.get("share", "")
    return view.unit_id if asked == "keep" else unit_of(request.user, asked)


def _as_it_stands(request: HttpRequest, listing: Listing, stands: Opened) -> dict[str, Any]:
    return {"query": fit_query(stands.params), "columns": chosen_columns(request, listing, stands.view)}


def _remove(request: HttpRequest, listing: Listing) -> str:
    user = signed_in(request)
    view = own_of(opened(listing, user, request.GET).views, request.POST.get("saved", ""))
    if view is None:
        raise ViewUnfit(_("This saved view is gone, or is not shared with you any more."))
    remove_view(user, view, opened_version=_version(request))
    _forget_columns(request, listing, view)
    messages.success(request, _("“%(name)s” is removed.") % {"name": view.name})
    return request.path


def _forget_columns(request: HttpRequest, listing: Listing, view: SavedView) -> None:
    if request.session.get("lists", {}).pop(_columns_key(listing, view), None) is not None:
        request.session.modified = True


def _version(request: HttpRequest) -> int:
    typed = request.POST.get("version", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0
