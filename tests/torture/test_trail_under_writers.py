"""The trail under several processes at once, and against everyone who would change it afterwards."""

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import DatabaseError, connection, models, transaction

from alcaide.common import guards
from alcaide.common.models import TrailHead, TrailLine
from alcaide.common.trail import System, audit, writing
from alcaide.engine import proof

WRITER = """
import sys
from alcaide.common.models import Change
from django.utils import timezone
name, lines = sys.argv[1], int(sys.argv[2])
for number in range(lines):
    with writing():
        Change.objects.create(room="torture", subject=name, at=timezone.now())
        audit(System(name), "write", subject="torture.thing:" + name, before={"n": number}, after={"n": number + 1})
"""
READER = """
import sys
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from alcaide.common.heads import export_trail, sign_head
from alcaide.common.models import Change, TrailLine
from alcaide.common.trail_check import check_trail
key = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
sign_head(key)
check = check_trail(public_keys=[key.public_key().public_bytes_raw()])
print(check.lines, check.values, check.heads, Change.objects.count(), TrailLine.objects.count())
print(check.faults)
export_trail(System("torture"), Path(sys.argv[1]), key=key, organization="Torture", with_values=True)
"""
HEADS = """
import sys, time
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from alcaide.common.heads import sign_head
for each in range(int(sys.argv[1])):
    sign_head(Ed25519PrivateKey.from_private_bytes(b"k" * 32))
    time.sleep(0.1)
"""
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32).public_key()


@pytest.fixture
def house(foundation, tmp_path: Path):
    with foundation.house(tmp_path / "house") as made:
        yield made


def written_by(house, processes: int, lines: int) -> Path:
    """Let several processes write while another signs heads; return the export of what they wrote."""
    children = [house.start(WRITER, f"writer{number}", str(lines)) for number in range(processes)]
    children.append(house.start(HEADS, "10"))
    for child in children:
        _, faults = child.communicate(timeout=300)
        assert child.returncode == 0, faults
    path = house.path / "trail.jsonl"
    counted, faults = house.run(READER, str(path)).splitlines()
    total = processes * lines
    seen = [int(number) for number in counted.split()]
    assert (seen[0], seen[1], seen[3], seen[4]) == (total, total * 2, total, total), faults
    assert faults == "[]"
    assert seen[2] >= 1
    return path


def is_sound(path: Path) -> bool:
    with path.open("rb") as file:
        return proof.verify_export(file, public_key=KEY).is_sound


@pytest.mark.slow
def test_two_processes_keep_one_sound_chain(house) -> None:
    assert is_sound(written_by(house, 2, 40))


@pytest.mark.full
def test_four_processes_keep_one_sound_chain_and_no_digit_of_it_can_change(house) -> None:
    path = written_by(house, 4, 500)
    assert is_sound(path)
    text = path.read_text(encoding="utf-8")
    digits = [spot.start() for spot in re.finditer(r"\d", text)]
    for spot in digits[:: max(1, len(digits) // 20)]:
        changed = str((int(text[spot]) + 1) % 10)
        path.write_text(text[:spot] + changed + text[spot + 1 :], encoding="utf-8")
        assert not is_sound(path), text[max(0, spot - 40) : spot + 40]


def three_lines_and_a_head() -> None:
    for number in range(3):
        with writing():
            audit(System("torture"), "write", subject="torture.thing:1", after={"n": number})
    TrailHead.objects.create(
        size=3, root="ab" * 32, at=TrailLine.objects.latest("seq").at, key="ab" * 8, signature="ab" * 64
    )


SQLITE = [
    "INSERT OR REPLACE INTO common_trailline SELECT seq, at, 'x', verb, subject, before, after, previous, hash "
    "FROM common_trailline WHERE seq = 2",
    "REPLACE INTO common_trailline SELECT 9, at, 'x', verb, subject, before, after, previous, hash "
    "FROM common_trailline WHERE seq = 2",
    "INSERT OR REPLACE INTO common_trailhead SELECT id, size, 'x', at, key, signature FROM common_trailhead",
    "INSERT OR REPLACE INTO common_trailvalue SELECT id, side, field, salt, '9', line_id FROM common_trailvalue",
]
POSTGRES = [
    "TRUNCATE common_trailhead",
    "TRUNCATE common_trailline, common_trailvalue",
    "TRUNCATE common_trailvalue",
    "INSERT INTO common_trailline SELECT seq, at, 'x', verb, subject, before, after, previous, hash "
    "FROM common_trailline WHERE seq = 2 ON CONFLICT (seq) DO UPDATE SET verb = 'x'",
]
BOTH = [
    "UPDATE common_trailline SET verb = 'x'",
    "UPDATE common_trailvalue SET value = '9'",
    "UPDATE common_trailhead SET root = 'x'",
    "DELETE FROM common_trailline",
    "DELETE FROM common_trailhead",
]


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_no_statement_changes_a_line_a_value_or_a_head() -> None:
    three_lines_and_a_head()
    for statement in [*BOTH, *(SQLITE if connection.vendor == "sqlite" else POSTGRES)]:
        refused(statement)
    assert [line.verb for line in TrailLine.objects.all()] == ["write"] * 3


@pytest.mark.django_db(transaction=True)
def test_the_guards_stand_again_after_a_migration_altered_their_table() -> None:
    three_lines_and_a_head()
    old = TrailLine._meta.get_field("verb")
    new = models.CharField(max_length=120)
    new.set_attributes_from_name("verb")
    new.model = TrailLine
    try:
        with connection.schema_editor() as editor:
            editor.alter_field(TrailLine, old, new)
        dropped = guards.missing()
        # SQLite remakes the table and loses every trigger without a word; PostgreSQL keeps them.
        assert bool(dropped) == (connection.vendor == "sqlite")
        guards.install_after_migrate(using="default")
        assert guards.missing() == []
        refused("UPDATE common_trailline SET verb = 'x'")
        refused("DELETE FROM common_trailline")
    finally:
        with connection.schema_editor() as editor:
            editor.alter_field(TrailLine, new, old)
        guards.install()
