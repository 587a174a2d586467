"""Views that people save: kept, shared, replaced, removed, and never more than the reader may see."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from alcaide.common import registries
from alcaide.common.lists import Choice, Column, Listing, Typed, saved
from alcaide.common.lists.page import page_of
from alcaide.common.lists.saved import TooManyViews, ViewUnfit, change_view, open_with, opened, remove_view, save_view
from alcaide.common.models import LostUpdate, SavedView, StoredFile, TrailLine, User
from alcaide.common.permissions import Refused, Scope
from alcaide.common.tests.pages import FILES, SECRET
from alcaide.common.tests.test_lists import make
from alcaide.common.tests.test_lists_pages import reader, text  # noqa: F401  a fixture

pytestmark = pytest.mark.urls("alcaide.common.tests.pages")
TOP, PLANT, OTHER = 1, 2, 3


def user(name: str, role: str = "analyst", *units: int, above: tuple[int, ...] = (TOP,)) -> User:
    found = User.objects.create(email=f"{name}@example.org", name=name.title())
    held = frozenset(units or (TOP, PLANT, OTHER))
    found._scope = Scope({role: held}, all_units=frozenset({TOP, PLANT, OTHER}), stands_in=held | frozenset(above))
    return found


def keep(actor: User, name: str = "Mine", query: str = "over=9&sort=name", **more) -> SavedView:
    given = {"listing": FILES, "path": "/listed/", "name": name, "params": QueryDict(query)}
    return save_view(actor, **given | more)


def shown(actor: User, query: str = "", listing: Listing = FILES):
    as_opened = opened(listing, actor, QueryDict(query))
    return page_of(listing, actor, as_opened.params, path="/listed/", opened=as_opened)


@pytest.mark.django_db
def test_a_saved_view_opens_as_it_was_kept() -> None:
    make(12)
    ana = user("ana")
    view = keep(ana)
    page = shown(ana, f"saved={view.uid}")
    assert [row.item.name for row in page.rows] == ["f010", "f011"]
    assert (page.order.param, page.saved.tab.label, str(page.saved.tab.count)) == ("name", "Mine", "2")
    assert not any(tab.here for tab in page.tabs)


@pytest.mark.django_db
def test_the_last_filter_of_a_saved_view_can_be_taken_away() -> None:
    make(12)
    ana = user("ana")
    view = keep(ana, query="over=9")
    page = shown(ana, f"saved={view.uid}")
    [(_, url)] = [pill for ask in page.asks for pill in ask.pills]
    freed = shown(ana, url.partition("?")[2])
    assert (freed.total.shown, freed.saved.is_changed, freed.saved.tab.count) == (12, True, None)


@pytest.mark.django_db
def test_a_list_opens_with_the_view_that_a_person_chose() -> None:
    make(12)
    ana, eva = user("ana"), user("eva")
    view = keep(ana, is_usual=True, unit_id=PLANT)
    assert (shown(ana).total.shown, shown(eva).total.shown) == (2, 12)
    assert shown(ana, "view=all").total.shown == 12
    open_with(ana, "files", None)
    assert shown(ana).saved is None
    assert TrailLine.objects.filter(verb="open_list_with").count() == 2
    assert view.usual_for.count() == 0


@pytest.mark.django_db
def test_a_view_is_shared_with_who_stands_in_its_unit_or_below_it() -> None:
    ana, eva = user("ana"), user("eva", "employee", PLANT)
    keep(ana, "Whole", unit_id=TOP)
    keep(ana, "Plant", unit_id=PLANT)
    keep(ana, "Other", unit_id=OTHER)
    keep(ana, "Private")
    assert [each.tab.label for each in shown(eva).saved_tabs] == ["Plant", "Whole"]


@pytest.mark.django_db
def test_a_shared_view_shows_no_more_than_the_reader_may_see() -> None:
    make(3)
    make(2, media_type=SECRET, name="secret{}")
    ana, eva = user("ana"), user("eva")
    view = keep(ana, query="text=secret", unit_id=TOP)
    page = shown(eva, f"saved={view.uid}")
    assert (page.total.shown, page.rows, [each.count.shown for each in page.hidden]) == (0, (), [2])
    assert [each.tab.count.shown for each in shown(eva).saved_tabs] == [0]


@pytest.mark.django_db
def test_nobody_shares_where_they_may_not() -> None:
    eva = user("eva", "employee", PLANT)
    with pytest.raises(Refused):
        keep(eva, unit_id=PLANT)
    head = user("head", "head", PLANT)
    with pytest.raises(Refused):
        keep(head, unit_id=OTHER)
    assert not SavedView.objects.exists()
    assert keep(head, unit_id=PLANT).unit_id == PLANT


@pytest.mark.django_db
def test_who_shares_in_a_unit_may_change_its_views_and_nobody_else() -> None:
    ana, eva, head = user("ana"), user("eva", "employee", PLANT), user("head", "head", PLANT)
    view = keep(ana, unit_id=PLANT)
    private = keep(ana, "Private")
    for other, each in ((eva, view), (head, private)):
        with pytest.raises(Refused):
            change_view(other, each, opened_version=1, name="Taken")
    assert change_view(head, view, opened_version=1, name="Ours").name == "Ours"
    assert TrailLine.objects.get(verb="change_view").actor == head.subject


@pytest.mark.django_db
def test_a_lost_update_of_a_view_is_shown_and_nothing_is_removed() -> None:
    ana = user("ana")
    view = keep(ana)
    change_view(ana, SavedView.of(view.uid), opened_version=1, query="over=1")
    for act in (
        lambda: change_view(ana, view, opened_version=1, name="Late"),
        lambda: remove_view(ana, view, opened_version=1),
    ):
        with pytest.raises(LostUpdate):
            act()
    assert SavedView.objects.get().name == "Mine"
    remove_view(ana, SavedView.of(view.uid), opened_version=2)
    assert not SavedView.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "Mine", " Mine "])
def test_a_name_that_cannot_be_is_refused(name: str) -> None:
    ana = user("ana")
    keep(ana)
    with pytest.raises(ViewUnfit):
        keep(ana, name)
    assert SavedView.objects.count() == 1


@pytest.mark.django_db
def test_nobody_keeps_more_views_than_fit(monkeypatch) -> None:
    monkeypatch.setattr(saved, "MOST_OWN", 2)
    ana = user("ana")
    keep(ana, "One")
    keep(ana, "Two")
    with pytest.raises(TooManyViews, match="Remove one first"):
        keep(ana, "Three")


@pytest.mark.django_db
def test_a_filter_that_is_no_more_is_said_and_left_out() -> None:
    make(12)
    ana = user("ana")
    view = keep(ana)
    SavedView.objects.filter(pk=view.pk).update(query="over=9&colour=red&type=banana&view=gone&sort=taste")
    page = shown(ana, f"saved={view.uid}")
    assert page.total.shown == 2
    said = " ".join(page.notes)
    for words in ("“colour”, which this list no longer has", "no view of that name", "“Type”", "usual order"):
        assert words in said


@pytest.mark.django_db
def test_a_view_that_is_gone_says_so() -> None:
    make(3)
    ana, eva = user("ana"), user("eva")
    view = keep(ana)
    assert "gone" in shown(eva, f"saved={view.uid}").notes[0]
    assert shown(eva, "saved=nonsense").total.shown == 3


@pytest.mark.django_db
def test_saved_views_are_counted_in_the_one_tally_up_to_a_number() -> None:
    make(12)
    ana = user("ana")
    with CaptureQueriesContext(connection) as none:
        shown(ana)
    for number in range(8):
        keep(ana, f"v{number}", f"over={number}")
    with CaptureQueriesContext(connection) as eight:
        page = shown(ana)
    assert len(none) == len(eight) == 3
    assert [each.tab.count and each.tab.count.shown for each in page.saved_tabs] == [11, 10, 9, 8, 7, 6, None, None]


@pytest.mark.django_db
def test_a_view_whose_filter_asks_the_database_first_is_not_counted(django_assert_num_queries) -> None:
    def asking(typed: str):
        from django.db.models import Q  # noqa: PLC0415  loaded only where it is asked for

        return Q(pk__in=list(StoredFile.objects.values_list("pk", flat=True)))

    listing = Listing(
        name="asking", label="files", rows=lambda user: StoredFile.objects.all(), sort="name",
        columns=(Column("name", "Name", order="name"),), filters=(Typed("who", "Who", only=asking),),
    )  # fmt: skip
    make(3)
    ana = user("ana")
    keep(ana, query="who=x", listing=listing)
    with django_assert_num_queries(3):
        assert [each.tab.count for each in shown(ana, listing=listing).saved_tabs] == [None]


@pytest.mark.django_db
def test_a_choice_that_only_its_owner_may_see_is_left_out_for_others() -> None:
    make(3)
    ana, eva = user("ana"), user("eva")
    listing = Listing(
        name="choosy", label="files", rows=lambda user: StoredFile.objects.all(), sort="name",
        columns=(Column("name", "Name", order="name"),),
        filters=(Choice("n", "N", "name", lambda who: [("f000", "F")] if who == ana else []),),
    )  # fmt: skip
    view = keep(ana, query="n=f000", listing=listing, unit_id=TOP)
    page = shown(eva, f"saved={view.uid}", listing)
    assert page.total.shown == 3
    assert "not understood" in page.notes[0]


@pytest.mark.django_db
def test_the_trail_names_a_view_only_to_whom_it_reaches() -> None:
    ana, eva = user("ana"), user("eva")
    view = keep(ana)
    assert registries.subject_of(view.subject, ana).url == f"/listed/?saved={view.uid}"
    assert registries.subject_of(view.subject, eva) is None
    assert registries.subject_of("common.view:nonsense", ana) is None


# Through the page


def test_a_view_is_kept_changed_and_removed_from_the_page(reader) -> None:  # noqa: F811  a fixture
    make(12)
    answer = reader.post("/listed/?over=9", {"choose": "save-view", "name": "Large", "usual": "1"})
    view = SavedView.objects.get()
    assert answer["Location"] == f"/listed/?saved={view.uid}"
    page = text(reader.get("/listed/"))
    assert "Large <span>2</span>" in page
    assert "Change this view" in page
    given = {"choose": "change-view", "saved": view.uid, "version": 1, "name": "Larger", "replace": "1"}
    reader.post(f"/listed/?saved={view.uid}&over=10&sort=size", given)
    view.refresh_from_db()
    assert (view.name, view.query, view.version) == ("Larger", "over=10&sort=size", 2)
    assert "12 files." in text(reader.get("/listed/"))
    stale = {"choose": "remove-view", "saved": view.uid, "version": 1}
    assert reader.post(f"/listed/?saved={view.uid}", stale).status_code == 409
    reader.post(f"/listed/?saved={view.uid}", stale | {"version": 2})
    assert not SavedView.objects.exists()


def test_a_view_keeps_its_columns_beside_those_of_the_list(reader) -> None:  # noqa: F811  a fixture
    make(3)
    reader.post("/listed/", {"choose": "columns", "columns": ["kind"]})
    reader.post("/listed/", {"choose": "save-view", "name": "Types"})
    view = SavedView.objects.get()
    assert view.columns == ["kind"]
    reader.post("/listed/", {"choose": "columns", "columns": ["size"]})
    assert 'data-label="Type"' in text(reader.get(f"/listed/?saved={view.uid}"))
    assert 'data-label="Type"' not in text(reader.get("/listed/"))
    reader.post(f"/listed/?saved={view.uid}", {"choose": "columns", "columns": ["at"]})
    assert 'data-label="Kept"' in text(reader.get(f"/listed/?saved={view.uid}"))


def test_an_export_of_a_saved_view_holds_what_it_shows(reader) -> None:  # noqa: F811  a fixture
    make(12)
    reader.post("/listed/?over=9", {"choose": "save-view", "name": "Large"})
    answer = reader.post(f"/listed/?saved={SavedView.objects.get().uid}", {"export": "csv"})
    assert b"".join(answer.streaming_content).count(b"\r\n") == 3


def test_a_bad_name_is_said_and_nothing_is_kept(reader) -> None:  # noqa: F811  a fixture
    make(3)
    answer = reader.post("/listed/?over=1", {"choose": "save-view", "name": " "}, follow=True)
    assert "Give the view a name" in text(answer)
    assert not SavedView.objects.exists()


def test_someone_who_may_not_share_is_refused_and_offered_no_unit(reader) -> None:  # noqa: F811  a fixture
    make(3)
    assert 'name="share"' not in text(reader.get("/listed/"))
    answer = reader.post("/listed/", {"choose": "save-view", "name": "X", "share": "0" * 32}, follow=True)
    assert "one of the units offered" in text(answer)
