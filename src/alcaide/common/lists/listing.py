"""What a list is: its rows, columns, filters, views and what may be done with several rows at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from alcaide.common.lists.columns import Accessor, Column, Text, read
from alcaide.common.lists.filters import Filter
from alcaide.common.lists.keyset import Order
from alcaide.common.permissions import VisibleSet

PAGE_SIZE = 25


class BadListing(TypeError):
    """A list is declared so that it cannot work; the message says what to change."""


@dataclass(frozen=True)
class View:
    """A named cut of a list, such as “Past their limit”; `only` may be a function, for what depends on the clock."""

    key: str
    label: Text
    only: Q | Callable[[], Q] | None = None
    sort: str = ""

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of this view."""
        only = self.only() if callable(self.only) else self.only
        return rows if only is None else rows.filter(only)


@dataclass(frozen=True)
class BulkAct:
    """What may be done with the chosen rows: their uids are posted to the address as `uid`, once each."""

    label: Text
    url_name: str
    permission: str = ""
    confirm: Text = ""


@dataclass(frozen=True)
class FirstDay:
    """What the list says while it holds nothing at all, and the one or two things to do first."""

    icon: str
    says: Text
    how: Text = ""
    acts: tuple[tuple[Text, str], ...] = ()
    """Words and address name of each; the first is the primary one."""


@dataclass(frozen=True)
class Listing:
    """A list, declared once. `rows` gives all rows, for the list itself asks what the user may see of them.

    `name` is the list's name in the session, in files and in the trail. `sort` is a column's key, with `-` where it
    falls. `dress` gets a page's rows and the user, and hangs on each what the columns need, with a fixed number of
    queries; `dress_file` does so for the rows of an export, where that is another. `state` gives a row's class
    (`late`, `today`). `opens` is a template for what stands under an opened row; it gets `row`, and as `opened`
    what the function `opened` makes of row and user. `uid` is the path of a row's public identifier.
    """

    name: str
    rows: Callable[[Any], QuerySet[Any]]
    columns: tuple[Column, ...]
    sort: str
    label: Text
    filters: tuple[Filter, ...] = ()
    views: tuple[View, ...] = ()
    bulk: tuple[BulkAct, ...] = ()
    opens: str = ""
    opened: Callable[[Any, Any], Any] | None = None
    state: Callable[[Any], str] | None = None
    dress: Callable[[Sequence[Any], Any], None] | None = None
    dress_file: Callable[[Sequence[Any], Any], None] | None = None
    first_day: FirstDay | None = None
    export_permission: str = ""
    page_size: int = PAGE_SIZE
    uid: Accessor = "uid"

    def __post_init__(self) -> None:
        for what in (self.columns, self.filters, self.views):
            keys = [each.key for each in what]
            if len(keys) != len(set(keys)):
                raise BadListing(f"The list “{self.name}” uses a key twice: {keys}.")
        taken = RESERVED & {each.key for each in self.filters}
        if taken:
            raise BadListing(f"The list “{self.name}” has filters named {sorted(taken)}; the list itself uses these.")
        self.order(self.sort)

    def column(self, key: str) -> Column:
        """Return a column by its key. Raises KeyError."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)

    def order(self, param: str) -> Order:
        """Return an order as an address writes it. Raises BadListing where no column sorts so."""
        key = param.removeprefix("-")
        for column in self.columns:
            if column.key == key and column.order:
                return Order(key, column.order, descending=param.startswith("-"))
        raise BadListing(f"The list “{self.name}” cannot be sorted by “{key}”.")

    def visible(self, user: Any) -> QuerySet[Any]:
        """Return the rows that the user may see."""
        rows = self.rows(user)
        return rows.visible_to(user) if isinstance(rows, VisibleSet) else rows

    def kept_from(self, user: Any) -> list[tuple[str, QuerySet[Any]]]:
        """Return the rows that each rule keeps from the user; never narrowed by a filter, which would tell of them."""
        rows = self.rows(user)
        return list(rows.kept_from(user)) if isinstance(rows, VisibleSet) else []

    def uid_of(self, row: Any) -> str:
        """Return a row's public identifier."""
        return str(read(row, self.uid))


# Parameters of the address that belong to the list itself; `q` is the search at the top of every page.
RESERVED = frozenset({"q", "view", "saved", "sort", "at", "open", "marks", "export", "columns", "choose", "uid"})
