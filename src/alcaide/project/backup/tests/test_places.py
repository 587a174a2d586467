from pathlib import Path

import pytest

from alcaide.project.backup.places import Kept, SettingUnusable, backups_in, kept, outdated


def named(*days: str) -> list[Path]:
    return [Path(f"alcaide-1a2b3c4d-2026{day}T013000Z.backup") for day in days]


def test_the_newest_of_each_day_week_and_month_stays():
    files = named("0110", "0131", "0214", "0301", "0302", "0303")
    assert outdated(files, Kept(days=2, weeks=0, months=3)) == named("0110", "0301")
    assert outdated(files, Kept(days=1, weeks=0, months=0)) == files[:-1]


def test_the_last_backup_stays_whatever_the_rule():
    assert outdated(named("0101"), Kept(days=0, weeks=0, months=0)) == []


def test_backups_of_another_house_in_the_same_folder_are_not_ours(tmp_path):
    for house in ("1a2b3c4d", "ffffffff"):
        (tmp_path / f"alcaide-{house}-20260301T013000Z.backup").touch()
    (tmp_path / "alcaide-notes.backup").touch()
    assert [path.name[8:16] for path in backups_in(tmp_path, "1a2b3c4d")] == ["1a2b3c4d"]


@pytest.mark.parametrize("text", ["7", "7,5", "a,b,c", "0,1,1", "1,-1,1"])
def test_a_rule_that_cannot_be_kept_is_refused_in_words(text):
    with pytest.raises(SettingUnusable, match="7,5,12"):
        kept({"ALCAIDE_BACKUP_KEEP": text})
