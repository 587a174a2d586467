"""Opens a file or stream under all the caps, so that no reader can forget one."""

import os
import re
import stat
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from alcaide.intake.cleaning import clean, printable
from alcaide.intake.errors import ArchiveRefused, CannotOpen, EmptyFile, TooLarge
from alcaide.intake.head import HEAD_BYTES, Head, refuse_binary
from alcaide.intake.limits import Limits, in_words
from alcaide.intake.records import Quarantined
from alcaide.intake.unpacking import GZIP, ZIP, gunzip, unzip

Openable: TypeAlias = str | os.PathLike[str] | BinaryIO

_STEP = 1 << 18
_EXCERPT = 160
_MOST_NOTICES = 500
_SPACE = re.compile(r"\s+")


class Source:
    """One opened file: clean UTF-8 in chunks, its head, its caps, and what was noted while reading.

    The content can be walked once. A reader keeps its figures in counts, and lists of what it met in named.
    """

    def __init__(self, chunks: Iterator[bytes], *, name: str, limits: Limits, notices: Counter[str]) -> None:
        self.extension = _extension(name)
        self.limits = limits
        self.notices = notices
        self.counts: dict[str, int] = {}
        self.named: dict[str, list[str]] = {}
        self.variant = ""
        self.ends_within_line = False
        first, self._rest = _peek(chunks)
        self.head = Head(first)
        if not self.head.start:
            raise EmptyFile("There is nothing in the file; export the report again.")

    def chunks(self) -> Iterator[bytes]:
        """The content from its first byte on."""
        return chain([self.head.first], self._rest)

    def lines(self) -> Iterator[str]:
        """The content line by line, ends of line taken off; a line over the field cap is cut.

        ends_within_line is true from the last line on, if that has no end.
        """
        held = ""
        cap = self.limits.field_chars
        for chunk in self.chunks():
            parts = (held + chunk.decode()).split("\n")
            held = parts.pop()
            for part in parts:
                yield self.field(part) if len(part) > cap else part.rstrip("\r")
            if len(held) > 2 * cap:
                held = held[: 2 * cap]
        if held:
            self.ends_within_line = True
            yield self.field(held)

    def whole(self) -> str:
        """All of the content, for formats that are read in one piece."""
        parts = []
        size = 0
        for chunk in self.chunks():
            size += len(chunk)
            if size > self.limits.whole_bytes:
                raise TooLarge(f"A file of this format may have {in_words(self.limits.whole_bytes)} at most.")
            parts.append(chunk)
        return b"".join(parts).decode()

    def notice(self, text: str) -> None:
        """Note something a person should know; equal texts are counted."""
        is_known = text in self.notices or len(self.notices) < _MOST_NOTICES
        self.notices[text if is_known else "More was noted than can be listed."] += 1

    def field(self, text: str | None, *, cap: int | None = None) -> str:
        """The text of one field, cut with a notice where it is over the cap."""
        if not text:
            return ""
        cap = cap or self.limits.field_chars
        if len(text) > cap:
            self.notice(f"A field longer than {cap:,} characters was cut.")
            return text[:cap]
        return text

    def quarantine(self, place: str, reason: str, *, excerpt: str, host_key: str = "", check: str = "") -> Quarantined:
        """A record set aside, its excerpt short and on one line."""
        short = _SPACE.sub(" ", printable(excerpt[: 4 * _EXCERPT])).strip()[:_EXCERPT]
        return Quarantined(place, reason, short, host_key=host_key, check=check)


@contextmanager
def open_source(file: Openable, limits: Limits | None = None) -> Iterator[Source]:
    """Open a path or a binary stream; a path is closed afterwards, a stream is left to its owner."""
    limits = limits or Limits()
    notices: Counter[str] = Counter()

    def notify(text: str) -> None:
        notices[text] += 1

    with ExitStack() as stack:
        stream, name = _stream(file, limits, stack=stack)
        packed, rest = _peek(_raw(stream, limits), at_least=4)
        if not packed:
            raise EmptyFile("The file is empty; export the report again.")
        refuse_binary(packed)
        content: Iterable[bytes] = chain([packed], rest)
        if packed.startswith(GZIP):
            content = _not_nested(gunzip(content, limits, notify=notify))
        elif packed.startswith(ZIP):
            content = _not_nested(unzip(_seekable(stream, content, stack=stack), limits, notify=notify))
        yield Source(clean(content, notify), name=name, limits=limits, notices=notices)


def _extension(name: str) -> str:
    """What the name says the content is, the ending of a compression aside."""
    path = Path(name)
    if path.suffix.lower() in (".gz", ".zip"):
        path = Path(path.stem)
    return path.suffix.lstrip(".").lower()


def _stream(file: Openable, limits: Limits, *, stack: ExitStack) -> tuple[BinaryIO, str]:
    if not isinstance(file, (str, os.PathLike)):
        name = getattr(file, "name", "")
        return file, name if isinstance(name, str) else ""
    path = Path(file)
    try:
        facts = path.stat()
        if stat.S_ISDIR(facts.st_mode):
            raise CannotOpen(f"“{path.name}” is a folder; name one report file in it.")
        if not stat.S_ISREG(facts.st_mode):
            raise CannotOpen(f"“{path.name}” is not a plain file; name a report file.")
        if facts.st_size > limits.file_bytes:
            raise TooLarge(_over(limits))
        return stack.enter_context(path.open("rb")), path.name
    except FileNotFoundError as error:
        raise CannotOpen(f"There is no file “{path}”; check the name.") from error
    except PermissionError as error:
        raise CannotOpen(f"“{path.name}” may not be read by this user; give it read permission.") from error
    except (OSError, ValueError) as error:
        raise CannotOpen(f"The file cannot be opened ({error}); check its name and its disk.") from error


def _raw(stream: BinaryIO, limits: Limits) -> Iterator[bytes]:
    size = 0
    while True:
        try:
            chunk = stream.read(_STEP)
        except (OSError, ValueError) as error:
            raise CannotOpen(f"Reading stopped ({error}); check the disk or the connection and try again.") from error
        if not chunk:
            return
        if not isinstance(chunk, bytes):
            raise CannotOpen("The stream gives text; open it in binary mode.")
        size += len(chunk)
        if size > limits.file_bytes:
            raise TooLarge(_over(limits))
        yield chunk


def _peek(chunks: Iterator[bytes], at_least: int = HEAD_BYTES) -> tuple[bytes, Iterator[bytes]]:
    parts = []
    size = 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size >= at_least:
            break
    return b"".join(parts), chunks


def _not_nested(content: Iterator[bytes]) -> Iterator[bytes]:
    first, rest = _peek(content, at_least=4)
    if first.startswith((GZIP, *ZIP)):
        raise ArchiveRefused("The archive holds another archive; unpack it and import the report inside.")
    if not first:
        raise EmptyFile("The archive holds an empty file; export the report again.")
    yield first
    yield from rest


def _seekable(stream: BinaryIO, content: Iterable[bytes], *, stack: ExitStack) -> BinaryIO:
    """The archive where it can be read from its end, as zip needs; of a one-way stream a copy, on disk beyond 32 MB."""
    if getattr(stream, "seekable", bool)():
        return stream
    copy = tempfile.SpooledTemporaryFile(max_size=32 << 20)  # noqa: SIM115 - the stack closes it
    stack.callback(copy.close)
    for chunk in content:
        copy.write(chunk)
    copy.seek(0)
    return cast(BinaryIO, copy)


def _over(limits: Limits) -> str:
    return f"The file is over {in_words(limits.file_bytes)}; split the report and import the parts."
