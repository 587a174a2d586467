"""Bulk acts: asked first where they must be, taken back for a while, and never over what others did since."""

from datetime import timedelta

import pytest
from django.utils import timezone

from alcaide.common.lists import undo as undoing
from alcaide.common.lists.undo import UndoGone, take_back
from alcaide.common.models import SavedView, TrailLine, Undo, User
from alcaide.common.permissions import Scope
from alcaide.common.tests.pages import repoint
from alcaide.common.tests.test_lists_pages import reader, text  # noqa: F401  a fixture
from alcaide.common.trail import System

pytestmark = [pytest.mark.django_db, pytest.mark.urls("alcaide.common.tests.pages")]


def analyst(name: str = "ana") -> User:
    found = User.objects.create(email=f"{name}2@example.org", name=name)
    found._scope = Scope({"analyst": frozenset({1})}, all_units=frozenset({1}))
    return found


def rows(owner: User, number: int = 3) -> list[SavedView]:
    return [SavedView.objects.create(list_name="x", path=f"/{i}/", name=f"v{i}", owner=owner) for i in range(number)]


def paths() -> list[str]:
    return list(SavedView.objects.order_by("name").values_list("path", flat=True))


def test_a_bulk_act_is_taken_back_row_by_row_and_audited() -> None:
    ana = analyst()
    done = repoint(ana, rows(ana))
    assert paths() == ["/elsewhere/"] * 3
    back = take_back(ana, done.undo.uid)
    assert (back.done, back.left, paths()) == (3, (), ["/0/", "/1/", "/2/"])
    assert TrailLine.objects.filter(verb="repoint_back").count() == 3
    assert TrailLine.objects.filter(verb="take_back", subject=done.undo.subject).count() == 1


def test_a_row_that_somebody_changed_since_is_left_and_named() -> None:
    ana = analyst()
    done = repoint(ana, rows(ana))
    changed = SavedView.objects.get(name="v1")
    changed.path = "/theirs/"
    changed.save_version(opened_version=2, fields=["path"])
    SavedView.objects.get(name="v2").delete()
    back = take_back(ana, done.undo.uid)
    assert (back.done, paths()) == (1, ["/0/", "/theirs/"])
    assert [(each.name, each.why) for each in back.left] == [
        ("v1", "changed since"), ("v2", "gone, or not yours to see any more"),
    ]  # fmt: skip


def test_a_right_that_was_lost_since_is_asked_again() -> None:
    ana = analyst()
    done = repoint(ana, rows(ana))
    ana._scope = Scope()
    back = take_back(ana, done.undo.uid)
    assert (back.done, {each.why for each in back.left}) == (0, {"not yours to change any more"})
    assert paths() == ["/elsewhere/"] * 3


def test_an_act_is_taken_back_once_by_who_did_it_and_not_for_ever() -> None:
    ana, eva = analyst(), analyst("eva")
    first, second = repoint(ana, rows(ana)), repoint(ana, list(SavedView.objects.all()))
    with pytest.raises(UndoGone, match="nothing of yours"):
        take_back(eva, first.undo.uid)
    take_back(ana, second.undo.uid)
    with pytest.raises(UndoGone, match="already"):
        take_back(ana, second.undo.uid)
    Undo.objects.filter(pk=first.undo.pk).update(until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(UndoGone, match="too long ago"):
        take_back(ana, first.undo.uid)


def test_too_many_rows_and_the_house_itself_keep_nothing(monkeypatch) -> None:
    monkeypatch.setattr(undoing, "MOST_ROWS", 2)
    ana = analyst()
    assert repoint(ana, rows(ana)).undo is None
    assert repoint(System("test"), list(SavedView.objects.all()[:1])).undo is None


# Through the page


@pytest.fixture
def worker(reader, monkeypatch):  # noqa: F811  a fixture
    scope = Scope({"analyst": frozenset({1})}, all_units=frozenset({1}))
    monkeypatch.setattr("alcaide.common.permissions._scope_of", [lambda who: scope])
    rows(User.objects.get())
    return reader


def uids(number: int = 2) -> list[str]:
    return [str(uid) for uid in SavedView.objects.order_by("name").values_list("uid", flat=True)[:number]]


def test_the_list_offers_to_take_the_act_back_and_does(worker) -> None:
    page = text(worker.post("/repoint/", {"uid": uids(), "back": "/kept/?sort=name"}, follow=True))
    assert "2 rows point elsewhere." in page
    undo = Undo.objects.get()
    assert f'action="/undo/{undo.uid}/"' in page
    page = text(worker.post(f"/undo/{undo.uid}/", {"back": "/kept/"}, follow=True))
    assert "2 rows stand again as before." in page
    assert "/undo/" not in page
    assert paths() == ["/0/", "/1/", "/2/"]


def test_the_offer_ends_with_its_time(worker) -> None:
    worker.post("/repoint/", {"uid": uids()})
    session = worker.session
    session["undo"] = {**session["undo"], "until": 0}
    session.save()
    assert "/undo/" not in text(worker.get("/kept/"))


def test_an_undo_of_somebody_else_is_not_there(worker) -> None:
    eva = analyst("eva")
    theirs = repoint(eva, rows(eva, 1)).undo
    assert worker.post(f"/undo/{theirs.uid}/").status_code == 404
    assert worker.get(f"/undo/{theirs.uid}/").status_code == 405


def test_a_dangerous_act_asks_with_its_number_and_acts_only_when_sure(worker) -> None:
    assert 'data-confirm="Point {n} rows?"' in text(worker.get("/kept/"))
    page = text(worker.post("/repoint-asking/", {"everything": "1", "query": "", "sure": ""}))
    assert "<h1>Point 3 rows?</h1>" in page
    assert 'name="everything" value="1"' in page
    assert "/elsewhere/" not in paths()
    worker.post("/repoint-asking/", {"everything": "1", "query": "", "sure": "1"})
    assert paths() == ["/elsewhere/"] * 3


def test_nothing_chosen_is_said(worker) -> None:
    assert "No row is chosen" in text(worker.post("/repoint/", {"uid": "nonsense"}, follow=True))


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_form_leads_to_no_other_house(worker, back: str) -> None:
    assert worker.post("/repoint/", {"uid": uids(), "back": back})["Location"] == "/kept/"
