"""CycloneDX as XML: its parts out of the stream. Namespaces change with every version, so names alone count."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from alcaide.intake.cyclonedx.parts import AFFECTED, PATH_PROPERTIES, Affected, Component, Flaw, Known, Rating
from alcaide.intake.cyclonedx.shelf import Shelf
from alcaide.intake.jsontext import ENDS_EARLY
from alcaide.intake.opener import Source

_TREE = ("components", "component")
_MAIN = ["bom", "metadata", "component"]
_MOST = 4_096


@dataclass(slots=True)
class Parts:
    """What a document holds."""

    flaws: Shelf
    serial: str = ""
    timestamp: str = ""
    tool: str = ""
    known: Known = field(default_factory=Known)
    components: int = 0
    has_main: bool = False
    has_flaws: bool = False
    is_damaged: bool = False


def parts(source: Source, shelf: Shelf) -> Parts:
    """Read a document to its end, or as far as it goes; its flaws are put on the shelf."""
    found = Parts(shelf)
    path: list[str] = []
    parser = etree.XMLPullParser(
        ("start", "end"), recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    is_ended = False
    for event, element in _events(parser, source):
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if event == "start":
            path.append(name)
            if path == ["bom"]:
                found.serial = element.get("serialNumber", "")[:200]
            continue
        if name not in path:
            continue
        while path.pop() != name:
            pass
        is_ended = not path
        _take(element, name, path, found, source)
    errors = [error for error in parser.error_log if error.level_name != "WARNING"]
    if not is_ended:
        source.notice(ENDS_EARLY)
    elif errors:
        source.notice(f"The markup is broken at line {errors[0].line}; records near it may lack parts.")
    found.is_damaged = not is_ended or bool(errors)
    return found


def _events(parser: etree.XMLPullParser, source: Source) -> Iterator[tuple[str, etree._Element]]:
    for chunk in source.chunks():
        try:
            parser.feed(chunk)
        except etree.XMLSyntaxError:
            yield from cast("Iterator[tuple[str, etree._Element]]", parser.read_events())
            return
        yield from cast("Iterator[tuple[str, etree._Element]]", parser.read_events())


def _take(element: etree._Element, name: str, path: list[str], found: Parts, source: Source) -> None:
    """Take in one closed element where it stands in a place that counts."""
    if name == "component":
        one = _component(element)
        if path == ["bom", "metadata"]:
            found.known.main, found.has_main = one, True
            found.known.add(one)
        elif path and path[0] == "bom" and _is_tree(path[1:]):
            found.components += 1
            found.known.add(one)
            _take_own(element, one, found)
        elif path[:3] == _MAIN and _is_tree(path[3:]):
            found.known.add(one)
        _let_go(element)
    elif name == "vulnerability" and path[:1] == ["bom"] and path[1:] in (["vulnerabilities"],):
        found.flaws.put(_flaw(element), _line(element))
        _let_go(element)
    elif name == "vulnerabilities" and path == ["bom"]:
        found.has_flaws = True
    elif path == ["bom", "metadata"] and name == "timestamp":
        found.timestamp = _text(element)
    elif name == "tool" and not found.tool:
        found.tool = f"{_said(element, 'name')} {_said(element, 'version')}".strip()[:200]


def _is_tree(path: list[str]) -> bool:
    """Whether a path is `components`, `components/component/components`, and so on."""
    return len(path) % 2 == 1 and all(part == _TREE[at % 2] for at, part in enumerate(path))


def _take_own(element: etree._Element, component: Component, found: Parts) -> None:
    """The flaws a component carries itself, by the extension of 1.2 and 1.3."""
    for block in _children(element, "vulnerabilities"):
        found.has_flaws = True
        for each in _children(block, "vulnerability"):
            ref = component.ref or f"#{found.components}"
            found.known.by_ref.setdefault(ref, component)
            flaw = _flaw(each, ref=ref)
            found.flaws.put(flaw, _line(each))


def _let_go(element: etree._Element) -> None:
    """Free an element that was read, and what was read before it in the same list."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _component(element: etree._Element) -> Component:
    path = next((_said(each, "location") for each in _below(element, "evidence", "occurrences", "occurrence")), "")
    said = {each.get("name", ""): _text(each) for each in _below(element, "properties", "property")}
    path = path or next((said[name] for name in PATH_PROPERTIES if said.get(name)), "")
    return Component(
        ref=element.get("bom-ref", ""), kind=element.get("type", ""), group=_said(element, "group"),
        name=_said(element, "name"), version=_said(element, "version")[:200], purl=_said(element, "purl"),
        path=path[:1000],
    )  # fmt: skip


def _flaw(element: etree._Element, *, ref: str = "") -> Flaw:
    affected = [
        Affected(_said(each, "ref"), tuple(_version(one) for one in _below(each, "versions", "version")))
        for each in _below(element, "affects", "target")
    ]
    own = ref or element.get("ref", "")
    if own and not affected:
        affected = [Affected(own)]
    origin = next(_children(element, "source"), None)
    analysis = next(_children(element, "analysis"), None)
    # One line, used beside.
    of_analysis: Callable[[str], str] = lambda name: _said(analysis, name) if analysis is not None else ""  # noqa: E731
    advisories = [_said(each, "url") or _text(each) for each in _below(element, "advisories", "advisory")]
    aliases = sorted({_said(each, "id") for each in _below(element, "references", "reference")} - {""})
    return Flaw(
        id=_said(element, "id") or next(iter(aliases), ""),
        source=(origin.get("name", "") or _said(origin, "name")) if origin is not None else "",
        aliases=tuple(aliases),
        ratings=tuple(_rating(each) for each in _below(element, "ratings", "rating")),
        description=_said(element, "description") or _said(element, "detail"),
        recommendation=_said(element, "recommendation")
        or " ".join(_text(each) for each in _below(element, "recommendations", "recommendation")),
        links=tuple(dict.fromkeys([_said(origin, "url") if origin is not None else "", *advisories[:_MOST]])),
        published=_said(element, "published"),
        updated=_said(element, "updated"),
        state=of_analysis("state"),
        justification=of_analysis("justification"),
        detail=of_analysis("detail"),
        responses=tuple(_text(each) for each in _below(element, "analysis", "responses", "response")),
        affected=tuple(each for each in affected if each.ref),
    )


def _version(element: etree._Element) -> tuple[str, str]:
    return _said(element, "version"), _said(element, "status") or AFFECTED


def _rating(element: etree._Element) -> Rating:
    origin = next(_children(element, "source"), None)
    base = next(_below(element, "score", "base"), None)
    printed = _text(base) if base is not None else _said(element, "score")
    try:
        score = float(printed[:20]) if printed else None
    except ValueError:
        score = None
    # The extension writes CVSSv3 for any 3.x; the vector tells which.
    return Rating(
        _said(origin, "name") if origin is not None else "", score, _said(element, "severity"),
        _said(element, "method"), _said(element, "vector"),
    )  # fmt: skip


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if isinstance(child.tag, str) and etree.QName(child).localname == name)


def _below(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The elements at the end of a path of names."""
    level = [element]
    for name in names:
        level = [child for each in level for child in _children(each, name)]
    return iter(level)


def _said(element: etree._Element, name: str) -> str:
    return next((_text(child) for child in _children(element, name)), "")


def _line(element: etree._Element) -> int:
    return cast("int | None", element.sourceline) or 0


def _text(element: etree._Element) -> str:
    return " ".join("".join(str(part) for part in element.itertext()).split())[:65_536]
