"""What people may do, when they are away, and whom units turn to."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from alcaide.organization.models import Absence, Liaison, Qualification
from alcaide.organization.services.staff import NEVER

from .estate import pick
from .making import Making, next_id
from .people import Folk

# What a person may do, and for how many days the paper holds; None holds for good.
PAPERS: tuple[tuple[str, int | None], ...] = (
    ("First aid", 730), ("Forklift licence", 1_825), ("Fire warden", 1_095), ("Food handler", 1_460),
    ("Security guard licence", 1_825), ("Working at height", 730), ("Auditor of management systems", 1_095),
    ("Degree in information security", None), ("Driver of dangerous goods", 1_825),
)  # fmt: skip
ISSUERS = ("Red Cross", "Chamber of commerce", "Ministry of labour", "The makers' school")
AWAY = (("holiday", 60), ("sick", 22), ("training", 10), ("parental", 4), ("other", 4))
TOPICS = ("Information security", "Data protection", "Fire and evacuation", "Physical security", "Business continuity")
QUALIFIED_SHARE, AWAY_SHARE, LIAISON_SHARE = 0.3, 0.4, 0.4


def make_staff(making: Making, folk: Folk) -> None:
    """Make qualifications, absences and liaisons."""
    papers = making.table(
        Qualification, "id", "uid", "person_id", "kind", "number", "issuer", "from_on", "until_on", "ends_on",
        "verified_by_id", "verified_at", "withdrawn_at",
    )  # fmt: skip
    making.write("qualifications", _papers(making, folk), papers.insert, models=[Qualification])
    away = making.table(
        Absence, "id", "uid", "person_id", "kind", "from_on", "until_on", "from_noon", "until_noon", "withdrawn_at"
    )
    making.write("absences", _absences(making, folk), away.insert, models=[Absence])
    liaisons = making.table(Liaison, "id", "uid", "unit_id", "person_id", "deputy_id", "topic", "from_on", "until_on")
    making.write("liaisons", _liaisons(making, folk), liaisons.insert, models=[Liaison])


def _papers(making: Making, folk: Folk) -> Iterator[tuple[Any, ...]]:
    chance, uids, pk = making.chance("papers"), making.uids("papers"), next_id(Qualification)
    day, chief = making.moment.date(), folk.users[0]
    for people in folk.people_of.values():
        for person in people:
            if chance.random() > QUALIFIED_SHARE:
                continue
            for kind, days in chance.sample(PAPERS, chance.randint(1, 3)):
                begins = day - timedelta(days=chance.randrange(1, 1_500))
                until = None if days is None else begins + timedelta(days=days)
                seen = making.moment - timedelta(days=chance.randrange(0, 90)) if chance.random() < 0.7 else None
                gone = making.moment - timedelta(days=3) if chance.random() < 0.02 else None
                yield (
                    pk, next(uids), person, kind, f"N-{pk:07d}", chance.choice(ISSUERS), begins, until, until or NEVER,
                    chief.pk if seen else None, seen, gone,
                )  # fmt: skip
                pk += 1


def _absences(making: Making, folk: Folk) -> Iterator[tuple[Any, ...]]:
    """Yield absences; those of one person follow each other, so that none overlap."""
    chance, uids, pk = making.chance("absences"), making.uids("absences"), next_id(Absence)
    for people in folk.people_of.values():
        for person in people:
            if chance.random() > AWAY_SHARE:
                continue
            for kind, first, last in _times_away(chance, making.moment.date()):
                halves = (chance.random() < 0.1, last > first and chance.random() < 0.1)
                gone = making.moment - timedelta(days=1) if chance.random() < 0.03 else None
                yield pk, next(uids), person, kind, first, last, *halves, gone
                pk += 1


def _times_away(chance: Random, day: date) -> Iterator[tuple[str, date, date]]:
    at = day - timedelta(days=chance.randrange(10, 200))
    for _ in range(chance.randint(1, 3)):
        kind = pick(chance, AWAY)
        last = at + timedelta(days=chance.randrange(0, 90 if kind == "parental" else 12))
        yield kind, at, last
        at = last + timedelta(days=chance.randrange(2, 60))


def _liaisons(making: Making, folk: Folk) -> Iterator[tuple[Any, ...]]:
    """Yield whom units turn to; of each topic of a unit one is in force."""
    chance, uids, pk = making.chance("liaisons"), making.uids("liaisons"), next_id(Liaison)
    for unit in folk.units:
        people = folk.people_of[unit.pk]
        for topic in TOPICS:
            if chance.random() > LIAISON_SHARE or not people:
                continue
            person, deputy = chance.choice(people), chance.choice(people)
            begins = making.moment.date() - timedelta(days=chance.randrange(1, 900))
            until = begins + timedelta(days=400) if chance.random() < 0.2 else None
            told = (unit.pk, person, deputy if deputy != person else None, topic, begins, until)
            yield pk, next(uids), *told
            pk += 1
