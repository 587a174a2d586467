"""Purging, removing, renewing: what a hold keeps, and a ledger that adds up."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import timezone

from alcaide.common import clock, purging
from alcaide.common.models import (
    Change,
    Comment,
    Hold,
    JobTrack,
    Notice,
    PurgeChunk,
    PurgeRun,
    Sent,
    Tag,
    Tagging,
    TrailLine,
    TrailValue,
    User,
)  # fmt: skip
from alcaide.common.permissions import Refused
from alcaide.common.purging import running
from alcaide.common.trail import System, audit, writing
from alcaide.common.trail_check import check_trail

from .factories import make_hold, make_row, make_user, release

HOUSE = System("test")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 10)


def notices(number: int, user: User, **given) -> None:
    at = given.pop("at", timezone.now())
    Notice.objects.bulk_create(Notice(user=user, kind="due", words=f"n{i}", at=at, **given) for i in range(number))


def purge(rows=None, **given):
    rows = Notice.objects.all() if rows is None else rows
    return purging.purge(HOUSE, rows, rule="notices", why="A try", **given)


def test_rows_go_in_chunks_with_a_line_of_the_trail_each():
    notices(25, make_user())
    done = purge()
    run = PurgeRun.objects.get()
    assert (done.gone, run.before, run.after, run.chunks_done) == (25, 25, 0, 3)
    assert list(PurgeChunk.objects.values_list("looked", "gone", "left")) == [(10, 10, 0), (10, 10, 0), (5, 5, 0)]
    verbs = ["begin_purge", "purge", "purge", "purge", "end_purge"]
    assert list(TrailLine.objects.values_list("verb", flat=True)) == verbs
    assert purging.check_ledger().faults == []


def test_what_a_custodian_has_is_kept_and_the_rest_goes():
    ada, ben = make_user(), make_user("Ben Okoro")
    notices(12, ada)
    notices(13, ben)
    hold = make_hold(3, users=(ada,))
    done = purge()
    assert (done.gone, done.kept_rows) == (13, 12)
    assert done.words == "13 records went; kept by hold 3: 12 records."
    assert [(each.hold, each.matter) for each in done.kept] == [(3, hold.matter)]
    assert set(Notice.objects.values_list("user_id", flat=True)) == {ada.pk}


def test_a_hold_placed_while_a_purge_runs_keeps_all_that_has_not_gone():
    notices(25, make_user())
    done = purge(progress=lambda looked: make_hold(7) if looked == 10 else None)
    assert (done.gone, done.kept_rows, Notice.objects.count()) == (10, 15, 15)
    assert list(PurgeChunk.objects.values_list("kept_by", flat=True)) == [{}, {"7": 10}, {"7": 5}]
    assert purging.check_ledger().faults == []


def test_overlapping_holds_count_a_record_each_and_one_still_in_force_keeps_it():
    ada, ben = make_user(), make_user("Ben Okoro")
    notices(4, ada)
    notices(3, ben)
    first, second = make_hold(1, users=(ada, ben)), make_hold(2, users=(ada,))
    done = purge()
    assert (done.gone, done.kept_rows, [each.records for each in done.kept]) == (0, 7, [7, 4])
    release(first)
    assert (purge().gone, Notice.objects.count()) == (3, 4)
    release(second)
    assert (purge().gone, Notice.objects.count()) == (4, 0)


def test_a_hold_whose_release_is_asked_still_holds():
    notices(2, make_user())
    make_hold(state="release_asked")
    assert purge().gone == 0


@pytest.mark.parametrize("state", ["draft", "released"])
def test_a_hold_that_is_not_in_force_keeps_nothing(state):
    notices(2, make_user())
    make_hold(state=state)
    assert purge().gone == 2


def test_a_hold_on_days_keeps_what_stood_on_them_by_the_organizations_clock():
    """Clocks go forward in Madrid on 29 March 2026: that day begins at 23:00 UTC and ends at 22:00."""
    clock.keep("Europe/Madrid")
    ada = make_user()
    for at in ("2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"):
        notices(1, ada, at=datetime.fromisoformat(at))
    make_hold(from_on=date(2026, 3, 29), until_on=date(2026, 3, 29))
    assert purge().gone == 2
    assert [each.at.hour for each in Notice.objects.order_by("at")] == [23, 21]


def test_a_hold_without_an_end_keeps_all_since_its_first_day():
    ada = make_user()
    notices(1, ada, at=datetime(2025, 12, 31, 12, tzinfo=ZoneInfo("UTC")))
    notices(1, ada, at=datetime(2031, 1, 1, tzinfo=ZoneInfo("UTC")))
    make_hold(from_on=date(2026, 1, 1))
    assert purge().gone == 1


def test_a_record_without_a_date_is_kept_by_any_range():
    track = make_row(JobTrack, finished_at=None, asked_at=timezone.now() - timedelta(days=900))
    make_hold(from_on=timezone.localdate(), until_on=timezone.localdate())
    assert purging.purge(HOUSE, JobTrack.objects.filter(pk=track.pk), rule="jobs", why="A try").gone == 0


def test_a_hold_on_one_kind_lets_the_others_go():
    notices(2, make_user())
    make_row(Sent)
    make_hold(kinds=["common.Sent"])
    assert purge().gone == 2
    assert purging.purge(HOUSE, Sent.objects.all(), rule="sent", why="A try").gone == 0


def test_a_held_child_keeps_its_parent():
    ada, ben = make_user(), make_user("Ben Okoro")
    kept, goes = (Tag.objects.create(name=name, folded=name) for name in ("kept", "goes"))
    for tag, user in ((kept, ada), (goes, ben)):
        make_row(Tagging, tag=tag, by=user)
    make_hold(users=(ada,), kinds=["common.Tagging"])
    done = purging.purge(HOUSE, Tag.objects.all(), rule="tags", why="A try")
    assert (done.gone, done.kept_rows) == (1, 1)
    assert list(Tag.objects.values_list("name", flat=True)) == ["kept"]
    assert PurgeChunk.objects.get().along == {"common.Tagging": 1}


def test_what_others_refer_to_stays_and_is_counted():
    parent = make_row(Comment, on="assets.asset:1")
    make_row(Comment, on="assets.asset:1", reply_to=parent, by=parent.by)
    done = purging.purge(HOUSE, Comment.objects.filter(pk=parent.pk), rule="talk", why="A try")
    assert (done.gone, done.in_use) == (0, 1)


def test_a_purge_under_its_key_goes_on_and_never_twice():
    notices(25, make_user())

    def stop(looked: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        purge(key="notices 2026-11-23", progress=stop)
    assert Notice.objects.count() == 15
    assert purge(key="notices 2026-11-23").gone == 25
    notices(3, User.objects.get())
    assert purge(key="notices 2026-11-23").gone == 25
    assert Notice.objects.count() == 3
    assert purging.check_ledger().faults == []


def test_what_came_after_it_began_is_not_looked_at():
    ada = make_user()
    notices(15, ada)
    purge(progress=lambda looked: notices(5, ada) if looked == 10 else None)
    assert (Notice.objects.count(), PurgeRun.objects.get().others) == (5, 0)


def test_a_ledger_that_was_changed_is_found():
    notices(5, make_user())
    purge()
    PurgeRun.objects.update(gone=4)
    assert "do not add up" in purging.check_ledger().faults[0]
    PurgeRun.objects.update(gone=5)
    PurgeChunk.objects.update(looked=6)
    assert len(purging.check_ledger().faults) == 2


def test_fields_are_erased_but_for_what_is_held():
    ada, ben = make_user(), make_user("Ben Okoro")
    for user in (ada, ben):
        make_row(Comment, on="assets.asset:1", by=user, text="Who was it")
    make_hold(users=(ben,))
    rows = Comment.objects.exclude(text="")
    done = purging.erase(HOUSE, rows, fields={"text": ""}, rule="talk", why="A try")
    assert (done.gone, done.kept_rows) == (1, 1)
    assert list(Comment.objects.order_by("by").values_list("text", "version")) == [("", 2), ("Who was it", 1)]
    assert purging.check_ledger().faults == []


def test_values_in_the_trail_are_erased_and_the_chain_stays_provable():
    ada = make_user()
    with writing():
        audit(ada, "say", subject="common.test:1", after={"name": "Ada Marsh"})
        audit(ada, "say", subject="common.test:2", after={"name": "Ben Okoro"})
    hold = make_hold(subjects=("common.test:2",))
    done = purging.erase_trail(HOUSE, ["common.test:1", "common.test:2"], rule="people", why="They asked")
    assert (done.gone, done.kept_rows) == (1, 1)
    assert list(TrailValue.objects.filter(field="name").values_list("value", flat=True)) == ['"Ben Okoro"']
    assert check_trail().is_sound
    release(hold)
    assert purging.erase_trail(HOUSE, ["common.test:2"], rule="people", why="They asked").gone == 1
    assert check_trail().is_sound


def test_a_person_removes_what_is_free_and_the_trail_says_so():
    tag = make_row(Tag)
    assert purging.remove(HOUSE, tag, why="Not used") == 1
    line = TrailLine.objects.get()
    assert (line.verb, line.subject) == ("remove", tag.subject)


def test_what_is_held_is_refused_by_number_and_never_by_matter():
    tag, hold = make_row(Tag), make_hold(4)
    with pytest.raises(purging.Held, match="Kept by hold 4") as refused:
        purging.remove(HOUSE, tag, why="Not used")
    assert isinstance(refused.value, Refused)
    assert hold.matter not in str(refused.value)
    assert Tag.objects.exists()


def test_working_rows_are_renewed_without_asking_a_hold():
    make_hold()
    Change.objects.create(room="test", subject="test", at=timezone.now())
    assert purging.renew(Change.objects.all()) == 1


@pytest.mark.parametrize("verb", ["purge", "remove", "renew"])
def test_what_is_declared_as_kept_never_goes(verb):
    ada = make_user()
    rows = User.objects.filter(pk=ada.pk)
    acts = {
        "purge": lambda: purging.purge(HOUSE, rows, rule="people", why="A try"),
        "remove": lambda: purging.remove(HOUSE, rows, why="A try"),
        "renew": lambda: purging.renew(rows),
    }
    with pytest.raises(purging.NotDeclared):
        acts[verb]()
    assert rows.exists()


def test_only_who_may_purge_does():
    with pytest.raises(Refused):
        purging.purge(make_user(), Notice.objects.all(), rule="notices", why="A try")


@pytest.mark.parametrize("way", ["row", "rows", "raw", "sql", "truncate"])
def test_a_way_round_is_refused_before_it_reaches_the_database(way, monkeypatch):
    monkeypatch.setattr("alcaide.common.purging.guard._lets_pass", [])
    tag = make_row(Tag)
    ways = {
        "row": tag.delete,
        "rows": Tag.objects.all().delete,
        "raw": lambda: Tag.objects.all()._raw_delete("default"),
        "sql": lambda: _execute("DELETE FROM common_tag"),
        "truncate": lambda: _execute('TRUNCATE TABLE "common_tag"'),
    }
    with pytest.raises(purging.WentRound, match=r"common\.purging"), transaction.atomic():
        ways[way]()
    assert Tag.objects.exists()
    if way != "truncate":
        with purging.opened():
            ways[way]()
        assert not Tag.objects.exists()


def test_a_hold_is_found_on_a_record():
    ada = make_user()
    row = make_row(Notice, user=ada)
    make_hold(5, users=(make_user(),))
    make_hold(6, users=(ada,))
    assert [hold.number for hold in purging.held_on(row)] == [6]
    assert Hold.objects.count() == 2


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
