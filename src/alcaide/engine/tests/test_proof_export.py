"""Exports: a sound one is sound, and whatever is done to it is found and named."""

import hashlib
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from alcaide.engine.proof import (
    BadLine,
    CompactRange,
    Entry,
    Head,
    Header,
    Line,
    Opened,
    canonical,
    commit,
    key_id,
    next_line,
    root,
    sign_head,
    verify_export,
    verify_head,
    write_export,
)

AT = "2026-01-02T03:04:05.000006Z"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
PUBLIC = KEY.public_key()
SALT = b"\x05" * 16
COUNT = 12


def trail(count: int = COUNT, actor: str = "person:7") -> list[Line]:
    lines: list[Line] = []
    for number in range(count):
        after = {"amount": commit(number, SALT), "name": commit("Ana Niño", SALT)}
        previous = lines[-1] if lines else None
        lines.append(next_line(previous, at=AT, actor=actor, verb="admit", subject="s:1", before={}, after=after))
    return lines


def heads_of(lines: list[Line], key: Ed25519PrivateKey = KEY, sizes: tuple[int, ...] = (0, 4, 9)) -> list[Head]:
    return [sign_head(key, size, root=root(line.hash for line in lines[:size]), at=AT) for size in sizes]


def export(lines: list[Line], *, key: Ed25519PrivateKey = KEY, heads: list[Head] | None = None, **header) -> bytes:
    entries = [
        Entry(line, after={"amount": Opened(SALT, line.seq - 1)}) if line.seq % 3 == 0 else line for line in lines
    ]
    written = Header("Port of Alba", AT, lines=len(lines), **header)
    heads = heads_of(lines) if heads is None else heads
    return "".join(write_export(entries, written, private_key=key, heads=heads)).encode()


SOUND = export(trail())


def swap(text: bytes, old: str, new: str, *, times: int = 1) -> bytes:
    assert old.encode() in text
    return text.replace(old.encode(), new.encode(), times)


def rows(text: bytes = SOUND) -> list[bytes]:
    return text.splitlines(keepends=True)


def test_a_fresh_export_is_sound_under_the_given_key():
    verdict = verify_export([SOUND], public_key=PUBLIC)
    assert (verdict.is_sound, verdict.lines, verdict.heads, verdict.disclosed) == (True, COUNT, 3, 4)
    assert (verdict.key, verdict.is_key_given, verdict.organization) == (key_id(PUBLIC), True, "Port of Alba")
    assert verdict.root == root(line.hash for line in trail())


def test_without_a_key_the_verdict_says_that_the_file_vouches_for_itself():
    verdict = verify_export([SOUND])
    assert verdict.is_sound
    assert not verdict.is_key_given
    assert "compare it with a published one" in verdict.words


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_blocks_of_any_size_give_the_same_verdict(size):
    blocks = (SOUND[start : start + size] for start in range(0, len(SOUND), size))
    assert verify_export(blocks, public_key=PUBLIC) == verify_export(rows(), public_key=PUBLIC.public_bytes_raw())


def test_text_and_bytes_give_the_same_verdict():
    assert verify_export(SOUND.decode().splitlines(keepends=True)) == verify_export([SOUND])


def test_an_empty_trail_can_be_exported():
    assert verify_export([export([], heads=[])], public_key=PUBLIC).is_sound


def test_the_export_is_the_same_bytes_each_time():
    assert export(trail()) == SOUND


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(SOUND) - 1), st.integers(1, 255))
def test_no_single_byte_can_be_changed(place, mask):
    changed = bytearray(SOUND)
    changed[place] ^= mask
    verdict = verify_export([bytes(changed)], public_key=PUBLIC)
    assert not verdict.is_sound
    assert verdict.fault is not None
    assert verdict.fault.line is not None


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(SOUND) - 1), st.sampled_from([b" ", b"\n", b"0", b"\r", b"}", b"\x00"]))
def test_no_byte_can_be_put_in_or_taken_out(place, extra):
    assert not verify_export([SOUND[:place] + extra + SOUND[place:]], public_key=PUBLIC).is_sound
    assert not verify_export([SOUND[:place] + SOUND[place + 1 :]], public_key=PUBLIC).is_sound


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_at_all_get_a_verdict(junk):
    assert not verify_export([junk]).is_sound
    assert not verify_export([rows()[0], junk]).is_sound


@settings(max_examples=50, deadline=None)
@given(st.integers(0, len(SOUND) - 1))
def test_a_file_cut_off_anywhere_is_broken(length):
    verdict = verify_export([SOUND[:length]], public_key=PUBLIC)
    assert not verdict.is_sound
    assert "cut off" in verdict.words or "empty" in verdict.words


def test_a_changed_actor_is_named_with_line_and_seq():
    # Row 1 is the header, row 2 the head over no lines, so seq 6 stands in row 9: a head follows seq 4.
    changed = swap(rows()[8], "person:7", "person:8")
    verdict = verify_export([*rows()[:8], changed, *rows()[9:]], public_key=PUBLIC)
    assert verdict.words == "broken: line 9 (seq 6): its hash does not follow from its content"
    assert verdict.lines == 5


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ([0, 1, 2, 4], "line 4 (seq 2): seq 3 stands where seq 2 belongs"),
        ([0, 1, 2, 2, 3], "line 4 (seq 2): seq 1 stands where seq 2 belongs"),
        ([0, 1, 3, 2], "line 3 (seq 1): seq 2 stands where seq 1 belongs"),
        ([0, 0], "line 2: it is neither a trail line, nor a head, nor the footer"),
        ([1], "line 1: this is not an export in the format alcaide.trail/1"),
    ],
)
def test_removed_doubled_and_reordered_lines_are_named(order, words):
    assert words in verify_export([rows()[place] for place in order]).words


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Port of Alba", "Port of Elba", "the bytes before the footer were changed"),
        ('"lines":12,"made_at"', '"lines":13,"made_at"', "the header promises 13 lines, the file holds 12"),
        ('"format":', '"format": ', "line 1: it is not in canonical form"),
        ('"first_seq":1', '"first_seq":2', "the header must have the fields"),
        ('"last_hash":"', '"last_hash": "', "it is not in canonical form"),
        ('"heads":3', '"heads":4', "the footer says 4 heads, the file holds 3"),
        ('"value":2', '"value":3', 'the disclosed value of "amount" (after) is not what was recorded'),
        ('"salt":"05', '"salt":"06', 'the disclosed value of "amount" (after) is not what was recorded'),
        ('"salt":"05', '"salt":"', "the salt of a disclosed value must be 16 bytes in hex"),
        ('"disclosed":{"after":{"amount"', '"disclosed":{"after":{"other"', 'the disclosed value of "other"'),
        ('"disclosed":{"after"', '"disclosed":{"later"', '"disclosed" must hold before, after or both'),
        ('"size":4', '"size":5', "a head over 5 lines stands after line 4 of the trail"),
        ('"size":0', '"size":false', 'the head\'s "size" is malformed'),
    ],
)
def test_each_change_is_named(old, new, words):
    assert words in verify_export([swap(SOUND, old, new)], public_key=PUBLIC).words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "broken: the file: the file is empty"),
        (b"\n", "line 1: this is not an export of a trail: its first line is no JSON"),
        (b"\x89PNG\r\n\x1a\n", "line 1: this is not an export of a trail"),
        (b"[]\n", "line 1: it is not a JSON object"),
        (b"[" * 100_000 + b"\n", "line 1: this is not an export of a trail"),
        (b'{"format":"alcaide.trail/1"}\n', "the header must have the fields"),
        (b"\xef\xbb\xbf" + SOUND, "line 1: this is not an export of a trail"),
        (SOUND.replace(b"\n", b"\r\n"), "line 1: it is not in canonical form"),
        (SOUND + b"\n", "something follows the end of the export"),
        (SOUND + SOUND, "something follows the end of the export"),
        (rows()[0] + b"oops\n", "line 2: it is not JSON"),
        (rows()[0] + b'{"head":7}\n', "line 2: a head must be a JSON object"),
        (rows()[0] + b'{"end":{}}\n', "line 2: the footer must have the fields"),
        (rows()[0] + b'{"end":NaN}\n', "line 2: the footer must have the fields"),
    ],
)
def test_every_foreign_file_gets_a_sentence(text, words):
    assert words in verify_export([text]).words


def test_an_endless_line_is_refused_without_being_held():
    served = 0

    def blocks():
        nonlocal served
        for _ in range(1024):
            served += 1
            yield b"x" * 1_048_576

    assert "longer than 4194304 bytes" in verify_export(blocks()).words
    assert served < 10


def test_text_that_cannot_be_decoded_is_refused():
    def read():
        yield SOUND.decode()[:100]
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")

    assert "it is not UTF-8 text" in verify_export(read()).words


def test_a_trail_rewritten_from_the_start_needs_the_key():
    forged = export(trail(actor="person:9"), key=OTHER, heads=heads_of(trail(actor="person:9"), OTHER))
    assert verify_export([forged]).is_sound
    words = verify_export([forged], public_key=PUBLIC).words
    assert f"the file is under the key {key_id(OTHER.public_key())}, not under {key_id(PUBLIC)} as given" in words


def test_a_forger_who_keeps_the_public_key_cannot_sign():
    forged = export(trail(actor="person:9"), key=OTHER, heads=[])
    own, real = OTHER.public_key().public_bytes_raw().hex(), PUBLIC.public_bytes_raw().hex()
    claimed = swap(forged, own, real)
    footer = json.loads(rows(claimed)[-1])
    footer["end"]["head"]["key"] = key_id(PUBLIC)
    text = b"".join(rows(claimed)[:-1]) + canonical(footer) + b"\n"
    assert not verify_export([text], public_key=PUBLIC).is_sound


def test_the_footer_cannot_be_recomputed_without_the_key():
    changed = swap(SOUND, "Port of Alba", "Port of Elba")
    old, new = (hashlib.sha256(b"".join(rows(text)[:-1])).hexdigest() for text in (SOUND, changed))
    words = verify_export([swap(changed, old, new, times=2)], public_key=PUBLIC).words
    assert "the head's signature does not hold" in words


def test_lines_cut_off_with_their_count_put_right_are_found():
    lines = trail()
    shorter = export(lines[:4], key=OTHER, heads=heads_of(lines, sizes=(4,)))
    own = OTHER.public_key().public_bytes_raw().hex()
    words = verify_export([swap(shorter, own, PUBLIC.public_bytes_raw().hex())], public_key=PUBLIC).words
    assert "broken" in words


def test_an_hourly_head_under_a_foreign_key_is_named():
    lines = trail()
    text = export(lines, heads=heads_of(lines, OTHER))
    assert f"the head is signed with a foreign key, {key_id(OTHER.public_key())}" in verify_export([text]).words


def test_heads_under_a_former_key_hold_where_the_header_names_it():
    lines = trail()
    former = (OTHER.public_key().public_bytes_raw(),)
    text = export(lines, heads=heads_of(lines, OTHER), former_keys=former)
    assert verify_export([text], public_key=PUBLIC).heads == 3


def test_a_head_over_another_past_is_named():
    lines, other = trail(), trail(actor="person:9")
    text = export(lines, heads=heads_of(other, sizes=(4,)))
    assert "the head's root is not the root of the lines before it" in verify_export([text], public_key=PUBLIC).words


def test_a_part_of_a_trail_is_verified_against_the_heads_over_the_whole():
    lines = trail()
    before = CompactRange(line.hash for line in lines[:5])
    part = {"first_seq": 6, "previous": lines[4].hash, "peaks": before.peaks}
    text = export(lines[5:], heads=heads_of(lines, sizes=(4, 5, 9, 12)), **part)
    verdict = verify_export([text], public_key=PUBLIC)
    assert (verdict.is_sound, verdict.lines, verdict.heads, verdict.first_seq) == (True, 7, 3, 6)
    assert not verify_export([swap(text, before.peaks[0][:8], "00000000")], public_key=PUBLIC).is_sound


def test_a_broken_trail_is_written_as_it_is_and_judged_broken():
    lines = trail()
    lines[3] = replace(lines[3], verb="let_out")
    assert "(seq 4): its hash does not follow" in verify_export([export(lines, heads=[])], public_key=PUBLIC).words


def test_an_export_with_fewer_lines_than_promised_has_no_footer():
    with pytest.raises(BadLine, match="promises 13 lines, 12 came"):
        list(write_export(trail(), Header("Port of Alba", AT, lines=13), private_key=KEY))


def test_large_and_odd_values_can_be_disclosed():
    for value in (1e20, -0.0, 1.5e-7, "\u2028", {"a": [None, True]}, 2**53 - 1):
        line = next_line(None, at=AT, actor="a", verb="v", subject="s", before={}, after={"x": commit(value, SALT)})
        entry = Entry(line, after={"x": Opened(SALT, value)})
        text = "".join(write_export([entry], Header("A", AT, lines=1), private_key=KEY))
        assert verify_export([text], public_key=PUBLIC).is_sound


def test_a_head_holds_under_its_own_key_and_as_it_was_signed():
    head = sign_head(KEY, 4, root="ab" * 32, at=AT)
    assert Head.from_json(head.as_json()) == head
    assert verify_head(PUBLIC, head)
    assert not verify_head(OTHER.public_key(), head)
    for change in ({"size": 5}, {"root": "cd" * 32}, {"at": AT.replace("6Z", "7Z")}, {"digest": "ab" * 32}):
        assert not verify_head(PUBLIC, replace(head, **change))


def test_a_malformed_key_is_refused_in_words():
    with pytest.raises(BadLine, match="32 raw bytes"):
        verify_export([SOUND], public_key=b"short")
