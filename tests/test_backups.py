"""A house is backed up while it serves and restored to either database, whole or not at all."""

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.backups import OPENS, WORDS, alcaide, back_up, environment, manifest_of, restored, start
from tools.postgres_for_tests import NoPostgres, server

from alcaide.project.backup.faults import Damaged
from alcaide.project.backup.opening import opened

# Both kinds of database are its own, so a run on another one would tell nothing more.
pytestmark = [pytest.mark.slow, pytest.mark.once]
KILLED_AT_MOVE = """
import itertools, os, shutil, signal, sys
from alcaide.project.cli import main
moves, move, before = itertools.count(1), shutil.move, int(sys.argv[1])
def moved(*where):
    if next(moves) == before:
        os.kill(os.getpid(), signal.SIGKILL)
    return move(*where)
shutil.move = moved
sys.exit(main(sys.argv[2:]))
"""
WRITER = """
import django, sys, time; django.setup()
from alcaide.common.models import Change
from alcaide.common.trail import System, audit, writing
from django.utils import timezone
ends_at = time.monotonic() + float(sys.argv[1])
print("begun", flush=True)
while time.monotonic() < ends_at:
    with writing():
        Change.objects.create(room="torture", subject="x", at=timezone.now())
        audit(System("writer"), "write", subject="torture.thing:x", after={"at": str(timezone.now())})
"""


@dataclass(frozen=True)
class Journey:
    """A house that went to PostgreSQL and back, with what each backup on the way said of it."""

    there: Path
    url: str
    here: Path
    told: tuple[dict[str, Any], dict[str, Any]]
    manifests: tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


@pytest.fixture(scope="module")
def example(example, tmp_path_factory):
    """The example organization as a house on SQLite, one of whose tables once gave out higher numbers."""
    home = tmp_path_factory.mktemp("example") / "house"
    shutil.copytree(example, home)
    with closing(sqlite3.connect(home / "alcaide.sqlite3")) as held:
        held.execute("UPDATE sqlite_sequence SET seq = 9000 WHERE name = 'organization_unit'")
        held.commit()
    return home


@pytest.fixture
def house(example, tmp_path):
    return shutil.copytree(example, tmp_path / "house")


@pytest.fixture(scope="module")
def postgres():
    """A server of its own, so that both directions are walked whatever database the run itself tests."""
    try:
        with server() as url:
            yield url
    except NoPostgres as fault:
        pytest.skip(str(fault))


@pytest.fixture
def empty_url(postgres):
    return emptied(postgres)


@pytest.fixture(scope="module")
def backup(example, tmp_path_factory):
    return back_up(example, tmp_path_factory.mktemp("backups"))


@pytest.fixture(scope="module")
def journey(example, backup, postgres, tmp_path_factory):
    """The way is walked once, past what a killed restore left: a restore lays every table anew, which takes a while."""
    folder, url = tmp_path_factory.mktemp("journey"), emptied(postgres)
    first = restored(backup, folder / "there", url=url)
    second = back_up(folder / "there", folder / "second", url=url)
    left_behind = folder / "here" / ".restoring"
    left_behind.mkdir(parents=True)
    shutil.copy(example / "alcaide.sqlite3", left_behind)
    third = restored(second, folder / "here")
    last = back_up(folder / "here", folder / "third")
    return Journey(
        folder / "there",
        url,
        folder / "here",
        (first, third),
        tuple(manifest_of(each) for each in (backup, second, last)),
    )


def emptied(postgres):
    """Return the address of a new, empty database."""
    import psycopg  # noqa: PLC0415  only where a server runs

    name = f"restored_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(postgres, autocommit=True) as owner:
        owner.execute(f'CREATE DATABASE "{name}"')
    return postgres.replace("/postgres?", f"/{name}?")


def moment(seed: int, most_s: float) -> float:
    """Return a moment that differs from seed to seed and is the same in every run."""
    return random.Random(seed).uniform(0.8, most_s)  # noqa: S311  no secret


def organization_in(home):
    with closing(sqlite3.connect(home / "alcaide.sqlite3")) as held:
        return held.execute("SELECT name FROM organization_organization").fetchone()[0]


def test_a_house_goes_to_postgres_and_back_with_the_same_digests(journey):
    first, second, third = journey.manifests
    assert [each["database"] for each in journey.told] == ["postgresql", "sqlite"]
    assert journey.told[0]["tail"] == first["trail"]["seq"]
    changing = {name for name in first["tables"] if name.startswith("common_trail")}
    for name in first["tables"].keys() - changing:
        assert first["tables"][name] == second["tables"][name] == third["tables"][name], name
    assert first["files"] == third["files"]
    for home, url in ((journey.there, journey.url), (journey.here, "")):
        checked = alcaide(home, "check", "--whole", url=url)
        assert checked.returncode == 0, checked.stdout


def test_numbers_of_rows_that_are_gone_are_not_given_again(journey):
    assert [each["sequences"]["organization_unit"] for each in journey.manifests] == [9000, 9000, 9000]


def test_the_trail_goes_on_with_a_line_about_the_restore_and_verifies(journey):
    with closing(sqlite3.connect(journey.here / "alcaide.sqlite3")) as held:
        told = "SELECT verb FROM common_trailline WHERE verb IN ('restore', 'back_up') ORDER BY seq DESC LIMIT 3"
        verbs = [row[0] for row in held.execute(told)]
    assert verbs == ["back_up", "restore", "restore"]
    export = journey.here.parent / "trail.jsonl"
    assert alcaide(journey.here, "trail", "export", str(export)).returncode == 0
    assert alcaide(journey.here, "verify", str(export)).returncode == 0


def test_words_are_found_again_after_a_restore(journey):
    with closing(sqlite3.connect(journey.here / "alcaide.sqlite3")) as held:
        docs = held.execute("SELECT count(*) FROM common_searchdoc").fetchone()
        found = held.execute("SELECT count(*) FROM common_searchindex WHERE common_searchindex MATCH 'a*'").fetchone()
    assert docs[0] > 100
    assert found[0] > 0


@pytest.mark.full
def test_a_rehearsal_on_postgres_compares_a_database_aside_and_removes_it(journey):
    import psycopg  # noqa: PLC0415  only where a server runs

    (file,) = journey.there.parent.glob("second/*.backup")
    done = alcaide(journey.there, "rehearse", str(file), "--json", url=journey.url)
    told = json.loads(done.stdout)
    assert (done.returncode, told["is_good"], told["database"]) == (0, True, "on PostgreSQL, in a database aside"), told
    assert told["rows"] == sum(each["rows"] for each in journey.manifests[1]["tables"].values())
    assert not (journey.there / ".rehearsing").exists()
    with psycopg.connect(journey.url) as held:
        assert held.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'alcaide_%'").fetchone() == (0,)


@pytest.mark.full
def test_a_backup_made_while_others_write_is_of_one_moment(house, tmp_path):

    settings = environment(house) | {"DJANGO_SETTINGS_MODULE": "alcaide.project.settings"}
    writer = subprocess.Popen([sys.executable, "-c", WRITER, "12"], env=settings, text=True, stdout=subprocess.PIPE)
    assert writer.stdout.readline() == "begun\n"
    file = back_up(house, tmp_path / "backups")
    was_writing = writer.poll() is None
    writer.wait()
    told = restored(file, tmp_path / "restored")
    changes = manifest_of(file)["tables"]["common_change"]["rows"]
    with closing(sqlite3.connect(tmp_path / "restored" / "alcaide.sqlite3")) as held:
        torn = "SELECT (SELECT count(*) FROM common_change WHERE room = 'torture'), " \
               "(SELECT count(*) FROM common_trailline WHERE verb = 'write' AND actor = 'system:writer')"  # fmt: skip
        written, lines = held.execute(torn).fetchone()
    assert was_writing
    assert 0 < written == lines <= changes
    assert told["faults"] == []


@pytest.mark.full
def test_a_house_that_stands_is_replaced_only_by_its_typed_name(backup, house, tmp_path):
    refused = alcaide(house, "restore", str(backup))
    assert refused.returncode == 2
    assert "holds a house already" in refused.stderr
    assert alcaide(house, "restore", str(backup), "--over", "Another").returncode == 2
    done = alcaide(house, "restore", str(backup), "--over", organization_in(house))
    assert done.returncode == 0, done.stderr
    (replaced,) = house.glob("replaced-*")
    assert organization_in(replaced) == organization_in(house)


@pytest.mark.full
def test_a_database_that_holds_a_house_is_replaced_only_by_its_typed_name(backup, empty_url, tmp_path):
    restored(backup, tmp_path / "one", url=empty_url)
    again = alcaide(tmp_path / "two", "restore", str(backup), url=empty_url)
    assert again.returncode == 2
    assert "holds a house already" in again.stderr
    # One name opens both: the folder with the keys of a house that stands there, and its database.
    refused = alcaide(tmp_path / "one", "restore", str(backup), "--over", "one", url=empty_url)
    assert (refused.returncode, '--over "Almena Foods"' in refused.stderr) == (2, True)
    for home in ("one", "two"):
        done = alcaide(tmp_path / home, "restore", str(backup), "--over", "Almena Foods", url=empty_url)
        assert done.returncode == 0, done.stderr
        assert alcaide(tmp_path / home, "check", "--whole", url=empty_url).returncode == 0


@pytest.mark.parametrize("harm", ["cut", "flip"])
def test_a_backup_that_is_damaged_is_not_read_to_its_end(backup, harm, tmp_path):
    file = tmp_path / backup.name
    content = bytearray(backup.read_bytes())
    content[len(content) * 2 // 3] ^= harm == "flip"
    file.write_bytes(content[:-20] if harm == "cut" else content)
    with pytest.raises(Damaged, match="Take another copy"), opened(file, OPENS) as entries:
        for entry in entries:
            entry.read()


def test_a_backup_that_does_not_open_restores_nothing(backup, tmp_path):
    more = {"ALCAIDE_BACKUP_PASSPHRASE": "another one entirely"}
    done = alcaide(tmp_path / "house", "restore", str(backup), **more)
    assert done.returncode == 2, done.stdout
    assert "does not open" in done.stderr
    assert [each.name for each in (tmp_path / "house").iterdir()] == ["run"]


def test_a_rehearsal_of_a_backup_that_does_not_open_fails_and_is_kept(backup, house):
    done = alcaide(house, "rehearse", str(backup), ALCAIDE_BACKUP_PASSPHRASE="another one entirely")
    assert (done.returncode, "does not open" in done.stdout) == (1, True), done.stderr
    assert json.loads((house / "backups.json").read_text())["rehearsed"][0]["is_good"] is False
    assert not (house / ".rehearsing").exists()


def lose_one_alter_one(house):
    """Remove one stored file and alter another."""
    lost, altered = sorted(each for each in (house / "files").rglob("*") if each.is_file())[:2]
    lost.unlink()
    altered.write_bytes(b"\x00" + altered.read_bytes()[1:])


def test_a_lost_and_an_altered_file_are_named_and_the_rest_is_backed_up(house, tmp_path):
    lose_one_alter_one(house)
    done = alcaide(house, "backup", "--to", str(tmp_path / "backups"))
    assert done.returncode == 1
    assert "is missing from the store" in done.stdout
    assert "was altered" in done.stdout


@pytest.mark.full
def test_a_restore_and_a_rehearsal_name_the_files_that_a_backup_lacks(house, tmp_path):
    lose_one_alter_one(house)
    alcaide(house, "backup", "--to", str(tmp_path / "backups"))
    (file,) = (tmp_path / "backups").glob("*.backup")
    rehearsed = alcaide(house, "rehearse", str(file))
    assert (rehearsed.returncode, rehearsed.stdout.count("The file “")) == (1, 2)
    back = alcaide(tmp_path / "restored", "restore", str(file))
    assert (back.returncode, back.stdout.count("The file “")) == (1, 2)
    assert alcaide(tmp_path / "restored", "check", "--whole").returncode == 1


@pytest.mark.full
def test_a_full_disk_leaves_nothing_half_written(house, tmp_path):
    script = 'ulimit -f 200; exec "$0" "$@"'

    folder = tmp_path / "backups"
    command = ["bash", "-c", script, sys.executable, "-m", "alcaide.project.cli", "backup", "--to", str(folder)]
    done = subprocess.run(command, env=environment(house), text=True, capture_output=True, check=False)
    assert done.returncode == 2
    assert "Free some space" in done.stderr
    assert [each.name for each in folder.iterdir()] == [".alcaide-backup.lock"]


@pytest.mark.full
@pytest.mark.parametrize("seed", range(3))
def test_a_killed_backup_leaves_no_file_that_looks_like_one(house, seed, tmp_path):
    folder = tmp_path / "backups"
    child = start(house, "backup", "--to", str(folder))
    time.sleep(moment(seed, 4))
    child.send_signal(signal.SIGKILL)
    child.communicate()
    for whole in folder.glob("*.backup"):
        manifest_of(whole)
    time.sleep(1)
    back_up(house, folder)
    assert not list(folder.glob(".*.partial"))


@pytest.mark.full
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_killed_restore_leaves_no_house_that_looks_whole(backup, kind, seed, request, tmp_path):
    home = tmp_path / "house"
    url = request.getfixturevalue("empty_url") if kind == "postgresql" else ""
    child = start(home, "restore", str(backup), url=url)
    time.sleep(moment(seed, 12))
    child.send_signal(signal.SIGKILL)
    child.communicate()
    # Killed after its last step it is whole, whatever the process said; what looks whole must be.
    looks_whole = (home / "keys").exists() and not any(home.glob(".restoring")) and not any(home.glob("restoring.json"))
    assert looks_whole or child.returncode != 0
    if looks_whole:
        assert alcaide(home, "check", "--whole", url=url).returncode == 0
    elif any(home.glob(".restoring")):
        refused = alcaide(home, "up", "--port", "0", url=url)
        assert refused.returncode == 2
        assert "A restore into" in refused.stderr
    more = ("--over", "Almena Foods") if looks_whole else ()
    done = alcaide(home, "restore", str(backup), *more, url=url)
    assert done.returncode == 0, done.stderr
    assert alcaide(home, "check", "--whole", url=url).returncode == 0


@pytest.mark.full
@pytest.mark.parametrize("before", [2, 5])
def test_a_restore_killed_while_it_moves_is_refused_and_completed(backup, house, before, tmp_path):
    name = organization_in(house)
    arguments = ["restore", str(backup), "--over", name]
    script = [sys.executable, "-c", KILLED_AT_MOVE, str(before), *arguments]
    killed = subprocess.run(script, env=environment(house), text=True, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    refused = alcaide(house, "up", "--port", "0")
    assert (refused.returncode, "did not come to its end" in refused.stderr) == (2, True)
    done = alcaide(house, *arguments)
    assert done.returncode == 0, done.stderr
    (replaced,) = house.glob("replaced-*")
    assert {"keys", "files", "alcaide.sqlite3"} <= {each.name for each in replaced.iterdir()}
    assert organization_in(replaced) == name
    assert alcaide(house, "check", "--whole").returncode == 0


@pytest.mark.full
@pytest.mark.parametrize("seed", range(3))
def test_a_killed_rehearsal_harms_nothing_and_the_next_one_clears_it(backup, house, seed):
    child = start(house, "rehearse", str(backup))
    time.sleep(moment(seed, 14))
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert alcaide(house, "check", "--whole").returncode == 0
    for _ in range(60):
        again = alcaide(house, "rehearse", str(backup))
        # What the killed one had started ends by itself.
        if "Another rehearsal" not in again.stderr:
            break
        time.sleep(2)
    assert again.returncode == 0, again.stdout + again.stderr
    assert not (house / ".rehearsing").exists()
    assert alcaide(house, "check", "--whole").returncode == 0


@pytest.mark.full
def test_a_rehearsal_on_a_full_disk_says_so_and_leaves_nothing(backup, house):
    script = 'ulimit -f 1500; exec "$0" "$@"'
    command = ["bash", "-c", script, sys.executable, "-m", "alcaide.project.cli", "rehearse", str(backup)]
    done = subprocess.run(command, env=environment(house), text=True, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    assert not (house / ".rehearsing").exists()
    assert alcaide(house, "check").returncode == 0


@pytest.mark.full
def test_a_program_older_than_the_backup_refuses_it(house, tmp_path):
    with closing(sqlite3.connect(house / "alcaide.sqlite3")) as held:
        held.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('common', '9999_later', '2030-01-01')")
        held.commit()
    done = alcaide(tmp_path / "restored", "restore", str(back_up(house, tmp_path / "backups")))
    assert done.returncode == 2
    assert "newer Alcaide" in done.stderr


@pytest.mark.full
def test_a_key_pair_opens_what_was_made_for_it(house, tmp_path):
    made = alcaide(house, "backup", "--new-key", str(tmp_path / "private.pem"))
    recipient = made.stdout.splitlines()[0]
    none = {"ALCAIDE_BACKUP_PASSPHRASE": ""}
    folder = str(tmp_path / "backups")
    assert alcaide(house, "backup", "--to", folder, "--recipient", recipient, **none).returncode == 0
    (file,) = (tmp_path / "backups").glob("*.backup")
    shut = alcaide(tmp_path / "restored", "restore", str(file))
    assert "private key of" in shut.stderr
    key = str(tmp_path / "private.pem")
    assert alcaide(tmp_path / "restored", "restore", str(file), "--key", key, **none).returncode == 0


def test_nobody_can_read_a_backup_without_its_key(backup):
    content = backup.read_bytes()
    assert b"Almena" not in content
    assert WORDS.encode() not in content
