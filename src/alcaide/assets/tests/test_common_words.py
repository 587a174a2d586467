"""Words that very many rows hold: the list shows the same rows in the same order as one that looks at all of them."""

from dataclasses import replace

import pytest
from django.http import QueryDict
from django.utils import timezone

from alcaide.assets.models import Asset
from alcaide.assets.tables import ASSETS
from alcaide.common import search
from alcaide.common.lists import page_of, walking
from alcaide.common.lists.asked import Asked
from alcaide.common.lists.saved import opened
from alcaide.common.models import SavedView
from alcaide.organization.tests.factories import make_organization, make_unit, make_user

LISTING = replace(ASSETS, page_size=4)
PLACES = ("murcia", "plant", "sevilla")


@pytest.fixture
def estate(db) -> tuple:
    """Sixty assets of two units; few of each word, and `srv` only at the end of the alphabet."""
    make_organization()
    ours, theirs = make_unit("Ours"), make_unit("Theirs")
    made = Asset.objects.bulk_create(
        Asset(
            name=f"{'srv' if n % 3 == 0 else 'app'}-{n * 7 % 60:02} {PLACES[n % len(PLACES) - n % 2]}",
            kind="host" if n % 2 else "application", unit=theirs if n % 5 == 0 else ours,
            critical_minor=n % 4 * 1_000, retired_at=timezone.now() if n % 11 == 0 else None,
        )
        for n in range(60)
    )  # fmt: skip
    search.index_many(search.Doc(each.subject, Asset.SUBJECT, each.name, unit_id=each.unit_id) for each in made)
    return ours, theirs


@pytest.fixture(params=[(3, 20, 5), (3, 20, 1_000), (1, 1_000, 1), (1_000, 1_000, 5)])
def caps(request, monkeypatch) -> None:
    for (where, name), cap in zip(
        [(search, "COMMON"), (search, "MOST_SORTED"), (walking, "FARTHEST")], request.param, strict=True
    ):
        monkeypatch.setattr(where, name, cap)


def page(user, query: str):
    return page_of(LISTING, user, QueryDict(query), path="/assets/")


def turned(user, query: str, turn: str = "next_url") -> list:
    shown = page(user, query)
    pages = [shown]
    while getattr(shown, turn):
        shown = page(user, getattr(shown, turn).partition("?")[2])
        pages.append(shown)
    return pages


def fitting(user, text: str, *, sort: str, **more) -> list[str]:
    """Return what a reader of all rows would list."""
    order = LISTING.order(sort)
    *whole, begun = search.fold(text)
    rows = order.apply(Asset.objects.visible_to(user).filter(retired_at__isnull=True, **more))
    held = [(row.name, search.fold(row.name)) for row in rows]
    return [name for name, words in held if set(whole) <= set(words) and any(word.startswith(begun) for word in words)]


@pytest.mark.slow
@pytest.mark.parametrize("sort", ["name", "-critical"])
@pytest.mark.parametrize("text", ["srv", "mur", "plant srv", "zzz"])
@pytest.mark.parametrize("role", ["chief", "head"])
def test_each_page_holds_what_a_look_at_every_row_finds(estate, caps, role, text, sort) -> None:
    user = make_user(role, unit=estate[0] if role == "head" else None)
    others = {"": {}, "&kind=host": {"kind": "host"}, "&ownerless=1&kind=application": {"kind": "application"}}
    for query, more in others.items():
        expected = fitting(user, text, sort=sort, **more)
        pages = turned(user, f"text={text}&sort={sort}{query}")
        assert [row.item.name for shown in pages for row in shown.rows] == expected
        assert not any(shown.notes for shown in pages)
        back = turned(user, pages[-1].here.partition("?")[2], "previous_url")
        assert back[-1].rows[0].item.name == expected[0] if expected else not back[-1].rows
        for shown in (*pages, *back):
            assert shown.total.shown == len(expected) if not shown.total.capped else shown.total.shown < len(expected)


def test_no_words_at_all_are_in_no_row(estate, caps) -> None:
    shown = page(make_user(), "text=?!")
    assert (shown.rows, shown.total.shown) == ((), 0)


def test_of_too_many_far_apart_the_newest_are_shown_and_the_page_says_so(estate, monkeypatch) -> None:
    for where, name, cap in ((search, "COMMON", 3), (search, "MOST_SORTED", 6), (walking, "FARTHEST", 2)):
        monkeypatch.setattr(where, name, cap)
    user = make_user()
    shown = page(user, "text=srv&sort=name")
    newest = Asset.objects.filter(name__startswith="srv").order_by("-pk").values_list("pk", flat=True)[:6]
    rows = Asset.objects.filter(pk__in=list(newest), retired_at__isnull=True).order_by("name", "pk")
    assert [row.item.name for row in shown.rows] == [row.name for row in rows[:4]]
    assert "newest" in shown.notes[0]


def test_a_file_of_common_words_holds_every_row(estate, monkeypatch) -> None:
    for where, name, cap in ((search, "COMMON", 3), (search, "MOST_SORTED", 6), (walking, "FARTHEST", 2)):
        monkeypatch.setattr(where, name, cap)
    user = make_user()
    rows = Asked(LISTING, user, QueryDict("text=srv")).narrow(LISTING.visible(user))
    assert sorted(rows.values_list("name", flat=True)) == sorted(fitting(user, "srv", sort="name"))


@pytest.mark.parametrize(("most", "told"), [(100, "9"), (20, "9"), (19, "more than 0"), (1, "None")])
def test_a_saved_view_of_words_says_no_number_below_what_it_holds(estate, monkeypatch, most, told) -> None:
    user, query = make_user(), "text=srv&kind=application"
    SavedView.objects.create(owner=user, list_name=LISTING.name, path="/assets/", name="Servers", query=query)
    assert page(user, query).total.shown == len(fitting(user, "srv", sort="name", kind="application")) == 9
    monkeypatch.setattr(search, "BROAD", most)
    as_opened = opened(LISTING, user, QueryDict(""))
    shown = page_of(LISTING, user, QueryDict(""), path="/assets/", opened=as_opened)
    assert [str(each.tab.count) for each in shown.saved_tabs] == [told]
