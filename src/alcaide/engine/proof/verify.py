"""Judge an export of the trail with nothing but the file and, better, the organization's public key."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from alcaide.engine.errors import EngineError
from alcaide.engine.proof.chain import JSON, SALT_BYTES, BadLine, Fault, Line, canonical, commit, fault_of
from alcaide.engine.proof.export import MAX_LINE_BYTES, Header
from alcaide.engine.proof.heads import Head, key_id, raw_key, verify_head
from alcaide.engine.proof.merkle import CompactRange

_BODY = ("seq", "at", "actor", "verb", "subject", "before", "after", "previous", "hash")
_EXACT = 2**53 - 1


@dataclass(frozen=True)
class Verdict:
    """What an export is worth, and what was checked before the first fault.

    lines, heads, disclosed: checked and found right.  key: fingerprint of the key it was checked with, "" if the
    file names none.  is_key_given: the caller brought the key; otherwise the file vouches for itself only.
    """

    is_sound: bool
    lines: int
    heads: int
    disclosed: int
    key: str
    is_key_given: bool
    organization: str = ""
    made_at: str = ""
    first_seq: int = 1
    root: str = ""
    fault: Fault | None = None

    @property
    def words(self) -> str:
        """The verdict in a sentence."""
        if self.fault is not None:
            place = f"line {self.fault.line}" if self.fault.line else "the file"
            seq = f" (seq {self.fault.seq})" if self.fault.seq is not None else ""
            return f"broken: {place}{seq}: {self.fault.sentence}"
        whose = "the key you gave" if self.is_key_given else "the file's own key: compare it with a published one"
        return (
            f"sound: {self.lines} lines, {self.heads} signed heads, {self.disclosed} disclosed values, "
            f"key {self.key} ({whose})"
        )


def verify_export(pieces: Iterable[str | bytes], *, public_key: Ed25519PublicKey | bytes | None = None) -> Verdict:
    """Check every line, head and shown value of an export, and its closing signature.

    Parameters
    ----------
    pieces : iterable of str or bytes
        The file's content in order: lines with their line feeds, or blocks of any size (blocks keep memory small
        even where a hostile file holds one endless line).
    public_key : Ed25519PublicKey or bytes, optional
        The organization's key, had from somewhere else than the file; as an object or 32 raw bytes.

    Returns
    -------
    Verdict
        Sound, or broken with the first fault; never an exception for what the file holds.

    Raises
    ------
    BadLine
        If `public_key` itself is no key.

    Notes
    -----
    Reads once, in O(log n) memory beside one line of at most 4 MiB. Without `public_key` the file proves that it
    was not changed after it was signed, but not by whom.

    References
    ----------
    Laurie, Langley, Kasper (2013), RFC 6962, section 2.1; Josefsson, Liusvaara (2017), RFC 8032, section 5.1.7.

    Examples
    --------
    >>> verify_export(["no trail"]).words
    'broken: line 1: the file ends in the middle of this line: it was cut off'
    """
    check = _Check(None if public_key is None else raw_key(public_key))
    fault = None
    try:
        for raw in _lines(pieces, check):
            check.take(raw)
        check.close()
    except (_Broken, EngineError) as error:
        fault = Fault(str(error), seq=check.seq, line=check.number or None)
    return check.verdict(fault)


class _Broken(Exception):
    pass


class _Check:
    """The state of a verification between two lines of the file."""

    def __init__(self, given_key: bytes | None) -> None:
        self.given_key = given_key
        self.number = 0
        self.seq: int | None = None
        self.header: Header | None = None
        self.keys: dict[str, bytes] = {}
        self.key = b"" if given_key is None else given_key
        self.tree = CompactRange()
        self.last_hash = ""
        self.lines = self.heads = self.disclosed = 0
        self.digest = hashlib.sha256()
        self.is_closed = False

    def take(self, raw: bytes) -> None:
        """Check one line, without its line feed."""
        self.seq = None
        if self.is_closed:
            raise _Broken("something follows the end of the export")
        value = _parsed(raw, is_first=self.header is None)
        if self.header is None:
            self._begin(value)
        elif set(value) == {"end"}:
            self._end(value["end"])
        elif set(value) == {"head"}:
            self._head(value["head"])
        else:
            self._line(value)
        if canonical(value) != raw:
            raise _Broken("it is not in canonical form: spaces, the order of keys or the way of writing was changed")
        self.digest.update(raw + b"\n")

    def close(self) -> None:
        """Check that the file came to its end."""
        if self.number == 0:
            raise _Broken("the file is empty")
        if not self.is_closed:
            raise _Broken("the file ends after this line, before its footer: it was cut off")

    def verdict(self, fault: Fault | None) -> Verdict:
        """What was found so far, with the fault if there is one."""
        header = self.header
        return Verdict(
            is_sound=fault is None,
            lines=self.lines,
            heads=self.heads,
            disclosed=self.disclosed,
            key=key_id(self.key) if self.key else "",
            is_key_given=self.given_key is not None,
            organization=header.organization if header else "",
            made_at=header.made_at if header else "",
            first_seq=header.first_seq if header else 1,
            root=self.tree.root(),
            fault=fault,
        )

    def _begin(self, value: Mapping[str, JSON]) -> None:
        header, own_key = Header.from_json(value)
        if self.given_key is not None and own_key != self.given_key:
            raise _Broken(f"the file is under the key {key_id(own_key)}, not under {key_id(self.given_key)} as given")
        self.header, self.key = header, own_key
        self.keys = {key_id(key): key for key in (*header.former_keys, own_key)}
        self.tree = CompactRange.resume(header.first_seq - 1, header.peaks)
        self.last_hash = header.previous

    def _line(self, value: Mapping[str, JSON]) -> None:
        if set(value) - {"disclosed"} != set(_BODY):
            raise _Broken("it is neither a trail line, nor a head, nor the footer")
        self.seq = self.tree.size + 1
        line = Line(**{name: value[name] for name in _BODY})
        sentence = fault_of(line, seq=self.seq, previous=self.last_hash)
        if sentence is not None:
            raise _Broken(sentence)
        if "disclosed" in value:
            self._open(line, value["disclosed"])
        self.tree.append(line.hash)
        self.last_hash = line.hash
        self.lines += 1

    def _open(self, line: Line, shown: JSON) -> None:
        if not isinstance(shown, dict) or not set(shown) <= {"before", "after"}:
            raise _Broken('"disclosed" must hold before, after or both')
        for side, fields in shown.items():
            if not isinstance(fields, dict):
                raise _Broken(f'disclosed "{side}" must map fields to salt and value')
            recorded = line.before if side == "before" else line.after
            for name, item in fields.items():
                if recorded.get(name) != _commitment(item):
                    raise _Broken(f'the disclosed value of "{name}" ({side}) is not what was recorded')
                self.disclosed += 1

    def _head(self, value: JSON) -> None:
        head = _head_of(value)
        if head.digest is not None:
            raise _Broken("a head with a digest belongs in the footer")
        if head.size != self.tree.size:
            raise _Broken(f"a head over {head.size} lines stands after line {self.tree.size} of the trail")
        self._signed(head)
        self.heads += 1

    def _signed(self, head: Head) -> None:
        if head.root != self.tree.root():
            raise _Broken("the head's root is not the root of the lines before it")
        key = self.keys.get(head.key)
        if key is None:
            raise _Broken(f"the head is signed with a foreign key, {head.key}")
        if not verify_head(key, head):
            raise _Broken(f"the head's signature does not hold under the key {head.key}")

    def _end(self, value: JSON) -> None:
        if not isinstance(value, dict) or set(value) != {"lines", "heads", "last_hash", "root", "sha256", "head"}:
            raise _Broken("the footer must have the fields head, heads, last_hash, lines, root and sha256")
        promised = -1 if self.header is None else self.header.lines
        head = _head_of(value["head"])
        claims = (
            (promised == self.lines, f"the header promises {promised} lines, the file holds {self.lines}"),
            (value["lines"] == self.lines, f"the footer says {value['lines']} lines, the file holds {self.lines}"),
            (value["heads"] == self.heads, f"the footer says {value['heads']} heads, the file holds {self.heads}"),
            (value["last_hash"] == self.last_hash, "the footer's last hash is not that of the last line"),
            (value["root"] == self.tree.root(), "the footer's root is not the root of the lines"),
            (value["sha256"] == self.digest.hexdigest(), "the bytes before the footer were changed"),
            (head.digest == value["sha256"], "the closing head is signed for another file"),
            (head.size == self.tree.size, "the closing head is signed for another number of lines"),
            (self.header is not None and head.at == self.header.made_at, "the closing head bears another time"),
            (head.key == key_id(self.key), "the closing head is not under the file's own key"),
        )
        for is_true, sentence in claims:
            if not is_true:
                raise _Broken(sentence)
        self._signed(head)
        self.is_closed = True


def _lines(pieces: Iterable[str | bytes], check: _Check) -> Iterator[bytes]:
    held = bytearray()
    for data in _blocks(pieces, check):
        start = 0
        while start < len(data):
            stop = data.find(b"\n", start)
            end = len(data) if stop < 0 else stop
            if len(held) + end - start > MAX_LINE_BYTES:
                check.number += 1
                raise _Broken(f"it is longer than {MAX_LINE_BYTES} bytes")
            held += data[start:end]
            start = end + 1
            if stop >= 0:
                check.number += 1
                yield bytes(held)
                held.clear()
    if held:
        check.number += 1
        raise _Broken("the file ends in the middle of this line: it was cut off")


def _blocks(pieces: Iterable[str | bytes], check: _Check) -> Iterator[bytes]:
    try:
        for piece in pieces:
            yield piece.encode() if isinstance(piece, str) else bytes(piece)
    except UnicodeError as error:
        check.number += 1
        raise _Broken("it is not UTF-8 text") from error


def _parsed(raw: bytes, *, is_first: bool) -> dict[str, JSON]:
    try:
        value = json.loads(raw.decode(), parse_int=_number)
    except (ValueError, RecursionError) as error:
        problem = "this is not an export of a trail: its first line is no JSON" if is_first else "it is not JSON"
        raise _Broken(problem) from error
    if not isinstance(value, dict):
        raise _Broken("it is not a JSON object")
    return value


def _number(digits: str) -> int | float:
    # JSON has one kind of number, a double: a longer whole number is the nearest double, as RFC 8785 writes it.
    return int(digits) if len(digits) < 18 and abs(int(digits)) <= _EXACT else float(digits)


def _head_of(value: JSON) -> Head:
    if not isinstance(value, dict):
        raise _Broken("a head must be a JSON object")
    try:
        return Head.from_json(value)
    except BadLine as error:
        raise _Broken(str(error)) from error


def _commitment(item: JSON) -> str:
    if not isinstance(item, dict) or set(item) != {"salt", "value"} or not isinstance(item["salt"], str):
        raise _Broken("a disclosed value must have salt and value")
    try:
        salt = bytes.fromhex(item["salt"])
    except ValueError:
        salt = b""
    if len(salt) != SALT_BYTES:
        raise _Broken(f"the salt of a disclosed value must be {SALT_BYTES} bytes in hex")
    return commit(item["value"], salt)
