"""Reports and findings: which flaw stands where, since when, by which reports, until when, under which action."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import blake2b
from io import BytesIO
from itertools import count
from typing import Any

import numpy as np
from django.utils import timezone

from alcaide.common.changes import note_change
from alcaide.common.files import store
from alcaide.common.models import Change
from alcaide.exposure import services as exposure
from alcaide.exposure.limits import FlawState
from alcaide.exposure.models import (
    FOLLOWED,
    NO_LIMIT,
    Action,
    Check,
    Finding,
    FindingFlaw,
    Promise,
    Report,
    Sighting,
    Step,
)
from alcaide.exposure.queries.limits import facts_of, state_of, table_in_force
from alcaide.exposure.services.acting import key_of
from alcaide.exposure.services.closing import NO_LONGER
from alcaide.exposure.services.reading import BESIDE, PARTS
from alcaide.exposure.services.writing import finding_key
from alcaide.organization.queries import root_unit
from alcaide.threats.queries import known_exploited

from .catalogue import CAP_BYTES, Catalogue, Flaw
from .estate import ZONE, Thing
from .making import HOUSE, Making, next_id
from .people import Folk

# Rounds of scans, days ago; an asset that a later round did not meet is stale.
ROUNDS = (180, 60, 16, 2)
# Shares of findings first seen in each round that the asset was in, the newest first.
SINCE = (0.14, 0.24, 0.3, 0.32)
CLOSED_SHARE = 0.12
IS_CLEAN = 0.3
OWNED_SHARE, PROMISED_SHARE = 0.25, 0.5
SOURCES = {"host": "nessus", "application": "trivy"}
TARGETS = {"host": "host", "application": "image"}
HOST_SHARE = 0.6
CAPS = {"host": 1_500, "application": 2_500}
OUTPUT = "The remote service answered in a way that only versions with this flaw do."


@dataclass(slots=True)
class Round:
    """One report: a slice of the assets in one round of one scanner."""

    pk: int
    at: datetime
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Seen:
    """An asset with the reports that saw it, oldest first."""

    thing: Thing
    rounds: list[Round]


@dataclass(slots=True)
class Found:
    """One finding before it is written, with what hangs on it."""

    row: tuple[Any, ...]
    flaws: tuple[str, ...]
    step: tuple[Any, ...] | None
    action: tuple[Any, ...] | None


class Flaws:
    """Makes the findings; what one finding costs decides what a million do."""

    def __init__(self, making: Making, catalogue: Catalogue, folk: Folk) -> None:
        self._making, self._catalogue, self._folk = making, catalogue, folk
        self._facts = facts_of(sorted({cve for flaw in (*catalogue.checks, *catalogue.packages) for cve in flaw.cves}))
        self._owning = making.chance("owners of actions")
        self._promises: list[tuple[Any, ...]] = []
        self._since = known_exploited()
        self._table = table_in_force()
        self._states: dict[Flaw, frozenset[FlawState]] = {}
        self._limits: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self._actions: dict[tuple[Any, ...], int] = {}
        self._first_action = next_id(Action)
        self.digests: dict[Flaw, str] = {}

    def make(self, things: list[Thing]) -> None:
        """Make reports, sightings, findings, and the actions that mend them."""
        seen = self._make_reports(things)
        self._make_sightings(seen)
        self._name_checks()
        self._make_findings(seen)
        self._finish_reports(seen)
        self._make_promises()
        written = exposure.recount(HOUSE, range(self._first_action, self._first_action + len(self._actions)))
        self._making.tell("actions", len(written))
        note_change("exposure", "exposure.actions:all")
        # Limits and units were made as they must be: nothing has to follow.
        Change.objects.create(room=FOLLOWED, subject=FOLLOWED, at=timezone.now())

    def _make_reports(self, things: list[Thing]) -> list[Seen]:
        """Make one report for each round, scanner and batch of assets. Returns who was seen by which."""
        rounds: dict[tuple[str, int, int], Round] = {}
        batches, unit = self._making.size.batches, root_unit()
        for place, days in enumerate(ROUNDS):
            for kind, source in SOURCES.items():
                for batch in range(batches):
                    at = self._making.moment - timedelta(days=days, minutes=7 * batch)
                    words = f"Made for the example: {source}, {days} days ago, part {batch + 1} of {batches}.\n"
                    name = f"{source}-{at:%Y-%m-%d}-{batch + 1}.txt"
                    file = store(BytesIO(words.encode()), name, actor=HOUSE, cap_bytes=CAP_BYTES)
                    report = Report.objects.create(file=file, format=source, unit=unit, zone=ZONE, state="running")
                    rounds[kind, place, batch] = Round(report.pk, at)
        found = []
        for thing in things:
            if thing.kind in SOURCES and thing.seen_days_ago is not None:
                batch = thing.pk % batches
                met = [place for place, days in enumerate(ROUNDS) if days >= thing.seen_days_ago]
                found.append(Seen(thing, [rounds[thing.kind, place, batch] for place in met]))
        self._making.tell("reports", len(rounds))
        return found

    def _make_sightings(self, seen: list[Seen]) -> None:
        table = self._making.table(
            Sighting, "id", "report_id", "asset_id", "host_key", "matched_by", "matched_as", "target", "source",
            "is_new", "scanned_at", "credentialed", "complete",
        )  # fmt: skip
        numbers = count(next_id(Sighting))

        def rows() -> Iterator[tuple[Any, ...]]:
            for each in seen:
                thing = each.thing
                for place, met in enumerate(each.rounds):
                    met.counts["hosts"] += 1
                    met.counts["assets_matched" if place else "assets_new"] += 1
                    yield (
                        next(numbers), met.pk, thing.pk, f"target-{thing.pk}", "fqdn" if place else "", "",
                        TARGETS[thing.kind], SOURCES[thing.kind], not place, met.at, True, True,
                    )  # fmt: skip

        self._making.write("sightings", rows(), table.insert, models=[Sighting])

    def _name_checks(self) -> None:
        table = self._making.table(Check, "id", "source", "check_id", "name")
        first = next_id(Check)
        every = [*self._catalogue.checks, *self._catalogue.packages]
        rows = [(first + place, flaw.source, flaw.check, flaw.name) for place, flaw in enumerate(every)]
        self._making.write("checks", rows, table.insert, models=[Check])

    def _make_findings(self, seen: list[Seen]) -> None:
        findings = self._making.table(
            Finding, "id", "uid", "key", "asset_id", "unit_id", "source", "check_id", "port", "protocol", "service",
            "kind", "location", "where", "package", "purl", "installed", "fixed", "name", "severity", "cvss_vector",
            "cvss_score", "exploit_available", "solution", "output", "content", "state", "first_seen_at",
            "last_seen_at", "first_report_id", "last_report_id", "closed_at", "exploited_since", "due_on", "limit_on",
            "due_why", "action_id",
        )  # fmt: skip
        actions = self._making.table(
            Action, "id", "uid", "unit_id", "kind", "source", "check_id", "ecosystem", "package", "title", "detail",
            "owner_id", "promised_on",
        )  # fmt: skip
        flaws = self._making.table(FindingFlaw, "finding_id", "cve", "id")
        steps = self._making.table(Step, "finding_id", "report_id", "at", "what", "words", "id")
        flaw_numbers, step_numbers = count(next_id(FindingFlaw)), count(next_id(Step))

        def write(chunk: list[Found]) -> None:
            actions.insert(each.action for each in chunk if each.action)
            findings.insert(each.row for each in chunk)
            flaws.insert((each.row[0], cve, next(flaw_numbers)) for each in chunk for cve in each.flaws)
            steps.insert((*each.step, next(step_numbers)) for each in chunk if each.step)

        models = [Finding, FindingFlaw, Step, Action]
        self._making.write("findings", self._findings(seen), write, models=models)

    def _findings(self, seen: list[Seen]) -> Iterator[Found]:
        numbers = self._making.numbers("findings")
        uids, action_uids = self._making.uids("findings"), self._making.uids("actions")
        pk = next_id(Finding)
        for kind, flaws, share in (
            ("host", self._catalogue.checks, HOST_SHARE), ("application", self._catalogue.packages, None)
        ):  # fmt: skip
            targets = [each for each in seen if each.thing.kind == kind]
            wanted = round(self._making.size.findings * (share or 1 - HOST_SHARE))
            chances = _zipf(len(flaws))
            for target, number in zip(
                targets, spread(numbers, len(targets), wanted, CAPS[kind], len(flaws)), strict=True
            ):
                for place in _distinct(numbers, chances, int(number)):
                    yield self._found(pk, next(uids), target, flaws[place], numbers.random(3), action_uids)
                    pk += 1

    def _found(
        self, pk: int, uid: Any, target: Seen, flaw: Flaw, drawn: Any, action_uids: Iterator[Any]
    ) -> Found:  # fmt: skip
        thing, rounds = target.thing, target.rounds
        first = _first_round(float(drawn[0]), len(rounds))
        last = len(rounds) - 1
        is_closed = first < last and drawn[1] < CLOSED_SHARE
        met = rounds[last - is_closed]
        closed_in = rounds[last] if is_closed else None
        began = rounds[first]
        began.counts[f"{flaw.kind}:new"] += 1
        for each in rounds[first + 1 : last + 1 - is_closed]:
            each.counts[f"{flaw.kind}:unchanged"] += 1
        if closed_in:
            closed_in.counts["closed"] += 1
        location = f"usr/lib/{flaw.package}@{flaw.installed}" if flaw.package else ""
        key = finding_key(
            source=flaw.source, asset_uid=thing.uid, port=flaw.port, protocol="tcp" if not flaw.package else "",
            check=flaw.check, location=location,
        )  # fmt: skip
        identity = key_of(thing.unit_id, flaw.kind, flaw.source, flaw.check, flaw.package, flaw.purl, flaw.fixed)
        action = None
        if identity not in self._actions:
            self._actions[identity] = self._first_action + len(self._actions)
            action = (self._actions[identity], next(action_uids), *identity, *worded(flaw), *self._owner(thing.unit_id))
        row = (
            pk, uid, key, thing.pk, thing.unit_id, flaw.source, flaw.check, flaw.port,
            "tcp" if not flaw.package else "", flaw.service, flaw.kind, location, location, flaw.package, flaw.purl,
            flaw.installed, flaw.fixed, flaw.name, flaw.severity, flaw.vector, flaw.score,
            bool(drawn[2] < 0.1) if flaw.cves else None, flaw.solution, OUTPUT if not flaw.package else "",
            self._digest(flaw), "closed" if closed_in else "open", began.at, met.at, began.pk, met.pk,
            closed_in.at if closed_in else None, *self._limit(flaw, began.at, thing.reach), self._actions[identity],
        )  # fmt: skip
        step = (pk, closed_in.pk, closed_in.at, "closed", NO_LONGER) if closed_in else None
        return Found(row, flaw.cves, step, action)

    def _owner(self, unit_id: int) -> tuple[int | None, date | None]:
        """Draw who does an action and by which day, if anybody: a few promised, some of them in vain."""
        people = self._folk.people_of.get(unit_id)
        if not people or self._owning.random() > OWNED_SHARE:
            return None, None
        owner = self._owning.choice(people)
        if self._owning.random() > PROMISED_SHARE:
            return owner, None
        on = self._making.moment.date() + timedelta(days=self._owning.randrange(-40, 90))
        self._promises.append((len(self._promises), self._first_action + len(self._actions) - 1, owner, on))
        return owner, on

    def _make_promises(self) -> None:
        uids, first, chief = self._making.uids("promises"), next_id(Promise), self._folk.users[0].pk
        table = self._making.table(Promise, "id", "uid", "action_id", "owner_id", "promised_on", "named_by_id")
        rows = [(first + place, next(uids), *told, chief) for place, *told in self._promises]
        self._making.write("promises", rows, table.insert, models=[Promise])

    def _digest(self, flaw: Flaw) -> str:
        if flaw not in self.digests:
            self.digests[flaw] = blake2b(repr(flaw).encode(), digest_size=16).hexdigest()
        return self.digests[flaw]

    def _limit(self, flaw: Flaw, first_seen_at: datetime, reach: str) -> tuple[Any, ...]:
        """Return since when it is exploited, its limit, the day to sort by, and why, as a renewal would set them."""
        states = self._states.get(flaw)
        if states is None:
            states = frozenset(
                state_of(cve, vector=flaw.vector, since=self._since, facts=self._facts) for cve in flaw.cves
            )
            self._states[flaw] = states
        day: date = timezone.localtime(first_seen_at).date()
        about = (flaw.severity, day, reach, states)
        if about not in self._limits:
            limit = self._table.limit(severity=flaw.severity, first_seen_on=day, reached_from=reach, flaws=states)
            since = min((state.exploited_since for state in states if state.exploited_since), default=None)
            self._limits[about] = (since, limit.due_on, limit.due_on or NO_LIMIT, limit.why[:400])
        return self._limits[about]

    def _finish_reports(self, seen: list[Seen]) -> None:
        """Put down what became of each report's records, as if it had been read."""
        every = {each.pk: each for one in seen for each in one.rounds}
        for report in Report.objects.filter(state="running").order_by("pk"):
            met = every.get(report.pk)
            counts: Counter[str] = met.counts if met else Counter()
            kinds: dict[str, dict[str, int]] = {}
            parts = dict.fromkeys(PARTS, 0)
            for name, number in counts.items():
                kind, colon, part = name.partition(":")
                if colon:
                    kinds.setdefault(kind, {})[part] = number
                    parts[part] += number
            report.kinds = kinds
            report.counts = {
                "items": sum(parts.values()), **parts, "closed": counts["closed"], "waiting": 0, "ports_closed": 0,
                "proposed": 0, **{name: counts[name] for name in BESIDE},
            }  # fmt: skip
            report.state = "done"
            report.notices = ["Made for the example: the findings were written without a file of a scanner."]
            if met:
                report.scanned_from = report.scanned_till = met.at
                report.finished_at = met.at + timedelta(hours=1)
            report.save()


def worded(flaw: Flaw) -> tuple[str, str]:
    """Return an action's title and detail; counting it afterwards names the version of an upgrade."""
    if flaw.package:
        words = f"Upgrade {flaw.package}" if flaw.fixed else f"Find a way round {flaw.package}: no fixed version yet"
        return words, flaw.solution
    return f"Fix: {flaw.name}", flaw.solution


def spread(numbers: np.random.Generator, targets: int, wanted: int, cap: int, kinds: int) -> np.ndarray:
    """Return how many findings each target has: many none, most a few, a few very many; together `wanted`.

    At most `cap`, and at most 60 % of the kinds of flaw there are, on one target.
    Raises ValueError where the targets cannot hold them.
    """
    most = min(cap, int(kinds * 0.6))
    weights = numbers.pareto(1.1, targets) + 0.05
    weights[numbers.random(targets) < IS_CLEAN] = 0
    if most * int((weights > 0).sum()) < wanted:
        raise ValueError(f"{targets} targets cannot hold {wanted} findings of {kinds} kinds. Choose other sizes.")
    found = np.zeros(targets, dtype=np.int64)
    while (left := wanted - int(found.sum())) > 0:
        open_ones = np.where((weights > 0) & (found < most))[0]
        share = weights[open_ones] / weights[open_ones].sum()
        found[open_ones] = np.minimum(most, found[open_ones] + numbers.multinomial(left, share))
    return found


def _zipf(kinds: int) -> np.ndarray:
    """Return the running sum of chances: the first flaws are everywhere, the last nearly nowhere."""
    weights = 1 / (np.arange(kinds) + 8.0) ** 1.6
    sums: np.ndarray = np.cumsum(weights / weights.sum())
    return sums


def _distinct(numbers: np.random.Generator, chances: np.ndarray, number: int) -> list[int]:
    """Draw so many different places, the likelier more often."""
    found: dict[int, None] = {}
    while len(found) < number:
        drawn = np.minimum(chances.searchsorted(numbers.random(2 * number + 4)), len(chances) - 1)
        for place in drawn.tolist():
            found[place] = None
            if len(found) == number:
                break
    return list(found)


def _first_round(drawn: float, rounds: int) -> int:
    """Return in which of an asset's rounds a finding was first seen; what came earlier counts for the oldest."""
    for place, share in enumerate(SINCE):
        drawn -= share
        if drawn < 0:
            return max(0, rounds - 1 - place)
    return 0
