"""Commitments, line hashes and the chain, checked against their byte formulas."""

import hashlib
from dataclasses import replace

import pytest

from alcaide.engine.proof import GENESIS, BadLine, Line, NotCanonical, commit, follow, line_hash, next_line

AT = "2026-01-02T03:04:05.000006Z"


def trail(count: int) -> list[Line]:
    lines: list[Line] = []
    for number in range(count):
        after = {"amount": commit(number, bytes([number % 256]) * 16)}
        previous = lines[-1] if lines else None
        lines.append(next_line(previous, at=AT, actor="person:7", verb="admit", subject="s:1", before={}, after=after))
    return lines


def test_a_commitment_is_the_hash_of_salt_and_canonical_json():
    salt = bytes(range(16))
    assert commit({"b": 1, "a": "é"}, salt) == hashlib.sha256(salt + '{"a":"é","b":1}'.encode()).hexdigest()


def test_a_commitment_changes_with_value_and_salt():
    assert len({commit(1, bytes(16)), commit("1", bytes(16)), commit(1, b"1" * 16)}) == 3


def test_a_salt_of_another_length_is_refused():
    with pytest.raises(BadLine, match="16 random bytes, got 8"):
        commit("x", bytes(8))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, "\ud800", b"x", object(), {1: 2}])
def test_a_value_without_canonical_form_is_refused_in_words(value):
    with pytest.raises(NotCanonical, match="as text"):
        commit(value, bytes(16))


def test_a_value_nested_too_deeply_is_refused_in_words():
    value: list = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(NotCanonical, match="nested too deeply"):
        commit(value, bytes(16))


def test_a_line_hash_is_the_hash_of_zero_previous_and_body():
    line = trail(2)[1]
    body = (
        f'{{"actor":"person:7","after":{{"amount":"{line.after["amount"]}"}},"at":"{AT}","before":{{}},'
        '"seq":2,"subject":"s:1","verb":"admit"}'
    )
    assert line.hash == hashlib.sha256(b"\x00" + bytes.fromhex(line.previous) + body.encode()).hexdigest()


def test_the_first_line_follows_32_zero_bytes():
    assert trail(1)[0].previous == GENESIS == bytes(32).hex()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"at": "2026-01-02T03:04:05Z"}, '"at" must be UTC with microseconds'),
        ({"at": "2026-01-02T03:04:05.000006Z\n"}, '"at" must be UTC'),
        ({"seq": True}, '"seq" must be a whole number'),
        ({"seq": -1}, '"seq" must be a whole number'),
        ({"actor": None}, '"actor" must be text'),
        ({"before": {"x": "plain"}}, '"before" must map fields to commitments'),
        ({"extra": 1}, "a line has the fields"),
    ],
)
def test_a_malformed_body_is_refused_in_words(change, words):
    with pytest.raises(BadLine, match=words):
        line_hash(GENESIS, {**trail(1)[0].body, **change})


def test_a_whole_trail_follows_and_so_does_any_part_of_it():
    lines = trail(9)
    assert follow(None, lines) is None
    assert follow(lines[3], lines[4:]) is None


@pytest.mark.parametrize("field", ["at", "actor", "verb", "subject", "before", "after", "hash", "previous", "seq"])
def test_any_changed_field_breaks_the_line(field):
    lines = trail(5)
    other = {"at": AT.replace("6Z", "7Z"), "before": {"x": GENESIS}, "after": {}, "hash": GENESIS, "previous": GENESIS}
    lines[2] = replace(lines[2], **{field: other.get(field, 9 if field == "seq" else "else")})
    fault = follow(None, lines)
    assert fault is not None
    assert fault.seq == 3


def test_a_changed_line_with_a_new_hash_breaks_the_next():
    lines = trail(5)
    lines[2] = next_line(lines[1], at=AT, actor="person:8", verb="admit", subject="s:1", before={}, after={})
    fault = follow(None, lines)
    assert fault is not None
    assert (fault.seq, fault.sentence) == (4, "it does not continue the line before: its previous hash is another")


@pytest.mark.parametrize("order", [[0, 2], [0, 1, 1, 2], [0, 2, 1], [1, 2]])
def test_removed_doubled_and_reordered_lines_are_found(order):
    lines = trail(3)
    fault = follow(None, [lines[place] for place in order])
    assert fault is not None
    assert "a line is missing, doubled or out of order" in fault.sentence


@pytest.mark.parametrize("value", [None, 7, "x", ["y"], {"x": None}])
def test_a_row_that_holds_no_commitments_is_a_fault_and_no_crash(value):
    lines = trail(2)
    fault = follow(lines[0], [replace(lines[1], before=value)])
    assert fault is not None
    assert '"before" must map fields to commitments' in fault.sentence
