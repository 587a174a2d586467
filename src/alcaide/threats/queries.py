"""Reads of feeds, and of what they say about public flaws."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from alcaide.common.permissions import scope_of
from alcaide.common.registries import Subject
from alcaide.common.rows import listed

from .models import SEE, Exploitation, Feed, KnownExploited

KNOWN_FIELDS = ("added_on", "due_on", "removed_on", "ransomware", "name")
# FIRST scores every published flaw: 360,142 in August 2026. A list far shorter is an excerpt, and its mean is skewed.
WHOLE_LIST_ROWS = 100_000
# Mean of those 360,142 scores (FIRST EPSS, model v2026.06.15, scores of 2026-08-16).
MEAN_OF_ALL = 0.02826
# FIRST scores flaws daily and CISA lists them most working days: a feed older than this has missed something.
FRESH_DAYS = {"kev": 7, "epss": 3}


@dataclass(frozen=True, slots=True)
class Flaw:
    """What the feeds say of one public flaw; None where no feed in force says anything."""

    cve: str
    known_exploited_since: date | None = None
    removed_from_known_on: date | None = None
    ransomware: bool = False
    known_as: str = ""
    due_on: date | None = None
    epss: float | None = None
    percentile: float | None = None
    scored_on: date | None = None
    epss_model: str = ""

    @property
    def is_known_exploited(self) -> bool:
        """Listed as exploited in the wild, and not taken off the list since."""
        return self.known_exploited_since is not None and self.removed_from_known_on is None


@dataclass(frozen=True, slots=True)
class Edition:
    """The edition of a feed that is in force, or that none is."""

    kind: str
    label: str
    is_loaded: bool
    name: str = ""
    dated_on: date | None = None
    age_days: int | None = None
    rows: int = 0
    mean_probability: float | None = None
    taken_in_at: datetime | None = None
    uid: str = ""

    @property
    def is_old(self) -> bool:
        return self.age_days is not None and self.age_days > FRESH_DAYS[self.kind]

    @property
    def is_excerpt(self) -> bool:
        """Whether these are far fewer scores than there are flaws, so that their mean says little of the others."""
        return self.kind == "epss" and self.is_loaded and self.rows < WHOLE_LIST_ROWS

    @property
    def prior(self) -> float | None:
        """The chance to expect of a flaw without a score: the mean of a whole list, else that of the last whole one."""
        return MEAN_OF_ALL if self.is_excerpt else self.mean_probability

    @property
    def words(self) -> str:
        """Say in a sentence how far this feed can be relied on."""
        if not self.is_loaded:
            return {
                "kev": gettext("No list of known exploited flaws is loaded yet, so nothing is marked as exploited."),
                "epss": gettext("No scores are loaded yet, so no chance of exploitation is known."),
            }[self.kind]
        if self.age_days is None:
            return gettext("The edition in force does not say its date.")
        if self.age_days <= 0:
            return gettext("The edition in force is of today.")
        told = ngettext(
            "The edition in force is %(days)d day old.", "The edition in force is %(days)d days old.", self.age_days
        ) % {"days": self.age_days}
        return f"{told} {gettext('Bring in a newer one.')}" if self.is_old else told


def flaws(cves: Collection[str]) -> dict[str, Flaw]:
    """Return what the feeds in force say of each flaw; a flaw that no feed knows has an entry too. Two queries."""
    if not cves:
        return {}
    known = {row.cve: row for row in KnownExploited.objects.filter(cve__in=listed(cves))}
    in_force = _in_force("epss")
    scored = {
        row[0]: _Score(*row[1:])
        for row in Exploitation.objects.filter(cve__in=listed(cves)).values_list(
            "cve", "probability", "percentile", "feed__dated_on", "feed__edition",
            Subquery(in_force.values("dated_on")[:1]), Subquery(in_force.values("edition")[:1]),
        )
    }  # fmt: skip
    return {cve: _flaw(cve, known.get(cve), scored.get(cve)) for cve in cves}


def told_along(rows: QuerySet[Any], *, cve: str = "cve") -> QuerySet[Any]:
    """Hang on rows that name a flaw what the feeds say of it, as `told_known`, `told_score`, `told_newest`.

    For rows of an upper room, in the same query; `told` makes the flaw of a row.
    """
    known = KnownExploited.objects.filter(cve=OuterRef(cve))
    score = Exploitation.objects.filter(cve=OuterRef(cve))
    annotated: QuerySet[Any] = rows.annotate(
        told_known=Subquery(known.values(found=JSONObject(**{name: name for name in KNOWN_FIELDS}))[:1]),
        told_score=Subquery(
            score.values(
                found=JSONObject(
                    probability="probability", percentile="percentile", on="feed__dated_on", model="feed__edition"
                )
            )[:1]
        ),
        told_newest=Subquery(_in_force("epss").values(found=JSONObject(on="dated_on", model="edition"))[:1]),
    )
    return annotated


def told(cve: str, known: dict[str, Any] | None, score: dict[str, Any] | None, newest: dict[str, Any] | None) -> Flaw:
    """Return the flaw of a row that `told_along` annotated."""
    newest = newest or {}
    return _flaw(
        cve,
        KnownExploited(
            cve=cve, name=known["name"], ransomware=bool(known["ransomware"]),
            added_on=date.fromisoformat(known["added_on"]),
            due_on=_day(known["due_on"]), removed_on=_day(known["removed_on"]),
        ) if known else None,
        _Score(
            score["probability"], score["percentile"], _day(score["on"]), score["model"],
            _day(newest.get("on")), newest.get("model"),
        ) if score else None,
    )  # fmt: skip


def known_exploited() -> dict[str, date]:
    """Return every flaw that stands on the list of known exploited ones, with the day it was put there."""
    return dict(KnownExploited.objects.filter(removed_on__isnull=True).values_list("cve", "added_on"))


def editions() -> tuple[Edition, ...]:
    """Return the edition in force of each feed; one that was never loaded says so in words."""
    today = timezone.localdate()
    found = []
    for kind, label in Feed.KINDS:
        feed = current(kind)
        found.append(Edition(kind, label, is_loaded=False) if feed is None else _edition(feed, label, today))
    return tuple(found)


def current(kind: str) -> Feed | None:
    """Return the edition of a feed that is in force: the last one that was wholly taken in."""
    return _in_force(kind).first()


def feeds(user: Any) -> QuerySet[Feed]:
    """Return every edition that was ever brought in, the newest first."""
    rows = Feed.objects.select_related("file", "brought_by")
    return rows if scope_of(user).allows(SEE) else rows.none()


def subject(uid: str, user: Any) -> Subject | None:
    """Name an edition; None where it is gone or not to be seen."""
    try:
        return subjects([uid], user).get(uid)
    except ValidationError:
        return None


def subjects(uids: Collection[str], user: Any) -> dict[str, Subject]:
    """Name many editions at once."""
    return {
        str(feed.uid): Subject(str(feed), reverse("feed", args=[feed.uid])) for feed in feeds(user).filter(uid__in=uids)
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class _Score:
    """One score, the edition that brought it, and the edition in force."""

    probability: float
    percentile: float
    dated_on: date | None
    model: str
    newest_on: date | None
    newest_model: str | None

    @property
    def holds_on(self) -> date | None:
        """An edition that repeats a score leaves its row alone: the score is as fresh as the edition in force."""
        return max((day for day in (self.dated_on, self.newest_on) if day is not None), default=None)

    @property
    def holds_in(self) -> str:
        return self.newest_model or self.model if self.holds_on == self.newest_on else self.model


def _in_force(kind: str) -> QuerySet[Feed]:
    return Feed.objects.filter(kind=kind, state="done").order_by("-finished_at", "-id")


def _flaw(cve: str, known: KnownExploited | None, score: _Score | None) -> Flaw:
    return Flaw(
        cve=cve,
        known_exploited_since=known.added_on if known else None,
        removed_from_known_on=known.removed_on if known else None,
        ransomware=bool(known and known.ransomware),
        known_as=known.name if known else "",
        due_on=known.due_on if known else None,
        epss=score.probability if score else None,
        percentile=score.percentile if score else None,
        scored_on=score.holds_on if score else None,
        epss_model=score.holds_in if score else "",
    )


def _edition(feed: Feed, label: str, today: date) -> Edition:
    return Edition(
        feed.kind, label, is_loaded=True, name=feed.edition, dated_on=feed.dated_on,
        age_days=(today - feed.dated_on).days if feed.dated_on else None, rows=feed.rows,
        mean_probability=feed.mean_probability, taken_in_at=feed.finished_at, uid=str(feed.uid),
    )  # fmt: skip
