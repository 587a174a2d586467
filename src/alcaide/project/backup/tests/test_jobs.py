from datetime import UTC, datetime, timedelta

import pytest

from alcaide.common.jobs import Progress
from alcaide.common.models import TrailLine
from alcaide.project.backup import asked, jobs, keyring, places
from alcaide.project.backup.faults import BackupFault
from alcaide.project.home import Home


@pytest.fixture
def home(settings, tmp_path, monkeypatch):
    settings.HOME = Home(tmp_path / "house")
    settings.HOME.prepare()
    monkeypatch.setenv(keyring.PASSPHRASE, "correct horse battery")
    return settings.HOME


@pytest.mark.django_db
def test_no_backup_is_made_where_no_folder_is_set(home, monkeypatch):
    monkeypatch.delenv(places.TO, raising=False)
    assert "none was made" in jobs.back_up_nightly(Progress())
    assert asked.told(home, datetime.now(UTC))[0] is False


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_nightly_backup_stands_in_ledger_trail_and_check(home, tmp_path, monkeypatch):
    monkeypatch.setenv(places.TO, str(tmp_path / "backups"))
    assert "MB" in jobs.back_up_nightly(Progress())
    (file,) = (tmp_path / "backups").glob("*.backup")
    assert TrailLine.objects.filter(verb="back_up", subject=f"project.backup:{file.name}").count() == 1
    assert asked.told(home, datetime.now(UTC))[0] is True
    is_well, words = asked.told(home, datetime.now(UTC) + timedelta(days=3))
    assert (is_well, "3 days" in words) == (False, True)


@pytest.mark.django_db
def test_a_failed_backup_is_told_and_stands_in_check(home, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv(places.TO, str(tmp_path / "file"))
    heard = []
    monkeypatch.setattr(jobs, "tell", lambda users, **about: heard.append(about["words"]))
    with pytest.raises(BackupFault):
        jobs.back_up_nightly(Progress())
    assert "The backup failed" in heard[0]
    assert places.read_ledger(home).made[-1].error
