"""The one list: its pages, filters, views, columns, bulk form and files."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from alcaide.common import search
from alcaide.common.counts import Count
from alcaide.common.history import TRAIL_SEE
from alcaide.common.lists import (
    BadPlace,
    Choice,
    Column,
    Day,
    Listing,
    NullInSort,
    Typed,
    View,
    Words,
    page_of,
    walking,
)
from alcaide.common.lists.keyset import Order, Place, place_of, token
from alcaide.common.lists.listing import BadListing
from alcaide.common.lists.tally import tally
from alcaide.common.models import Bulk, BulkChunk, SearchDoc, StoredFile, User
from alcaide.common.permissions import Scope, VisibleSet
from alcaide.common.tests.pages import FILES, SECRET
from alcaide.common.trail import System

pytestmark = pytest.mark.urls("alcaide.common.tests.pages")
HOUSE = System("test")


def make(number: int, *, size=lambda i: i, media_type: str = "text/csv", name: str = "f{:03}") -> None:
    StoredFile.objects.bulk_create(
        StoredFile(sha256=f"{media_type[-5:]}{name}{i}", size_bytes=size(i), media_type=media_type, name=name.format(i))
        for i in range(number)
    )


def page(query: str = "", listing: Listing = FILES, user=HOUSE):
    return page_of(listing, user, QueryDict(query), path="/listed/")


def names(shown) -> list[str]:
    return [row.item.name for row in shown.rows]


def walk(query: str = "", turn: str = "next_url") -> list[list[str]]:
    """Turn pages to the end and return what each held."""
    shown, held = page(query), []
    while True:
        held.append(names(shown))
        url = getattr(shown, turn)
        if not url:
            return held
        shown = page(url.partition("?")[2])


# Pages


@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["size", "-size", "name", "-name", "kind", "-kind", "at", "-at"])
def test_pages_hold_every_row_once_in_order_also_with_equal_keys(sort: str) -> None:
    make(60, size=lambda i: i // 20)
    order = FILES.order(sort)
    sign = "-" if order.descending else ""
    expected = list(StoredFile.objects.order_by(f"{sign}{order.field}", f"{sign}pk").values_list("name", flat=True))
    pages = walk(f"sort={sort}")
    assert [len(each) for each in pages] == [25, 25, 10]
    assert [name for each in pages for name in each] == expected


@pytest.mark.django_db
def test_turning_back_shows_the_same_pages() -> None:
    make(60, size=lambda i: i // 20)
    first = page()
    second = page(first.next_url.partition("?")[2])
    third = page(second.next_url.partition("?")[2])
    again = page(third.previous_url.partition("?")[2])
    assert (names(again), again.first, again.last) == (names(second), 26, 50)
    beginning = page(again.previous_url.partition("?")[2])
    assert (names(beginning), beginning.first, beginning.previous_url) == (names(first), 1, "")


@pytest.mark.django_db
def test_the_pager_numbers_its_rows() -> None:
    make(60)
    first = page()
    last = page(page(first.next_url.partition("?")[2]).next_url.partition("?")[2])
    assert (first.first, first.last, str(first.total)) == (1, 25, "60")
    assert (last.first, last.last, last.next_url) == (51, 60, "")


@pytest.mark.django_db
def test_rows_added_meanwhile_are_neither_shown_twice_nor_push_others_out() -> None:
    make(60)
    first = page("sort=-name")
    make(30, name="z{:03}")
    second = page(first.next_url.partition("?")[2])
    assert names(second)[0] == "f034"
    assert second.last <= second.total.shown


@pytest.mark.django_db
def test_a_place_that_was_emptied_shows_the_first_page() -> None:
    make(60)
    ahead = page(page().next_url.partition("?")[2]).next_url.partition("?")[2]
    StoredFile.objects.filter(size_bytes__lt=20).delete()
    assert (page(ahead).first, page(ahead).previous_url, len(page(ahead).rows)) == (1, "", 25)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "broken",
    ["at=x", "at=a:b:c", "at=" + "x" * 9000, "at=%00", "at=eyJh:1:2", "at={valid}x", "sort=name&at={valid}"],
)
def test_a_tampered_place_shows_the_first_page_and_says_so(broken: str) -> None:
    make(60)
    valid = QueryDict(page().next_url.partition("?")[2])["at"]
    shown = page(broken.format(valid=valid))
    assert (shown.first, len(shown.rows)) == (1, 25)
    assert any("place" in note for note in shown.notes)


def test_a_place_of_another_list_is_refused() -> None:
    order = Order("size", "size_bytes", descending=True)
    text = token(Place("after", 3, 7, 26), order, salt="one")
    assert place_of(text, order, salt="one") == Place("after", 3, 7, 26)
    with pytest.raises(BadPlace):
        place_of(text, order, salt="other")


@pytest.mark.parametrize(
    "value", [1, 0.1, "ñ", True, datetime.now(UTC), datetime.now(UTC).date(), Decimal("1.10"), uuid4()]
)
def test_a_place_keeps_every_kind_of_value_exactly(value) -> None:
    order = Order("x", "x", descending=False)
    kept = place_of(token(Place("before", value, 7, 1), order, salt="s"), order, salt="s")
    assert (kept.value, type(kept.value)) == (value, type(value))


@pytest.mark.django_db
def test_sorting_by_what_may_be_null_is_a_fault_of_the_list() -> None:
    listing = Listing(
        name="docs", label="docs", rows=lambda user: SearchDoc.objects.all(), sort="unit", uid="pk",
        columns=(Column("unit", "Unit", value="unit_id", order="unit_id"),),
    )  # fmt: skip
    with pytest.raises(NullInSort, match="may be null"):
        page(listing=listing)


@pytest.mark.django_db
def test_a_page_at_a_place_reads_only_from_there_on() -> None:
    make(60)
    ahead = page().next_url.partition("?")[2]
    with CaptureQueriesContext(connection) as asked:
        page(ahead)
    keyset = next(each["sql"] for each in asked.captured_queries if "ORDER BY" in each["sql"])
    assert re.search(r'"size_bytes" <= 35 AND \(U0."size_bytes" < 35 OR U0."id" < ', keyset)


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_list() -> None:
    make(30)
    with CaptureQueriesContext(connection) as few:
        page()
    make(500, name="g{:03}")
    with CaptureQueriesContext(connection) as many:
        page()
    assert 2 <= len(few) == len(many) <= 4


# Counts and what is hidden


@pytest.mark.django_db
def test_counts_stop_at_their_cap_and_cost_one_query(django_assert_num_queries) -> None:
    make(30)
    rows = StoredFile.objects.all()
    with django_assert_num_queries(1):
        found = tally([rows, rows.filter(size_bytes__lt=5), rows.none(), rows.filter(name__in=[])], 10)
    assert found == [Count(10, capped=True), Count(5), Count(0), Count(0)]
    assert tally([rows, rows, rows.none()], [10, 30, 1]) == [Count(10, capped=True), Count(30), Count(0)]
    with django_assert_num_queries(0):
        assert tally([rows.none()]) == [Count(0)]


@pytest.mark.django_db
def test_a_view_that_is_not_open_is_counted_less_far(monkeypatch) -> None:
    make(30)
    monkeypatch.setattr("alcaide.common.lists.reading.ELSEWHERE", 5)
    listing = Listing(
        name="files", label="files", rows=lambda user: StoredFile.objects.all(), sort="name",
        columns=(Column("name", "Name", order="name"),), views=(View("all", "All"), View("again", "Again")),
    )  # fmt: skip
    shown = page(listing=listing)
    assert [tab.count for tab in shown.tabs] == [Count(30), Count(5, capped=True)]
    assert shown.total == Count(30)


@pytest.mark.django_db
def test_what_a_rule_hides_is_counted_and_not_told_by_filters() -> None:
    make(30)
    make(3, media_type=SECRET, name="secret{}")
    user = User.objects.create(email="ana@example.org", name="Ana")
    for query in ("", "text=secret", "over=1"):
        shown = page(query, user=user)
        assert [(hidden.rule, str(hidden.count)) for hidden in shown.hidden] == [("sealed cases", "3")]
    assert str(page("text=secret", user=user).total) == "0"


# Filters, views, sorting


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "rows", "pills"),
    [
        ("text=f00", 10, ["“f00”"]),
        ("type=text/plain", 5, ["Type: Text"]),
        ("type=text/plain&type=text/csv", 35, ["Type: Text", "Type: Table"]),
        ("even=1", 4, ["Even"]),
        ("over=24", 5, ["Size over 24"]),
        ("over=24.5", 5, ["Size over 24.5"]),
        ("over=-0.5", 35, ["Size over -0.5"]),
        ("over=1e1&even=1", 1, ["Even", "Size over 10"]),
    ],
)
def test_a_filter_narrows_and_says_so(query: str, rows: int, pills: list[str]) -> None:
    make(30)
    make(5, media_type="text/plain", name="t{}")
    shown = page(query)
    assert (shown.total.shown, [words for ask in shown.asks for words, _ in ask.pills]) == (rows, pills)


@pytest.mark.django_db
def test_a_pill_takes_its_own_filter_away_and_leaves_the_others() -> None:
    make(3)
    shown = page("type=text/plain&type=text/csv&over=1&view=all&sort=name")
    urls = [url for ask in shown.asks for _, url in ask.pills]
    assert [QueryDict(url.partition("?")[2]).dict() for url in urls] == [
        {"type": "text/csv", "over": "1", "view": "all", "sort": "name"},
        {"type": "text/plain", "over": "1", "view": "all", "sort": "name"},
        {"type": "text/csv", "view": "all", "sort": "name"},
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    ["type=banana", "even=maybe", "over=abc", "over=1e400", "over=9" + "9" * 40, "over=NaN", "view=none", "sort=hash",
     "sort=--size", "sort=", "text=%00", "open=zzz", "page=3"],
)  # fmt: skip
def test_what_an_address_asks_wrongly_is_left_out_and_said(query: str) -> None:
    make(30)
    shown = page(query)
    assert shown.total.shown == 30
    assert bool(shown.notes) == (
        query.partition("=")[0] in {"type", "even", "over", "view"} or "hash" in query or "--" in query
    )


@pytest.mark.django_db
def test_views_carry_their_counts_and_their_own_order() -> None:
    make(30)
    make(2, size=lambda i: 5000, name="big{}")
    shown = page("view=small")
    assert [(tab.label, str(tab.count), tab.here) for tab in shown.tabs] == [
        ("All", "32", False), ("Small", "10", True), ("Big", "2", False),
    ]  # fmt: skip
    assert (names(shown)[0], shown.total.shown) == ("f000", 10)
    assert "over" not in page("view=small&over=3").tabs[0].url


@pytest.mark.django_db
def test_a_words_filter_goes_through_the_search_index() -> None:
    ana = User.objects.create(email="ana@example.org", name="Ana Ñíguez")
    User.objects.create(email="eva@example.org", name="Eva")
    search.index(ana.subject, kind="common.user", title=ana.name)
    listing = Listing(
        name="users", label="users", rows=lambda user: User.objects.all(), sort="name",
        columns=(Column("name", "Name", order="name"),), filters=(Words(subject_kind="common.user"),),
    )  # fmt: skip
    assert [row.name for row in page("text=niguez", listing).rows] == ["Ana Ñíguez"]
    assert page("text=?!", listing).total.shown == 0


@pytest.mark.django_db
def test_a_words_filter_that_fits_too_much_says_so(monkeypatch) -> None:
    for each in ("ana", "ada", "abe"):
        user = User.objects.create(email=f"{each}@example.org", name=each)
        search.index(user.subject, kind="common.user", title=each)
    monkeypatch.setattr(search, "COMMON", 1)
    monkeypatch.setattr(search, "MOST_SORTED", 2)
    monkeypatch.setattr(walking, "FARTHEST", 1)
    listing = Listing(
        name="users", label="users", rows=lambda user: User.objects.all(), sort="name",
        columns=(Column("name", "Name", order="name"),), filters=(Words(subject_kind="common.user"),),
    )  # fmt: skip
    shown = page("text=a", listing)
    assert "Add another word" in shown.notes[0]
    assert [row.item.name for row in shown.rows] == ["abe", "ada"]


@pytest.mark.django_db
@pytest.mark.parametrize(("query", "rows"), [("since=2026-11-02", 2), ("until=2026-11-02", 2), ("until=9999-12-31", 3)])
def test_days_are_the_readers_days_both_included(query: str, rows: int, settings) -> None:
    settings.TIME_ZONE = "Europe/Madrid"
    make(3)
    for file, hour in zip(StoredFile.objects.order_by("pk"), ("01T22:59", "01T23:00", "02T23:00"), strict=True):
        StoredFile.objects.filter(pk=file.pk).update(created_at=f"2026-11-{hour}:00+00:00")
    listing = Listing(
        name="f", label="f", rows=lambda user: StoredFile.objects.all(), sort="name",
        columns=(Column("name", "Name", order="name"),),
        filters=(Day("since", "Since", "created_at"), Day("until", "Until", "created_at", side="until")),
    )  # fmt: skip
    assert page(query, listing).total.shown == rows


@pytest.mark.parametrize(
    "more",
    [
        {"columns": (Column("a", "A", order="a"), Column("a", "A"))},
        {"sort": "b"},
        {"filters": (Typed("sort", "Sort", only=lambda typed: None),)},
        {"filters": (Choice("x", "X", "x", []), Choice("x", "X", "y", []))},
        {"views": (View("v", "V"), View("v", "V"))},
    ],
)
def test_a_list_that_cannot_work_is_refused_at_once(more) -> None:
    usual = {
        "name": "x",
        "label": "x",
        "rows": lambda user: None,
        "columns": (Column("a", "A", order="a"),),
        "sort": "a",
    }
    with pytest.raises(BadListing):
        Listing(**usual | more)


# The hidden rows' short way. A chunk stands for a row, its bulk for a unit.


@pytest.fixture
def chunks(db, monkeypatch) -> list[Bulk]:
    monkeypatch.setattr(BulkChunk, "SEE", TRAIL_SEE, raising=False)
    monkeypatch.setattr(BulkChunk, "UNIT_PATH", "bulk_id", raising=False)
    bulks = [Bulk.objects.create(key=key, verb="v", about="a") for key in ("one", "two", "three")]
    for number in range(6):
        BulkChunk.objects.create(bulk=bulks[number % 3], number=number, rows=1, digest="", at=datetime.now(UTC))
    return bulks


def scoped(units: list[Bulk], chunks: list[Bulk]) -> User:
    user = User.objects.create(email="ana@example.org", name="Ana")
    held = frozenset(each.pk for each in units)
    user._scope = Scope({"auditor": held} if held else {}, all_units=frozenset(each.pk for each in chunks))
    return user


@pytest.mark.parametrize("units", [0, 1, 2, 3])
def test_the_short_way_to_hidden_rows_counts_as_the_long_one(chunks, units: int) -> None:
    user, rows = scoped(chunks[:units], chunks), VisibleSet(BulkChunk)
    short = rows.hidden_from(user)
    user._scope = Scope(user._scope.units_by_role)
    assert short == rows.hidden_from(user)
    assert sum(each.count.shown for each in short) == 6 - 2 * units == 6 - rows.visible_to(user).count()


def test_who_holds_every_unit_is_asked_for_none(chunks, django_assert_num_queries) -> None:
    user, rows = scoped(chunks, chunks), VisibleSet(BulkChunk)
    assert "WHERE" not in str(rows.visible_to(user).query)
    with django_assert_num_queries(0):
        assert rows.hidden_from(user) == []


def test_a_row_of_no_unit_is_hidden_also_from_who_holds_every_unit(chunks, monkeypatch) -> None:
    monkeypatch.setattr(SearchDoc, "SEE", TRAIL_SEE, raising=False)
    monkeypatch.setattr(SearchDoc, "UNIT_PATH", "unit_id", raising=False)
    SearchDoc.objects.create(subject="a:1", kind="a", title="t", unit_id=chunks[0].pk)
    SearchDoc.objects.create(subject="a:2", kind="a", title="t")
    user, rows = scoped(chunks, chunks), VisibleSet(SearchDoc)
    assert [each.subject for each in rows.visible_to(user)] == ["a:1"]
    assert [each.count.shown for each in rows.hidden_from(user)] == [1]
