"""A restore killed between any two of its moves keeps the house that stood there, whole, in one folder."""

import shutil

import pytest
from django.db import connection

from alcaide.organization.tests.factories import make_organization
from alcaide.project.backup import restoring
from alcaide.project.backup.faults import Occupied
from alcaide.project.home import Home

PARTS = ("keys/trail.ed25519", "files/ab/cd/abcd", "alcaide.sqlite3")


class Killed(BaseException):
    """Stands for the kill: nothing after it runs."""


def filled(path, words, *, more=()):
    for part in (*PARTS, *more):
        (path / part).parent.mkdir(parents=True, exist_ok=True)
        (path / part).write_text(words)
    return Home(path)


def words_in(path):
    return {(path / part).read_text() for part in PARTS}


def moved(home, monkeypatch, *, killed_before=None):
    """Move a restored house into its place, up to a kill."""
    aside = filled(restoring.aside_of(home).path, "new")
    numbers, move = iter(range(1, 99)), shutil.move

    def one(*where):
        if next(numbers) == killed_before:
            raise Killed
        return move(*where)

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "_database_name", lambda: "x")
        patch.setattr(shutil, "move", one)
        replaced = restoring._mark(home, home.path / "x.backup")
        restoring._move(home, aside, database=home.database, replaced=replaced)
    home.restoring[1].unlink()
    return replaced


@pytest.mark.parametrize("before", range(1, 9))
def test_the_next_restore_completes_it_and_the_old_house_stays_together(tmp_path, monkeypatch, before):
    home = filled(tmp_path, "old", more=("alcaide.sqlite3-wal", "alcaide.sqlite3-shm"))
    home.run.mkdir()
    with pytest.raises(Killed):
        moved(home, monkeypatch, killed_before=before)
    replaced = moved(home, monkeypatch)
    assert (words_in(home.path), words_in(replaced)) == ({"new"}, {"old"})
    assert (replaced / "alcaide.sqlite3-wal").read_text() == "old"
    assert [each.name for each in tmp_path.glob("replaced-*")] == [replaced.name]
    assert not list(tmp_path.glob("alcaide.sqlite3-*"))


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite the house's name stands in the folder")
def test_a_folder_of_keys_opens_by_the_name_of_the_house_in_the_database(tmp_path):
    home = Home(tmp_path / "house")
    home.keys.mkdir(parents=True)
    (home.keys / "web.secret").write_text("x")
    make_organization()
    with pytest.raises(Occupied, match='--over "Almena Foods"'):
        restoring._refuse_house(home, "house", home.database)
    restoring._refuse_house(home, "Almena Foods", home.database)
