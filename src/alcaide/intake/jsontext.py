"""JSON of any size as a tree of places in its bytes: only what a reader asks for is ever parsed.

Scanner reports are a few structural keys around very many like records. The walk here finds where values begin and end;
each record is parsed by itself into a typed struct. So memory holds one record, its byte is known exactly, and broken
JSON costs that record, never the rest of the file. Large files lie in a temporary file and are mapped, not loaded.
"""

import io
import json
import mmap
import re
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TypeVar, cast

import msgspec

from alcaide.intake.errors import TooDeep
from alcaide.intake.jsonvalues import BadRecord, cleaned, decoder, key_of, leniently, plain, strictly, whole_number
from alcaide.intake.limits import in_words
from alcaide.intake.opener import Source

S = TypeVar("S", bound=msgspec.Struct)

ENDS_EARLY = "The file ends early or is damaged; what stands before was read. Export it again."

_FLAT = rb'[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+"'


def _nested(levels: int) -> bytes:
    """Text with balanced brackets up to so many levels, as a pattern: it lets C step over whole records."""
    inside = _FLAT
    for _ in range(levels):
        inside = _FLAT + rb"|\[(?:" + inside + rb")*+\]|\{(?:" + inside + rb")*+\}"
    return inside


@cache
def _small() -> re.Pattern[bytes]:
    """A whole list or object that is not deep. Made with the first report: it takes longer than to load this module."""
    return re.compile(rb"\[(?:" + _nested(7) + rb")*+\]|\{(?:" + _nested(7) + rb")*+\}", re.DOTALL)


_PLAIN = re.compile(rb'[^"{}\[\]]*+', re.DOTALL)
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_SCALAR = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[^\s,:"{}\[\]]++', re.DOTALL)
_KEY = re.compile(rb'"((?:[^"\\]++|\\.)*+)"\s*+:\s*+', re.DOTALL)
_FIRST_KEY = re.compile(rb'\{\s*+"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_SPACE = re.compile(rb"\s*+")
_OPENERS = b"{["
_WHITE = b" \t\n\r\v\f"
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
# So many bytes of a value are compared at either end, to see that a length belongs to it.
_EDGE = 64
_LOST_BUDGET = 1 << 29
_DROP_STEP = 4 << 20
# A value up to this is stepped over in one go; a larger one is walked, and what lies in it remembered.
_SMALL_BYTES = 1 << 16
_DEEPEST_WALK = 32
_DEEPEST = 10_000


class _Doubled(ValueError):
    """A key stands twice in an object, or is spelled oddly."""


class Document:
    """One JSON document by the offsets of its values; the walk goes forward, any known offset can be read again."""

    def __init__(self, text: bytes | mmap.mmap, source: Source) -> None:
        self._text = text
        self._source = source
        self._size = len(text)
        self._walked = (-1, -1)
        self._torn = -1
        self._lost = 0
        self._dropped = 0
        self._objects: dict[int, list[tuple[str, int, int]]] = {}
        self._lists: dict[int, array[int]] = {}
        self._ends: dict[int, int] = {}
        self.is_damaged = False
        if isinstance(text, bytes):
            self._know(self.root, _end_of_text(text), depth=0)

    @property
    def root(self) -> int:
        """Where the outermost value begins."""
        return self._after_space(0)

    def is_object(self, at: int) -> bool:
        return at >= 0 and self._text[at : at + 1] == b"{"

    def is_list(self, at: int) -> bool:
        return at >= 0 and self._text[at : at + 1] == b"["

    def members(self, at: int) -> Iterator[tuple[str, int]]:
        """Each key of an object and where its value begins; nothing where the value is no object."""
        if not self.is_object(at):
            return
        known = self._objects.get(at)
        if known is not None:
            for key, start, end in known:
                self._walked = (start, end)
                yield key, start
            return
        here = self._after_space(at + 1)
        while self._text[here : here + 1] != b"}":
            found = _KEY.match(self._text, here)
            if not found:
                return self._give_up()
            yield key_of(found[1]), found.end()
            after = self._after_space(self._end_of(found.end()))
            if self._text[after : after + 1] not in (b",", b"}") or after == here:
                return self._give_up()
            here = self._after_space(after + 1) if self._text[after : after + 1] == b"," else after
        self._close(at, here + 1)

    def elements(self, at: int) -> Iterator[int]:
        """Where each value of a list begins; a torn one is stepped over to the next that begins like the first."""
        if not self.is_list(at):
            return
        known = self._lists.get(at)
        if known is not None:
            yield from self._known_elements(known)
            return
        here = self._after_space(at + 1)
        first = _FIRST_KEY.match(self._text, here)
        while self._text[here : here + 1] != b"]":
            if here >= self._size:
                return self._give_up()
            yield here
            end = -1 if self._torn == here else self._end_of(here, quietly=True)
            after = self._after_space(end) if end >= 0 else -1
            if after < 0 or self._text[after : after + 1] not in (b",", b"]"):
                after = self._resume(here, first[1] if first else b"")
                if after < 0:
                    return self._give_up()
                here = after
            else:
                here = self._after_space(after + 1) if self._text[after : after + 1] == b"," else after
            self._let_go(here)
        self._close(at, here + 1)

    def keyed(self, at: int) -> dict[str, int]:
        """The places of an object's values by key; of a doubled key the last, as parsers commonly take it."""
        found: dict[str, int] = {}
        for key, value in self.members(at):
            if key in found:
                self._source.notice(f"The key “{key[:40]}” stands twice in one object; the last was taken.")
            found[key] = value
        return found

    def last(self, key: str) -> int:
        """Where the value of the last such key in the file begins, -1 if there is none: for damaged files."""
        start = self._text.rfind(b'"' + key.encode() + b'"')
        found = _KEY.match(self._text, start) if start >= 0 else None
        return found.end() if found else -1

    def read(self, at: int, kind: type[S]) -> S:
        """The object there as a struct; raises BadRecord. A field of a wrong type is left out with a notice."""
        raw = self.raw(at)
        return strictly(raw, decoder(kind)) or leniently(self._parse(raw, at), kind, self._source.notice)

    def read_quickly(self, at: int, kind: type[S]) -> S | None:
        """The object there as a struct where nothing about it is amiss; None where `read` must look closer."""
        try:
            return strictly(self.raw(at), decoder(kind))
        except BadRecord:
            return None

    def each_quickly(self, at: int, kind: type[S]) -> Iterator[tuple[int, S | None]]:
        """Where each value of a list begins, with what `read_quickly` makes of it."""
        known = self._lists.get(at)
        if known is None:
            for here in self.elements(at):
                yield here, self.read_quickly(here, kind)
            return
        text, longest, decode = self._text, self._source.limits.record_bytes, decoder(kind)
        places = iter(self._known_elements(known))
        for here, end in zip(places, known[1::2], strict=True):
            raw = text[here:end] if end - here <= longest else b""
            yield here, strictly(raw, decode)

    def read_or_none(self, at: int | None, kind: type[S]) -> S | None:
        """The object there, None where there is none or it cannot be used."""
        if at is None or at < 0 or not self.is_object(at):
            return None
        try:
            return self.read(at, kind)
        except BadRecord:
            self._source.notice("A part that tells about the scan cannot be read and was left out.")
            return None

    def string(self, at: int | None) -> str:
        """The string there, "" where the value is none."""
        if at is None or self._text[at : at + 1] != b'"':
            return ""
        try:
            return plain(self._parse(self.raw(at), at))
        except BadRecord:
            return ""

    def raw(self, at: int) -> bytes:
        """The bytes of a value; raises BadRecord where its end cannot be found or it is too long."""
        end = self._end_of(at, quietly=True)
        if end < 0:
            self._torn = at
            raise BadRecord("Its end is missing.")
        if end - at > self._source.limits.record_bytes:
            raise BadRecord(f"It is longer than {in_words(self._source.limits.record_bytes)}.")
        return self._text[at:end]

    def length(self, at: int) -> int:
        """How many bytes the value has that was read last; 0 for any other."""
        return self._walked[1] - at if self._walked[0] == at else 0

    def excerpt(self, at: int) -> str:
        return self._text[at : at + 400].decode("utf-8", "ignore")

    def is_cut_at(self, at: int) -> bool:
        """Whether the file ends within this value, for all one can tell."""
        return self._torn == at and self._resume(at, self._first_key(at)) < 0

    def finish(self) -> None:
        """Tell of damage to the structure, once the walk is over."""
        if self.is_damaged:
            self._source.notice(ENDS_EARLY)

    def _first_key(self, at: int) -> bytes:
        found = _FIRST_KEY.match(self._text, at)
        return found[1] if found else b""

    def _parse(self, raw: bytes, at: int) -> object:
        """The value by the more patient parser: it takes NaN, and code points that are then left out."""
        try:
            return cleaned(json.loads(raw, parse_int=whole_number))
        except RecursionError as error:
            # How deep a parser goes differs between Pythons; what no real report holds is refused by all of them alike.
            self._count_brackets(at)
            raise BadRecord("It is nested too deep.") from error
        except ValueError as error:
            self._torn = at
            self._lost += len(raw)
            raise BadRecord(f"It is no JSON ({getattr(error, 'msg', 'a number is out of range')}).") from error

    def _end_of(self, at: int, *, quietly: bool = False) -> int:
        """The offset after the value, -1 if it has no end."""
        if self._walked[0] == at:
            return self._walked[1]
        end = self._find_end(at)
        if end < 0:
            self._lost += self._size - at
            if not quietly:
                self._give_up()
        else:
            self._walked = (at, end)
        return end

    def _know(self, at: int, end: int, *, depth: int) -> None:
        """Remember where the parts of a large value lie, by the fast parser; what that refuses is walked when asked."""
        if end - at <= _SMALL_BYTES or depth > _DEEPEST_WALK:
            return
        whole = memoryview(self._text)[at:end]
        try:
            if self.is_object(at):
                found = self._places(_MEMBERS.decode(whole), at, end)
                self._objects[at] = found
                parts = [(start, stop) for _, start, stop in found]
            elif self.is_list(at):
                self._lists[at] = known = self._spots(_ELEMENTS.decode(whole), at)
                parts = list(zip(known[::2], known[1::2], strict=True))
            else:
                return
        except (msgspec.DecodeError, RecursionError, _Doubled):
            return
        self._ends[at] = end
        for start, stop in parts:
            self._know(start, stop, depth=depth + 1)

    def _places(self, members: dict[str, msgspec.Raw], at: int, end: int) -> list[tuple[str, int, int]]:
        """Where each value of an object begins and ends; raises _Doubled where a key stands twice or is odd."""
        found: dict[str, tuple[str, int, int]] = {}
        here = self._after_space(at + 1)
        while here < end - 1:
            key = _KEY.match(self._text, here)
            name = key_of(key[1]) if key else ""
            if key is None or name in found or name not in members:
                raise _Doubled
            value, start = memoryview(members[name]), key.end()
            stop = start + len(value)
            edge = min(_EDGE, len(value))
            first, last = self._text[start : start + edge], self._text[stop - edge : stop]
            if value[:edge] != first or value[-edge:] != last:
                raise _Doubled
            found[name] = (name, start, stop)
            here = self._after_space(self._after_space(stop) + 1)
        if len(found) != len(members):
            raise _Doubled
        return list(found.values())

    def _spots(self, elements: list[msgspec.Raw], at: int) -> "array[int]":
        """Where each value of a list begins and ends, one after the other."""
        found = array("Q")
        text, here = self._text, at
        for each in elements:
            here += 1
            if text[here] in _WHITE:
                here = self._after_space(here)
            found.append(here)
            here += memoryview(each).nbytes
            found.append(here)
            if text[here] in _WHITE:
                here = self._after_space(here)
        return found

    def _known_elements(self, known: "array[int]") -> Iterator[int]:
        is_mapped = isinstance(self._text, mmap.mmap)
        for start, end in zip(known[::2], known[1::2], strict=True):
            self._walked = (start, end)
            yield start
            if is_mapped:
                self._let_go(start)

    def _find_end(self, at: int, depth: int = 0) -> int:
        """The offset after the value, -1 if it has none. What lies in a large one is remembered on the way."""
        text = self._text
        if at in self._ends:
            return self._ends[at]
        mark = text[at : at + 1]
        if mark not in (b"{", b"["):
            scalar = _SCALAR.match(text, at)
            return scalar.end() if scalar else -1
        small = _small().match(text, at, at + _SMALL_BYTES)
        if small:
            return small.end()
        if depth > _DEEPEST_WALK:
            return self._count_brackets(at)
        return self._walk_object(at, depth) if mark == b"{" else self._walk_list(at, depth)

    def _walk_object(self, at: int, depth: int) -> int:
        found: list[tuple[str, int, int]] = []
        here = self._after_space(at + 1)
        while self._text[here : here + 1] != b"}":
            key = _KEY.match(self._text, here)
            end = self._find_end(key.end(), depth + 1) if key else -1
            after = self._after_space(end)
            mark = self._text[after : after + 1]
            if key is None or end < 0 or mark not in (b",", b"}"):
                return -1
            found.append((key_of(key[1]), key.end(), end))
            here = self._after_space(after + 1) if mark == b"," else after
        self._objects[at] = found
        return here + 1

    def _walk_list(self, at: int, depth: int) -> int:
        found = array("Q")
        here = self._after_space(at + 1)
        while self._text[here : here + 1] != b"]":
            end = self._find_end(here, depth + 1)
            after = self._after_space(end)
            mark = self._text[after : after + 1]
            if end <= here or mark not in (b",", b"]"):
                return -1
            found.append(here)
            found.append(end)
            here = self._after_space(after + 1) if mark == b"," else after
            self._let_go(here)
        self._lists[at] = found
        return here + 1

    def _count_brackets(self, at: int) -> int:
        text = self._text
        depth, here = 1, at + 1
        while depth:
            # One kind at a time: Python 3.11.2 leaves a repeated group beyond where its last try broke off.
            here = cast(re.Match[bytes], _PLAIN.match(text, here)).end()
            mark = text[here : here + 1]
            if mark == b'"':
                string = _STRING.match(text, here)
                if string is None:
                    return -1
                here = string.end()
                continue
            if not mark:
                return -1
            depth += 1 if mark in _OPENERS else -1
            here += 1
            if depth > _DEEPEST:
                raise TooDeep("The file is nested deeper than any real report; export it again from its tool.")
        return here

    def _resume(self, at: int, first_key: bytes) -> int:
        """Where the next record begins after a torn one, -1 if there is none or too much was searched already."""
        if not first_key or self._lost > _LOST_BUDGET:
            return -1
        found = re.compile(rb"\}\s*+,\s*+(\{\s*+\"" + re.escape(first_key) + rb"\")").search(self._text, at + 1)
        return found.start(1) if found else -1

    def _close(self, at: int, end: int) -> None:
        """Remember a value's end; behind that of the outermost nothing may stand, or it would go by unseen."""
        self._walked = (at, end)
        if at == self.root and self._after_space(end) < self._size and not self.is_damaged:
            self._source.notice("Behind the report's end stands more; bring each report in as a file of its own.")
            self.is_damaged = True

    def _give_up(self) -> None:
        self.is_damaged = True

    def _after_space(self, at: int) -> int:
        if at < 0:
            return self._size
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _let_go(self, upto: int) -> None:
        """Let the system take back the pages of a mapped file that were walked."""
        if (
            isinstance(self._text, mmap.mmap)
            and abs(upto - self._dropped) > _DROP_STEP
            and hasattr(mmap, "MADV_DONTNEED")
        ):
            self._text.madvise(mmap.MADV_DONTNEED)
            self._dropped = upto


@contextmanager
def open_document(source: Source) -> Iterator[Document]:
    """The content of a source as a document; beyond `Limits.whole_bytes` it lies in a temporary file."""
    with ExitStack() as stack:
        # Unlike a list of parts, it hands out the whole without a second copy beside it.
        held = io.BytesIO()
        chunks = source.chunks()
        for chunk in chunks:
            held.write(chunk)
            if held.tell() > source.limits.whole_bytes:
                yield Document(_mapped(held, chunks, stack=stack), source)
                return
        whole = held.getvalue()
        del held
        yield Document(whole, source)


def _mapped(held: io.BytesIO, rest: Iterator[bytes], *, stack: ExitStack) -> mmap.mmap:
    file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  the stack closes it
    file.write(held.getbuffer())
    held.close()
    file.writelines(rest)
    file.flush()
    return stack.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _end_of_text(text: bytes) -> int:
    """Where the white space after the content begins."""
    end = len(text)
    while end and text[end - 1] in _WHITE:
        end -= 1
    return end
