"""Time limits: by when a finding must be fixed, and why. Our default, documented in docs/find-flaws.md.

Pure: days in, a day and a sentence out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

# Days from the later of the day the finding was first seen and the day its flaw was listed as exploited.
EXPLOITED_FROM_THE_INTERNET_DAYS = 3
EXPLOITED_DAYS = 14
# Days from the day the finding was first seen.
CRITICAL_DAYS = 30
HIGH_DAYS = 60
CRITICAL, HIGH = 4, 3


@dataclass(frozen=True, slots=True)
class Limit:
    """By when a finding must be fixed; no day where no limit applies."""

    due_on: date | None
    why: str


def limit_of(*, severity: int, first_seen_on: date, exploited_since: date | None, reached_from: str) -> Limit:
    """Return the earliest limit that applies, with the way to it as a sentence.

    severity: 0 information to 4 critical.  reached_from: internet, internal, isolated or unknown.

    >>> limit_of(severity=4, first_seen_on=date(2026, 11, 1), exploited_since=None, reached_from="internal").why
    'Critical: 30 days from 1 Nov 2026, when it was first seen.'
    """
    return min(
        _limits(severity, first_seen_on, exploited_since, reached_from),
        key=lambda limit: limit.due_on or date.max,
        default=Limit(None, ""),
    )


def _limits(severity: int, first_seen_on: date, exploited_since: date | None, reached_from: str) -> Iterator[Limit]:
    if exploited_since is not None:
        yield _exploited(first_seen_on, exploited_since, reached_from)
    if severity >= CRITICAL:
        yield _rated("Critical", CRITICAL_DAYS, first_seen_on)
    elif severity >= HIGH:
        yield _rated("High", HIGH_DAYS, first_seen_on)


def _exploited(first_seen_on: date, exploited_since: date, reached_from: str) -> Limit:
    is_exposed = reached_from == "internet"
    days = EXPLOITED_FROM_THE_INTERNET_DAYS if is_exposed else EXPLOITED_DAYS
    counted_from = max(first_seen_on, exploited_since)
    began = "it was first seen" if counted_from == first_seen_on else "its flaw was listed"
    where = " on a host reached from the internet" if is_exposed else ""
    unknown = (
        f" It is not known from where the host is reached: from the internet it would be "
        f"{EXPLOITED_FROM_THE_INTERNET_DAYS} days."
        if reached_from == "unknown" else ""
    )  # fmt: skip
    return Limit(
        counted_from + timedelta(days=days),
        f"Known exploited since {_day(exploited_since)}{where}: {days} days from {_day(counted_from)}, "
        f"when {began}.{unknown}",
    )


def _rated(word: str, days: int, first_seen_on: date) -> Limit:
    return Limit(
        first_seen_on + timedelta(days=days),
        f"{word}: {days} days from {_day(first_seen_on)}, when it was first seen.",
    )


def _day(value: date) -> str:
    return f"{value.day} {value:%b} {value.year}"
