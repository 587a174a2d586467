"""Bulk writes: chunk by chunk, never twice, and never in another writer's way."""

import signal
import subprocess
import time
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from alcaide.common import bulk as bulks
from alcaide.common import files
from alcaide.common.bulk import BulkChanged, change_list, in_chunks
from alcaide.common.models import Bulk, BulkChunk, Change, StoredFile, TrailLine, TrailValue, User
from alcaide.common.trail import System

HOUSE = System("test")


@dataclass(frozen=True)
class Row:
    name: str
    weight: float = 0.1


def rows(number: int) -> list[Row]:
    return [Row(f"r{i}") for i in range(number)]


def note(chunk: list[Row]) -> dict[str, int]:
    Change.objects.bulk_create(Change(room="test", subject=row.name, at=timezone.now()) for row in chunk)
    return {"added": len(chunk)}


def bulk(given, write=note, **more):
    return in_chunks(HOUSE, key="import:1", verb="import", about="test.scan:1", rows=given, write=write, **more)


@pytest.mark.django_db
def test_rows_are_written_in_chunks_of_one_line_each() -> None:
    counts = bulk(iter(rows(25)), chunk=10)
    assert (counts.rows, counts.chunks, counts.by) == (25, 3, {"added": 25})
    assert [chunk.rows for chunk in BulkChunk.objects.order_by("number")] == [10, 10, 5]
    assert list(TrailLine.objects.values_list("verb", "subject")) == [("import", "test.scan:1")] * 3
    digest = TrailValue.objects.filter(field="digest").order_by("line_id").first().value
    assert digest == f'"{BulkChunk.objects.get(number=1).digest}"'


@pytest.mark.django_db
def test_a_bulk_that_failed_goes_on_at_its_first_unfinished_chunk() -> None:
    def fails_at_the_third(chunk: list[Row]) -> dict[str, int]:
        if chunk[0].name == "r20":
            note(chunk)
            raise ZeroDivisionError
        return note(chunk)

    with pytest.raises(ZeroDivisionError):
        bulk(rows(25), fails_at_the_third, chunk=10)
    assert (Change.objects.count(), Bulk.objects.get().rows_done) == (20, 20)
    counts = bulk(rows(25), chunk=10)
    assert (counts.rows, counts.chunks_before, Change.objects.count()) == (25, 2, 25)


@pytest.mark.django_db
def test_a_finished_bulk_is_not_written_again() -> None:
    first = bulk(rows(25), chunk=10)
    again = bulk(rows(25), chunk=10)
    assert (again.by, again.rows, again.chunks_before) == (first.by, first.rows, 3)
    assert Change.objects.count() == 25


@pytest.mark.django_db
@pytest.mark.parametrize("other", [rows(10)[::-1] + rows(5), rows(10)])
def test_other_rows_under_the_same_key_are_refused(other) -> None:
    def fails_at_the_third(chunk: list[Row]) -> dict[str, int]:
        if chunk[0].name == "r20":
            raise ZeroDivisionError
        return note(chunk)

    with pytest.raises(ZeroDivisionError):
        bulk(rows(25), fails_at_the_third, chunk=10)
    with pytest.raises(BulkChanged, match="new key"):
        bulk(other, chunk=10)
    assert Change.objects.count() == 20


@pytest.mark.django_db
def test_an_empty_bulk_is_finished_at_once() -> None:
    assert bulk([]).rows == 0
    assert Bulk.objects.get().finished_at is not None


@pytest.mark.django_db
def test_progress_is_told_after_each_chunk() -> None:
    told: list[int] = []
    bulk(rows(25), chunk=10, progress=told.append)
    assert told == [10, 20, 25]


@pytest.mark.django_db
def test_a_kept_change_list_is_the_file_that_the_digest_names(tmp_path, settings) -> None:
    settings.HOME = SimpleNamespace(files=tmp_path)
    bulk(rows(5), keep_list=True)
    stored = StoredFile.objects.get(sha256=BulkChunk.objects.get().digest)
    with files.open_stored(stored) as listed:
        assert listed.readline() == b'{"name":"r0","weight":0.1}\n'


def test_a_change_list_is_the_same_whatever_the_order_of_keys() -> None:
    assert change_list([{"b": 1, "a": {3, 1, 2}}]) == change_list([{"a": {2, 3, 1}, "b": 1}])
    assert change_list([User(email="a@b.c", name="A")]) != change_list([User(email="a@b.d", name="A")])
    with pytest.raises(TypeError, match="dataclass"):
        change_list([object()])


WORK = """
import sys, time
from alcaide.common.bulk import in_chunks
from alcaide.common.models import Change
from django.utils import timezone

key, rows, pause_s = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])

def note(chunk):
    Change.objects.bulk_create(Change(room=key, subject=str(row), at=timezone.now()) for row in chunk)
    time.sleep(pause_s)
    return {"added": len(chunk)}

in_chunks(System("child"), key=key, verb="import", about="test.scan:" + key, rows=range(rows), chunk=50, write=note,
    progress=lambda rows: print(rows, flush=True))
"""
COUNT = """
import sys
from alcaide.common.models import Bulk, BulkChunk, Change, TrailLine
key = sys.argv[1]
changes = Change.objects.filter(room=key)
print(changes.count(), changes.values("subject").distinct().count(), BulkChunk.objects.filter(bulk__key=key).count(),
    TrailLine.objects.filter(subject="test.scan:" + key).count(), Bulk.objects.get(key=key).finished_at is not None)
"""
OTHER = """
import time
from alcaide.common.models import Bulk, BulkChunk
print("ready", flush=True)
while not BulkChunk.objects.filter(bulk__key="beside").exists():
    time.sleep(0.01)
for number in range(15):
    started = time.monotonic()
    with writing():
        audit(System("other"), "touch", subject="test.thing:1", after={"number": number})
    print(time.monotonic() - started, flush=True)
print(Bulk.objects.get(key="beside").finished_at is None)
"""


@pytest.fixture(scope="module")
def house(foundation, tmp_path_factory):
    with foundation.house(tmp_path_factory.mktemp("bulk") / "house") as made:
        yield made


def killed_after(child: "subprocess.Popen[str]", lines: int) -> None:
    for _ in range(lines):
        assert child.stdout.readline(), child.stderr.read()
    time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.communicate()


@pytest.mark.slow
def test_a_killed_bulk_goes_on_and_nothing_is_doubled(house) -> None:
    for lines in (2, 4):
        killed_after(house.start(WORK, "killed", "500", "0.03"), lines)
    house.run(WORK, "killed", "500", "0")
    assert house.run(COUNT, "killed") == "500 500 10 10 True"


@pytest.mark.slow
def test_two_processes_with_one_bulk_write_every_chunk_once(house) -> None:
    both = [house.start(WORK, "twice", "500", "0.005") for _ in range(2)]
    for child in both:
        _, faults = child.communicate(timeout=60)
        assert child.returncode == 0, faults
    assert house.run(COUNT, "twice") == "500 500 10 10 True"


@pytest.mark.slow
def test_another_process_writes_while_a_bulk_runs(house) -> None:
    other = house.start(OTHER)
    assert other.stdout.readline() == "ready\n", other.stderr.read()
    house.run(WORK, "beside", "3000", "0.05")
    told, faults = other.communicate(timeout=60)
    *waits_s, was_unfinished = told.splitlines()
    assert (other.returncode, len(waits_s), was_unfinished) == (0, 15, "True"), faults
    assert max(map(float, waits_s)) < 10


@pytest.mark.django_db
def test_after_many_rows_the_database_looks_at_its_tables_anew(monkeypatch) -> None:
    looked = []
    monkeypatch.setattr(bulks, "renew_statistics", lambda: looked.append(1))
    monkeypatch.setattr(bulks, "MANY_ROWS", 20)
    bulk(rows(19), chunk=10)
    assert looked == []
    in_chunks(HOUSE, key="import:2", verb="import", about="test.scan:2", rows=rows(20), write=note)
    assert looked == [1]


@pytest.mark.django_db
def test_the_databases_statistics_can_be_renewed_anywhere() -> None:
    bulk(rows(50))
    bulks.renew_statistics()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'common_change'")
            assert cursor.fetchone()[0] > 0
