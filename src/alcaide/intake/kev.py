"""CISA's catalogue of known exploited vulnerabilities, JSON."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from alcaide.intake.cleaning import printable
from alcaide.intake.cves import normal_cve
from alcaide.intake.head import Head
from alcaide.intake.opener import Source
from alcaide.intake.records import Kev, KevCatalogue, Quarantined, Record

COUNTS = ("vulnerabilities", "ransomware", "quarantined")

_LIST = re.compile(r'"vulnerabilities"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_NEXT_ENTRY = re.compile(r",\s*(?=\{\s*\")")
_PROPER_END = re.compile(r"\]\s*(?:,[^\[\]{}]*)?\}\s*\Z")
_VERSION = re.compile(r'"catalogVersion"\s*:\s*"([^"]{1,40})"')
_RELEASED = re.compile(r'"dateReleased"\s*:\s*"([^"]{1,40})"')
_OWN_COUNT = re.compile(r'"count"\s*:\s*(\d{1,9})\b')
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DECODER = json.JSONDecoder(strict=False)
_TAIL_CHARS = 4096
_EXCERPT_CHARS = 400


def sniff(head: Head) -> bool:
    """Whether the content is the catalogue."""
    named = b'"cveID"' in head.start or b'"catalogVersion"' in head.start
    return head.is_json and named and b'"vulnerabilities"' in head.start


def read(source: Source) -> Iterator[Record]:
    """The catalogue's issue, then its entries; a broken entry is set aside and the next one read."""
    source.variant = "json"
    source.counts.update(dict.fromkeys(COUNTS, 0))
    text = source.whole()
    found = _LIST.search(text)
    about = text[: found.start() if found else None] + text[-_TAIL_CHARS:]
    yield _catalogue(about)
    seen: set[str] = set()
    line = _LineCounter(text)
    for at, end, entry in _entries(text, found.end() if found else len(text), source=source):
        source.counts["vulnerabilities"] += 1
        place = f"entry {source.counts['vulnerabilities']}, line {line.at(at)}"
        record = _record(entry, source, place=place, excerpt=text[at : min(end, at + _EXCERPT_CHARS)], seen=seen)
        source.counts["quarantined"] += isinstance(record, Quarantined)
        yield record
    _compare(about, source)


@dataclass(frozen=True, slots=True)
class _Torn:
    """An entry that is no JSON; reason says why."""

    reason: str


class _LineCounter:
    """Line numbers of places that only go forward."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line = 1
        self._upto = 0

    def at(self, place: int) -> int:
        self._line += self._text.count("\n", self._upto, place)
        self._upto = place
        return self._line


def _catalogue(about: str) -> KevCatalogue:
    version, released = _VERSION.search(about), _RELEASED.search(about)
    return KevCatalogue(version[1] if version else "", _moment(released[1]) if released else None)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _entries(text: str, at: int, *, source: Source) -> Iterator[tuple[int, int, object]]:
    """Each entry of the list with its beginning and end; torn ones are skipped to the next that begins properly."""
    while True:
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        if at >= len(text):
            source.notice("The file ends early; the entries before the cut were read. Fetch it again.")
            return
        if text[at] == "]":
            return
        try:
            entry, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            following = _NEXT_ENTRY.search(text, at + 1)
            if following is None and not _PROPER_END.search(text[-_TAIL_CHARS:]):
                at = len(text)
                continue
            why = (
                "It is nested too deep."
                if isinstance(error, RecursionError)
                else f"It is no JSON ({getattr(error, 'msg', error)})."
            )
            entry, end = _Torn(why), following.end() if following else len(text)
        yield at, end, entry
        if isinstance(entry, _Torn) and end == len(text):
            return
        at = end


def _record(entry: object, source: Source, *, place: str, excerpt: str, seen: set[str]) -> Kev | Quarantined:
    if isinstance(entry, _Torn):
        return source.quarantine(place, entry.reason, excerpt=excerpt)
    if not isinstance(entry, dict):
        return source.quarantine(place, "It is no object.", excerpt=excerpt)
    is_ransomware = entry.get("knownRansomwareCampaignUse") == "Known"
    source.counts["ransomware"] += is_ransomware
    cve = normal_cve(_text(entry, "cveID", source=source))
    added, due = _day(entry.get("dateAdded")), _day(entry.get("dueDate"))
    problem = _problem(entry, cve=cve, added=added, due=due)
    if added is None or problem:
        return source.quarantine(place, problem, excerpt=excerpt, check=cve)
    if cve in seen:
        source.notice("A vulnerability is listed more than once; its first entry was kept.")
        return source.quarantine(place, f"It repeats {cve}.", excerpt=excerpt, check=cve)
    seen.add(cve)
    cwes = entry.get("cwes")
    return Kev(
        cve=cve,
        vendor=_text(entry, "vendorProject", source=source),
        product=_text(entry, "product", source=source),
        name=_text(entry, "vulnerabilityName", source=source),
        added=added,
        due=due,
        ransomware=is_ransomware,
        action=_text(entry, "requiredAction", source=source),
        description=_text(entry, "shortDescription", source=source),
        cwes=tuple(printable(c)[:32] for c in cwes[:64] if isinstance(c, str)) if isinstance(cwes, list) else (),
        place=place,
    )


def _problem(entry: dict[str, Any], *, cve: str, added: date | None, due: date | None) -> str:
    """Why an entry cannot be used, "" if it can."""
    if not cve:
        return "Its cveID is missing or malformed."
    if added is None:
        return "Its dateAdded is no date (YYYY-MM-DD)."
    if due is None and entry.get("dueDate") not in (None, ""):
        return "Its dueDate is no date (YYYY-MM-DD)."
    return ""


def _text(entry: dict[str, Any], key: str, *, source: Source) -> str:
    value = entry.get(key)
    return source.field(printable(value).strip()) if isinstance(value, str) else ""


def _day(value: object) -> date | None:
    if not isinstance(value, str) or not _DAY.fullmatch(value.strip()):
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None


def _compare(about: str, source: Source) -> None:
    said = _OWN_COUNT.search(about)
    held = source.counts["vulnerabilities"]
    if said and int(said[1]) != held:
        source.notice(f"The catalogue says it has {int(said[1]):,} entries and holds {held:,}.")
