import fcntl
import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from alcaide.common.jobs import Progress
from alcaide.common.models import Change, TrailLine
from alcaide.common.trail import System, audit, writing
from alcaide.project.backup import asked, jobs, offers, places, rehearsing
from alcaide.project.backup.faults import BackupFault, Occupied
from alcaide.project.backup.places import Rehearsed
from alcaide.project.backup.tables import digest_of, tables_of
from alcaide.project.home import Home

ACTOR = System("test")
GOOD = Rehearsed(
    "x.backup", "2026-03-01T02:40:00+00:00", 90.0, 4_000_000, 10, 1, "on SQLite", "All the same.", True, 72
)
DAY = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.fixture
def home(settings, tmp_path, monkeypatch):
    settings.HOME = Home(tmp_path / "house")
    settings.HOME.prepare()
    monkeypatch.delenv(places.TO, raising=False)
    monkeypatch.delenv(places.REHEARSE_DAYS, raising=False)
    return settings.HOME


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "x.backup"
    path.write_bytes(b"sealed")
    return path


@contextmanager
def this_database():
    yield connection


def held_now():
    """Tell what a backup of the test's own database would say it holds."""
    tables = tables_of(apps.get_models(include_auto_created=True))
    last = TrailLine.objects.order_by("-seq").first()
    return {
        "tables": {name: digest_of(connection, table).told for name, table in tables.items()},
        "trail": {"seq": last.seq, "hash": last.hash, "head_size": 0, "head_root": ""},
        "files": {"count": 0, "bytes": 0},
    }


@pytest.mark.slow
@pytest.mark.django_db
def test_every_kind_of_difference_in_the_restored_house_is_named(home):
    with writing():
        audit(ACTOR, "write", subject="test.thing:x", after={"a": 1})
    held = held_now()
    Change.objects.create(room="x", subject="added later", at=DAY)
    held["trail"] |= {"hash": "00", "head_size": 1, "head_root": "11"}
    held["files"]["count"] = 2
    aside = SimpleNamespace(view=this_database, home=home)
    found = rehearsing._Found()
    told = {"faults": [], "held": held | {"applied": []}, "rows": 1, "tables": 1}
    rehearsing._compare(aside, told, found, lambda *said: None)
    assert "older version" in found.said[0]
    rehearsing._compare_tables(connection, held["tables"], found, lambda *said: None)
    words = " ".join(found.faults)
    for said in (
        "common_change has 1 rows of 0",
        "line 1 is another",
        "signed head",
        "not this house's",
        "0 of 2 files",
    ):
        assert said in words


@pytest.mark.django_db
def test_a_restore_that_fails_is_a_result_that_is_kept_and_told(home, file, monkeypatch):
    def failing(*_about, **_more):
        assert home.rehearsing.is_dir()
        raise BackupFault("It does not open.")

    monkeypatch.setattr(rehearsing, "_restore", failing)
    done = rehearsing.rehearse(ACTOR, home, file=file, keys=(), tell=lambda *said: None)
    assert (done.is_good, done.words) == (False, "It does not open.")
    assert places.read_ledger(home).rehearsed == (done,)
    assert TrailLine.objects.filter(verb="rehearse").count() == 1
    assert not home.rehearsing.exists()


@pytest.mark.django_db
def test_the_house_is_not_run_full_for_a_rehearsal(home, file, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10_000))
    done = rehearsing.rehearse(ACTOR, home, file=file, keys=(), tell=lambda *said: None)
    assert "Free some space" in done.words


@pytest.mark.django_db
def test_what_a_killed_rehearsal_left_goes_once_nothing_of_it_is_at_work(home):
    home.rehearsing.mkdir()
    (home.rehearsing / "alcaide.sqlite3").touch()
    with (home.run / rehearsing.LOCK).open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert rehearsing.clear_left(home) is False
        with pytest.raises(Occupied):
            rehearsing.rehearse(ACTOR, home, file=None, keys=(), tell=lambda *said: None)
    assert rehearsing.clear_left(home) is True
    assert not home.rehearsing.exists()


def test_check_says_when_a_restore_was_last_rehearsed_and_when_that_is_old(home, monkeypatch):
    assert "No restore was ever rehearsed" in asked.told_of_rehearsals(home, DAY)[1]
    places.note(home, GOOD)
    assert asked.told_of_rehearsals(home, DAY) == (True, "The last one was 9 days ago and took 1.2 min.")
    is_well, words = asked.told_of_rehearsals(home, DAY + timedelta(days=30))
    assert (is_well, "due again on 2026-03-31" in words) == (False, True)
    places.note(home, replace(GOOD, is_good=False, words="A table is another."))
    assert "One after it failed: A table is another." in asked.told_of_rehearsals(home, DAY)[1]


def test_missed_nights_are_counted_from_the_last_backup_on(home, monkeypatch):
    places.note(home, places.Made("x", "2026-03-07T01:30:20+00:00", 1, 1, 1, 0, 1, "sqlite"))
    assert asked.missed(home, DAY) == []
    monkeypatch.setenv(places.TO, "backups")
    assert [night.day for night in asked.missed(home, DAY + timedelta(hours=2))] == [8, 9]
    assert [night.day for night in asked.missed(home, DAY + timedelta(hours=4))] == [8, 9, 10]
    assert "3 nights were missed since 2026-03-08" in asked.told(home, DAY + timedelta(hours=4))[1]


@pytest.mark.django_db
def test_who_runs_the_house_hears_of_the_night_before_that_was_missed(home, monkeypatch):
    heard = []
    monkeypatch.setattr(jobs, "tell", lambda users, **about: heard.append(about["words"]))
    monkeypatch.setattr(jobs, "back_up", lambda progress: "made")
    monkeypatch.setattr(jobs.timezone, "now", lambda: DAY + timedelta(hours=1, minutes=31))
    monkeypatch.setenv(places.TO, "backups")
    made = places.Made("x", "2026-03-09T01:30:20+00:00", 1, 1, 1, 0, 1, "sqlite")
    places.note(home, made)
    assert (jobs.back_up_nightly(Progress()), heard) == ("made", [])
    places.note(home, replace(made, at="2026-03-08T01:30:20+00:00"))
    jobs.back_up_nightly(Progress())
    assert heard == ["No backup was made in the night of 2026-03-09."]


@pytest.mark.django_db
def test_a_rehearsal_waits_for_its_day_and_a_failed_one_for_a_week(home, monkeypatch):
    monkeypatch.setenv(places.TO, "backups")
    monkeypatch.setattr(jobs, "rehearse_now", lambda progress: "rehearsed")
    moment = {"now": DAY}
    monkeypatch.setattr(jobs.timezone, "now", lambda: moment["now"])
    assert jobs.rehearse_when_due(Progress()) == "rehearsed"
    places.note(home, GOOD)
    assert "2026-03-31" in jobs.rehearse_when_due(Progress())
    moment["now"] = DAY + timedelta(days=21)
    assert jobs.rehearse_when_due(Progress()) == "rehearsed"
    places.note(home, replace(GOOD, at="2026-03-31T02:40:00+00:00", is_good=False))
    assert "within the last days" in jobs.rehearse_when_due(Progress())
    moment["now"] = DAY + timedelta(days=29)
    assert jobs.rehearse_when_due(Progress()) == "rehearsed"


@pytest.mark.django_db
def test_who_runs_the_house_hears_of_a_rehearsal_that_failed(home, file, monkeypatch):
    heard = []
    monkeypatch.setattr(jobs, "tell", lambda users, **about: heard.append(about["words"]))
    with pytest.raises(BackupFault):
        jobs.rehearse_now(Progress())
    monkeypatch.setattr(jobs, "rehearse", lambda *given, **more: replace(GOOD, is_good=False, words="It is cut."))
    with pytest.raises(BackupFault):
        jobs.rehearse_now(Progress())
    assert ["No backup of this house" in heard[0], "It is cut." in heard[1]] == [True, True]


@pytest.mark.django_db
def test_nobody_is_asked_to_rehearse_where_no_backup_is_meant(home, django_user_model):
    user = django_user_model.objects.create_user("a@almena.example", "A")
    assert list(offers.due(user)) == []
