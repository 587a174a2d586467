"""Where in the code a result is, said so that new lines above it do not make it another one."""

import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any
from urllib.parse import unquote

from alcaide.intake.sarif.shapes import Location, Physical, Place, Region, Result

_SHORT = 512
_LINE_HASH = "primaryLocationLineHash"
# These change with any edit of the file, or hold no more than a column.
_UNSTABLE = re.compile(r"column|filehash|file_hash|filefingerprint|linenumber|commit|guid", re.IGNORECASE)
# What a tool prints in place of a fingerprint is the same for every result.
_SHORTEST_FINGERPRINT = 6
_WORDS = re.compile(r"\s")
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:(?://[^/]*)?/*(?=/|[A-Za-z]:|\w)")


class Roots:
    """The folders that paths in a run are written against, taken off so that any machine gives the same paths."""

    def __init__(self, folders: Iterable[str]) -> None:
        paths = {_plain(folder).strip("/") for folder in folders}
        self._folders = sorted((path + "/" for path in paths if path), key=len, reverse=True)

    def path(self, place: Place | None) -> str:
        if place is None or not place.uri:
            return ""
        path = _plain(place.uri[:2048]).lstrip("/")
        folder = next((each for each in self._folders if path.startswith(each)), "")
        return path[len(folder) :][:_SHORT]


Spot = tuple[object, ...]


def spot_of(result: Result) -> Spot:
    """Where a result stands in one reading of a file, to tell two apart that have one identity.

    That is line and column, else the offset of the character, byte or address; without any, its words.
    """
    first = result.locations[0].physicalLocation if result.locations else None
    region = (first.region if first else None) or Region()
    address = (first.address if first else None) or {}
    offset = address.get("absoluteAddress", address.get("relativeAddress"))
    if region.startLine or region.charOffset >= 0 or region.byteOffset >= 0 or isinstance(offset, int):
        return region.startLine, region.startColumn, region.charOffset, region.byteOffset, offset
    words = (result.message.text or result.message.markdown or result.message.id) if result.message else ""
    arguments = (result.message.arguments or []) if result.message else []
    return (*(word[:8192] for word in (words, *arguments[:20])),)


def location(result: Result, path: str, code_name: str = "") -> str:
    """The identity of the place: file and fingerprint; else file and snippet, or the code's name; else the file alone.

    Only fingerprints that the standard or GitHub define are known to tell two lines apart; one of a tool's own naming
    often stands for a rule in a file, so the snippet is added to it.
    """
    mark, is_exact = _fingerprint(result)
    if mark and is_exact:
        return f"{path} {mark}".strip()
    first = result.locations[0] if result.locations else Location()
    snippet = _snippet(first.physicalLocation)
    detail = f"snippet:{snippet}" if snippet else code_name[:_SHORT]
    return " ".join(part for part in (path, mark, detail) if part)


def _fingerprint(result: Result) -> tuple[str, bool]:
    partial = _usable(result.partialFingerprints)
    if _LINE_HASH in partial:
        return f"{_LINE_HASH}:{partial[_LINE_HASH]}", True
    for found, is_exact in ((_usable(result.fingerprints), True), (partial, False)):
        if found:
            name = min(found)
            return f"{name}:{found[name]}", is_exact
    return "", False


def _usable(given: dict[str, Any] | None) -> dict[str, str]:
    return {
        name[:100]: value[:200]
        for name, value in (given or {}).items()
        if isinstance(value, str)
        and len(value) >= _SHORTEST_FINGERPRINT
        and not _WORDS.search(value)
        and not _UNSTABLE.search(name)
    }


def _snippet(place: Physical | None) -> str:
    if place is None:
        return ""
    for region in (place.region, place.contextRegion):
        text = " ".join(region.snippet.text[:8192].split()) if region and region.snippet else ""
        if text:
            return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return ""


def _plain(uri: str) -> str:
    path = unquote(_SCHEME.sub("", uri)).replace("\\", "/")
    while path.startswith("./"):
        path = path[2:]
    return path
