"""What people decided of findings and actions: exceptions in every state, and what is stated of flaws."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from alcaide.common.models import User
from alcaide.common.rows import numbered
from alcaide.exposure import services as exposure
from alcaide.exposure.models import Action, Covered, Decision, Finding, FlawFacts
from alcaide.exposure.services.deciding import ANSWER_WITHIN_DAYS, cover_again

from .catalogue import Catalogue
from .estate import SOURCE, pick
from .making import HOUSE, Making, next_id
from .people import Folk

KINDS = (("exception", 55), ("window", 30), ("false_positive", 15))
STATES = (("in_force", 46), ("asked", 14), ("proposed", 8), ("refused", 10), ("withdrawn", 7), ("ended", 15))
REASONS = (
    "The maker has no update for this line yet.", "The plant stands still only in August.",
    "The host is taken down next quarter.", "The service answers only inside the cell.",
)  # fmt: skip
STATED_SHARE = 0.04
# An action with very many findings is decided one finding at a time.
MOST_COVERED = 400


@dataclass(frozen=True, slots=True)
class About:
    """What one decision is about: some open findings of one unit."""

    unit_id: int
    title: str
    keys: tuple[str, ...]


def state_facts(making: Making, catalogue: Catalogue) -> None:
    """State of some flaws whether an attack can be automated and how far it reaches; limits follow from it."""
    chance, uids, first = making.chance("flaw facts"), making.uids("flaw facts"), next_id(FlawFacts)
    table = making.table(FlawFacts, "id", "uid", "cve", "automatable", "impact", "basis", "source", "stated_on")
    cves = sorted({cve for flaw in (*catalogue.checks, *catalogue.packages) for cve in flaw.cves})
    day = making.moment.date()
    rows = [
        (first + place, next(uids), cve, chance.choice((True, False, None)), chance.choice(("total", "partial", "")),
         *(("published", "CISA Vulnrichment") if chance.random() < 0.8 else ("person", SOURCE)),
         day - timedelta(days=chance.randrange(1, 300)))
        for place, cve in enumerate(each for each in cves if chance.random() < STATED_SHARE)
    ]  # fmt: skip
    making.write("facts of flaws", rows, table.insert, models=[FlawFacts])


def make_decisions(making: Making, folk: Folk) -> None:
    """Make decisions on open findings in every state, put those in force onto them, and count the actions anew."""
    decisions = making.table(
        Decision, "id", "uid", "kind", "state", "unit_id", "title", "findings", "until", "owner_id", "reason",
        "evidence", "source", "asked_by_id", "asked_at", "answer_by", "decided_by_id", "decided_at", "answer",
        "ended_at", "ended_why",
    )  # fmt: skip
    covered = making.table(Covered, "decision_id", "key", "id")
    numbers = iter(range(next_id(Covered), 10**12))

    def write(chunk: list[tuple[tuple[Any, ...], About]]) -> None:
        decisions.insert(row for row, _ in chunk)
        covered.insert((row[0], key, next(numbers)) for row, about in chunk for key in sorted(about.keys))

    drawn = _drawn(making)
    making.write("exceptions", _decisions(making, folk, drawn), write, models=[Decision, Covered])
    touched = cover_again(HOUSE)
    exposure.recount(HOUSE, touched)


def _drawn(making: Making) -> list[About]:
    """Draw actions that stand open, all of their findings or one of them."""
    chance = making.chance("decided actions")
    every = list(Action.objects.filter(state="open").order_by("pk").values_list("pk", flat=True))
    chosen = sorted(chance.sample(every, min(len(every) // 3, making.size.decisions)))
    keys: dict[int, list[tuple[str, str]]] = {pk: [] for pk in chosen}
    standing = Finding.objects.filter(action__in=numbered(chosen), state="open").order_by("pk")
    for pk, key, name in standing.values_list("action_id", "key", "name").iterator():
        keys[pk].append((key, name))
    found = []
    for pk, unit_id, title in (
        Action.objects.filter(pk__in=numbered(chosen)).order_by("pk").values_list("pk", "unit_id", "title")
    ):
        held = keys[pk]
        if len(held) > MOST_COVERED or chance.random() < 0.3:
            key, name = chance.choice(held)
            found.append(About(unit_id, name, (key,)))
        else:
            found.append(About(unit_id, title, tuple(key for key, _ in held)))
    return found


def _decisions(making: Making, folk: Folk, drawn: list[About]) -> Iterator[tuple[tuple[Any, ...], About]]:
    chance, uids, first = making.chance("decisions"), making.uids("decisions"), next_id(Decision)
    chief = folk.users[0]
    askers = [user for user in folk.users[1:] if user.grants.filter(role="analyst").exists()]
    for place, about in enumerate(drawn):
        kind, state = pick(chance, KINDS), pick(chance, STATES)
        is_false = kind == "false_positive"
        asked_at = making.moment - timedelta(days=chance.randrange(1, 4 if state in {"asked", "proposed"} else 120))
        until = None if is_false else _until(chance, state, making.moment)
        owner = chance.choice(folk.people_of[about.unit_id]) if folk.people_of.get(about.unit_id) else None
        told = (about.unit_id, about.title[:400], len(about.keys), until, None if is_false else owner)
        yield (
            (first + place, next(uids), kind, state, *told, chance.choice(REASONS),
             "Checked on the host." if is_false else "", "vex.json" if state == "proposed" else "",
             None if state == "proposed" else chance.choice(askers).pk, asked_at,
             asked_at.date() + timedelta(days=ANSWER_WITHIN_DAYS), *_answered(state, asked_at, chief),
             *_ended(state, making.moment)),
            about,
        )  # fmt: skip


def _until(chance: Random, state: str, moment: datetime) -> Any:
    """Return the last day: ahead where it holds or waits, past where it ended."""
    days = -chance.randrange(1, 60) if state == "ended" else chance.randrange(2, 200)
    return moment.date() + timedelta(days=days)


def _answered(state: str, asked_at: datetime, chief: User) -> tuple[Any, ...]:
    if state not in {"in_force", "refused", "ended"}:
        return None, None, ""
    return chief.pk, asked_at + timedelta(hours=20), "Mend it in the next window." if state == "refused" else ""


def _ended(state: str, moment: datetime) -> tuple[Any, ...]:
    if state == "ended":
        return moment - timedelta(hours=30), "Its last day has passed."
    return (moment - timedelta(hours=30), "Withdrawn before an answer.") if state == "withdrawn" else (None, "")
