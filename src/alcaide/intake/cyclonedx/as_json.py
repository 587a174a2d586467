"""CycloneDX as JSON: its parts out of the document, one at a time."""

from collections.abc import Iterator

import msgspec

from alcaide.intake.cyclonedx.parts import AFFECTED, PATH_PROPERTIES, Affected, Component, Flaw, Rating
from alcaide.intake.jsontext import Document
from alcaide.intake.jsonvalues import BadRecord

_MOST = 4_096


class _Property(msgspec.Struct, gc=False):
    name: str = ""
    value: str = ""


class _Occurrence(msgspec.Struct, gc=False):
    location: str = ""


class _Evidence(msgspec.Struct, gc=False):
    occurrences: list[_Occurrence] | None = None


class _Component(msgspec.Struct, gc=False, rename={"ref": "bom-ref"}):
    ref: str = ""
    type: str = ""
    group: str = ""
    name: str = ""
    version: str = ""
    purl: str = ""
    evidence: _Evidence | None = None
    properties: list[_Property] | None = None


class _Source(msgspec.Struct, gc=False):
    name: str = ""
    url: str = ""


class _Rating(msgspec.Struct, gc=False):
    source: _Source | None = None
    score: float | None = None
    severity: str = ""
    method: str = ""
    vector: str = ""


class _Reference(msgspec.Struct, gc=False):
    id: str = ""


class _Advisory(msgspec.Struct, gc=False):
    url: str = ""


class _Analysis(msgspec.Struct, gc=False):
    state: str = ""
    justification: str = ""
    detail: str = ""
    response: list[str] | None = None


class _Version(msgspec.Struct, gc=False):
    version: str = ""
    status: str = ""


_NOT_ANALYSED = _Analysis()


class _Affected(msgspec.Struct, gc=False):
    ref: str = ""
    versions: list[_Version] | None = None


class _Flaw(msgspec.Struct, gc=False):
    id: str = ""
    source: _Source | None = None
    references: list[_Reference] | None = None
    ratings: list[_Rating] | None = None
    description: str = ""
    detail: str = ""
    recommendation: str = ""
    advisories: list[_Advisory] | None = None
    published: str = ""
    updated: str = ""
    analysis: _Analysis | None = None
    affects: list[_Affected] | None = None


class _Head(msgspec.Struct, gc=False):
    name: str = ""
    vendor: str = ""
    version: str = ""


def component(document: Document, at: int | None) -> Component | None:
    """The component there, None where there is none."""
    found = document.read_or_none(at, _Component)
    if found is None:
        return None
    places = (found.evidence.occurrences if found.evidence else None) or []
    said = {each.name: each.value for each in found.properties or ()}
    path = min((each.location for each in places if each.location), default="")
    path = path or next((said[name] for name in PATH_PROPERTIES if said.get(name)), "")
    return Component(found.ref, found.type, found.group, found.name, found.version[:200], found.purl, path[:1000])


def components(document: Document, at: int) -> Iterator[Component | None]:
    """Every component of a list and those within them; None for one that cannot be read."""
    waiting = [at]
    while waiting:
        for here in document.elements(waiting.pop()):
            if not document.is_object(here):
                continue
            yield component(document, here)
            inner = document.keyed(here).get("components")
            if inner is not None:
                waiting.append(inner)


def flaw(document: Document, at: int) -> Flaw:
    """The vulnerability there; raises BadRecord."""
    found = document.read(at, _Flaw)
    aliases = sorted({each.id for each in found.references if each.id}) if found.references else []
    # Nothing of a vulnerability is required by the standard; another source's name for it is a name.
    identifier = found.id if found.id.strip() else next(iter(aliases), "")
    if not identifier.strip():
        raise BadRecord("It has no id.")
    analysis = found.analysis or _NOT_ANALYSED
    advisories = [each.url for each in found.advisories] if found.advisories else []
    return Flaw(
        id=identifier,
        source=found.source.name if found.source else "",
        aliases=tuple(aliases),
        ratings=tuple(
            [
                Rating(each.source.name if each.source else "", each.score, each.severity, each.method, each.vector)
                for each in found.ratings or ()
            ]
        ),
        description=found.description or found.detail,
        recommendation=found.recommendation,
        links=tuple(dict.fromkeys([found.source.url if found.source else "", *advisories[:_MOST]])),
        published=found.published,
        updated=found.updated,
        state=analysis.state,
        justification=analysis.justification,
        detail=analysis.detail,
        responses=tuple(analysis.response or ()),
        affected=tuple([Affected(each.ref, _statuses(each)) for each in found.affects or () if each.ref]),
    )


def _statuses(affected: _Affected) -> tuple[tuple[str, str], ...]:
    if not affected.versions:
        return ()
    return tuple((one.version, one.status or AFFECTED) for one in affected.versions)


def tool(document: Document, at: int | None) -> str:
    """The first tool that made the document; since 1.5 tools may be an object of components."""
    if at is None:
        return ""
    if document.is_object(at):
        at = document.keyed(at).get("components", -1)
    for here in document.elements(at):
        said = document.read_or_none(here, _Head)
        if said is not None and said.name:
            return f"{said.name} {said.version}".strip()[:200]
    return ""
