"""The parts of a CycloneDX document, however it was written, and what they become."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from alcaide.intake.jsonvalues import BadRecord
from alcaide.intake.opener import Source
from alcaide.intake.packages import VULNERABILITY, Coexisting, canonical, named_package, place_of, versionless
from alcaide.intake.ratings import UNRATED, cvss, severity_of_score, severity_of_word
from alcaide.intake.records import Cvss, Identifier, TargetKind, Verdict, Weakness
from alcaide.intake.targets import image_identifiers, known_by
from alcaide.intake.times import calendar_date

_SHORT = 1_000
_NAME = 300
_VERSION = 200
_MOST = 256
_LONGEST_LINK = 512
_LINK = "urn:cdx:"
# What a version is unless the document says otherwise.
AFFECTED = "affected"
# Newest first; what is no CVSS comes last.
_METHODS = {"CVSSv4": "4.0", "CVSSv31": "3.1", "CVSSv3": "3.0", "CVSSv2": "2.0"}
_VERDICTS: dict[str, Verdict] = {
    "resolved": "fixed", "resolved_with_pedigree": "fixed", "exploitable": "affected", "in_triage": "in-triage",
    "false_positive": "false-positive", "not_affected": "not-affected",
}  # fmt: skip
# Where tools that know no better put the file a package was found in.
PATH_PROPERTIES = ("syft:location:0:path", "aquasecurity:trivy:FilePath", "aquasecurity:trivy:PkgPath", "FilePath")


class Component(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One component, as far as a flaw needs it."""

    ref: str = ""
    kind: str = ""
    group: str = ""
    name: str = ""
    version: str = ""
    purl: str = ""
    path: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.group}/{self.name}" if self.group else self.name

    @property
    def package_url(self) -> str:
        """Its package URL without version; one made of its names where it has none."""
        return versionless(self.purl) or (named_package("generic", self.full_name) if self.name else "")


class Rating(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """How bad one source says a flaw is."""

    source: str = ""
    score: float | None = None
    severity: str = ""
    method: str = ""
    vector: str = ""


class Affected(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a flaw affects: a component here or, by BOM-Link, in another document.

    statuses are of its versions, each beside the version it is of; "" for a range of them.
    """

    ref: str
    statuses: tuple[tuple[str, str], ...] = ()


class Flaw(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One vulnerability and what the document says about it."""

    id: str
    source: str = ""
    aliases: tuple[str, ...] = ()
    ratings: tuple[Rating, ...] = ()
    description: str = ""
    recommendation: str = ""
    links: tuple[str, ...] = ()
    published: str = ""
    updated: str = ""
    state: str = ""
    justification: str = ""
    detail: str = ""
    responses: tuple[str, ...] = ()
    affected: tuple[Affected, ...] = ()


@dataclass(slots=True)
class Known:
    """The components of a document by reference, and the one it is about."""

    main: Component = field(default_factory=Component)
    by_ref: dict[str, Component] = field(default_factory=dict)
    coexisting: Coexisting = field(default_factory=Coexisting)

    def add(self, component: Component) -> None:
        if component.ref:
            self.by_ref.setdefault(component.ref, component)

    def component(self, ref: str) -> Component:
        """The component a reference names; a document's own BOM-Link counts as its own reference."""
        found = self.by_ref.get(ref) or self.by_ref.get(ref.partition("#")[2] if ref.startswith(_LINK) else "")
        if found is not None:
            return found
        is_purl = ref.startswith("pkg:")
        return Component(ref=ref, name=ref, purl=ref if is_purl else "")

    def note(self, flaw: Flaw) -> None:
        check = canonical(flaw.id, flaw.aliases)[0]
        for each in flaw.affected:
            if serial_of(each.ref) == "":
                component = self.component(each.ref)
                self.coexisting.note(check, self._base(component), component.version[:_VERSION])

    def place(self, check: str, component: Component) -> str:
        return self.coexisting.place(check, self._base(component), component.version[:_VERSION])

    def _base(self, component: Component) -> str:
        if component is self.main:
            return ""
        return place_of(component.package_url or component.ref, component.path, component.version[:_VERSION])[:_SHORT]


def serial_of(ref: str) -> str:
    """The serial number of the document a BOM-Link leads to, "" where the reference is none.

    >>> serial_of("urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#gate")
    'urn:uuid:f08a6ccd-4dce-4759-bd84-c626675d60a7'
    """
    if not ref.startswith(_LINK):
        return ""
    serial = ref[len(_LINK) :].partition("#")[0].partition("/")[0].strip().lower()
    return f"urn:uuid:{serial}" if serial else ""


def about(main: Component, serial: str) -> tuple[TargetKind, str, tuple[Identifier, ...]]:
    """The kind, name and identifiers of what a document is about."""
    number = serial.strip().lower()
    if main.kind == "container":
        digest = main.version if main.version.startswith("sha256:") else ""
        name = main.full_name.partition("@")[0]
        return (
            "image",
            main.full_name,
            (*image_identifiers([name], digests=[digest] if digest else []), *known_by(("project", number))),
        )
    kind: TargetKind = "files" if main.kind == "file" else "application"
    name = main.full_name
    bare = versionless(main.purl)
    return kind, name or number, known_by(("project", bare or name), ("project", number))


def weakness(
    flaw: Flaw,
    known: Known,
    source: Source,
    *,
    host_key: str,
    ref: str | None,
    at: str,
    statuses: tuple[tuple[str, str], ...] = (),
) -> Weakness:
    """The flaw in one component as a weakness; BadRecord where it has no identifier. ref None is the whole target."""
    check, cves, aliases = canonical(flaw.id, flaw.aliases)
    if not check:
        raise BadRecord("It has no id.")
    component = known.component(ref) if ref else known.main
    is_elsewhere = bool(ref and serial_of(ref) and component.name == ref)
    location = (ref or "").partition("#")[2] if is_elsewhere else known.place(check, component)
    package = (location or ref or "") if is_elsewhere else component.full_name
    verdict, why = _verdict(flaw, _statuses_of(component.version, statuses))
    scores = _scores(flaw, source)
    return Weakness(
        host_key=host_key,
        check=check,
        port=0,
        protocol="",
        service="",
        name=f"{check} in {package}"[:_NAME] if package else check,
        severity=_severity(flaw, scores, source),
        family=VULNERABILITY,
        cves=cves,
        cvss=scores,
        exploit_available=None,
        solution=flaw.recommendation[:_SHORT],
        description=flaw.description[:_SHORT],
        output="",
        published=calendar_date(flaw.published),
        patched=None,
        modified=calendar_date(flaw.updated),
        place=at,
        references=_links(flaw.links),
        location=location[:_SHORT],
        where=f"{package} {component.version}".strip()[:_NAME]
        + (f" in {component.path[:_NAME]}" if component.path else ""),
        aliases=aliases,
        package=package[:_NAME],
        purl=component.purl[:_SHORT],
        installed="" if is_elsewhere else component.version[:_VERSION],
        verdict=verdict,
        why=why[:_SHORT],
    )


def _links(links: tuple[str, ...]) -> tuple[str, ...]:
    if len(links) <= _MOST and "" not in links and (not links or max(map(len, links)) <= _LONGEST_LINK):
        return links
    return tuple(link[:_LONGEST_LINK] for link in links[:_MOST] if link)


def _statuses_of(version: str, statuses: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """What is said of the component's own version; without that, of ranges, and of all where its version is unknown."""
    if not statuses:
        return ()
    own = tuple(status for said, status in statuses if said and said == version)
    return own or tuple(status for said, status in statuses if not (said and version))


def _verdict(flaw: Flaw, statuses: tuple[str, ...]) -> tuple[Verdict, str]:
    if not flaw.state and not statuses:
        return "", ""
    said = _VERDICTS.get(flaw.state.strip().lower(), "")
    words = [flaw.justification.replace("_", " "), flaw.detail, *(f"response: {each}" for each in flaw.responses)]
    if not said and statuses and all(status == "unaffected" for status in statuses):
        said, words = "not-affected", ["The document says that its versions are unaffected.", *words]
    return said, "; ".join(word for word in words if word) if said else ""


def _scores(flaw: Flaw, source: Source) -> tuple[Cvss, ...]:
    found: dict[Cvss, None] = {}
    for rating in _by_preference(flaw):
        version = _METHODS.get(rating.method)
        if version is None and not rating.vector:
            continue
        claimed = version or "3"
        vector = rating.vector
        if version in ("3.0", "3.1") and vector.startswith("AV:"):
            vector = f"CVSS:{version}/{vector}"
        score = cvss(vector, rating.score, version=claimed, origin=rating.source[:100] or "cyclonedx", source=source)
        if score is not None:
            found[score] = None
    return tuple(found)


def _by_preference(flaw: Flaw) -> Sequence[Rating]:
    """Newest CVSS first, of one method the flaw's own source first, then in the document's order."""
    if len(flaw.ratings) < 2:
        return flaw.ratings
    order = list(_METHODS)
    return sorted(
        flaw.ratings[:_MOST],
        key=lambda each: (
            order.index(each.method) if each.method in order else len(order),
            not (flaw.source and each.source == flaw.source),
        ),
    )


def _severity(flaw: Flaw, scores: tuple[Cvss, ...], source: Source) -> int:
    for rating in _by_preference(flaw):
        said = severity_of_word(rating.severity)
        if said is not None:
            return said
        if rating.score is not None and 0 <= rating.score <= 10 and rating.method in _METHODS:
            return severity_of_score(rating.score)
    if scores and scores[0].score is not None:
        return severity_of_score(scores[0].score)
    source.notice("A finding has neither severity nor score; it is taken as medium until somebody rates it.")
    return UNRATED
