"""Commitments, trail lines, and the chain of hashes that binds each line to the one before."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import rfc8785

from alcaide.engine.errors import EngineError

JSON: TypeAlias = Any  # None, bool, int, float, str, list or tuple of JSON, dict of str to JSON

GENESIS = "00" * 32
SALT_BYTES = 16

_HEX_32 = re.compile(r"[0-9a-f]{64}")
_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


class NotCanonical(EngineError):
    """A value has no canonical JSON form; the message says how to write it instead."""


class BadLine(EngineError):
    """A trail line, head or header is malformed; the message names the field."""


@dataclass(frozen=True)
class Line:
    """One line of the trail: who did what to which subject, over commitments of before and after."""

    seq: int
    at: str
    actor: str
    verb: str
    subject: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    previous: str
    hash: str

    @property
    def body(self) -> dict[str, JSON]:
        """The part that the hash covers, beside the previous hash."""
        return {
            "seq": self.seq,
            "at": self.at,
            "actor": self.actor,
            "verb": self.verb,
            "subject": self.subject,
            "before": _plain(self.before),
            "after": _plain(self.after),
        }


@dataclass(frozen=True)
class Fault:
    """The first thing wrong, in a plain sentence; `line` counts lines of a file from 1, `seq` lines of the trail."""

    sentence: str
    seq: int | None = None
    line: int | None = None


def canonical(value: JSON) -> bytes:
    """The one way to write a JSON value as bytes (RFC 8785).

    Raises NotCanonical for NaN, whole numbers beyond 2^53, lone surrogates and types that JSON does not have.
    """
    try:
        return rfc8785.dumps(value)
    except rfc8785.IntegerDomainError as error:
        raise NotCanonical(f"{error}: write whole numbers beyond 2^53 as text") from error
    except ValueError as error:
        raise NotCanonical(f"{error}: write dates, decimals and bytes as text") from error
    except RecursionError as error:
        raise NotCanonical("the value is nested too deeply to write") from error


def commit(value: JSON, salt: bytes) -> str:
    """Bind to a value without showing it.

    Parameters
    ----------
    value : JSON
        What the field held. Whole numbers beyond 2^53, dates and decimals are written as text by the caller.
    salt : bytes
        16 random bytes made for this value alone. Who erases value and salt leaves a commitment nobody can guess.

    Returns
    -------
    str
        64 lower-case hex digits.

    Raises
    ------
    NotCanonical
        If the value has no canonical JSON form.
    BadLine
        If the salt is not 16 bytes.

    Notes
    -----
    ``SHA-256(salt ‖ RFC 8785(value))``. The numbers 1 and 1.0 are one number in JSON and commit alike.

    References
    ----------
    Rundgren, Jordan, Erdtman (2020), RFC 8785, JSON Canonicalization Scheme, section 3.2.

    Examples
    --------
    >>> commit({"grade": "high"}, bytes(16))
    'ae8da392c0f573288217af9223a848d3656f19ddca67d569c0a4fdf6cf2df84d'
    """
    if len(salt) != SALT_BYTES:
        raise BadLine(f"a salt is {SALT_BYTES} random bytes, got {len(salt)}")
    return hashlib.sha256(salt + canonical(value)).hexdigest()


def line_hash(previous: str, body: Mapping[str, JSON]) -> str:
    """The hash of a line from the hash before it and the line's own content.

    Parameters
    ----------
    previous : str
        Hash of the line before, 64 hex digits; `GENESIS` for the first.
    body : mapping
        The fields seq, at, actor, verb, subject, before, after and no other.

    Returns
    -------
    str
        64 lower-case hex digits.

    Raises
    ------
    BadLine
        If a field is missing, of the wrong kind or written in another form.

    Notes
    -----
    ``SHA-256(0x00 ‖ previous ‖ RFC 8785(body))`` over bytes, not over hex.

    References
    ----------
    Haber, Stornetta (1991), How to time-stamp a digital document, J. Cryptology 3, p. 99-111 (linking).

    Examples
    --------
    >>> body = {"seq": 1, "at": "2026-01-02T03:04:05.000000Z", "actor": "person:1", "verb": "admit",
    ...         "subject": "sites.visit:1", "before": {}, "after": {}}
    >>> line_hash(GENESIS, body)
    '98989b8915bae871c2e2ef3c4ad43b44cc85056f1610aa10d9a83d821fcd8644'
    """
    fault = _malformed(body)
    if fault is None and not is_hash(previous):
        fault = '"previous" must be 64 lower-case hex digits'
    if fault is not None:
        raise BadLine(fault)
    return hashlib.sha256(b"\x00" + bytes.fromhex(previous) + canonical(dict(body))).hexdigest()


def next_line(
    previous: Line | None,
    *,
    at: str,
    actor: str,
    verb: str,
    subject: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> Line:
    """The line that follows `previous` (None for the first), with its number and hash.

    at: ISO UTC with microseconds and 'Z'.  before, after: field to commitment.  Raises BadLine.
    """
    seq, link = (1, GENESIS) if previous is None else (previous.seq + 1, previous.hash)
    line = Line(seq, at, actor, verb, subject, dict(before), dict(after), link, hash="")
    return replace(line, hash=line_hash(link, line.body))


def follow(previous: Line | None, lines: Iterable[Line]) -> Fault | None:
    """Check that lines continue the trail after `previous`, and that each hash follows from its content.

    Parameters
    ----------
    previous : Line or None
        The line already trusted, or None to start at the trail's beginning.
    lines : iterable of Line
        In order of `seq`; read once, one at a time.

    Returns
    -------
    Fault or None
        The first fault, or None if all lines hold.

    Notes
    -----
    This proves that lines fit each other. That none was cut off at the end, or all rewritten, only a signed
    head can prove: compare `merkle.CompactRange.root` with one.

    References
    ----------
    Haber, Stornetta (1991), How to time-stamp a digital document, J. Cryptology 3, p. 99-111 (linking).

    Examples
    --------
    >>> first = next_line(None, at="2026-01-02T03:04:05.000000Z", actor="a", verb="v", subject="s",
    ...                   before={}, after={})
    >>> follow(None, [first]) is None
    True
    >>> follow(None, [first, first]).sentence
    'seq 1 stands where seq 2 belongs: a line is missing, doubled or out of order'
    """
    seq, link = (0, GENESIS) if previous is None else (previous.seq, previous.hash)
    for line in lines:
        sentence = fault_of(line, seq=seq + 1, previous=link)
        if sentence is not None:
            return Fault(sentence, seq=seq + 1)
        seq, link = line.seq, line.hash
    return None


def fault_of(line: Line, *, seq: int, previous: str) -> str | None:
    """What is wrong with a line that should be number `seq` after the hash `previous`; None if nothing."""
    if line.seq != seq:
        return f"seq {line.seq} stands where seq {seq} belongs: a line is missing, doubled or out of order"
    if line.previous != previous:
        return "it does not continue the line before: its previous hash is another"
    try:
        follows = line_hash(previous, line.body) == line.hash
    except EngineError as error:
        return str(error)
    return None if follows else "its hash does not follow from its content"


def is_hash(value: object) -> bool:
    """Whether a value is 32 bytes in lower-case hex."""
    return isinstance(value, str) and _HEX_32.fullmatch(value) is not None


def is_time(value: object) -> bool:
    """Whether a value is written as ISO UTC with microseconds and 'Z'."""
    return isinstance(value, str) and _AT.fullmatch(value) is not None


def is_count(value: object) -> bool:
    """Whether a value is a whole number of zero or more (true and false are none)."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _plain(value: object) -> object:
    # A tampered row may hold anything here: the check that follows names it.
    return dict(value) if isinstance(value, Mapping) else value


def _malformed(body: Mapping[str, JSON]) -> str | None:
    fields = {"seq", "at", "actor", "verb", "subject", "before", "after"}
    if set(body) != fields:
        return f"a line has the fields {', '.join(sorted(fields))}; got {', '.join(sorted(map(str, body)))}"
    if not is_count(body["seq"]):
        return '"seq" must be a whole number'
    if not is_time(body["at"]):
        return '"at" must be UTC with microseconds, such as 2026-01-02T03:04:05.000000Z'
    for name in ("actor", "verb", "subject"):
        if not isinstance(body[name], str):
            return f'"{name}" must be text'
    for name in ("before", "after"):
        if not _holds_commitments(body[name]):
            return f'"{name}" must map fields to commitments of 64 lower-case hex digits'
    return None


def _holds_commitments(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) and is_hash(item) for key, item in value.items())
