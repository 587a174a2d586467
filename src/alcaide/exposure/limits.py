"""Time limits: by when a finding must be fixed, and why. The tables stand in docs/find-flaws.md.

Pure: facts in, a day and a sentence out. What is not known stays unknown: the day is the earliest that the known facts
allow, and the sentence names the latest.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import Any

from django.utils.translation import gettext as _

SEVERITIES = {"critical": 4, "high": 3, "medium": 2, "low": 1}
LONGEST_DAYS = 3_650
TRUTH: Mapping[str, bool | None] = {"yes": True, "no": False, "any": None}


@dataclass(frozen=True, slots=True)
class Limit:
    """By when a finding must be fixed; no day where no limit applies."""

    due_on: date | None
    why: str


@dataclass(frozen=True, slots=True)
class FlawState:
    """What is known of one public flaw; None is not known. The bases say who says so: published, stated, judged."""

    exploited_since: date | None = None
    automatable: bool | None = None
    total: bool | None = None
    automatable_by: str = ""
    total_by: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Days of one row of the directive; None is the next upgrade."""

    days: int | None
    forensics: bool = False

    @property
    def words(self) -> str:
        if self.days is None:
            return "with the next upgrade, no day"
        return f"{_days(self.days)} and forensics" if self.forensics else _days(self.days)


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One row of an own table. exploited, exposed: None fits both.  severity: 0 fits all."""

    severity: int
    exploited: bool | None
    exposed: bool | None
    days: int


class RowUnusable(ValueError):
    """A row of an own table cannot be used; the message says which and what to do."""


@dataclass(frozen=True)
class Table:
    """How limits are set. rated: days by severity for findings that name no public flaw (directive only)."""

    kind: str
    deadlines: Mapping[tuple[bool, bool, bool, bool], Deadline] = field(default_factory=dict)
    """By known exploited, publicly exposed, automatable, total impact."""
    rated: Mapping[int, int] = field(default_factory=dict)
    own: tuple[OwnRow, ...] = ()

    def limit(self, *, severity: int, first_seen_on: date, reached_from: str, flaws: frozenset[FlawState]) -> Limit:
        """Return the earliest limit that applies, with the way to it as a sentence."""
        exposed = None if reached_from == "unknown" else reached_from == "internet"
        if self.kind == "own":
            return self._own(severity, first_seen_on, exposed, flaws)
        if not flaws:
            return self._rated(severity, first_seen_on)
        found = [self._directive(flaw, first_seen_on, exposed) for flaw in flaws]
        return min(found, key=lambda limit: (limit.due_on or date.max, limit.why))

    def _rated(self, severity: int, first_seen_on: date) -> Limit:
        days = self.rated.get(severity)
        if days is None:
            return Limit(None, "")
        word = _rating(severity)
        return Limit(
            first_seen_on + timedelta(days=days),
            f"{word}, no public flaw named: {_days(days)} from {_day(first_seen_on)}, when it was first seen.",
        )

    def _directive(self, flaw: FlawState, first_seen_on: date, exposed: bool | None) -> Limit:
        facts = (flaw.exploited_since is not None, exposed, flaw.automatable, flaw.total)
        cases = product(_either(facts[0]), _either(facts[1]), _either(facts[2]), _either(facts[3]))
        rows = [(each, self.deadlines[each]) for each in cases]
        first = min(rows, key=_strictness)
        last = max(rows, key=_strictness)
        start = max(first_seen_on, flaw.exploited_since or first_seen_on)
        why = f"{_known(flaw, exposed)}: {first[1].words}"
        due_on = None
        if first[1].days is not None:
            due_on = start + timedelta(days=first[1].days)
            why += f", from {_day(start)}"
        if last[1] != first[1]:
            why += f". {last[1].words[:1].upper()}{last[1].words[1:]}, were it {_were(facts, last[0])}"
        return Limit(due_on, f"{why}.")

    def _own(
        self, severity: int, first_seen_on: date, exposed: bool | None, flaws: frozenset[FlawState]
    ) -> Limit:  # fmt: skip
        since = min((flaw.exploited_since for flaw in flaws if flaw.exploited_since), default=None)
        sure: list[tuple[date, OwnRow]] = []
        maybe: list[tuple[date, OwnRow]] = []
        for row in self.own:
            if row.severity not in {0, severity} or row.exploited not in {None, since is not None}:
                continue
            start = max(first_seen_on, since) if row.exploited and since else first_seen_on
            due_on = start + timedelta(days=row.days)
            if row.exposed is None or row.exposed is exposed:
                sure.append((due_on, row))
            elif exposed is None:
                maybe.append((due_on, row))
        return _of_own([*sure, *maybe], sure, severity=severity, since=since)


def deadlines_of(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[bool, bool, bool, bool], Deadline]:
    """Read the rows of the directive's table. Raises RowUnusable unless each of the 16 cases stands there once."""
    found: dict[tuple[bool, bool, bool, bool], Deadline] = {}
    for row in rows:
        facts = (
            row["exploited"] == "yes", row["exposed"] == "yes", row["automatable"] == "yes", row["impact"] == "total",
        )  # fmt: skip
        found[facts] = Deadline(row.get("days"), bool(row.get("forensics")))
    if len(found) != 16:
        raise RowUnusable(_("The table holds %(n)s of 16 cases.") % {"n": len(found)})
    return found


@lru_cache(maxsize=1)
def directive() -> Table:
    """Return the directive's table as it ships with the house, with our own days for findings without a public flaw."""
    text = files("alcaide.content").joinpath("ssvc", "bod_26_04.toml").read_text(encoding="utf-8")
    held = tomllib.loads(text)
    rated = {SEVERITIES[row["severity"]]: row["days"] for row in held["rated"]}
    return Table("bod", deadlines_of(held["row"]), rated)


def own_rows(rows: Iterable[Mapping[str, Any]]) -> tuple[OwnRow, ...]:
    """Read the rows of an own table. Raises RowUnusable, naming the row."""
    found: list[OwnRow] = []
    for number, row in enumerate(rows, start=1):
        severity = str(row.get("severity", "any"))
        days = row.get("days")
        if severity != "any" and severity not in SEVERITIES:
            raise RowUnusable(
                _("Row %(number)s: “%(severity)s” is no severity. Take critical, high, medium, low or any.")
                % {"number": number, "severity": severity}
            )
        for name in ("exploited", "exposed"):
            if row.get(name, "any") not in TRUTH:
                raise RowUnusable(_("Row %(number)s: “%(name)s” is yes, no or any.") % {"number": number, "name": name})
        if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= LONGEST_DAYS:
            raise RowUnusable(
                _("Row %(number)s: say the days as a whole number from 0 to %(longest_days)s.")
                % {"number": number, "longest_days": f"{LONGEST_DAYS:,}"}
            )
        about = OwnRow(
            SEVERITIES.get(severity, 0), TRUTH[row.get("exploited", "any")], TRUTH[row.get("exposed", "any")], days
        )
        if any(_same_case(about, other) for other in found):
            raise RowUnusable(
                _("Row %(number)s: the same case stands twice. Keep one of the two.") % {"number": number}
            )
        found.append(about)
    if not found:
        raise RowUnusable(_("The table has no row yet: add at least one, or take the directive's table."))
    return tuple(found)


@lru_cache(maxsize=4_096)
def judged(vector: str) -> tuple[bool | None, bool | None]:
    """Judge from a CVSS vector whether an attack can be automated, and whether its impact is total; None unknown.

    Our judgement, never a published fact: automatable where it comes over the network without rights and without
    anybody's help; total where all three kinds of impact are high (complete in version 2).

    >>> judged("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")
    (True, True)
    >>> judged("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N")
    (False, False)
    >>> judged("")
    (None, None)
    """
    said = dict(part.split(":", 1) for part in vector.split("/") if ":" in part)
    automatable: bool | None = None
    if "AV" in said and ("PR" in said or "Au" in said):
        automatable = said["AV"] == "N" and said.get("PR", said.get("Au")) == "N" and said.get("UI", "N") == "N"
    impacts = [said.get(f"V{name}", said.get(name)) for name in ("C", "I", "A")]
    total = None if None in impacts else all(each in {"H"} or (each == "C" and "Au" in said) for each in impacts)
    return automatable, total


def _of_own(
    fit: list[tuple[date, OwnRow]], sure: list[tuple[date, OwnRow]], *, severity: int, since: date | None
) -> Limit:  # fmt: skip
    if not fit:
        return Limit(None, "")
    due_on, row = min(fit, key=lambda each: each[0])
    later = min((each[0] for each in sure), default=None)
    parts = [_rating(severity)]
    if since:
        parts.append(f"known exploited since {_day(since)}")
    if row.exposed is not None:
        is_guess = all(row is not each[1] for each in sure)
        place = "reached from the internet" if row.exposed else "not reached from the internet"
        parts.append("not known from where it is reached" if is_guess else place)
    why = f"{', '.join(parts)}: {_days(row.days)} by our own table, from {_day(due_on - timedelta(days=row.days))}"
    if later != due_on:
        other = "not " if row.exposed else ""
        left = f"Until {_day(later)}" if later else "No limit"
        why += f". {left}, were it {other}reached from the internet"
    return Limit(due_on, f"{why}.")


def _same_case(one: OwnRow, other: OwnRow) -> bool:
    return (one.severity, one.exploited, one.exposed) == (other.severity, other.exploited, other.exposed)


def _either(fact: bool | None) -> tuple[bool, ...]:
    return (True, False) if fact is None else (fact,)


def _strictness(row: tuple[Any, Deadline]) -> tuple[int, bool]:
    return (LONGEST_DAYS + 1 if row[1].days is None else row[1].days, not row[1].forensics)


def _known(flaw: FlawState, exposed: bool | None) -> str:
    exploited = f"Known exploited since {_day(flaw.exploited_since)}" if flaw.exploited_since else "Not known exploited"
    reach = {
        True: "reached from the internet", False: "not reached from the internet",
        None: "not known from where it is reached",
    }[exposed]  # fmt: skip
    return ", ".join([exploited, reach, *_said(flaw)])


def _said(flaw: FlawState) -> Iterator[str]:
    automatable = {True: "automatable", False: "not automatable", None: "not known whether automatable"}
    total = {True: "total impact", False: "partial impact", None: "not known whether its impact is total"}
    for words, by in ((automatable[flaw.automatable], flaw.automatable_by), (total[flaw.total], flaw.total_by)):
        yield f"{words} ({by})" if by else words


def _were(known: tuple[bool | None, ...], row: tuple[bool, ...]) -> str:
    """Say the unknown facts as a row has them."""
    words: tuple[Callable[[bool], str], ...] = (
        lambda _: "",
        lambda yes: "reached from the internet" if yes else "not reached from the internet",
        lambda yes: "automatable" if yes else "not automatable",
        lambda yes: "of total impact" if yes else "of partial impact",
    )
    said = [say(fact) for say, was, fact in zip(words, known, row, strict=True) if was is None]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def _rating(severity: int) -> str:
    return {4: "Critical", 3: "High", 2: "Medium", 1: "Low"}.get(severity, "Information")


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"


def _day(value: date) -> str:
    return f"{value.day} {value:%b} {value.year}"
