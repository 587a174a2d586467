"""CSV and its kin: which encoding, which separator, then rows; quotes may hold line ends."""

import csv
import io
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from alcaide.intake.sheets.cells import Cell, RawRow, SheetRefused, Unreadable
from alcaide.intake.sheets.limits import SheetLimits

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_HEAD_BYTES = 64 << 10
_LOOKED_ROWS = 50
_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
NO_TEXT = "This is not a sheet: it holds bytes that no text has. Save it as CSV or XLSX and send that."
LONG_CELL = "This cell has more letters than a spreadsheet holds. Shorten it."


def encoding_of(stream: BinaryIO) -> tuple[str, str]:
    """Return a text's encoding, and a notice in words where it was not plain UTF-8. Raises SheetRefused."""
    encoding, notice = _encoding(stream)
    text = head_of(stream, encoding)
    odd = sum(unicodedata.category(char) == "Cc" and char not in "\t\r\n\f" for char in text)
    if odd > 3 + len(text) // 1_000 or text.startswith("%PDF"):
        raise SheetRefused(NO_TEXT)
    return encoding, notice


def _encoding(stream: BinaryIO) -> tuple[str, str]:
    # The whole stream is read once: one byte that is no UTF-8 makes it the old Windows code page.
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding, "" if encoding == "utf-8-sig" else f"The file is written in {encoding.upper()}."
    if b"\0" in head:
        return _without_mark(head)
    stream.seek(0)
    reader = io.TextIOWrapper(io.BufferedReader(_Unclosed(stream)), encoding="utf-8", newline="")
    try:
        while reader.read(1 << 20):
            pass
    except UnicodeDecodeError:
        return "cp1252", (
            "The file is not UTF-8, so it was read in the old Western code page of Windows (cp1252). "
            "Look at letters such as é and ñ; if they are wrong, save the file as “CSV UTF-8” and send it again."
        )
    return "utf-8", ""


def separator_of(text: str) -> str:
    """Return the separator that parts the first lines most evenly; a comma where there is only one column.

    >>> separator_of("a;b\\n1,5;2\\n"), separator_of("name\\nx\\n")
    (';', ',')
    """
    found, best = ",", (0.0, 0)
    for separator in SEPARATORS:
        try:
            rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(row)]
        except csv.Error:
            continue
        sizes = [len(row) for row in rows[:_LOOKED_ROWS]]
        usual = max(set(sizes), key=lambda size: (sizes.count(size), size)) if sizes else 1
        score = (sizes.count(usual) / len(sizes), usual) if sizes else (0.0, 0)
        if usual > 1 and score > best:
            found, best = separator, score
    return found


def head_of(stream: BinaryIO, encoding: str) -> str:
    """Return the beginning of a text in whole lines."""
    stream.seek(0)
    data = stream.read(_HEAD_BYTES)
    text = data.decode(encoding, errors="ignore")
    return text if len(data) < _HEAD_BYTES or "\n" not in text else text[: text.rindex("\n") + 1]


def rows_of(stream: BinaryIO, *, encoding: str, separator: str, limits: SheetLimits) -> Iterator[RawRow]:
    """Walk the rows as they stand, blank ones included. Row numbers count rows, not lines. Raises SheetRefused."""
    stream.seek(0)
    lines = io.TextIOWrapper(io.BufferedReader(_Unclosed(stream)), encoding=encoding, newline="")
    csv.field_size_limit(max(csv.field_size_limit(), 8 << 20))
    reader = csv.reader(_without_nulls(lines), delimiter=separator)
    number = 0
    try:
        for cells in reader:
            number += 1
            if len(cells) > limits.columns and any(cells[limits.columns :]):
                raise SheetRefused(
                    f"Row {number} has {len(cells):,} columns; at most {limits.columns} are read. "
                    f"The columns were taken to be parted by a {SEPARATORS[separator]}."
                )
            yield RawRow(number, tuple(_cell(text, limits) for text in cells[: limits.columns]))
    except csv.Error as fault:
        raise SheetRefused(
            f"The file cannot be read behind row {number}: {fault}. Look for a quotation mark that is never closed."
        ) from fault
    except UnicodeError as fault:
        raise SheetRefused(f"The file cannot be read behind row {number}: its letters are damaged there.") from fault


def _cell(text: str, limits: SheetLimits) -> Cell:
    if len(text) > limits.cell_chars:
        return Unreadable(text[:60] + "…", LONG_CELL)
    return text or None


def _without_nulls(lines: TextIO) -> Iterator[str]:
    """Lines without null characters, each capped: a file without line ends must not fill the memory."""
    while line := lines.readline(8 << 20):
        yield line.replace("\0", "")


def _without_mark(head: bytes) -> tuple[str, str]:
    """Tell UTF-16 without its mark by where the null bytes stand. Raises SheetRefused."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > 4 * even and odd > len(head) / 8:
        return "utf-16-le", "The file is written in UTF-16."
    if even > 4 * odd and even > len(head) / 8:
        return "utf-16-be", "The file is written in UTF-16."
    raise SheetRefused(NO_TEXT)


class _Unclosed(io.RawIOBase):
    """A stream that is read through a text wrapper and stays open when the wrapper goes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # a buffer of bytes
        data = self._stream.read(len(view))
        view[: len(data)] = data
        return len(data)
