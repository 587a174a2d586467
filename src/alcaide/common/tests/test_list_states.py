"""A list's states in words: grown old, on its way, refused, failed; and its keys."""

from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils.html import escape

from alcaide.common.lists import pages
from alcaide.common.lists.marks import changed_rows, marks_of
from alcaide.common.models import SavedView, User
from alcaide.common.tests.test_lists import make
from alcaide.common.tests.test_lists_pages import reader, text  # noqa: F401  a fixture

pytestmark = pytest.mark.urls("alcaide.common.tests.pages")
SCRIPT = Path(pages.__file__).parents[2] / "static" / "alcaide.js"


def marks(page: str) -> str:
    return page.partition('hx-vals=\'{"marks": "')[2].partition('"')[0]


def views(number: int) -> list[SavedView]:
    owner = User.objects.get()
    return [SavedView.objects.create(list_name="x", path="/", name=f"v{i}", owner=owner) for i in range(number)]


def test_a_page_that_still_stands_says_nothing(reader) -> None:  # noqa: F811  a fixture
    make(3)
    given = marks(text(reader.get("/listed/")))
    assert reader.get("/listed/", {"marks": given}).status_code == 204


def test_a_page_that_grew_old_says_how_many_rows_changed_and_shows_them(reader) -> None:  # noqa: F811  a fixture
    rows = views(4)
    given = marks(text(reader.get("/kept/")))
    for row in rows[:2]:
        row.path = "/new/"
        row.save_version(opened_version=1, fields=["path"])
    old = text(reader.get("/kept/", {"marks": given, "sort": "name"}))
    assert "2 rows changed since this page was made." in old
    assert 'hx-get="/kept/?sort=name"' in old
    assert "<html" not in old


def test_rows_that_came_or_went_count_as_changed() -> None:
    rows = [(str(i), User(name=str(i))) for i in range(3)]
    before = marks_of(rows)
    assert changed_rows(before, marks_of(rows)) == 0
    assert changed_rows(before, marks_of([*rows, ("9", User(name="9"))])) == 1
    assert changed_rows(before, marks_of(rows[:1])) == 2
    assert changed_rows("nonsense--.x", before) == 3


def test_the_words_of_every_state_stand_in_the_page(reader) -> None:  # noqa: F811  a fixture
    make(3)
    page = text(reader.get("/listed/"))
    for words in ("Loading…", "your sign-in has ended", "That did not work.", "The house does not answer."):
        assert escape(words) in page
    assert "Try again" in page


def test_a_busy_database_is_said_also_where_only_the_piece_was_asked(reader, monkeypatch):  # noqa: F811  a fixture
    def busy(*args: object, **kwargs: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(pages, "page_of", busy)
    answer = reader.get("/listed/", headers={"hx-request": "true", "hx-target": "list-files"})
    assert answer.status_code == 503
    assert "Nothing was lost or changed." in text(answer)
    assert "<html" not in text(answer)


def test_the_keys_are_told_on_the_page_and_rows_take_focus(reader) -> None:  # noqa: F811  a fixture
    make(3)
    page = text(reader.get("/listed/"))
    assert page.count("data-row") == page.count('tabindex="-1" data-row') == 3
    for words in ("Next row", "Row before", "Tick the row", "Open the row here", "Go to the row’s page"):
        assert words in page
    assert "Tick the row" in page


def test_a_list_without_bulk_acts_tells_no_key_for_ticking(reader) -> None:  # noqa: F811  a fixture
    views(1)
    page = text(reader.get("/kept/"))
    assert "Open the row here" not in page


def test_the_first_day_offers_neither_keys_nor_views_to_save(reader) -> None:  # noqa: F811  a fixture
    page = text(reader.get("/listed/"))
    assert "Save this view" not in page
    assert "data-keys" not in page


def test_the_script_holds_no_key_that_the_page_does_not_tell() -> None:
    script = SCRIPT.read_text()
    assert "{ j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }" in script
    assert 'closest("input, textarea, select, [contenteditable], dialog")' in script
