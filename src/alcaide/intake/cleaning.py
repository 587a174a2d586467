"""Bytes of any usual encoding to valid UTF-8 that XML, JSON and CSV readers accept, chunk by chunk.

A clean UTF-8 file passes through untouched; the first wrong byte costs a notice, never the file.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator

# XML 1.0 §2.2: code points that no document may hold. PostgreSQL refuses NUL as well.
_ILLEGAL_BYTES = bytes(sorted({*range(32)} - {9, 10, 13}))
_ILLEGAL_PAIRS = re.compile(rb"\xef\xbf[\xbe\xbf]")
_ILLEGAL_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HASH = re.compile(rb"&#")
_REFERENCE = re.compile(rb"&#(?:x([0-9a-fA-F]{1,20})|([0-9]{1,20}));")
_OPEN_REFERENCE = re.compile(rb"&[#0-9a-fA-Fx]{0,24}\Z")
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_TRUSTED = re.compile(
    r"(iso8859-\d+|latin[-_]?1|cp\d{3,4}|windows-\d+|koi8-[rtu]|mac-\w+|ascii|shift_jis\w*|euc_\w+|gb\w+|big5\w*)"
)

WRONG_UTF8 = "Some bytes are not valid UTF-8; they were read as Windows-1252."
CONTROL_CHARACTERS = "Control characters that no report may hold were left out."
WRONG_ENCODING = "Some bytes do not fit the encoding the file declares; they became “\ufffd”."

Notify = Callable[[str], None]


def printable(text: str) -> str:
    """The text without the code points that XML and databases refuse."""
    return _ILLEGAL_TEXT.sub("", text)


def clean(chunks: Iterable[bytes], notify: Notify) -> Iterator[bytes]:
    """Valid UTF-8 for chunks of any usual encoding; notify hears of each kind of repair once."""
    stream = iter(chunks)
    first = b""
    for chunk in stream:
        first += chunk
        if len(first) >= 1024:
            break
    encoding, mark = _encoding(first)
    cleaner = _Cleaner(encoding, notify)
    yield cleaner.feed(first[mark:])
    for chunk in stream:
        yield cleaner.feed(chunk)
    yield cleaner.feed(b"", final=True)


def _encoding(first: bytes) -> tuple[str, int]:
    """The encoding by mark, by the pattern of NUL bytes or by declaration; and the length of the mark."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if first.startswith(mark):
            return name, len(mark)
    if first[1:2] == b"\0" and first[:1] in (b"<", b"{", b"["):
        return "utf-16-le", 0
    if first[:1] == b"\0" and first[1:2] in (b"<", b"{", b"["):
        return "utf-16-be", 0
    return _declared(first), 0


def _declared(first: bytes) -> str:
    found = _DECLARED.match(first)
    if not found:
        return "utf-8"
    try:
        name = codecs.lookup(found[1].decode("ascii")).name
    except LookupError:
        return "utf-8"
    return name if _TRUSTED.fullmatch(name) and name != "ascii" else "utf-8"


class _Cleaner:
    def __init__(self, encoding: str, notify: Notify) -> None:
        self._decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("replace")
        self._notify = notify
        self._told: set[str] = set()
        self._held = b""

    def feed(self, chunk: bytes, *, final: bool = False) -> bytes:
        if self._decoder is not None:
            text = self._decoder.decode(chunk, final)
            if "\ufffd" in text:
                self._tell(WRONG_ENCODING)
            chunk = text.encode("utf-8", "replace")
        data = self._held + chunk
        keep = 0 if final else _unfinished(data)
        self._held = data[len(data) - keep :]
        return self._without_controls(self._as_utf8(data[: len(data) - keep]))

    def _as_utf8(self, data: bytes) -> bytes:
        try:
            data.decode()
        except UnicodeDecodeError:
            self._tell(WRONG_UTF8)
            return data.decode("utf-8", _FALLBACK).encode()
        return data

    def _without_controls(self, data: bytes) -> bytes:
        kept = data.translate(None, _ILLEGAL_BYTES)
        if not kept.isascii():
            kept = _ILLEGAL_PAIRS.sub(b"", kept)
        if _HASH.search(kept):
            kept = _REFERENCE.sub(_legal_reference, kept)
        if len(kept) != len(data):
            self._tell(CONTROL_CHARACTERS)
        return kept

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._notify(text)


def _unfinished(data: bytes) -> int:
    """How many bytes at the end belong to a character or character reference that is not complete yet."""
    found = _OPEN_REFERENCE.search(data, max(0, len(data) - 26))
    if found:
        return len(data) - found.start()
    for back in range(1, min(3, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return back if length > back else 0
        if byte < 0x80:
            return 0
    return 0


def _legal_reference(found: re.Match[bytes]) -> bytes:
    point = int(found[1], 16) if found[1] else int(found[2])
    legal = point in (9, 10, 13) or 0x20 <= point <= 0xD7FF or 0xE000 <= point <= 0xFFFD or 0x10000 <= point <= 0x10FFFF
    return found[0] if legal else b""


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", "ignore"), error.end


_FALLBACK = "alcaide-windows-1252"
codecs.register_error(_FALLBACK, _as_windows_1252)
