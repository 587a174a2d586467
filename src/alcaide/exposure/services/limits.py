"""Limits of many findings by the table in force, found once for each case that differs."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from alcaide.exposure.limits import FlawState
from alcaide.exposure.models import NO_LIMIT
from alcaide.exposure.queries.limits import Facts, facts_of, state_of, table_in_force
from alcaide.threats.queries import known_exploited

LONGEST_WHY = 400
MOST_KEPT = 50_000
NOTHING_SAID = ("",)

# Listed as exploited since, limit, the sentence.
Found = tuple[date | None, date | None, str]


class Limits:
    """The table in force, with what feeds and people say of flaws.

    A million findings are some thousand cases, each worked out once. Past 50,000 cases it forgets and begins anew, so
    memory does not grow with the findings.
    """

    def __init__(self, since: Mapping[str, date] | None = None) -> None:
        self._table = table_in_force()
        self._since = known_exploited() if since is None else since
        self._facts: dict[str, Facts] = {}
        # Flaws of which anything is known; the others, most of them, are alike.
        self._spoken_of = set(self._since)
        self._learnt: set[str] = set()
        self._flaws: dict[tuple[str, tuple[str, ...]], tuple[frozenset[FlawState], date | None]] = {}
        self._days: dict[datetime, date] = {}
        self._cases: dict[tuple[int, date, str, frozenset[FlawState]], tuple[date | None, str]] = {}
        self._found: dict[tuple[int, date, str, str, tuple[str, ...]], Found] = {}

    def learn(self, cves: Iterable[str]) -> None:
        """Read what is stated of flaws that were not met before. One query, none where all are known."""
        fresh = set(cves) - self._learnt
        if fresh:
            if len(self._learnt) > MOST_KEPT:
                # What was learnt of flaws stays; only that nothing is stated of most is asked again.
                self._learnt = set(self._facts)
            stated = facts_of(fresh)
            self._facts |= stated
            self._spoken_of |= stated.keys()
            self._learnt |= fresh

    def of(
        self, *, severity: int, first_seen_at: datetime, reached_from: str, vector: str, cves: tuple[str, ...]
    ) -> Found:
        """Return the limit of a finding whose flaws were learnt."""
        day = self._days.get(first_seen_at)
        if day is None:
            day = self._day(first_seen_at)
        if cves and self._spoken_of.isdisjoint(cves):
            cves = NOTHING_SAID
        about = (severity, day, reached_from, vector, cves)
        found = self._found.get(about)
        if found is None:
            flaws, listed_on = self._flaws_of(vector, cves)
            found = (listed_on, *self._case((severity, day, reached_from, flaws)))
            _forget_beyond(self._found)
            self._found[about] = found
        return found

    def _case(self, about: tuple[int, date, str, frozenset[FlawState]]) -> tuple[date | None, str]:
        """Work a case out; flaws of which the same is known, most of them, are one case."""
        held = self._cases.get(about)
        if held is None:
            severity, day, reached_from, flaws = about
            limit = self._table.limit(severity=severity, first_seen_on=day, reached_from=reached_from, flaws=flaws)
            _forget_beyond(self._cases)
            held = self._cases[about] = (limit.due_on, limit.why[:LONGEST_WHY])
        return held

    def _day(self, moment: datetime) -> date:
        _forget_beyond(self._days)
        day = self._days[moment] = timezone.localtime(moment).date()
        return day

    def _flaws_of(self, vector: str, cves: tuple[str, ...]) -> tuple[frozenset[FlawState], date | None]:
        held = self._flaws.get((vector, cves))
        if held is None:
            states = frozenset(state_of(cve, vector=vector, since=self._since, facts=self._facts) for cve in cves)
            listed_on = min((each.exploited_since for each in states if each.exploited_since), default=None)
            _forget_beyond(self._flaws)
            held = self._flaws[vector, cves] = (states, listed_on)
        return held


def stands_until(due_on: date | None, *, kind: str | None, until: date | None) -> date:
    """Return the day after which a finding is late: its limit, moved by the decision that covers it."""
    if due_on is None or kind == "false_positive":
        return NO_LIMIT
    return max(due_on, until) if until is not None else due_on


def _forget_beyond(held: dict[Any, Any]) -> None:
    if len(held) >= MOST_KEPT:
        held.clear()
