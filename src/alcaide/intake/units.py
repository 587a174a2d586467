"""XML of any size as a stream of small elements, each parsed by itself.

Scanner reports are a few structural tags around very many like elements. Only the tags named by the reader are looked
at; comments, CDATA and processing instructions are stepped over as XML asks. Each unit is parsed alone by lxml with
entities, network and DTD off. So memory holds one unit, its line is known exactly, and broken markup costs that unit,
never the rest of the file. Depth within a unit is capped by the parser (256); outside units nothing is built at all.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from lxml import etree

from alcaide.intake.limits import Limits, in_words

# A start or empty tag. "<" is not legal within it, which is how a missing quote is found out.
_TAG = re.compile(rb"<[^\s/>\"'<]++(?:[^\"'<>]++|\"[^\"<]*+\"|'[^'<]*+')*>")
_PREFIX = re.compile(rb"\s(xmlns:[\w.-]+)\s*=\s*(\"[^\"<]*\"|'[^'<]*')")
# What nobody declared is still a field with a name.
_PREFIXED = re.compile(rb"</?([A-Za-z_][\w.-]{0,40}):[A-Za-z_]")
_BARE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_STEPPED_OVER = {b"<!--": b"-->", b"<![CDATA[": b"]]>"}
_LONGEST_INSTRUCTION = 8192
_LONGEST_TAG = 1 << 20
_LONGEST_MARK = 128
_PARSER_TEXT_CAP = 10_000_000  # libxml2's own cap on one text unless told that huge is fine


class Event(Enum):
    """What happened in the structure."""

    OPENED = "opened"
    CLOSED = "closed"
    UNIT = "unit"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Mark:
    """One event: a frame opened or closed, a unit read, or a unit that could not be.

    A frame has its attributes; a unit its element; a broken unit its reason and the bytes it begins with. is_repaired
    tells that bare ampersands had to be taken as text.
    """

    event: Event
    tag: str
    line: int
    attributes: dict[str, str]
    element: etree._Element | None = None
    reason: str = ""
    raw: bytes = b""
    is_repaired: bool = False


class Units:
    """Walks a clean UTF-8 XML stream; iterate it once.

    frames are tags whose opening and closing matter, units those parsed whole. Neither may hold a tag of its own name.
    After the walk, cut_unit names the unit that the end of the file cuts through, else it is "".
    """

    def __init__(self, chunks: Iterable[bytes], limits: Limits, *, frames: Iterable[str], units: Iterable[str]) -> None:
        self._chunks = chunks
        self._limits = limits
        self._units = frozenset(name.encode() for name in units)
        names = "|".join(re.escape(name) for name in (*frames, *units))
        self._mark = re.compile(rb"<(?:!--|!\[CDATA\[|\?|(/?)(" + names.encode() + rb")(?=[\s/>]))")
        self._buffer = b""
        self._at = 0
        self._line = 1
        self._counted = 0
        self._until = b""
        self._is_last = False
        self._open: tuple[bytes, int, int] | None = None
        self._given_up = False
        self._marks: list[Mark] = []
        self._prefixes: dict[bytes, bytes] = {}
        self.cut_unit = ""

    def __iter__(self) -> Iterator[Mark]:
        for chunk in self._chunks:
            self._drop_read()
            self._buffer += chunk
            yield from self._scan()
        self._is_last = True
        yield from self._scan()
        if self._open is not None:
            self.cut_unit = self._open[0].decode()

    def _drop_read(self) -> None:
        """Forget what was walked, but an open unit and a mark that may go on in the next chunk."""
        keep_from = self._at
        if self._open is not None and not self._given_up:
            keep_from = self._open[1]
        self._count_lines(keep_from)
        self._buffer = self._buffer[keep_from:]
        self._at -= keep_from
        self._counted -= keep_from
        if self._open is not None:
            self._open = (self._open[0], self._open[1] - keep_from, self._open[2])

    def _count_lines(self, upto: int) -> int:
        if upto > self._counted:
            self._line += self._buffer.count(b"\n", self._counted, upto)
            self._counted = upto
        return self._line

    def _scan(self) -> list[Mark]:
        """Walk what is in the buffer."""
        self._marks = []
        while True:
            if self._until and not self._step_over():
                break
            found = self._mark.search(self._buffer, self._at)
            if found is None:
                self._at = max(self._at, self._last_open_bracket())
                break
            if found[2] is None:
                if not self._step_into(found):
                    break
            elif found[1]:
                self._end_tag(found)
            else:
                tag_end = self._tag_end(found.start())
                if tag_end is None:
                    self._at = found.start()
                    if self._is_last and found[2] in self._units:
                        self.cut_unit = found[2].decode()
                    break
                self._start_tag(found, tag_end)
        self._shed()
        return self._marks

    def _step_into(self, found: re.Match[bytes]) -> bool:
        """Begin to step over a comment or the like; False if an instruction goes on in the next chunk.

        An instruction is short; "<?" without its end near is a damaged tag and must not swallow the rest of the file.
        """
        self._at = found.end()
        if found[0] != b"<?":
            self._until = _STEPPED_OVER[found[0]]
            return True
        end = self._buffer.find(b"?>", self._at, self._at + _LONGEST_INSTRUCTION)
        if end >= 0:
            self._at = end + 2
        elif len(self._buffer) - self._at < _LONGEST_INSTRUCTION and not self._is_last:
            self._at = found.start()
            return False
        return True

    def _step_over(self) -> bool:
        """Move past a comment, CDATA section or instruction; False if it goes on in the next chunk."""
        end = self._buffer.find(self._until, self._at)
        if end < 0:
            self._at = max(self._at, len(self._buffer) - len(self._until) + 1)
            return False
        self._at = end + len(self._until)
        self._until = b""
        return True

    def _last_open_bracket(self) -> int:
        """Where a mark may begin that the end of the buffer cuts, else the end of the buffer."""
        start = self._buffer.rfind(b"<", max(self._at, len(self._buffer) - _LONGEST_MARK))
        return len(self._buffer) if start < 0 else start

    def _tag_end(self, start: int) -> int | None:
        """The index after a start tag, -1 if it is malformed, None if it goes on in the next chunk."""
        found = _TAG.match(self._buffer, start)
        if found:
            return found.end()
        torn = self._buffer.find(b"<", start + 1) >= 0 or len(self._buffer) - start > _LONGEST_TAG
        return -1 if torn else None

    def _start_tag(self, found: re.Match[bytes], tag_end: int) -> None:
        name = found[2]
        self._abandon(found.start())
        line = self._count_lines(found.start())
        if tag_end < 0:
            self._at = found.end()
            if name in self._units:
                self._open, self._given_up = (name, found.start(), line), True
            self._marks.append(self._broken(name, found.start(), line=line, reason="its first tag is malformed"))
        elif name in self._units:
            self._at = tag_end
            if self._buffer[tag_end - 2 : tag_end] == b"/>":
                self._marks.append(self._parsed(name, found.start(), end=tag_end, line=line))
            else:
                self._open = (name, found.start(), line)
        else:
            self._frame(name, found.start(), tag_end=tag_end, line=line)

    def _frame(self, name: bytes, start: int, *, tag_end: int, line: int) -> None:
        tag = self._buffer[start:tag_end]
        self._at = tag_end
        self._prefixes.update(_PREFIX.findall(tag))
        is_empty = tag.endswith(b"/>")
        try:
            element = self._parse(tag if is_empty else tag[:-1] + b"/>")
        except etree.XMLSyntaxError:
            self._marks.append(self._broken(name, start, line=line, reason="its first tag is malformed"))
            return
        self._marks.append(Mark(Event.OPENED, name.decode(), line, {str(k): str(v) for k, v in element.attrib.items()}))
        if is_empty:
            self._marks.append(Mark(Event.CLOSED, name.decode(), line, {}))

    def _end_tag(self, found: re.Match[bytes]) -> None:
        name = found[2]
        end = self._buffer.find(b">", found.end())
        self._at = found.end() if end < 0 else end + 1
        if self._open is not None and self._open[0] == name:
            start, line = self._open[1:]
            self._open = None
            if self._given_up:
                self._given_up = False
            else:
                self._marks.append(self._parsed(name, start, end=self._at, line=line))
            return
        self._abandon(found.start())
        line = self._count_lines(found.start())
        if name in self._units:
            self._marks.append(self._broken(name, found.start(), line=line, reason="its beginning is missing"))
        else:
            self._marks.append(Mark(Event.CLOSED, name.decode(), line, {}))

    def _abandon(self, upto: int) -> None:
        """Give up an open unit whose end never came before the next tag of the structure."""
        if self._open is None:
            return
        name, start, line = self._open
        self._open = None
        if self._given_up:
            self._given_up = False
            return
        self._marks.append(self._broken(name, start, line=line, reason="its end is missing", end=upto))

    def _shed(self) -> None:
        """Let go of a unit that outgrows the cap; its end is still waited for."""
        if self._open is None or self._given_up or len(self._buffer) - self._open[1] <= self._limits.record_bytes:
            return
        name, start, line = self._open
        self._given_up = True
        self._marks.append(self._broken(name, start, line=line, reason=self._too_long()))

    def _too_long(self) -> str:
        return f"it is longer than {in_words(self._limits.record_bytes)}"

    def _parsed(self, name: bytes, start: int, *, end: int, line: int) -> Mark:
        if end - start > self._limits.record_bytes:
            return self._broken(name, start, line=line, reason=self._too_long(), end=end)
        unit = self._buffer[start:end]
        is_repaired = False
        try:
            element = self._parse(unit)
        except etree.XMLSyntaxError as error:
            repaired = _BARE_AMPERSAND.sub(b"&amp;", unit)
            for prefix in set(_PREFIXED.findall(repaired)):
                self._prefixes.setdefault(b"xmlns:" + prefix, b'"urn:undeclared"')
            try:
                element = self._parse(repaired)
            except etree.XMLSyntaxError:
                what = str(error.msg).split(", line", 1)[0]
                return self._broken(name, start, line=line, reason=f"its markup is broken ({what})", end=end)
            is_repaired = repaired != unit
        if len(element) > self._limits.fields_in_record:
            reason = f"it has more than {self._limits.fields_in_record:,} fields"
            return self._broken(name, start, line=line, reason=reason, end=end)
        return Mark(Event.UNIT, name.decode(), line, {}, element, is_repaired=is_repaired)

    def _parse(self, unit: bytes) -> etree._Element:
        if not self._prefixes:
            return etree.fromstring(unit, _parser(unit))
        declared = b" ".join(name + b"=" + value for name, value in self._prefixes.items())
        wrapped = b"<units " + declared + b">" + unit + b"</units>"
        return etree.fromstring(wrapped, _parser(unit))[0]

    def _broken(self, name: bytes, start: int, *, line: int, reason: str, end: int | None = None) -> Mark:
        raw = self._buffer[start : min(start + 1024, len(self._buffer) if end is None else end)]
        return Mark(Event.BROKEN, name.decode(), line, {}, None, reason, raw)


def _parser(unit: bytes) -> etree.XMLParser:
    return _LARGE if len(unit) > _PARSER_TEXT_CAP else _PLAIN


_PLAIN = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
)
_LARGE = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True, remove_pis=True
)
