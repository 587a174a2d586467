"""How bad a report says a flaw is, on one scale: 0 information, 1 low, 2 medium, 3 high, 4 critical."""

from collections.abc import Iterable
from functools import lru_cache

from alcaide.intake.opener import Source
from alcaide.intake.records import Cvss
from alcaide.intake.scores import printed_score, score_vector

# Nobody has rated it: neither hidden among information nor ahead of what was rated.
UNRATED = 2
_WORDS = {
    "none": 0, "info": 0, "informational": 0, "information": 0,
    "negligible": 1, "low": 1, "minimal": 1, "unimportant": 1,
    "medium": 2, "moderate": 2,
    "high": 3, "important": 3, "serious": 3,
    "critical": 4, "blocker": 4,
}  # fmt: skip
# CVSS 3.1 §5: the qualitative severity scale.
_BANDS = ((9.0, 4), (7.0, 3), (4.0, 2), (0.1, 1))
VERSIONS = ("4.0", "3.1", "3.0", "3", "2.0")


@lru_cache(maxsize=1_024)
def severity_of_word(word: str) -> int | None:
    """The number for a word, None for “unknown” and words nobody knows."""
    return _WORDS.get(word.strip().lower())


def severity_of_score(score: float) -> int:
    """The number for a score from 0 to 10.

    >>> severity_of_score(8.9)
    3
    """
    return next((severity for least, severity in _BANDS if score >= least), 0)


def severity(word: str, cvss: Iterable[Cvss], source: Source) -> int:
    """The report's own word; without one the newest CVSS score; without that medium, with a notice."""
    said = severity_of_word(word)
    if said is not None:
        return said
    scored = [each for each in cvss if each.score is not None]
    if scored:
        newest = min(scored, key=lambda each: VERSIONS.index(each.version))
        return severity_of_score(newest.score or 0.0)
    source.notice("A finding has neither severity nor score; it is taken as medium until somebody rates it.")
    return UNRATED


def cvss(vector: str, printed: object, *, version: str, origin: str, source: Source) -> Cvss | None:
    """One score, computed from its vector; from the printed number where no vector parses; None without both.

    version is what a number without a vector can claim.
    """
    scored = score_vector(vector) if vector else None
    if scored is not None:
        return Cvss(scored.version, scored.vector, scored.score, origin)
    if vector:
        source.notice("A CVSS vector does not parse and was left out; the printed score was kept.")
    if not isinstance(printed, (int, float)) or isinstance(printed, bool):
        return None
    number = printed_score(str(printed))
    if number is None:
        source.notice("A CVSS score is no number from 0 to 10 and was left out.")
        return None
    return Cvss(version, "", number, origin)
