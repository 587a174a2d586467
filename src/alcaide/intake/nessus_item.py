"""One ReportItem of a Nessus report as a weakness."""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from alcaide.intake.cves import cves_in
from alcaide.intake.errors import IntakeError
from alcaide.intake.opener import Source
from alcaide.intake.records import Cvss, Weakness
from alcaide.intake.scores import printed_score, score_vector
from alcaide.intake.times import calendar_date

_PORT = re.compile(r"\d{1,5}", re.ASCII)
_CHECK = re.compile(r"\d{1,12}", re.ASCII)
_SEVERITY = re.compile(r"[0-4]", re.ASCII)
_PROTOCOL = re.compile(r"[a-z0-9_.-]{1,32}", re.ASCII)
_SHORT_CHARS = 1_000
_SHORT_LOCATION = 400
_LONGEST_NUMBER = 64
# Vector, base score, and the version a score without a vector can claim.
_SCORES = (
    ("cvss4_vector", "cvss4_base_score", "4.0"),
    ("cvss3_vector", "cvss3_base_score", "3"),
    ("cvss_vector", "cvss_base_score", "2.0"),
)


_SEVERAL = frozenset({"cve", "cpe", "xref"})
# An audit of settings writes one item for each setting, all with one check, port 0, and fields of their own namespace.
_AUDITED = "compliance-"
_AUDIT_RESULT = re.compile(r'\A"(.{1,300}?)"\s*:\s*\[(PASSED|FAILED|WARNING|ERROR)\]', re.DOTALL)
_AUDIT_FAMILY = "policycompliance"
_SINGLE = frozenset(
    {
        *(tag for vector, score, _ in _SCORES for tag in (vector, score)),
        "cvss_score_source",
        "description",
        "epss_score",
        "exploit_available",
        "patch_publication_date",
        "plugin_modification_date",
        "plugin_name",
        "plugin_output",
        "solution",
        "synopsis",
        "vpr_score",
        "vuln_publication_date",
    }
)


class BadItem(IntakeError):
    """An item that cannot be identified; its message is the reason."""


class _Fields:
    """The child elements of an item by tag: the first of a tag in one table, those that come in numbers in another."""

    def __init__(self, item: etree._Element, source: Source) -> None:
        self._source = source
        self._first: dict[str, str] = {}
        self._every: dict[str, list[str]] = {}
        for child in item:
            tag = child.tag
            if tag in _SINGLE:
                text = child.text if not len(child) else "".join(str(part) for part in child.itertext())
                if text and tag not in self._first:
                    self._first[tag] = text
            elif tag in _SEVERAL and child.text:
                self._every.setdefault(tag, []).append(child.text)
            elif _AUDITED in tag:
                self._first.setdefault(tag.rpartition("}")[2], "".join(str(part) for part in child.itertext()))

    def every(self, tag: str) -> list[str]:
        return self._every.get(tag, [])

    def block(self, tag: str) -> str:
        """A text with its lines as they are."""
        text = self._first.get(tag)
        return self._source.field(text.strip()) if text else ""

    def line(self, tag: str) -> str:
        """A text on one line."""
        return " ".join(self.block(tag).split())

    def day(self, tag: str) -> date | None:
        text = self.block(tag)
        day = calendar_date(text)
        if text and day is None:
            self._source.notice(f"A date in {tag} cannot be read and was left out.")
        return day

    def share(self, tag: str, *, top: float) -> float | None:
        """A number from 0 to top."""
        text = self.block(tag)
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if 0 <= number <= top:
            return number
        self._source.notice(f"A number in {tag} is out of range and was left out.")
        return None


def weakness(item: etree._Element, source: Source, *, host_key: str, place: str) -> Weakness:
    """The item as a weakness; BadItem where port, protocol, check or severity make no sense."""
    check, port, protocol, severity = _identity(item)
    fields = _Fields(item, source)
    setting = _setting(item, fields)
    return Weakness(
        host_key=host_key,
        check=check,
        port=port,
        protocol=protocol,
        service=source.field(item.get("svc_name")),
        name=setting.name or source.field(item.get("pluginName")) or fields.line("plugin_name"),
        severity=0 if setting.has_passed else severity,
        family=source.field(item.get("pluginFamily")),
        cves=_cves(fields, source),
        cvss=_scores(fields, source),
        exploit_available={"true": True, "false": False}.get(fields.line("exploit_available").lower()),
        solution=fields.block("solution") or fields.block("compliance-solution"),
        description=(fields.line("synopsis") or fields.line("compliance-info") or fields.line("description"))[
            :_SHORT_CHARS
        ],
        output=fields.block("plugin_output") or setting.output,
        published=fields.day("vuln_publication_date"),
        patched=fields.day("patch_publication_date"),
        modified=fields.day("plugin_modification_date"),
        place=place,
        vpr=fields.share("vpr_score", top=10),
        epss=fields.share("epss_score", top=1),
        cpes=_listed(fields, "cpe"),
        references=_listed(fields, "xref"),
        location=setting.location,
    )


class _Setting(NamedTuple):
    """One setting of an audit; all empty for an item of another kind."""

    name: str = ""
    location: str = ""
    output: str = ""
    has_passed: bool = False


def _setting(item: etree._Element, fields: _Fields) -> _Setting:
    """The setting that an item is about. A setting in order is another place, so that one put in order is gone."""
    name, number = fields.line("compliance-check-name"), fields.line("compliance-check-id")
    result = fields.line("compliance-result").upper()
    if not (name or number) and "".join(item.get("pluginFamily", "").split()).lower() == _AUDIT_FAMILY:
        # Before these fields there was the description alone.
        said = _AUDIT_RESULT.match(fields.block("description"))
        name, result = (" ".join(said[1].split()), said[2]) if said else ("", "")
    about = number or name
    if not about:
        return _Setting()
    has_passed = result == "PASSED"
    values = (
        ("Found", fields.block("compliance-actual-value")),
        ("Wanted", fields.block("compliance-policy-value")),
        ("Error", fields.block("compliance-error")),
    )
    output = "\n".join(f"{word}: {value}" for word, value in values if value)
    return _Setting(name, f"{'passed ' if has_passed else ''}{about}"[:_SHORT_LOCATION], output, has_passed)


def _identity(item: etree._Element) -> tuple[str, int, str, int]:
    said = item.get
    return _identify(
        said("pluginID", "")[:_LONGEST_NUMBER],
        said("port", "")[:_LONGEST_NUMBER],
        said("protocol", "")[:_LONGEST_NUMBER],
        said("severity", "")[:_LONGEST_NUMBER],
    )


@lru_cache(maxsize=16_384)
def _identify(check: str, port: str, protocol: str, severity: str) -> tuple[str, int, str, int]:
    """The four in normal form: they come again on every host of a scan."""
    check, port, protocol, severity = check.strip(), port.strip(), protocol.strip().lower(), severity.strip()
    if not _CHECK.fullmatch(check):
        raise BadItem(f"Its check number (pluginID) is {_said(check)}.")
    if not _PORT.fullmatch(port) or int(port) > 65_535:
        raise BadItem(f"Its port is {_said(port)}, not a number from 0 to 65535.")
    if not _PROTOCOL.fullmatch(protocol):
        raise BadItem(f"Its protocol is {_said(protocol)}.")
    if not _SEVERITY.fullmatch(severity):
        raise BadItem(f"Its severity is {_said(severity)}, not a number from 0 to 4.")
    return check, int(port), protocol, int(severity)


def _said(text: str) -> str:
    return f"“{text[:40]}”" if text else "missing"


def _cves(fields: _Fields, source: Source) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text in fields.every("cve"):
        named = cves_in(text[:4096])
        if not named:
            source.notice("A CVE identifier is malformed and was left out.")
        found.update(dict.fromkeys(named))
    return tuple(found)


def _scores(fields: _Fields, source: Source) -> tuple[Cvss, ...]:
    by = fields.line("cvss_score_source")
    origin = f"nessus:{by}" if by else "nessus"
    scores = []
    for vector_tag, score_tag, version in _SCORES:
        vector, printed = fields.block(vector_tag), fields.block(score_tag)
        if not vector and not printed:
            continue
        score = printed_score(printed) if printed else None
        if printed and score is None:
            source.notice("A CVSS score is no number from 0 to 10 and was left out.")
        scored = score_vector(vector) if vector else None
        if vector and scored is None:
            source.notice("A CVSS vector does not parse and was left out; the printed score was kept.")
        if scored is not None:
            if score is not None and abs(score - scored.score) > 0.05:
                source.notice("A printed CVSS score differs from its vector; the vector's score was taken.")
            scores.append(Cvss(scored.version, scored.vector, scored.score, origin))
        elif score is not None:
            scores.append(Cvss(version, "", score, origin))
    return tuple(scores)


def _listed(fields: _Fields, tag: str) -> tuple[str, ...]:
    """Short values, one an element or one a line."""
    lines = (line.strip() for text in fields.every(tag)[:256] for line in text[:65_536].splitlines()[:256])
    return tuple(dict.fromkeys(line[:512] for line in lines if line))
