"""What waits for somebody and what is dated, asked of every room once until something is written, at most a minute."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from django.db.models import BigIntegerField, CharField, Count, F, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common import recall, registries
from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Dated, Due

SINGLY = 10
"""So many of a kind are told one by one; one line stands for the rest."""
WEEK = "week-"
MOST_DATES = 30
"""Beyond so many dates of a kind those of each week are told as one."""


@dataclass(frozen=True)
class Many:
    """One kind of thing that waits, of which there may be many."""

    name: str
    rows: QuerySet[Any]
    """All of them that wait for the reader, the most pressing first."""
    each: Callable[[Any], Due]
    more: Callable[[int], str]
    """The title of the line for the rest, given their number."""
    icon: str
    subject: str
    """What subjects of this kind begin with."""
    last_day: str = ""
    """The field that holds the last day in time, where they have one."""
    is_counted: Callable[[date], bool] = lambda _day: True
    """Whether such a day runs; where it does not they only wait."""

    def singly(self, about: Collection[str] | None = None) -> Iterator[Due]:
        """Yield all of them, or those among some subjects."""
        rows = self.rows if about is None else _among(self.rows, self.subject, about)
        yield from (replace(self.each(row), kind=self.name, counted=self.more) for row in rows)

    def briefly(self) -> Iterator[Due]:
        """Yield the most pressing, and one that stands for the rest. Two queries."""
        fields = ("pk", "uid", self.last_day) if self.last_day else ("pk", "uid")
        every = list(self.rows.values_list(*fields))
        if not every:
            return
        first = [pk for pk, *_rest in every[:SINGLY]]
        named = {row.pk: row for row in self.rows.order_by().filter(pk__in=first)}
        yield from (replace(self.each(named[pk]), kind=self.name) for pk in first if pk in named)
        if len(every) > SINGLY:
            yield self._rest(every[SINGLY:])

    def _rest(self, rows: list[tuple[Any, ...]]) -> Due:
        rest = tuple(
            (f"{self.subject}:{uid}", day[0] if day and day[0] and self.is_counted(day[0]) else None)
            for _pk, uid, *day in rows
        )
        return Due(
            subject=self.name, title=self.more(len(rest)), why=_("Less pressing than those that are named"),
            url=f"{reverse('decide')}?of={self.name}", act=_("See all"), icon=self.icon, kind=self.name,
            by=min((day for _subject, day in rest if day), default=None), rest=rest, counted=self.more,
        )  # fmt: skip


@dataclass(frozen=True)
class Days:
    """One kind of thing with a date, of which there may be many."""

    subject: str
    """What subjects of this kind begin with."""
    rows: QuerySet[Any]
    field: str
    each: Callable[[Any], Dated]
    many: Callable[[int], str]
    """The title of a week's, given their number."""
    url: str
    lead_days: int = 0
    after: timedelta = timedelta(0)
    """How long after the day of the field the date is."""
    kind: Literal["lead", "window"] = "lead"
    what: str = ""
    """The kind of date; each told says it as well."""
    unit: str = ""
    """The path to the key of the unit, where it has one."""
    owner: str = ""
    """The path to the key of whoever must be done, where it has one."""
    most: int = MOST_DATES
    """More than so many are told week by week; none is ever told one by one where it is 0."""

    def told(self, about: Collection[str] | None = None) -> Iterator[Dated]:
        """Yield them one by one; where they are too many, those of each week as one, on the day of its first.

        Those among some subjects are always told one by one.
        """
        return told(self, about=about)

    def _singly(self, rows: QuerySet[Any]) -> Iterator[Dated]:
        yield from (replace(self.each(row), what=self.what) for row in rows)

    def _counted(self) -> QuerySet[Any]:
        """Return how many there are by day, unit and owner; alike for every kind, so that several are one question."""
        nobody = Cast(Value(None), BigIntegerField())
        return (
            self.rows.order_by()
            .annotate(
                _what=Value(self.what or self.field, output_field=CharField()), _on=F(self.field),
                _unit=Cast(F(self.unit), BigIntegerField()) if self.unit else nobody,
                _owner=Cast(F(self.owner), BigIntegerField()) if self.owner else nobody,
            )
            .values_list("_what", "_on", "_unit", "_owner")
            .annotate(_number=Count("pk"))
        )  # fmt: skip

    def _tell(self, days: list[tuple[date, int | None, int | None, int]]) -> Iterator[Dated]:
        if sum(number for *_day, number in days) <= self.most:
            yield from self._singly(self.rows.order_by(self.field, "pk") if days else self.rows.none())
            return
        weeks: dict[date, list[tuple[date, int | None, int | None, int]]] = {}
        for began, unit, owner, number in sorted(days, key=lambda day: day[0]):
            on = began + self.after
            weeks.setdefault(on - timedelta(days=on.weekday()), []).append((on, unit, owner, number))
        for held in weeks.values():
            parts: Counter[tuple[int | None, int | None]] = Counter()
            for _on, unit, owner, number in held:
                parts[unit, owner] += number
            first, total = held[0][0], parts.total()
            yield Dated(
                f"{self.subject}:{WEEK}{first}", self.many(total), self.url, first, lead_days=self.lead_days,
                kind=self.kind, what=self.what, number=total,
                parts=tuple((unit, owner, number) for (unit, owner), number in parts.items()),
            )  # fmt: skip


def told(*kinds: Days, about: Collection[str] | None = None) -> Iterator[Dated]:
    """Yield the dates of several kinds as `Days.told` does: one question for all, one more for each told singly."""
    if about is not None:
        for kind in kinds:
            yield from kind._singly(_among(kind.rows, kind.subject, about))
        return
    if not kinds:
        return
    first, *others = [kind._counted() for kind in kinds]
    by_kind: dict[str, list[tuple[date, int | None, int | None, int]]] = {}
    for what, *day in first.union(*others, all=True) if others else first:
        by_kind.setdefault(what, []).append((day[0], day[1], day[2], day[3]))
    for kind in kinds:
        yield from kind._tell(by_kind.get(kind.what or kind.field, []))


def _among(rows: QuerySet[Any], subject: str, about: Collection[str]) -> QuerySet[Any]:
    kind = f"{subject}:"
    uids = [each.removeprefix(kind) for each in about if each.startswith(kind)]
    known = [uid for uid in uids if registries.is_uid(uid)]
    return rows.filter(uid__in=known) if known else rows.none()


def in_units(user: User, permission: str, path: str = "unit", *, or_of: str = "") -> Q:
    """Return the condition for what stands where the user holds a permission; none where that is everywhere.

    or_of: the path to a user whose own are theirs as well.
    """
    scope = scope_of(user)
    if scope.covers_all(permission):
        return Q()
    here = Q(**{f"{path}__in": scope.units_for(permission)})
    return here | Q(**{or_of: user}) if or_of else here


def due_for(user: User) -> tuple[Due, ...]:
    """Return in brief what every room wants decided by a user. One small query where nothing changed meanwhile."""
    return recall.until_written(user, "due", lambda: tuple(registries.due_in_brief(user)), head=recall.trail_head())


def all_due_for(user: User) -> tuple[Due, ...]:
    """Return thing by thing what every room wants decided by a user."""
    return recall.until_written(
        user, "all due", lambda: tuple(registries.everything_due(user)), head=recall.trail_head()
    )


def due_about(user: User, subjects: Collection[str]) -> list[Due]:
    """Return what waits for a user among some subjects, whether or not it is named in brief."""
    brief = due_for(user)
    found = [due for due in brief if due.subject in subjects and not due.rest]
    known = {(due.kind, due.subject) for due in found}
    if any(subject in subjects for due in brief for subject, _day in due.rest):
        found += [due for due in registries.due_about(user, subjects) if (due.kind, due.subject) not in known]
    return found


def dated_for(user: User, first: date, last: date) -> tuple[Dated, ...]:
    """Return every room's dates between two days, both included, as `due_for` does."""
    return recall.until_written(
        user, f"dated {first} {last}", lambda: tuple(registries.everything_dated(user, first, last)),
        head=recall.trail_head(),
    )  # fmt: skip


def dated_about(user: User, subject: str, *, first: date, last: date) -> list[Dated]:
    """Return a subject's dates between two days, whether or not they are told as one with others of their week."""
    every = dated_for(user, first, last)
    found = [each for each in every if each.subject == subject]
    kind = subject.partition(":")[0]
    if any(each.subject.startswith(f"{kind}:{WEEK}") for each in every):
        found += [each for each in registries.dated_about(user, first, last, about={subject}) if each not in found]
    return found
