"""Signed heads, the check of the trail, and what an export proves."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from alcaide.common import guards, heads
from alcaide.common.heads import ExportUnwritable, TrailBroken, export_trail, sign_head
from alcaide.common.models import TrailHead, TrailLine, TrailValue
from alcaide.common.trail import System, audit, writing
from alcaide.common.trail_check import check_trail
from alcaide.engine import proof

HOUSE = System("test")
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
RAW = KEY.public_key().public_bytes_raw()


@pytest.fixture
def run(db, tmp_path, settings) -> Path:
    settings.HOME = SimpleNamespace(files=tmp_path, run=tmp_path)
    return tmp_path


def grow(lines: int = 1) -> None:
    for number in range(lines):
        with writing():
            audit(
                HOUSE, "rename", subject="test.thing:1", before={"n": number}, after={"n": number + 1, "of": "Logroño"}
            )


def tampered(statement: str) -> None:
    with guards.lifted(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_empty_trail_has_no_head(run) -> None:
    assert sign_head(KEY) is None


def test_a_head_states_size_and_root_under_the_key(run) -> None:
    grow(5)
    head = sign_head(KEY)
    hashes = TrailLine.objects.order_by("seq").values_list("hash", flat=True)
    assert (head.size, head.root) == (5, proof.root(hashes))
    assert proof.verify_head(RAW, heads.as_head(TrailHead.objects.get()))


def test_a_second_head_over_the_same_lines_is_the_first(run) -> None:
    grow()
    assert sign_head(KEY) == sign_head(KEY)
    assert TrailHead.objects.count() == 1


def test_a_later_head_reads_only_the_new_lines(run, monkeypatch) -> None:
    grow(20)
    sign_head(KEY)
    grow(3)
    read = []
    real = heads.as_line
    monkeypatch.setattr(heads, "as_line", lambda row: read.append(row.seq) or real(row))
    head = sign_head(KEY)
    assert read == [20, 21, 22, 23]
    assert head.root == proof.root(TrailLine.objects.order_by("seq").values_list("hash", flat=True))


@pytest.mark.parametrize("state", [None, "", "{}", '{"size": 4, "peaks": ["ab"]}', '{"size": "x", "peaks": 3}'])
def test_a_lost_or_foreign_state_costs_time_only(run, state) -> None:
    grow(4)
    sign_head(KEY)
    place = run / heads.STATE_FILE
    place.unlink() if state is None else place.write_text(state)
    grow()
    assert sign_head(KEY).root == proof.root(TrailLine.objects.order_by("seq").values_list("hash", flat=True))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE common_trailline SET verb = 'other' WHERE seq = 6", "Line 6"),
        ("UPDATE common_trailline SET hash = 'x' || substr(hash, 2) WHERE seq = 5", "Line 5"),
        ("UPDATE common_trailline SET after = 'no json' WHERE seq = 6", "Line 6"),
        ("DELETE FROM common_trailline WHERE seq > 4", "left|gone"),
    ],
)
def test_no_head_is_signed_over_a_broken_trail(run, statement: str, words: str) -> None:
    grow(5)
    sign_head(KEY)
    grow(2)
    if "DELETE" in statement:
        tampered("DELETE FROM common_trailvalue")
    tampered(statement)
    with pytest.raises(TrailBroken, match=words):
        sign_head(KEY)
    assert TrailHead.objects.count() == 1


def test_history_rewritten_whole_is_not_signed(run) -> None:
    grow(3)
    sign_head(KEY)
    with guards.lifted():
        TrailValue.objects.all().delete()
        TrailLine.objects.all().delete()
    grow(4)
    with pytest.raises(TrailBroken):
        sign_head(KEY)


def test_a_sound_trail_passes_its_check(run) -> None:
    grow(7)
    sign_head(KEY)
    grow(2)
    check = check_trail(public_keys=[RAW])
    assert (check.is_sound, check.is_whole, check.lines, check.values, check.heads) == (True, True, 9, 27, 1)
    part = check_trail(last=3)
    assert (part.is_sound, part.is_whole, part.lines, part.values) == (True, False, 3, 9)


def test_an_erased_value_is_no_fault(run) -> None:
    grow(2)
    TrailValue.objects.filter(line_id=1).delete()
    assert check_trail().is_sound


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE common_trailvalue SET value = '99' WHERE line_id = 2 AND side = 'after' AND field = 'n'", "Line 2"),
        ("UPDATE common_trailvalue SET field = 'other' WHERE line_id = 2 AND field = 'of'", "“other”"),
        ("UPDATE common_trailvalue SET salt = 'zz' WHERE line_id = 2 AND field = 'of'", "“of”"),
        ("UPDATE common_trailline SET actor = 'system:other' WHERE seq = 3", "Line 3: its hash"),
        ("UPDATE common_trailhead SET root = 'ab'", "first 4 lines"),
        ("UPDATE common_trailhead SET size = 40", "cut off"),
        ("UPDATE common_trailhead SET key = 'aaaaaaaaaaaaaaaa'", "not at hand"),
    ],
)
def test_a_check_names_what_was_changed(run, statement: str, words: str) -> None:
    grow(4)
    sign_head(KEY)
    tampered(statement)
    assert any(words in fault for fault in check_trail(public_keys=[RAW]).faults)


def test_an_export_is_sound_and_its_last_line_tells_of_it(run) -> None:
    grow(3)
    sign_head(KEY)
    grow(2)
    path = run / "trail.jsonl"
    done = export_trail(HOUSE, path, key=KEY, organization="Port of Alba", with_values=True)
    verdict = proof.verify_export(path.open("rb"), public_key=RAW)
    assert verdict.is_sound, verdict.words
    assert (done.lines, verdict.lines, verdict.heads, verdict.organization) == (6, 6, 1, "Port of Alba")
    assert verdict.disclosed == 5 * 3 + 2
    assert TrailLine.objects.last().verb == "export_trail"


def test_an_export_without_values_shows_none(run) -> None:
    grow(3)
    path = run / "trail.jsonl"
    export_trail(HOUSE, path, key=KEY, organization="Alba")
    assert proof.verify_export(path.open("rb")).disclosed == 0
    assert "Logro" not in path.read_text()


def test_a_changed_digit_in_an_export_does_not_verify(run) -> None:
    grow(3)
    path = run / "trail.jsonl"
    export_trail(HOUSE, path, key=KEY, organization="Alba", with_values=True)
    text = path.read_text()
    spot = text.index('"value":1') + len('"value":')
    path.write_text(text[:spot] + "2" + text[spot + 1 :])
    verdict = proof.verify_export(path.open("rb"))
    assert (verdict.is_sound, verdict.fault.line) == (False, 2)


def test_a_head_under_an_unknown_key_is_left_out_and_counted(run) -> None:
    older = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
    grow()
    sign_head(older)
    path = run / "trail.jsonl"
    assert export_trail(HOUSE, path, key=KEY, organization="Alba").heads_left_out == 1
    former = older.public_key().public_bytes_raw()
    assert export_trail(HOUSE, path, key=KEY, organization="Alba", former_keys=[former]).heads == 1
    assert proof.verify_export(path.open("rb"), public_key=RAW).is_sound


def test_an_export_that_cannot_be_written_leaves_the_old_file_alone(run) -> None:
    grow()
    with pytest.raises(ExportUnwritable, match="another file"):
        export_trail(HOUSE, run / "missing" / "trail.jsonl", key=KEY, organization="Alba")
    path = run / "trail.jsonl"
    path.write_text("old")
    tampered("UPDATE common_trailvalue SET salt = 'zz' WHERE field = 'of'")
    with pytest.raises(ExportUnwritable, match="alcaide check"):
        export_trail(HOUSE, path, key=KEY, organization="Alba", with_values=True)
    assert path.read_text() == "old"
    assert [each.name for each in run.iterdir()] == ["trail.jsonl"]


def test_the_state_holds_no_more_than_the_trees_edge(run) -> None:
    grow(5)
    sign_head(KEY)
    state = json.loads((run / heads.STATE_FILE).read_text())
    assert (state["size"], len(state["peaks"])) == (5, 2)
