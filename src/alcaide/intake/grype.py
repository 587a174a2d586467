"""Grype's reports, JSON."""

from collections.abc import Iterator
from typing import Any

import msgspec

from alcaide.intake.head import Head
from alcaide.intake.jsontext import Document, open_document
from alcaide.intake.jsonvalues import BadRecord
from alcaide.intake.opener import Source
from alcaide.intake.packages import VULNERABILITY, Coexisting, canonical, named_package, place_of, versionless
from alcaide.intake.ratings import cvss, severity
from alcaide.intake.records import Cvss, Identifier, Record, Scan, TargetKind, Verdict, Weakness
from alcaide.intake.targets import Keys, Target, image_identifiers, known_by, moment

COUNTS = ("matches", "distinct_ids", "ignored", "distinct_id_pkg_ver", "weaknesses", "quarantined")

_SHORT = 1_000
_NAME = 300
_VERSION = 200
_MOST = 64
_VEX: dict[str, Verdict] = {"not_affected": "not-affected", "fixed": "fixed"}


class Score(msgspec.Struct, gc=False):
    """One CVSS entry; the score stands beside the vector or in metrics, by the report's age."""

    source: str = ""
    version: str = ""
    vector: str = ""
    baseScore: float | None = None
    metrics: dict[str, Any] | None = None


class Epss(msgspec.Struct, gc=False):
    """The chance of being exploited, as the scanner's data had it."""

    epss: float | None = None


class Fix(msgspec.Struct, gc=False):
    """Which versions mend the flaw."""

    versions: list[str] | None = None
    state: str = ""


class Flaw(msgspec.Struct, gc=False):
    """One vulnerability."""

    id: str
    severity: str = ""
    description: str = ""
    dataSource: str = ""
    urls: list[str] | None = None
    links: list[str] | None = None
    cvss: list[Score] | None = None
    cvssV2: Score | None = None
    cvssV3: Score | None = None
    fix: Fix | None = None
    fixedInVersion: str = ""
    epss: list[Epss] | None = None
    knownExploited: list[dict[str, Any]] | None = None


class Location(msgspec.Struct, gc=False):
    """A file that tells of the package."""

    path: str = ""
    annotations: dict[str, Any] | None = None


class Artifact(msgspec.Struct, gc=False):
    """The package."""

    name: str = ""
    version: str = ""
    type: str = ""
    purl: str = ""
    locations: list[Location] | None = None


class Related(msgspec.Struct, gc=False):
    """The same flaw by another name."""

    id: str = ""
    cvss: list[Score] | None = None
    description: str = ""


class Rule(msgspec.Struct, gc=False, rename="kebab"):
    """Why a match was set aside."""

    reason: str = ""
    vex_status: str = ""
    vex_justification: str = ""
    fix_state: str = ""
    namespace: str = ""


class Match(msgspec.Struct, gc=False):
    """One flaw in one package."""

    vulnerability: Flaw
    artifact: Artifact
    relatedVulnerabilities: list[Related] | None = None
    appliedIgnoreRules: list[Rule] | None = None


class Image(msgspec.Struct, gc=False):
    """The image that was scanned."""

    userInput: str = ""
    imageID: str = ""
    manifestDigest: str = ""
    repoDigests: list[str] | None = None
    tags: list[str] | None = None


class _FlawName(msgspec.Struct, gc=False):
    id: str


class _Placed(msgspec.Struct, gc=False):
    """The part of a match that says which it is."""

    vulnerability: _FlawName
    artifact: Artifact
    relatedVulnerabilities: list[Related] | None = None


class _System(msgspec.Struct, gc=False):
    name: str = ""
    version: str = ""


class _Descriptor(msgspec.Struct, gc=False):
    name: str = ""
    version: str = ""
    timestamp: str = ""


def sniff(head: Head) -> bool:
    """Whether the content is a Grype report."""
    keys = head.keys
    if not head.is_json or b"matches" not in keys or b"runs" in keys:
        return False
    return not keys.isdisjoint({b"vulnerability", b"artifact", b"descriptor", b"distro", b"ignoredMatches"})


def read(source: Source) -> Iterator[Record]:
    """The scan, its one target, and every match; ignored ones with the verdict that set them aside."""
    source.variant = "json"
    source.counts.update(dict.fromkeys(COUNTS, 0))
    with open_document(source) as document:
        yield from _Reader(document, source).records()
        document.finish()


class _Reader:
    def __init__(self, document: Document, source: Source) -> None:
        self._document = document
        self._source = source
        self._coexisting = Coexisting()
        self._ids: set[str] = set()
        self._packages: set[tuple[str, str, str]] = set()

    def records(self) -> Iterator[Record]:
        document, counts = self._document, self._source.counts
        top = document.keyed(document.root)
        if document.is_damaged and "source" not in top:
            # What was scanned stands after the matches; past damage it is looked for by its name.
            top.update({key: document.last(key) for key in ("source", "distro", "descriptor")})
        about = document.read_or_none(top.get("descriptor"), _Descriptor) or _Descriptor()
        target = self._target(top, about)
        yield Scan(target.name, "", target.name, "", f"Grype {about.version[:_MOST]}".strip())
        yield target.seen()
        lists = (("matches", "matches"), ("ignoredMatches", "ignored"))
        for key, _ in lists:
            self._note_versions(top.get(key, -1))
        for key, count in lists:
            yield from self._matches(target, top.get(key, -1), key=key, count=count)
        counts["distinct_ids"], counts["distinct_id_pkg_ver"] = len(self._ids), len(self._packages)
        yield target.done(is_whole=not document.is_damaged, families=frozenset({VULNERABILITY}))

    def _target(self, top: dict[str, int], about: _Descriptor) -> Target:
        document = self._document
        parts = document.keyed(top.get("source", -1))
        said = document.string(parts.get("type"))
        at = parts.get("target", -1)
        image = document.read_or_none(at, Image)
        name = (image.userInput if image else document.string(at))[:512]
        kind: TargetKind = "image" if image and said in ("image", "") else "files"
        system = document.read_or_none(top.get("distro"), _System) or _System()
        return Target(
            key=Keys().take(name or "report"), name=name or "(not named in the report)", kind=kind,
            identifiers=_identifiers(kind, name, image), os=f"{system.name} {system.version}".strip()[:_NAME],
            at=moment(about.timestamp, self._source), place="the report",
        )  # fmt: skip

    def _note_versions(self, at: int) -> None:
        for here in self._document.elements(at):
            try:
                match = self._document.read(here, _Placed)
            except BadRecord:
                continue
            check = canonical(match.vulnerability.id, _aliases(match.relatedVulnerabilities))[0]
            self._coexisting.note(check, _place(match.artifact)[2], match.artifact.version[:_VERSION])

    def _matches(self, target: Target, at: int, *, key: str, count: str) -> Iterator[Record]:
        document, counts = self._document, self._source.counts
        for number, here in enumerate(document.elements(at)):
            spot = f"{key}[{number}], byte {here}"
            try:
                match = document.read(here, Match)
                if count == "matches":
                    self._tally(match)
                found = self._weakness(match, target, spot, is_ignored=count == "ignored")
            except BadRecord as bad:
                if document.is_cut_at(here):
                    continue
                counts[count] += 1
                yield target.set_aside(self._source, spot, str(bad), excerpt=document.excerpt(here))
                continue
            counts[count] += 1
            counts["weaknesses"] += 1
            target.weaknesses += 1
            yield found

    def _tally(self, match: Match) -> None:
        self._ids.add(match.vulnerability.id)
        self._packages.add((match.vulnerability.id, match.artifact.name, match.artifact.version))

    def _weakness(self, match: Match, target: Target, spot: str, *, is_ignored: bool) -> Weakness:
        flaw, artifact = match.vulnerability, match.artifact
        check, cves, aliases = canonical(flaw.id, _aliases(match.relatedVulnerabilities))
        if not check:
            raise BadRecord("Its vulnerability has no id.")
        related = match.relatedVulnerabilities or []
        purl, path, base = _place(artifact)
        if not purl:
            raise BadRecord("Its artifact has neither purl nor name.")
        scores = _scores(flaw, related, self._source)
        installed = artifact.version[:_VERSION]
        verdict, why = _verdict(match) if is_ignored else ("", "")
        fixed = ", ".join((flaw.fix.versions or ())[:_MOST] if flaw.fix else ()) or flaw.fixedInVersion
        description = flaw.description or next((each.description for each in related if each.description), "")
        package = artifact.name[:_NAME] or purl
        links = dict.fromkeys((flaw.dataSource, *(flaw.urls or ()), *(flaw.links or ())))
        return Weakness(
            host_key=target.key,
            check=check,
            port=0,
            protocol="",
            service="",
            name=f"{check} in {package}",
            severity=severity(flaw.severity, scores, self._source),
            family=VULNERABILITY,
            cves=cves,
            cvss=scores,
            exploit_available=True if flaw.knownExploited else None,
            solution=_solution(package, fixed, flaw),
            description=description[:_SHORT],
            output="",
            published=None,
            patched=None,
            modified=None,
            place=spot,
            epss=_epss(flaw),
            references=tuple(link[:512] for link in list(links)[:_MOST] if link),
            location=self._coexisting.place(check, base, installed),
            where=f"{package} {installed}".strip() + (f" in {path[:_NAME]}" if path else ""),
            aliases=aliases,
            package=package,
            purl=artifact.purl[:_SHORT],
            installed=installed,
            fixed=fixed[:_VERSION],
            verdict=verdict,
            why=why[:_SHORT],
        )


def _aliases(related: list[Related] | None) -> tuple[str, ...]:
    return tuple(sorted({each.id for each in related if each.id})) if related else ()


def _place(artifact: Artifact) -> tuple[str, str, str]:
    """The package's URL without version, the path it lies at, and the identity of that place."""
    purl = (versionless(artifact.purl) if artifact.purl else "") or (
        named_package(artifact.type, artifact.name) if artifact.name else ""
    )
    places = [each for each in artifact.locations or () if each.path]
    primary = [each for each in places if (each.annotations or {}).get("evidence") == "primary"]
    path = min((each.path for each in primary or places), default="")[:_SHORT]
    return purl, path, place_of(purl, path, artifact.version[:_VERSION])


def _scores(flaw: Flaw, related: list[Related], source: Source) -> tuple[Cvss, ...]:
    given = [(each, "") for each in flaw.cvss or ()]
    given += [(each, version) for each, version in ((flaw.cvssV3, "3"), (flaw.cvssV2, "2.0")) if each is not None]
    given += [(each, "") for other in related for each in other.cvss or ()]
    found: dict[Cvss, None] = {}
    for each, version in given[:_MOST]:
        printed = each.baseScore if each.baseScore is not None else (each.metrics or {}).get("baseScore")
        claimed = version or (each.version if each.version in ("2.0", "4.0") else "3")
        score = cvss(each.vector, printed, version=claimed, origin=each.source[:_MOST] or "grype", source=source)
        if score is not None:
            found[score] = None
    return tuple(found)


def _epss(flaw: Flaw) -> float | None:
    said = [each.epss for each in flaw.epss or () if each.epss is not None and 0 <= each.epss <= 1]
    return max(said, default=None)


def _solution(package: str, fixed: str, flaw: Flaw) -> str:
    if fixed:
        return f"Upgrade {package} to {fixed[:_VERSION]}."
    state = flaw.fix.state if flaw.fix else ""
    return {"wont-fix": "The vendor will not fix it.", "not-fixed": "There is no fix yet."}.get(state, "")


def _verdict(match: Match) -> tuple[Verdict, str]:
    rules = match.appliedIgnoreRules or []
    verdict = next((_VEX[rule.vex_status] for rule in rules if rule.vex_status in _VEX), None)
    why = [part for rule in rules for part in (rule.vex_status, rule.vex_justification, rule.reason) if part]
    return verdict or "suppressed", "; ".join(dict.fromkeys(why)) or "Set aside by a rule of the scan."


def _identifiers(kind: TargetKind, name: str, image: Image | None) -> tuple[Identifier, ...]:
    if image is None or kind != "image":
        return known_by(("repository", name), ("project", name))
    digests = [*(image.repoDigests or ()), image.manifestDigest]
    return image_identifiers([*(image.tags or ()), name], digests=digests, image_id=image.imageID)
