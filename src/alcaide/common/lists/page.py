"""One page of a list, computed with a fixed number of queries and ready to draw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.http import QueryDict
from django.urls import reverse

from alcaide.common.counts import Count
from alcaide.common.lists.asked import Address, Asked
from alcaide.common.lists.columns import Column
from alcaide.common.lists.drawing import Drawn, Head, Row, head_of, row_of
from alcaide.common.lists.filters import Filter
from alcaide.common.lists.keyset import Order, beside, token
from alcaide.common.lists.listing import Listing, View
from alcaide.common.lists.marks import marks_of
from alcaide.common.lists.reading import Counted, asked_for, first_number
from alcaide.common.lists.saved import Opened, may_change, shareable
from alcaide.common.models import SavedView
from alcaide.common.permissions import Hidden, scope_of

Side = Literal["after", "before"]


@dataclass(frozen=True)
class Tab:
    """One view with its count; None where it was not counted."""

    label: str
    url: str
    count: Count | None
    here: bool


@dataclass(frozen=True)
class SavedTab:
    """One saved view with its count, and what the reader may do with it."""

    tab: Tab
    view: SavedView
    is_own: bool
    is_changed: bool
    may_change: bool


@dataclass(frozen=True)
class Ask:
    """One filter as its form asks for it, and its pills: words with the address that takes them away."""

    filter: Filter
    typed: str
    options: tuple[tuple[str, str, bool], ...]
    pills: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Act:
    """One thing that may be done with the chosen rows."""

    label: str
    url: str
    confirm: str


@dataclass(frozen=True)
class Page:
    """All that the list's templates need."""

    listing: Listing
    path: str
    here: str
    query: str
    rows: tuple[Row, ...]
    heads: tuple[Head, ...]
    offered: tuple[tuple[Column, bool], ...]
    tabs: tuple[Tab, ...]
    saved_tabs: tuple[SavedTab, ...]
    asks: tuple[Ask, ...]
    acts: tuple[Act, ...]
    total: Count
    first: int
    order: Order
    view: View | None
    previous_url: str
    next_url: str
    bare_url: str
    hidden: tuple[Hidden, ...]
    notes: tuple[str, ...]
    is_first_day: bool
    may_export: bool
    share_with: tuple[tuple[str, str], ...]

    @property
    def saved(self) -> SavedTab | None:
        """The saved view that is open."""
        return next((each for each in self.saved_tabs if each.tab.here), None)

    @property
    def marks(self) -> str:
        """The rows as they stand, so that the page can ask later what has changed."""
        return marks_of([(row.uid, row.item) for row in self.rows])

    @property
    def last(self) -> int:
        """Number of the page's last row."""
        return self.first + len(self.rows) - 1

    @property
    def is_filtered(self) -> bool:
        """Whether any filter narrows the list."""
        return any(ask.pills for ask in self.asks)

    @property
    def shown_columns(self) -> int:
        """How many columns are shown."""
        return len(self.heads)

    @property
    def width(self) -> int:
        """How many cells a row has that stands across the table."""
        return len(self.heads) + (1 if self.acts else 0) + (1 if self.listing.opens else 0)

    @property
    def has_roles(self) -> bool:
        """Whether the columns say where they stand on a phone."""
        return any(head.column.role not in {"", "lead"} for head in self.heads)

    @property
    def sorted_by(self) -> str:
        """The order's column, as its head says it."""
        return str(self.listing.column(self.order.key).label)


def page_of(
    listing: Listing,
    user: Any,
    params: QueryDict,
    *,
    path: str,
    columns: Sequence[str] | None = None,
    opened: Opened | None = None,
) -> Page:
    """Compute a page of a list for a user from an address' parameters; nothing in them can make it fail.

    `columns` are the keys that the user chose to see, `opened` what the address opens with the user's saved views.
    Queries: the rows, all counts at once, and the room's own.
    """
    opened = opened or Opened(params)
    params = opened.params
    asked = Asked(listing, user, params)
    for note in opened.notes:
        asked.note(note)
    address = Address(path, params)
    everything = listing.visible(user)
    narrowed = asked.narrow(everything)
    stretch, counted = asked_for(listing, everything, narrowed, asked=asked, opened=opened)
    found, place, more_before, more_after = stretch
    total = counted.total
    first = first_number(place, len(found), total, is_last=not more_after)
    if listing.dress is not None:
        listing.dress(found, user)
    before = after = ""
    if more_before:
        number = max(1, first - listing.page_size)
        before = _turn(listing, asked, address, row=found[0], side="before", number=number)
    if more_after:
        after = _turn(listing, asked, address, row=found[-1], side="after", number=first + len(found))
    shown = shown_columns(listing, columns)
    keep = str(params.get("at", "")) if place else ""
    drawn = Drawn.of(shown, address, keep=keep)
    return Page(
        listing=listing,
        path=path,
        here=address.but({"at": keep}),
        query=address.but().partition("?")[2],
        rows=tuple(row_of(listing, item, user, drawn) for item in found),
        heads=tuple(head_of(column, asked.order, address) for column in shown),
        offered=tuple((column, column in shown) for column in listing.columns),
        tabs=_tabs(listing, asked, address, counts=counted.views, is_saved=opened.view is not None),
        saved_tabs=_saved_tabs(opened, user, address, counted),
        asks=tuple(_ask(each, asked, address) for each in listing.filters),
        acts=_acts(listing, user),
        total=total,
        first=first,
        order=asked.order,
        view=asked.view,
        previous_url=before,
        next_url=after,
        bare_url=address.but(
            {each.key: "" for each in listing.filters} | ({"sort": asked.order.param} if opened.has_usual else {})
        ),
        hidden=counted.hidden,
        notes=tuple(asked.notes),
        is_first_day=not found and not everything.exists(),
        may_export=not listing.export_permission or scope_of(user).allows(listing.export_permission),
        share_with=tuple(shareable(user)),
    )


def shown_columns(listing: Listing, chosen: Sequence[str] | None) -> list[Column]:
    """Return the columns to show: the chosen ones, else the usual ones; the one that heads a row always."""
    lead = listing.columns[0]
    wanted = {column.key for column in listing.columns if column.shown} if chosen is None else set(chosen)
    return [column for column in listing.columns if column.key in wanted or column.role == "lead" or column is lead]


def _tabs(
    listing: Listing, asked: Asked, address: Address, *, counts: Iterable[Count], is_saved: bool
) -> tuple[Tab, ...]:
    # A view is opened as it is: filters of another view would make its number a lie.
    clean = {each.key: "" for each in listing.filters} | {"sort": "", "saved": ""}
    return tuple(
        Tab(str(view.label), address.but(clean | {"view": view.key}), count, not is_saved and view is asked.view)
        for view, count in zip(listing.views, counts, strict=True)
    )


def _saved_tabs(opened: Opened, user: Any, address: Address, counted: Counted) -> tuple[SavedTab, ...]:
    tabs = []
    for view in opened.views:
        here = opened.view is not None and view.pk == opened.view.pk
        count = counted.saved.get(view.pk) if not here else None if opened.is_changed else counted.total
        tabs.append(
            SavedTab(
                Tab(view.name, f"{address.path}?saved={view.uid}", count, here),
                view,
                is_own=view.owner_id == user.pk,
                is_changed=here and opened.is_changed,
                may_change=may_change(user, view),
            )
        )
    return tuple(tabs)


def _ask(each: Filter, asked: Asked, address: Address) -> Ask:
    value, options = asked.values[each.key], asked.options[each.key]
    told = [] if value is None else each.words(value, options)
    chosen = {typed for _, typed in told}
    return Ask(
        filter=each,
        typed=told[0][1] if told else "",
        options=tuple((option, label, option in chosen) for option, label in options.items()),
        pills=tuple((words, address.but(leave_out=(each.key, typed))) for words, typed in told),
    )


def _acts(listing: Listing, user: Any) -> tuple[Act, ...]:
    scope = scope_of(user)
    return tuple(
        Act(str(act.label), reverse(act.url_name), str(act.confirm))
        for act in listing.bulk
        if not act.permission or scope.allows(act.permission)
    )


def _turn(listing: Listing, asked: Asked, address: Address, *, row: Any, side: Side, number: int) -> str:
    """Return the address of the page after or before a row."""
    place = beside(row, asked.order, side=side, number=number)
    return address.but({"at": token(place, asked.order, salt=listing.name)})
