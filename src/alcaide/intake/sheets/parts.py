"""The parts of a workbook: a zip of XML files, each read under caps and without entities."""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from lxml import etree

from alcaide.intake.sheets.cells import SheetRefused
from alcaide.intake.sheets.limits import SheetLimits

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
_STEP = 1 << 18
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_DAMAGED = "The workbook is damaged: open it in a spreadsheet, save it again as XLSX, and send that."
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


class Parts:
    """The files within a workbook, by name."""

    def __init__(self, archive: zipfile.ZipFile, limits: SheetLimits) -> None:
        self._archive = archive
        self._limits = limits
        self._names = {each.filename.lstrip("/").lower(): each for each in archive.infolist()}
        self._given = 0

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open a part for reading; damage and excess raise SheetRefused wherever they are met."""
        info = self._names.get(name.lower())
        if info is None:
            raise SheetRefused(_DAMAGED)
        try:
            with self._archive.open(info) as content:
                yield cast(BinaryIO, io.BufferedReader(_Capped(content, info, parts=self), buffer_size=_STEP))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as fault:
            raise SheetRefused(_DAMAGED) from fault

    def elements(self, name: str, *tags: str) -> Iterator[etree._Element]:
        """Walk the elements of a part that have one of the local names, as each ends; the walked ones are let go."""
        with self.open(name) as stream:
            yield from walk(stream, *tags)

    def relations(self, of: str) -> dict[str, tuple[str, str]]:
        """Return what a part refers to: by its key, the last word of the kind and the part's name."""
        folder, _, own = of.rpartition("/")
        name = f"{folder}/_rels/{own}.rels".lstrip("/")
        if name not in self:
            return {}
        found = {}
        for each in self.elements(name, "Relationship"):
            target = each.get("Target") or ""
            place = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            if each.get("TargetMode") != "External":
                found[each.get("Id") or ""] = ((each.get("Type") or "").rpartition("/")[2], place)
        return found

    def passing(self, size_bytes: int, *, came_out: int, taken: int) -> None:
        """Count what comes out of the archive. Raises SheetRefused."""
        self._given += size_bytes
        limits = self._limits
        if self._given > limits.unpacked_bytes:
            raise SheetRefused("The workbook unpacks to more than a sheet may have. Split it and send the parts.")
        if came_out > limits.ratio_after_bytes and came_out > limits.ratio * max(taken, 1):
            raise SheetRefused(
                f"A part of the workbook grows more than {limits.ratio}-fold when it is unpacked, which no sheet does. "
                "Save it as CSV and send that."
            )


@contextmanager
def open_parts(stream: BinaryIO, limits: SheetLimits) -> Iterator[Parts]:
    """Open a workbook. Raises SheetRefused for what is none, is locked, or is another kind of document."""
    stream.seek(0)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, OverflowError) as fault:
        raise SheetRefused(_DAMAGED) from fault
    with archive:
        infos = archive.infolist()
        names = {each.filename.lstrip("/").lower() for each in infos}
        if len(infos) > limits.parts:
            raise SheetRefused(f"The archive holds {len(infos):,} files; a workbook has at most {limits.parts:,}.")
        if any(each.flag_bits & 1 for each in infos):
            raise SheetRefused("The archive is locked with a password. Unlock it and send the sheet without one.")
        if "xl/workbook.bin" in names:
            raise SheetRefused("This is a binary workbook (.xlsb). Save it as XLSX or CSV and send that.")
        if "mimetype" in names and "content.xml" in names:
            raise SheetRefused("This is an OpenDocument file. Save it as XLSX or CSV and send that.")
        if "[content_types].xml" not in names:
            raise SheetRefused("This archive is not a workbook. Send the CSV or XLSX file itself.")
        yield Parts(archive, limits)


def walk(stream: BinaryIO, *tags: str) -> Iterator[etree._Element]:
    """Walk a stream's elements by local name as each ends, in flat memory. Raises SheetRefused."""
    events = etree.iterparse(
        stream, events=("end",), tag=[f"{{*}}{tag}" for tag in tags], resolve_entities=False, no_network=True,
        load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True, remove_blank_text=False,
    )  # fmt: skip
    is_first = True
    try:
        for _, element in events:
            if is_first:
                is_first = False
                _refuse_entities(element)
            yield element
            _let_go(element)
    except etree.XMLSyntaxError as fault:
        raise SheetRefused(_DAMAGED) from fault


def relation_of(element: etree._Element) -> str:
    """Return the key of the part that an element refers to."""
    return element.get(_RELATION) or element.get(_STRICT_RELATION) or ""


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _refuse_entities(element: etree._Element) -> None:
    if element.getroottree().docinfo.doctype:  # type: ignore[attr-defined]  # the stubs lack it
        raise SheetRefused("The workbook declares a document type of its own, which no spreadsheet writes.")


def _let_go(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


class _Capped(io.RawIOBase):
    """A part's content that counts what comes out and refuses a document type before the parser meets it."""

    def __init__(self, content: object, info: zipfile.ZipInfo, *, parts: Parts) -> None:
        self._content = cast(BinaryIO, content)
        self._taken = info.compress_size
        self._out = 0
        self._parts = parts

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # a buffer of bytes
        data = self._content.read(len(view))
        if self._out == 0 and _DOCTYPE.search(data[:4096].replace(b"\0", b"")):
            raise SheetRefused("The workbook declares a document type of its own, which no spreadsheet writes.")
        self._out += len(data)
        self._parts.passing(len(data), came_out=self._out, taken=self._taken)
        view[: len(data)] = data
        return len(data)
