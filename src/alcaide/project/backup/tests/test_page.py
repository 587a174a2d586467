"""The page of backups: who sees it, what it says, and that no backup leaves by it."""

from dataclasses import replace
from datetime import date

import pytest

from alcaide.common.models import JobTrack, TrailLine
from alcaide.common.permissions import Refused
from alcaide.organization.tests.factories import make_unit, make_user
from alcaide.project.backup import keyring, offers, places, services
from alcaide.project.home import Home

pytestmark = pytest.mark.django_db
MADE = places.Made("gone/x.backup", "2026-03-07T01:30:20+00:00", 4.2, 2_000_000, 1234, 3, 1, "sqlite")
TRIED = places.Rehearsed(
    "gone/x.backup", "2026-03-08T02:40:00+00:00", 90, 9, 1, 1, "on SQLite", "It is cut.", is_good=False
)


@pytest.fixture
def home(settings, tmp_path, monkeypatch):
    settings.HOME = Home(tmp_path / "house")
    settings.HOME.prepare()
    monkeypatch.setenv(places.TO, str(tmp_path / "backups"))
    monkeypatch.setenv(keyring.PASSPHRASE, "correct horse battery")
    return settings.HOME


def page_of(client, role):
    user = make_user(role)
    client.force_login(user)
    return user, client.get("/house/backups/")


def test_an_administrator_sees_what_was_made_and_has_one_made(home, client):
    places.note(home, MADE)
    places.note(home, TRIED)
    user, page = page_of(client, "administrator")
    words = page.content.decode()
    for said in ("1,234 rows", "no longer where it was made", "It is cut.", "no restore was ever rehearsed"):
        assert said in words
    for address in ("now", "rehearse"):
        assert client.post(f"/house/backups/{address}/").status_code == 302
    assert JobTrack.objects.filter(asked_by=user).count() == 2
    assert TrailLine.objects.filter(verb__in=("ask_backup", "ask_rehearsal")).count() == 2
    assert "Rehearse a restore" in client.get("/house/backups/").content.decode()
    assert [due.title for due in offers.due(user)] == ["The backups do not stand well", "Rehearse a restore"]


def test_an_auditor_reads_and_asks_for_nothing(home, client):
    user, page = page_of(client, "auditor")
    assert page.status_code == 200
    assert "Make one now" not in page.content.decode()
    assert client.post("/house/backups/now/").status_code == 403
    with pytest.raises(Refused):
        services.ask_rehearsal(user)
    assert list(offers.due(user)) == []


def test_nobody_else_sees_where_backups_stand(home, client):
    make_unit()
    assert page_of(client, "analyst")[1].status_code == 403


def test_the_page_says_what_must_be_set_before_one_can_be_made(home, client, monkeypatch):
    monkeypatch.delenv(places.TO)
    assert "ALCAIDE_BACKUP_TO" in page_of(client, "administrator")[1].content.decode()
    monkeypatch.setenv(places.TO, "backups")
    monkeypatch.setenv(keyring.PASSPHRASE, "short")
    assert "at least 12" in client.get("/house/backups/").content.decode()


def test_the_next_rehearsal_stands_in_the_year_of_who_sees_backups(home, client):
    places.note(home, replace(TRIED, is_good=True))
    first, last = date(2026, 3, 1), date(2026, 5, 1)
    assert [each.on for each in offers.dates(make_user("auditor"), first, last)] == [date(2026, 4, 7)]
    assert list(offers.dates(make_user("analyst"), first, last)) == []
