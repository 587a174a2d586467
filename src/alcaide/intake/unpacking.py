"""gzip and single-file zip, told by their first bytes, unpacked under caps."""

import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from alcaide.intake.errors import ArchiveRefused, ExpandsTooMuch, TooLarge, Unreadable
from alcaide.intake.limits import Limits, in_words

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_STEP = 1 << 18

CUT_SHORT = "The compressed file ends early; what came before the cut was read. Fetch it again."
DAMAGED = "The compressed file is damaged part of the way through; what came before was read. Fetch it again."
TRAILING = "Bytes after the end of the compressed file were left out."

Notify = Callable[[str], None]


def gunzip(packed: Iterable[bytes], limits: Limits, *, notify: Notify) -> Iterator[bytes]:
    """The content of a gzip stream of one or several members; a cut or damaged end costs a notice."""
    ratio = _Ratio(limits)
    member = _Member()
    for chunk in packed:
        ratio.taken += len(chunk)
        data = chunk
        while data:
            if member.inflate.eof:
                data = data.lstrip(b"\0")
                if not data:
                    break
                if not data.startswith(GZIP[: len(data)]):
                    notify(TRAILING)
                    return
                member = _Member()
            out, data = member.take(data)
            yield ratio.passing(out)
            if member.damaged:
                _blame(ratio, notify)
                return
    yield ratio.passing(member.end())
    if member.damaged:
        _blame(ratio, notify)
    elif not member.inflate.eof:
        notify(CUT_SHORT)


class _Member:
    """One member of a gzip stream."""

    def __init__(self) -> None:
        self.inflate = zlib.decompressobj(31)
        self.damaged = False

    def take(self, data: bytes) -> tuple[bytes, bytes]:
        """What comes out, at most one step of it, and the input that is left."""
        try:
            out = self.inflate.decompress(data, _STEP)
        except zlib.error:
            self.damaged = True
            return b"", b""
        return out, self.inflate.unused_data if self.inflate.eof else self.inflate.unconsumed_tail

    def end(self) -> bytes:
        try:
            return self.inflate.flush()
        except zlib.error:
            self.damaged = True
            return b""


def _blame(ratio: "_Ratio", notify: Notify) -> None:
    if not ratio.given:
        raise Unreadable("The gzip file is damaged at its start; fetch it again.")
    notify(DAMAGED)


def unzip(stream: BinaryIO, limits: Limits, *, notify: Notify) -> Iterator[bytes]:
    """The content of the one file in a zip archive."""
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, OverflowError) as error:
        raise ArchiveRefused("The zip archive is damaged or incomplete; fetch it again.") from error
    with archive:
        member = _only_member(archive)
        if member.file_size > limits.unpacked_bytes:
            raise TooLarge(_over(limits))
        yield from _member_content(archive, member, limits=limits, notify=notify)


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
    if len(members) != 1:
        raise ArchiveRefused(f"The zip archive holds {len(members)} files; take the one report out and import that.")
    member = members[0]
    if member.flag_bits & 1:
        raise ArchiveRefused("The zip archive is encrypted; unpack it with its password and import the file inside.")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveRefused("The zip archive uses an unusual compression; unpack it and import the file inside.")
    return member


def _member_content(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, limits: Limits, notify: Notify
) -> Iterator[bytes]:
    ratio = _Ratio(limits)
    try:
        with archive.open(member) as content:
            ratio.taken = member.compress_size
            while out := content.read(_STEP):
                yield ratio.passing(out)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        if not ratio.given:
            raise ArchiveRefused("The zip archive is damaged; fetch it again.") from error
        notify(DAMAGED)


class _Ratio:
    """Watches how much comes out for what went in."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.taken = 0
        self.given = 0

    def passing(self, out: bytes) -> bytes:
        self.given += len(out)
        if self.given > self._limits.unpacked_bytes:
            raise TooLarge(_over(self._limits))
        if self.given > self._limits.ratio_after_bytes and self.given > self._limits.ratio * self.taken:
            raise ExpandsTooMuch(
                f"The compressed file grows more than {self._limits.ratio}-fold, which no report does. "
                "If you trust it, unpack it and import the file inside."
            )
        return out


def _over(limits: Limits) -> str:
    return f"The file unpacks to more than {in_words(limits.unpacked_bytes)}; split the report and import the parts."
