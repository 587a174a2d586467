"""FIRST's EPSS scores, CSV."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from alcaide.intake.cves import normal_cve
from alcaide.intake.head import Head
from alcaide.intake.opener import Source
from alcaide.intake.records import Epss, EpssModel, Record
from alcaide.intake.times import calendar_date

COUNTS = ("cves", "quarantined")

_COLUMNS = ("cve", "epss", "percentile")
_ROW = re.compile(rb"\"?CVE-\d{4}-\d{4,}\"?\s*,\s*\"?[01](?:\.\d+)?\"?\s*,", re.IGNORECASE)
_TOLD = re.compile(r"#?\s*(model_version|score_date)\s*:\s*(\S+)")


def sniff(head: Head) -> bool:
    """Whether the content is a list of EPSS scores, with or without its first two lines."""
    lines = head.start[:4096].split(b"\n")
    first = next((line for line in lines if not line.startswith(b"#")), b"")
    is_header = _columns(first.decode("utf-8", "replace")) is not None
    return head.start.startswith(b"#model_version") or is_header or bool(_ROW.match(first))


def read(source: Source) -> Iterator[Record]:
    """The model, then one score a row; a row that makes no sense is set aside."""
    source.variant = "csv"
    source.counts.update(dict.fromkeys(COUNTS, 0))
    lines: Iterator[tuple[int, str]] = enumerate(source.lines(), start=1)
    told: list[str] = []
    first = next(((number, line) for number, line in lines if not _is_remark(line, told)), None)
    yield _model(told, source)
    header = _columns(first[1]) if first else None
    if header is None:
        source.notice("The line that names the columns is missing; they were taken as cve, epss, percentile.")
        lines = chain([first] if first else [], lines)
    yield from _scores(lines, header or _Columns(0, 1, 2, 3), source=source)


def _is_remark(line: str, told: list[str]) -> bool:
    """Whether a line before the table says something about it, or nothing; told collects what."""
    if line.startswith("#"):
        told.append(line)
    return line.startswith("#") or not line.strip()


def _model(told: list[str], source: Source) -> EpssModel:
    facts = {found[1]: found[2] for line in told for part in line.split(",") if (found := _TOLD.match(part))}
    scored_on = calendar_date(facts.get("score_date", ""))
    if "model_version" not in facts or scored_on is None:
        source.notice("The file does not say which model made the scores, or when.")
    return EpssModel(facts.get("model_version", "")[:64], scored_on)


class _Columns(NamedTuple):
    """Where the three columns stand, and how many there are in all."""

    cve: int
    probability: int
    percentile: int
    width: int


def _columns(line: str) -> _Columns | None:
    """The columns a line names, None if it names none."""
    names = [name.strip(' "\r').lower() for name in line.split(",")]
    if not all(column in names for column in _COLUMNS):
        return None
    cve, probability, percentile = (names.index(column) for column in _COLUMNS)
    return _Columns(cve, probability, percentile, len(names))


def _scores(lines: Iterable[tuple[int, str]], columns: _Columns, *, source: Source) -> Iterator[Record]:
    seen: set[str] = set()
    held = bad = 0
    last = 0
    for number, line in lines:
        if not line or line.isspace():
            continue
        held += 1
        cells = (line.replace('"', "") if '"' in line else line).split(",")
        if source.ends_within_line and len(cells[-1]) < last:
            record: Epss | str = "The file ends within this row."
            source.notice("The file ends early, within its last row. Fetch it again.")
        else:
            record = _score(cells, columns)
        last = len(cells[-1])
        if isinstance(record, Epss) and record.cve in seen:
            source.notice("A CVE is listed more than once; its first score was kept.")
            record = f"It repeats {record.cve}."
        if isinstance(record, Epss):
            seen.add(record.cve)
            yield record
        else:
            bad += 1
            yield source.quarantine(f"line {number}", record, excerpt=line)
    source.counts["cves"] = held
    source.counts["quarantined"] = bad


def _score(cells: list[str], columns: _Columns) -> Epss | str:
    """The score in a row, or why there is none."""
    if len(cells) != columns.width:
        return f"It has {len(cells)} columns instead of {columns.width}."
    try:
        probability, percentile = float(cells[columns.probability]), float(cells[columns.percentile])
    except ValueError:
        return "Its score or rank is no number."
    if not (0 <= probability <= 1 and 0 <= percentile <= 1):
        return "Its score or rank is not between 0 and 1."
    name = normal_cve(cells[columns.cve])
    return Epss(name, probability, percentile) if name else "Its CVE identifier is malformed."
