"""One finding of a Trivy report as a weakness."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from alcaide.intake.jsonvalues import BadRecord
from alcaide.intake.opener import Source
from alcaide.intake.packages import (
    MISCONFIGURATION,
    SECRET,
    VULNERABILITY,
    Coexisting,
    canonical,
    named_package,
    place_of,
    versionless,
)
from alcaide.intake.ratings import cvss, severity
from alcaide.intake.records import Cvss, Verdict, Weakness
from alcaide.intake.scores import score_vector
from alcaide.intake.times import calendar_date
from alcaide.intake.trivy.shapes import (
    Flaw,
    FlawPart,
    Misconfiguration,
    OperatorCheck,
    OperatorFlaw,
    OperatorPart,
    OperatorSecret,
    Secret,
    VendorScore,
)

_SHORT = 1_000
_NAME = 300
_VERSION = 200
_MOST_LINKS = 64
_LONGEST_LINK = 512
_CHECK = re.compile(r"(?:AVD-)?([A-Z]+)-?(\d{1,5})", re.ASCII)
_SYSTEM_TARGET = re.compile(r"\s*\([^()]*\)\s*\Z")
_STATUS = {
    "will_not_fix": "The vendor will not fix it.",
    "fix_deferred": "The vendor put the fix off.",
    "end_of_life": "The vendor no longer supports it.",
    "under_investigation": "The vendor is looking into it.",
    "affected": "There is no fix yet.",
}


@dataclass(frozen=True, slots=True)
class Result:
    """The part of a report one finding stands in: what was looked at, and where the report says so."""

    host_key: str
    target: str
    kind: str
    system: bool
    image: str
    coexisting: Coexisting


class Placed(NamedTuple):
    """Which flaw it is and where: its name with its CVEs and other names, and its package's URL, path and identity."""

    check: str
    cves: tuple[str, ...]
    aliases: tuple[str, ...]
    purl: str
    path: str
    base: str


def place(flaw: Flaw | FlawPart | OperatorFlaw | OperatorPart, result: Result) -> Placed:
    """Which flaw it is, and the place it stands at, without the version."""
    check, cves, aliases = canonical(flaw.id, tuple(flaw.vendor_ids) if flaw.vendor_ids else ())
    full = (flaw.named.PURL if flaw.named else "") or flaw.purl
    purl = (versionless(full) if full else "") or (
        named_package(flaw.kind or result.kind, flaw.package) if flaw.package else ""
    )
    path = flaw.path or ("" if result.system else flaw.target or result.target)
    where = place_of(purl, path[:_SHORT], flaw.installed[:_VERSION])
    return Placed(check, cves, aliases, purl, path, f"{result.image} {where}" if result.image else where)


def note(flaw: Flaw | FlawPart | OperatorFlaw | OperatorPart, result: Result) -> Placed:
    """Remember which version of a package is where, before anything is handed out."""
    placed = place(flaw, result)
    result.coexisting.note(placed.check, placed.base, flaw.installed[:_VERSION])
    return placed


def vulnerability(
    flaw: Flaw | OperatorFlaw,
    result: Result,
    source: Source,
    *,
    at: str,
    placed: Placed | None = None,
    verdict: Verdict = "",
    why: str = "",
) -> Weakness:
    """The flaw as a weakness; BadRecord where it has no identifier. placed is what `note` told of it."""
    check, cves, aliases, purl, path, base = placed or place(flaw, result)
    if not check:
        raise BadRecord("Its VulnerabilityID is empty.")
    installed = flaw.installed[:_VERSION]
    scores = _scores(flaw, source)
    package = flaw.package or purl.rpartition("/")[2]
    if flaw.status == "not_affected" and not verdict:
        verdict, why = "not-affected", "The vendor says it is not affected."
    return Weakness(
        host_key=result.host_key,
        check=check,
        port=0,
        protocol="",
        service="",
        name=(flaw.title or f"{check} in {package}")[:_NAME],
        severity=severity(flaw.severity, scores, source),
        family=VULNERABILITY,
        cves=cves,
        cvss=scores,
        exploit_available=None,
        solution=_solution(package, flaw.fixed, flaw.status),
        description=flaw.description[:_SHORT],
        output="",
        published=calendar_date(flaw.published),
        patched=None,
        modified=calendar_date(flaw.modified),
        place=at,
        references=links(flaw.link, flaw.links),
        location=result.coexisting.place(check, base, installed),
        where=f"{package} {installed}".strip() + (f" in {path[:_NAME]}" if path else ""),
        aliases=aliases,
        package=package[:_NAME],
        purl=(flaw.named.PURL if flaw.named else flaw.purl)[:_SHORT],
        installed=installed,
        fixed=flaw.fixed[:_VERSION],
        verdict=verdict,
        why=why[:_SHORT],
    )


def misconfiguration(found: Misconfiguration | OperatorCheck, result: Result, source: Source, *, at: str) -> Weakness:
    """A failed check as a weakness; BadRecord where the check has no number."""
    said = (found.avd_id if isinstance(found, Misconfiguration) else "") or found.id
    check = check_number(said)
    if not check:
        raise BadRecord("Its check has no ID.")
    if isinstance(found, Misconfiguration):
        resource = found.cause.Resource if found.cause else ""
        message, solution, refs = found.message, found.solution, links(found.link, found.links)
    else:
        resource, message, solution, refs = "", "\n".join((found.messages or [])[:64]), found.remediation, ()
    parts = dict.fromkeys(part for part in (result.image, result.target.strip().lstrip("/"), resource.strip()) if part)
    location = " ".join(parts)[:_SHORT]
    return _plain(
        result, check=check, name=found.title or check, severity=severity(found.severity, (), source),
        family=MISCONFIGURATION, solution=solution[:_SHORT], description=found.description[:_SHORT],
        output=source.field(message), at=at, location=location, references=refs,
        aliases=(said,) if said != check else (),
    )  # fmt: skip


def secret(found: Secret | OperatorSecret, result: Result, source: Source, *, at: str) -> Weakness:
    """A secret in a file as a weakness that does not repeat the secret; BadRecord where it names no rule."""
    if not found.rule.strip():
        raise BadRecord("It names no rule.")
    file = found.target if isinstance(found, OperatorSecret) else result.target
    lines = f"Line {found.from_line}." if isinstance(found, Secret) and found.from_line else ""
    location = " ".join(part for part in (result.image, file.strip().lstrip("/").removeprefix("./")) if part)
    return _plain(
        result, check=found.rule.strip()[:_VERSION], name=found.title or found.rule, family=SECRET,
        severity=severity(found.severity, (), source), at=at, location=location[:_SHORT], output=lines,
        solution="Revoke the secret, then take it out of the file and its history.",
    )  # fmt: skip


def check_number(said: str) -> str:
    """The number of a check in one spelling: `DS002`, `DS-0002` and `AVD-DS-0002` are one.

    >>> check_number("KSV001")
    'AVD-KSV-0001'
    """
    text = said.strip()[:_VERSION]
    found = _CHECK.fullmatch(text.upper())
    return f"AVD-{found[1]}-{int(found[2]):04d}" if found else text


def links(first: str, others: list[str] | None) -> tuple[str, ...]:
    every = dict.fromkeys((first, *others[:_MOST_LINKS]) if others else (first,))
    every.pop("", None)
    if every and max(map(len, every)) > _LONGEST_LINK:
        return tuple(link[:_LONGEST_LINK] for link in every)
    return tuple(every)


def image_of(target: str) -> str:
    """What a system target calls its image, without tag: `redis:6.0.5 (debian 10.4)` is `redis`."""
    name = _SYSTEM_TARGET.sub("", target).split("@", 1)[0].strip()
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.split(':', 1)[0]}"[:_NAME]


def _plain(  # noqa: PLR0913  one for each field that a finding beside packages has
    result: Result,
    *,
    check: str,
    name: str,
    severity: int,
    family: str,
    solution: str,
    output: str,
    at: str,
    location: str,
    description: str = "",
    references: tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
) -> Weakness:
    return Weakness(
        host_key=result.host_key, check=check, port=0, protocol="", service="", name=name[:_NAME], severity=severity,
        family=family, cves=(), cvss=(), exploit_available=None, solution=solution, description=description,
        output=output, published=None, patched=None, modified=None, place=at, references=references,
        location=location, where=location, aliases=aliases,
    )  # fmt: skip


def _solution(package: str, fixed: str, status: str) -> str:
    if fixed:
        return f"Upgrade {package[:_NAME]} to {fixed[:_VERSION]}."
    return _STATUS.get(status, "")


def _scores(flaw: Flaw | OperatorFlaw, source: Source) -> tuple[Cvss, ...]:
    """Every vendor's scores, first those of the vendor whose severity the report took."""
    if not flaw.scores:
        score = getattr(flaw, "score", None)
        one = cvss("", score, version="3", origin=flaw.severity_from or "trivy", source=source) if score else None
        return (one,) if one else ()
    vendors = [*flaw.scores]
    if len(vendors) > 1:
        first = flaw.severity_from
        vendors.sort(key=lambda vendor: "" if vendor == first else "\0" if vendor == "nvd" else f"\1{vendor}")
    found: tuple[Cvss, ...] = ()
    for vendor in vendors[:_MOST_LINKS]:
        score = flaw.scores[vendor]
        found += _sound_scores(score, vendor[:64]) or _of_vendor(score, vendor[:64], source)
    return found


def _of_vendor(score: VendorScore, vendor: str, source: Source) -> tuple[Cvss, ...]:
    given = ((score.v4, score.score4, "4.0"), (score.v3, score.score3, "3"), (score.v2, score.score2, "2.0"))
    said = [
        cvss(vector, printed, version=version, origin=vendor, source=source)
        for vector, printed, version in given
        if vector or printed is not None
    ]
    return tuple(each for each in said if each is not None)


@lru_cache(maxsize=16_384)
def _sound_scores(score: VendorScore, vendor: str) -> tuple[Cvss, ...]:
    """The same where every vector parses, so that nothing is to be noted; else nothing."""
    given = ((score.v4, score.score4), (score.v3, score.score3), (score.v2, score.score2))
    scored = [score_vector(vector) for vector, printed in given if vector or printed is not None]
    return tuple(Cvss(each.version, each.vector, each.score, vendor) for each in scored if each) if all(scored) else ()
