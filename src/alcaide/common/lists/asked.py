"""What an address asks of a list, and the addresses that the list's own links lead to."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from alcaide.common import search
from alcaide.common.counts import CAP
from alcaide.common.lists.filters import Filter, NotUnderstood, Options, Sought, Words
from alcaide.common.lists.keyset import BadPlace, Order, Place, place_of
from alcaide.common.lists.listing import BadListing, Listing, View

FAR = 1_000
"""How far rows are counted that hold common words."""
# What belongs to one page only, or to the search at the top.
ELSEWHERE = {"at": "", "open": "", "q": "", "marks": ""}


class Asked:
    """What an address asks of a list; what it asks wrongly is left out and noted."""

    def __init__(
        self, listing: Listing, user: Any, params: QueryDict, *, options: Mapping[str, Options] | None = None
    ) -> None:
        self.listing, self.user, self.params = listing, user, params
        self.notes: list[str] = []
        self.view = self._view()
        self.order = self._order()
        self.options = options if options is not None else {each.key: each.options(user) for each in listing.filters}
        self.values = {each.key: self._value(each) for each in listing.filters}

    @property
    def asks_first(self) -> bool:
        """Whether a filter that is asked reads the database before it can narrow."""
        return any(each.asks_first for each in self.listing.filters if self.values[each.key] is not None)

    @property
    def counts_to(self) -> int:
        """How far what passes the asked filters is counted."""
        to = [each.counts_to for each in self.listing.filters if self.values[each.key] is not None]
        is_far = any(isinstance(value, Sought) and value.is_common for value in self.values.values())
        return min([*to, FAR] if is_far else to, default=CAP)

    @property
    def common_words(self) -> Words | None:
        """The filter by words whose words very many rows hold, once they were looked up."""
        asked = (each for each in self.listing.filters if isinstance(each, Words))
        return next((each for each in asked if getattr(self.values[each.key], "is_asked", False)), None)

    @property
    def held(self) -> list[search.Held]:
        """The words that are asked for in the search index."""
        words = (each for each in self.listing.filters if isinstance(each, Words) and each.subject_kind)
        return [each.held(asked) for each in words if (asked := self.values[each.key]) is not None]

    def by_keys(self, words: Words) -> Self:
        """Return the same question of those rows only that were looked up for its words."""
        other = copy(self)
        other.values = self.values | {words.key: self.values[words.key].by_keys()}
        return other

    def without(self, words: Words) -> Self:
        """Return the same question without its words."""
        other = copy(self)
        other.values = self.values | {words.key: None}
        return other

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the view that pass every filter, and note what a reader must know of them."""
        for each in self.listing.filters:
            if self.values[each.key] is not None:
                self.values[each.key] = each.looked_up(self.values[each.key], rows.model)
                self.note(each.warning(self.values[each.key]))
        return self.fitting(rows)

    def fitting(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of the view that pass every filter."""
        if self.view is not None:
            rows = self.view.narrow(rows)
        for each in self.listing.filters:
            asked = self.values[each.key]
            if asked is not None:
                rows = each.narrow(rows, asked)
        return rows

    def note(self, words: str) -> None:
        """Keep a sentence for the reader, once."""
        if words and words not in self.notes:
            self.notes.append(words)

    def place(self) -> Place | None:
        """Return the asked place in the list, None for the first page."""
        text = str(self.params.get("at") or "")
        if not text:
            return None
        try:
            return place_of(text, self.order, salt=self.listing.name)
        except BadPlace:
            self.note(_("Your place in this list was lost; this is its first page."))
            return None

    def _view(self) -> View | None:
        wanted = self.params.get("view", "")
        for view in self.listing.views:
            if view.key == wanted:
                return view
        if wanted:
            self.note(_("There is no view of that name."))
        return self.listing.views[0] if self.listing.views else None

    def _order(self) -> Order:
        usual = (self.view.sort if self.view else "") or self.listing.sort
        try:
            return self.listing.order(self.params.get("sort") or usual)
        except BadListing:
            self.note(_("This list cannot be sorted so; it stands in its usual order."))
            return self.listing.order(usual)

    def _value(self, each: Filter) -> Any:
        try:
            return each.read(self.params, self.options[each.key])
        except NotUnderstood:
            self.note(_("The filter “%(label)s” was not understood and is left out.") % {"label": each.label})
            return None


@dataclass(frozen=True)
class Address:
    """The page's own address, from which every link of the list is made."""

    path: str
    params: QueryDict

    def but(self, changes: Mapping[str, str] | None = None, *, leave_out: tuple[str, str] | None = None) -> str:
        """Return the address with some parameters changed (empty: taken away), or one value of one left out.

        The place in the list stays only where it is given anew.
        """
        params = self.params.copy()
        for name, value in (ELSEWHERE | dict(changes or {})).items():
            if value:
                params[name] = value
            else:
                params.pop(name, None)
        if leave_out is not None:
            name, value = leave_out
            left = [each for each in params.getlist(name) if each.strip() != value]
            params.setlist(name, left)
        query = params.urlencode()
        return f"{self.path}?{query}" if query else self.path
