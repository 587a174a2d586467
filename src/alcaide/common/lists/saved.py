"""Views that people save: their filters, order and columns under a name, their own or shared with a unit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from alcaide.common import purging
from alcaide.common.lists.listing import RESERVED, Listing
from alcaide.common.models import SavedView, User, UsualView
from alcaide.common.permissions import ANALYST, CHIEF, COMPLIANCE, HEAD, SITE_MANAGER, permit, require, scope_of
from alcaide.common.registries import Subject
from alcaide.common.trail import audit, differences, write

SHARE = permit(
    "common.share_views", "Share views of lists",
    CHIEF, ANALYST, HEAD, COMPLIANCE, SITE_MANAGER,
)  # fmt: skip
MOST_OWN = 12
MOST_SHARED = 12
LONGEST_NAME = 60
LONGEST_QUERY = 2_000
# What of an address is the list as it stands, beside its filters.
KEPT = ("view", "sort")
# What of an address says nothing of how the list stands.
BESIDE = {"saved", "at", "open", "q", "marks"}


class TooManyViews(ValueError):
    """There is no place for another saved view; remove one first."""


class ViewUnfit(ValueError):
    """A saved view's name is missing or taken, or it asks for too much; the message says what to change."""


@dataclass(frozen=True)
class Opened:
    """A list as an address opens it: what is asked in full, and the saved view behind it."""

    params: QueryDict
    views: tuple[SavedView, ...] = ()
    view: SavedView | None = None
    kept: str = ""
    """What the saved view asks in full."""
    notes: tuple[str, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether the list stands otherwise than its saved view."""
        return self.view is not None and as_kept(self.params) != self.kept

    @property
    def has_usual(self) -> bool:
        """Whether the bare address of the list opens one of these views."""
        return any(view.is_usual for view in self.views)


def views_of(listing: Listing, user: Any) -> tuple[SavedView, ...]:
    """Return the saved views of a list that are the user's own or reach them, by name. One query."""
    if not isinstance(user, User):
        return ()
    usual = UsualView.objects.filter(user=user, view=OuterRef("pk"))
    reach = Q(owner=user) | Q(unit_id__in=scope_of(user).stands_in)
    rows = SavedView.objects.filter(reach, list_name=listing.name).annotate(chosen=Exists(usual))
    kept: list[SavedView] = []
    for row in rows.select_related("owner").order_by("name", "pk")[: MOST_OWN + 4 * MOST_SHARED]:
        row.is_usual = row.chosen
        kept.append(row)
    # Annotated by the query.
    own = [view for view in kept if view.owner_id == user.pk or view.is_usual]  # type: ignore[attr-defined]
    others = [view for view in kept if view not in own]
    return (*own, *others[:MOST_SHARED])


def opened(listing: Listing, user: Any, params: QueryDict) -> Opened:
    """Return what an address opens: a saved view it names in full, the user's usual one where it asks for nothing."""
    views = views_of(listing, user)
    if not set(params) - {"q"}:
        # Annotated by the query.
        usual = next((view for view in views if view.is_usual), None)  # type: ignore[attr-defined]
        return _spread(listing, usual, params, views) if usual else Opened(params, views)
    wanted = params.get("saved", "")
    if not wanted:
        return Opened(params, views)
    view = next((each for each in views if str(each.uid) == wanted), None)
    if view is None:
        return Opened(params, views, notes=(_("This saved view is gone, or is not shared with you any more."),))
    if set(params) - BESIDE:
        full, _notes = _in_full(listing, view)
        return Opened(params, views, view, as_kept(full))
    return _spread(listing, view, params, views)


def _spread(listing: Listing, view: SavedView, params: QueryDict, views: tuple[SavedView, ...]) -> Opened:
    """Put what a saved view asks into the address."""
    full, notes = _in_full(listing, view)
    kept = as_kept(full)
    for key in set(params) - {"saved"}:
        full.setlist(key, params.getlist(key))
    full["saved"] = str(view.uid)
    return Opened(full, views, view, kept, notes)


def _in_full(listing: Listing, view: SavedView) -> tuple[QueryDict, tuple[str, ...]]:
    """Return what a saved view asks, and what of it the list no longer has and is left out."""
    full, notes = QueryDict(mutable=True), []
    known = {each.key for each in listing.filters} | set(KEPT)
    for key, values in QueryDict(view.query).lists():
        if key in known:
            full.setlist(key, values)
        else:
            said = _("“%(view)s” asks for “%(filter)s”, which this list no longer has; it is left out.")
            notes.append(said % {"view": view.name, "filter": key})
    if "sort" not in full:
        # So that an address from which the last filter is taken away is not taken for the saved view itself.
        under = next((each for each in listing.views if each.key == full.get("view")), None)
        full["sort"] = (under and under.sort) or listing.sort
    return full, tuple(notes)


def as_kept(params: QueryDict) -> str:
    """Write what a list's address asks in one way, so that two that ask the same read alike."""
    kept = QueryDict(mutable=True)
    for key in sorted(set(params) - BESIDE):
        values = sorted({each.strip() for each in params.getlist(key)} - {""})
        if values and (key in KEPT or key not in RESERVED):
            kept.setlist(key, values)
    return kept.urlencode()


def may_change(user: Any, view: SavedView) -> bool:
    """Tell whether a user may change a saved view: its owner, and who shares views in the unit that it reaches."""
    is_own = view.owner_id == getattr(user, "pk", None)
    return is_own or (view.unit_id is not None and scope_of(user).allows(SHARE, view.unit_id))


def shareable(user: Any) -> list[tuple[str, str]]:
    """Return the units with which a user may share, as public identifiers and names. No query of its own."""
    scope = scope_of(user)
    units = scope.units_for(SHARE)
    return [(label.uid, label.name) for label in scope.labels if label.pk in units]


def unit_of(user: Any, uid: str) -> int | None:
    """Return the unit behind a public identifier that the user may share with, None for none. Raises ViewUnfit."""
    if not uid:
        return None
    for label in scope_of(user).labels:
        if label.uid == uid:
            return label.pk
    raise ViewUnfit(_("Share with one of the units offered."))


@write
def save_view(
    actor: User,
    *,
    listing: Listing,
    path: str,
    name: str,
    params: QueryDict,
    columns: Sequence[str] | None = None,
    unit_id: int | None = None,
    is_usual: bool = False,
) -> SavedView:
    """Keep a list as it stands under a name. Sharing needs the right to share in the unit.

    Raises Refused, TooManyViews, ViewUnfit.
    """
    if unit_id is not None:
        require(actor, SHARE, unit_id=unit_id)
    _place_for_one(actor, listing.name, unit_id)
    view = SavedView(
        list_name=listing.name, path=path, name=_fit_name(actor, listing.name, name), owner=actor, unit_id=unit_id,
        query=fit_query(params), columns=None if columns is None else list(columns),
    )  # fmt: skip
    view.save()
    audit(actor, "save_view", subject=view.subject, after=_told(view))
    if is_usual:
        open_with(actor, listing.name, view)
    return view


@write
def change_view(actor: User, view: SavedView, *, opened_version: int, **values: Any) -> SavedView:
    """Change a saved view's name, unit, query or columns. Its owner may, and who shares views in its unit.

    Raises Refused, LostUpdate, TooManyViews, ViewUnfit.
    """
    _may_change_or_refuse(actor, view)
    if values.get("unit_id") is not None and values["unit_id"] != view.unit_id:
        require(actor, SHARE, unit_id=values["unit_id"])
        _place_for_one(actor, view.list_name, values["unit_id"], is_new=False)
    if "name" in values:
        values["name"] = _fit_name(view.owner, view.list_name, values["name"], but=view)
    before = _told(view)
    for name, value in values.items():
        setattr(view, name, value)
    view.save_version(opened_version=opened_version, fields=list(values))
    was, became = differences(before, _told(view))
    audit(actor, "change_view", subject=view.subject, before=was, after=became)
    return view


@write
def remove_view(actor: User, view: SavedView, *, opened_version: int) -> None:
    """Remove a saved view for everyone that it reaches. Its owner may, and who shares views in its unit.

    Raises Refused, LostUpdate.
    """
    _may_change_or_refuse(actor, view)
    told = _told(view)
    # The save that finds another version says so; what stands is then removed whole.
    view.save_version(opened_version=opened_version, fields=["name"])
    audit(actor, "remove_view", subject=view.subject, before=told)
    purging.remove(actor, view, why="The view was removed")


@write
def open_with(actor: User, list_name: str, view: SavedView | None) -> None:
    """Choose the saved view with which a list opens for oneself; None for the list as it is."""
    before = UsualView.objects.filter(user=actor, list_name=list_name).select_related("view").first()
    if (before.view_id if before else None) == (view.pk if view else None):
        return
    if view is None:
        purging.renew(UsualView.objects.filter(user=actor, list_name=list_name))
    else:
        UsualView.objects.update_or_create(user=actor, list_name=list_name, defaults={"view": view})
    audit(
        actor, "open_list_with", subject=f"common.list:{list_name}",
        before={"view": before.view.subject if before else None}, after={"view": view.subject if view else None},
    )  # fmt: skip


def view_subject(uid: str, user: Any) -> Subject | None:
    """Return a saved view's name and page, None where it is neither the user's own nor reaches them."""
    reach = Q(owner=getattr(user, "pk", None)) | Q(unit_id__in=scope_of(user).stands_in)
    try:
        found = SavedView.objects.filter(reach, uid=UUID(uid)).first()
    except ValueError:
        return None
    return Subject(found.name, f"{found.path}?saved={found.uid}") if found and _stands(found.path) else None


def _stands(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


def _may_change_or_refuse(actor: User, view: SavedView) -> None:
    if view.owner_id == actor.pk:
        return
    require(actor, SHARE, unit_id=-1 if view.unit_id is None else view.unit_id)


def _place_for_one(actor: User, list_name: str, unit_id: int | None, *, is_new: bool = True) -> None:
    if is_new and SavedView.objects.filter(owner=actor, list_name=list_name).count() >= MOST_OWN:
        raise TooManyViews(
            _("You keep %(most)s views of this list, which is the most. Remove one first.") % {"most": MOST_OWN}
        )
    if unit_id is not None and SavedView.objects.filter(unit_id=unit_id, list_name=list_name).count() >= MOST_SHARED:
        raise TooManyViews(
            _("%(most)s views of this list are shared in this unit, which is the most. Keep this one for yourself.")
            % {"most": MOST_SHARED}
        )


def _fit_name(owner: User, list_name: str, typed: str, *, but: SavedView | None = None) -> str:
    name = " ".join(typed.replace("\x00", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise ViewUnfit(_("Give the view a name of at most %(most)s letters.") % {"most": LONGEST_NAME})
    taken = SavedView.objects.filter(owner=owner, list_name=list_name, name=name)
    if (taken.exclude(pk=but.pk) if but else taken).exists():
        raise ViewUnfit(_("A view of this list is named “%(name)s” already. Give another name.") % {"name": name})
    return name


def fit_query(params: QueryDict) -> str:
    """Write what a list asks as a view keeps it. Raises ViewUnfit where it is too much."""
    query = as_kept(params)
    if len(query) > LONGEST_QUERY:
        raise ViewUnfit(_("This list is narrowed by more than a view can keep. Take some filters away."))
    return query


def _told(view: SavedView) -> dict[str, Any]:
    return {
        "list": view.list_name, "name": view.name, "shared_with_unit": view.unit_id, "asked": view.query,
        "columns": view.columns,
    }  # fmt: skip


def own_of(views: Iterable[SavedView], uid: str) -> SavedView | None:
    """Return the view of that identifier among those that reach the user."""
    return next((view for view in views if str(view.uid) == uid), None)
