"""One page of a list, computed with a fixed number of queries and ready to draw."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, Self

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from alcaide.common import search
from alcaide.common.counts import CAP, Count
from alcaide.common.lists.asked import Address, Asked
from alcaide.common.lists.columns import Column, read, written
from alcaide.common.lists.filters import Filter
from alcaide.common.lists.keyset import Order, Place, beside, rows_at, token
from alcaide.common.lists.listing import Listing, View
from alcaide.common.lists.marks import marks_of
from alcaide.common.lists.saved import Opened, may_change, shareable
from alcaide.common.lists.tally import tally
from alcaide.common.lists.walking import FarBetween, Stretch, Walker, at_least, far_between, more_than
from alcaide.common.models import SavedView
from alcaide.common.permissions import Hidden, scope_of

Side = Literal["after", "before"]
# Each number is a count of its own on every page of the list.
MOST_COUNTED = 6
# So few are found by their filters and then sorted, not sought along the list's order.
FEW = 500
ELSEWHERE = 1_000
"""How far rows are counted that the page does not show: other views, saved views, what is hidden."""


@dataclass(frozen=True)
class Cell:
    """One cell, ready to draw."""

    column: Column
    value: Any
    text: str
    second: str
    url: str
    is_lead: bool
    label: str
    css: str
    piece: str

    def __getitem__(self, name: str) -> Any:
        """Answer a template at its first try; an error raised and caught costs more than the cell."""
        return getattr(self, name)


@dataclass(frozen=True)
class Row:
    """One row, ready to draw; `item` is the row itself."""

    item: Any
    uid: str
    name: str
    state: str
    cells: tuple[Cell, ...]
    is_open: bool
    opened: Any
    open_url: str
    pick_words: str
    open_words: str

    def __getitem__(self, name: str) -> Any:
        """Answer a template at its first try, as a cell does."""
        return getattr(self, name)


@dataclass(frozen=True)
class Head:
    """One column's head; `sorted` is `ascending`, `descending` or nothing."""

    column: Column
    url: str
    sorted: str


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
    stretch, counted = _asked_for(listing, everything, narrowed, asked=asked, opened=opened)
    found, place, more_before, more_after = stretch
    total = counted.total
    first = _first(place, len(found), total, is_last=not more_after)
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
    drawn = _Drawn.of(shown, address, keep=keep)
    return Page(
        listing=listing,
        path=path,
        here=address.but({"at": keep}),
        query=address.but().partition("?")[2],
        rows=tuple(_row(listing, item, user, drawn) for item in found),
        heads=tuple(_head(column, asked.order, address) for column in shown),
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


def _asked_for(
    listing: Listing, everything: QuerySet[Any], narrowed: QuerySet[Any], *, asked: Asked, opened: Opened
) -> tuple[Stretch, "_Counted"]:
    """Read the page that is asked for, and count."""
    words = asked.common_words
    if words is not None:
        sought = asked.values[words.key]
        walker = Walker(
            everything, asked.without(words).fitting(everything), asked.order, search.Held(sought, words.subject_kind)
        )
        try:
            stretch = _stretch(asked, walker.page)
        except FarBetween:
            stretch = _stretch(asked, walker.newest)
            asked.note(far_between(sought) if walker.held.are_too_many() else "")
        part = asked.by_keys(words)
        counted = _counts(listing, everything, part.fitting(everything), asked=part, opened=opened)
        return stretch, replace(counted, total=more_than(counted.total, stretch))
    counted = _counts(listing, everything, narrowed, asked=asked, opened=opened)
    is_few = counted.total.shown <= FEW and not counted.total.capped

    def read_from(place: Place | None, most: int) -> list[Any]:
        return rows_at(narrowed, asked.order, place=place, most=most, of=everything, is_few=is_few)

    return _stretch(asked, read_from), counted


def _stretch(asked: Asked, read_from: Callable[[Place | None, int], list[Any]]) -> Stretch:
    """Read one page; return its rows, its place, and whether there are more before and after it."""
    size, place = asked.listing.page_size, asked.place()
    found = read_from(place, size + 1)
    if place is not None and place.side == "before" and len(found) > size:
        return found[-size:], place, True, True
    if place is not None and place.side == "after" and found:
        return found[:size], place, True, len(found) > size
    if place is not None:
        # Back at the beginning, or past an end that rows have left meanwhile: the whole first page.
        found = read_from(None, size + 1)
    return found[:size], None, False, len(found) > size


def _first(place: Place | None, rows: int, total: Count, *, is_last: bool) -> int:
    """Return the number of the page's first row; on the last page the count itself says it."""
    if place is None:
        return 1
    if not total.capped and (is_last or place.number + rows - 1 > total.shown):
        return max(1, total.shown - rows + 1)
    return place.number


@dataclass(frozen=True)
class _Counted:
    """All numbers of a page, counted with one statement; `saved` by primary key, as far as they are counted."""

    total: Count
    views: Sequence[Count]
    saved: Mapping[int, Count]
    hidden: tuple[Hidden, ...]


def _counts(
    listing: Listing, everything: QuerySet[Any], narrowed: QuerySet[Any], *, asked: Asked, opened: Opened
) -> _Counted:
    is_narrowed = any(value is not None for value in asked.values.values())
    views = [view.narrow(everything) for view in listing.views]
    saved = _saved_questions(listing, asked, opened)
    kept_back = listing.kept_from(asked.user)
    # What a view holds unfiltered is counted once, as the view's own number.
    own = [narrowed] if is_narrowed or asked.view is None else []
    caps = [asked.counts_to for _ in own]
    caps += [CAP if view is asked.view and not own else ELSEWHERE for view in listing.views]
    caps += [ELSEWHERE] * (len(saved) + len(kept_back))
    counts = iter(
        tally(
            [*own, *views, *(kept.fitting(everything) for kept in saved.values()), *(rows for _, rows in kept_back)],
            caps,
        )
    )
    first = next(counts) if own else None
    of_views = [next(counts) for _ in views]
    of_saved = _of_words({pk: next(counts) for pk in saved}, saved)
    hidden = tuple(Hidden(rule, count) for rule, _ in kept_back if (count := next(counts)).shown)
    total = first if first is not None or asked.view is None else of_views[listing.views.index(asked.view)]
    return _Counted(total or Count(0), of_views, of_saved, hidden)


def _saved_questions(listing: Listing, asked: Asked, opened: Opened) -> dict[int, Asked]:
    """Return what the first few saved views ask, but for the one that is open and those whose filter must ask."""
    found: dict[int, Asked] = {}
    for view in opened.views:
        if len(found) == MOST_COUNTED:
            break
        if opened.view is not None and view.pk == opened.view.pk:
            continue
        kept = Asked(listing, asked.user, QueryDict(view.query), options=asked.options)
        if not kept.asks_first:
            found[view.pk] = kept
    return found


def _of_words(counts: Mapping[int, Count], saved: Mapping[int, Asked]) -> dict[int, Count]:
    """Return the counts as what they are: where not every hit of its words was looked at, a view holds more."""
    held = [(pk, each) for pk, count in counts.items() if not count.capped for each in saved[pk].held]
    if not held:
        return dict(counts)
    many = search.beyond([each for _, each in held], search.BROAD)
    unsure = {pk for (pk, _), is_many in zip(held, many, strict=True) if is_many}
    known = {pk: at_least(count) if pk in unsure else count for pk, count in counts.items()}
    return {pk: count for pk, count in known.items() if count is not None}


@dataclass(frozen=True)
class _Drawn:
    """What all rows of a page share: the columns as each cell needs them, and what else does not change by row."""

    columns: tuple[tuple[Column, bool, str, str], ...]
    """Each column with whether it heads the row, its label, and its classes."""
    address: Address
    keep: str
    pick: str
    open: str
    close: str

    @classmethod
    def of(cls, shown: Sequence[Column], address: Address, *, keep: str) -> Self:
        """Return what the rows of these columns share."""
        columns = tuple(
            (each, place == 0 or each.role == "lead", str(each.label), _css(each)) for place, each in enumerate(shown)
        )
        return cls(
            columns, address, keep, gettext("Select: %(name)s"), gettext("Open: %(name)s"), gettext("Close: %(name)s")
        )


def _css(column: Column) -> str:
    return " ".join(name for name in (column.role, "num" if column.numeric else "") if name)


def _row(listing: Listing, item: Any, user: Any, drawn: _Drawn) -> Row:
    cells = tuple(
        _cell(column, item, is_lead=is_lead, label=label, css=css) for column, is_lead, label, css in drawn.columns
    )
    address, keep = drawn.address, drawn.keep
    uid = listing.uid_of(item)
    is_open = bool(listing.opens) and address.params.get("open") == uid
    name = next((cell.text for cell in cells if cell.column.role == "lead"), cells[0].text)
    return Row(
        item=item,
        uid=uid,
        name=name,
        state=listing.state(item) if listing.state else "",
        cells=cells,
        is_open=is_open,
        opened=listing.opened(item, user) if is_open and listing.opened else None,
        open_url=address.but({"at": keep, "open": "" if is_open else uid}) if listing.opens else "",
        pick_words=drawn.pick % {"name": name},
        open_words=(drawn.close if is_open else drawn.open) % {"name": name},
    )


def _cell(column: Column, item: Any, *, is_lead: bool, label: str, css: str) -> Cell:
    value = column.value_of(item)
    second = "" if column.second is None else read(item, column.second)
    url = "" if column.url is None else read(item, column.url)
    text = "" if column.piece else written(value)
    said = "" if second is None or second == "" else written(second)
    css = f"{css} when".lstrip() if isinstance(value, date) else css
    return Cell(column, value, text, said, url or "", is_lead, label, css, column.piece)


def _head(column: Column, order: Order, address: Address) -> Head:
    if column.order is None:
        return Head(column, "", "")
    if order.key != column.key:
        return Head(column, address.but({"sort": f"-{column.key}" if column.numeric else column.key}), "")
    other = column.key if order.descending else f"-{column.key}"
    return Head(column, address.but({"sort": other}), "descending" if order.descending else "ascending")


def _tabs(
    listing: Listing, asked: Asked, address: Address, *, counts: Iterable[Count], is_saved: bool
) -> tuple[Tab, ...]:
    # A view is opened as it is: filters of another view would make its number a lie.
    clean = {each.key: "" for each in listing.filters} | {"sort": "", "saved": ""}
    return tuple(
        Tab(str(view.label), address.but(clean | {"view": view.key}), count, not is_saved and view is asked.view)
        for view, count in zip(listing.views, counts, strict=True)
    )


def _saved_tabs(opened: Opened, user: Any, address: Address, counted: _Counted) -> tuple[SavedTab, ...]:
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
