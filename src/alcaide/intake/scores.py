"""CVSS vectors of all versions, checked and scored."""

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from cvss import CVSS2, CVSS3, CVSS4
from cvss.exceptions import CVSSError

_LONGEST = 400


class Scored(NamedTuple):
    """A vector that parses, its version and its base score."""

    version: str
    vector: str
    score: float


def score_vector(raw: str) -> Scored | None:
    """The version, clean vector and base score of a CVSS vector; None where it does not parse.

    >>> score_vector("CVSS2#AV:N/AC:L/Au:N/C:P/I:P/A:P")
    Scored(version='2.0', vector='AV:N/AC:L/Au:N/C:P/I:P/A:P', score=7.5)
    """
    return _score(raw) if len(raw) <= _LONGEST and raw.isascii() else None


@lru_cache(maxsize=8192)
def _score(raw: str) -> Scored | None:
    text = raw.strip().removeprefix("CVSS2#").removeprefix("(").removesuffix(")")
    try:
        if text.startswith("CVSS:4.0/"):
            return Scored("4.0", text, _plain(CVSS4(text).base_score))
        if text.startswith(("CVSS:3.0/", "CVSS:3.1/")):
            return Scored(text[5:8], text, _plain(CVSS3(text).base_score))
        return Scored("2.0", text, _plain(CVSS2(text).base_score))
    except (CVSSError, ArithmeticError, LookupError, ValueError):
        return None


def _plain(score: Decimal | float) -> float:
    return float(score)


def printed_score(text: str) -> float | None:
    """A score as printed, None where it is no number from 0 to 10."""
    try:
        score = float(text)
    except ValueError:
        return None
    return score if 0 <= score <= 10 else None
