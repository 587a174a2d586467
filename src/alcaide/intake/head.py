"""The beginning of a file, and what it tells about the rest."""

import re

from alcaide.intake.errors import EntitiesRefused, UnknownFormat

HEAD_BYTES = 1 << 16

_KEY = re.compile(rb'"([A-Za-z$@_][\w.$@-]{0,60})"\s*:')
_SPACE = re.compile(rb"\s*")
_NAME = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)(?=[\s/>])")
_DOCTYPE = re.compile(rb"(?i)<!DOCTYPE\s(?:[^\"'\[>]|\"[^\"]*\"|'[^']*')*")
_UNPACK = "unpack it and import the file inside"
_AS_DATA = "export the report as data (XML, JSON, CSV)"
_KNOWN_BINARY = (
    (b"%PDF", "a PDF document", _AS_DATA),
    (b"\x89PNG", "a picture", _AS_DATA),
    (b"\xff\xd8\xff", "a picture", _AS_DATA),
    (b"\xd0\xcf\x11\xe0", "an old Office document", _AS_DATA),
    (b"BZh", "a bzip2 archive", _UNPACK),
    (b"\xfd7zXZ", "an xz archive", _UNPACK),
    (b"7z\xbc\xaf", "a 7z archive", _UNPACK),
    (b"Rar!", "a RAR archive", _UNPACK),
    (b"(\xb5/\xfd", "a zstd archive", _UNPACK),
    (b"SQLite format 3", "an SQLite database", _AS_DATA),
)


def refuse_binary(first: bytes) -> None:
    """Raise UnknownFormat for what is plainly no report, by its first raw bytes."""
    for magic, words, advice in _KNOWN_BINARY:
        if first.startswith(magic):
            raise UnknownFormat(f"This is {words}; {advice}.")


class Head:
    """The first 64 KB of clean content.

    root is the local name of an XML root element, else "". keys are the names of JSON members at any depth.
    """

    def __init__(self, first: bytes) -> None:
        self.first = first
        self.start = first[:HEAD_BYTES].lstrip()
        self.root = _xml_root(self.start) if self.start.startswith(b"<") else ""
        self.is_json = self.start[:1] in (b"{", b"[")
        self.is_json_list = self.start[:1] == b"["
        self.keys = frozenset(_KEY.findall(self.start[:HEAD_BYTES])) if self.is_json else frozenset()

    @property
    def reads_as(self) -> str:
        """One sentence on what the content looks like."""
        if self.root:
            what = "a web page" if self.root.lower() == "html" else f"XML with the root element “{self.root[:60]}”"
            return f"This looks like {what}, which no reader knows."
        return f"This looks like {'JSON' if self.is_json else 'text or data'} of a kind no reader knows."


def _xml_root(start: bytes) -> str:
    """The root element's local name; a document type with declarations of its own raises EntitiesRefused."""
    at = 0
    while at < len(start):
        at = _after_space(start, at)
        if start.startswith(b"<!--", at):
            at = _past(start, b"-->", at + 4)
        elif start.startswith(b"<?", at):
            at = _past(start, b"?>", at + 2)
        elif start[at : at + 9].upper() == b"<!DOCTYPE":
            at = _past_doctype(start, at)
        else:
            found = _NAME.match(start, at)
            return found[1].decode("ascii", "replace") if found else ""
    return ""


def _after_space(start: bytes, at: int) -> int:
    found = _SPACE.match(start, at)
    return found.end() if found else at


def _past(start: bytes, mark: bytes, at: int) -> int:
    found = start.find(mark, at)
    return len(start) if found < 0 else found + len(mark)


def _past_doctype(start: bytes, at: int) -> int:
    found = _DOCTYPE.match(start, at)
    end = found.end() if found else len(start)
    if start[end : end + 1] == b"[":
        raise EntitiesRefused(
            "The file declares entities of its own, which reports never need and attacks do. "
            "Export the report again from its tool."
        )
    return end + 1
