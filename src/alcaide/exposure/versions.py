"""Comparing versions of packages, where their ecosystem says how; where it does not, nothing is guessed.

Pure. Debian and RPM follow their own published orders; the others are compared by their numbers, and a version that
holds more than numbers and a known mark of a trial version is left uncompared.
"""

import re
from collections.abc import Callable, Iterable
from functools import cmp_to_key
from itertools import zip_longest

DEB = frozenset({"deb"})
RPM = frozenset({"rpm"})
NUMBERED = frozenset(
    {"npm", "pypi", "maven", "golang", "cargo", "nuget", "gem", "composer", "hex", "pub", "swift", "conan", "cran"}
)
TRIALS = {"dev": 0, "alpha": 1, "a": 1, "beta": 2, "b": 2, "preview": 3, "pre": 3, "rc": 4, "cr": 4, "c": 4}
PLAIN = re.compile(r"v?(\d+(?:\.\d+)*)(?:[-._]?([a-z]+)[-._]?(\d*))?(?:\+[0-9a-z.-]+)?", re.IGNORECASE)
RELEASES = frozenset({"final", "ga", "release", "post", "jre", "android"})

Compare = Callable[[str, str], int]


class NotComparable(ValueError):
    """These versions cannot be put in order; all of them are to be named."""


def newest_needed(ecosystem: str, pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the version that mends every finding, or every fixed version where these cannot be compared.

    pairs: installed version and what mends it; several fixed versions, for several branches, are parted by commas.

    >>> newest_needed("npm", [("4.17.1", "4.17.19"), ("4.17.1", "4.17.21")])
    ('4.17.21',)
    >>> newest_needed("maven", [("2.9.8", "2.6.7.1, 2.7.9.1, 2.9.10.4")])
    ('2.9.10.4',)
    >>> newest_needed("", [("r1", "r2"), ("r1", "r2-b")])
    ('r2', 'r2-b')
    """
    kept = sorted(set(pairs))
    try:
        compare = _order_of(ecosystem)
        least = {_least(compare, installed, _parted(fixed)) for installed, fixed in kept}
        return (max(least, key=cmp_to_key(compare)),) if least else ()
    except NotComparable:
        return tuple(sorted({each for _, fixed in kept for each in _parted(fixed)}))


def compare_deb(one: str, other: str) -> int:
    """Compare as Debian Policy 5.6.12 says: epoch, upstream version, revision.

    >>> compare_deb("1:1.0-1", "2.0-1"), compare_deb("1.0~rc1-1", "1.0-1"), compare_deb("3.0.9-1", "3.0.13-1")
    (1, -1, -1)
    """
    for left, right in zip(_deb_parts(one), _deb_parts(other), strict=True):
        found = _deb_part(left, right)
        if found:
            return found
    return 0


def compare_rpm(one: str, other: str) -> int:
    """Compare as RPM does: epoch, version, release; runs of digits as numbers, of letters as text.

    >>> compare_rpm("1:1.0-1.el9", "2.0-1.el9"), compare_rpm("3.0.7-24.el9", "3.0.7-4.el9"), compare_rpm("1~rc", "1")
    (1, 1, -1)
    """
    for left, right in zip(_deb_parts(one), _deb_parts(other), strict=True):
        found = _rpm_part(left, right)
        if found:
            return found
    return 0


def compare_numbers(one: str, other: str) -> int:
    """Compare dotted numbers; trial versions come before their release. Raises NotComparable.

    >>> compare_numbers("1.10", "1.9"), compare_numbers("2.0.0-rc1", "2.0"), compare_numbers("v1.2", "1.2.0")
    (1, -1, 0)
    """
    left, right = _numbered(one), _numbered(other)
    return (left > right) - (left < right)


def _order_of(ecosystem: str) -> Compare:
    if ecosystem in DEB:
        return compare_deb
    if ecosystem in RPM:
        return compare_rpm
    if ecosystem in NUMBERED:
        return compare_numbers
    raise NotComparable(ecosystem)


def _parted(fixed: str) -> list[str]:
    return [each for part in fixed.split(",") if (each := part.strip().lstrip(">=").strip())]


def _least(compare: Compare, installed: str, fixed: list[str]) -> str:
    """Return the nearest fixed version above the installed one; of one that lies below all, the highest."""
    if not fixed:
        raise NotComparable(installed)
    ordered = sorted(fixed, key=cmp_to_key(compare))
    if len(ordered) == 1 or not installed:
        return ordered[-1]
    return next((each for each in ordered if compare(each, installed) > 0), ordered[-1])


def _numbered(version: str) -> tuple[tuple[int, ...], int, int]:
    found = PLAIN.fullmatch(version.strip())
    if found is None:
        raise NotComparable(version)
    numbers, word, number = found.groups()
    parts = [int(each) for each in numbers.split(".")]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    word = (word or "").lower()
    if word and word not in TRIALS and word not in RELEASES:
        raise NotComparable(version)
    return tuple(parts), TRIALS.get(word, 9), int(number or 0)


def _deb_parts(version: str) -> tuple[str, str, str]:
    epoch, colon, rest = version.strip().partition(":")
    if not colon:
        epoch, rest = "0", version.strip()
    upstream, _, revision = rest.rpartition("-")
    return (epoch, upstream, revision) if upstream else (epoch, rest, "")


def _deb_part(one: str, other: str) -> int:
    for left, right in zip_longest(_deb_runs(one), _deb_runs(other), fillvalue=("", "")):
        for place, (text, another) in enumerate(zip(left, right, strict=True)):
            if place == 0:
                weights = [_deb_weight(text), _deb_weight(another)]
                size = max(len(each) for each in weights)
                a, b = ([*each, *[0] * (size - len(each))] for each in weights)
                found = (a > b) - (a < b)
            else:
                found = (int(text or 0) > int(another or 0)) - (int(text or 0) < int(another or 0))
            if found:
                return found
    return 0


def _deb_runs(text: str) -> list[tuple[str, str]]:
    return [(letters, digits) for letters, digits in re.findall(r"(\D*)(\d*)", text) if letters or digits]


def _deb_weight(text: str) -> list[int]:
    """Letters before other signs, the tilde before the end itself."""
    return [-1 if each == "~" else ord(each) if each.isalpha() else ord(each) + 256 for each in text]


def _rpm_part(one: str, other: str) -> int:
    left, right = (re.findall(r"\d+|[a-zA-Z]+|~|\^", each) for each in (one, other))
    for a, b in zip_longest(left, right):
        if a == b:
            continue
        if "~" in (a, b):
            return -1 if a == "~" else 1
        if a is None or b is None:
            return 1 if b is None else -1
        if a.isdigit() != b.isdigit():
            return 1 if a.isdigit() else -1
        if a.isdigit() and int(a) == int(b):
            continue
        return 1 if (int(a) > int(b) if a.isdigit() else a > b) else -1
    return 0
