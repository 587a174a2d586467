"""The year: every room's dates with when their work must start, what clashes, and what passed undone."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.board.models import QuietTime
from alcaide.common import recall
from alcaide.common.models import User
from alcaide.common.registries import Dated, date_kind, dated_about
from alcaide.common.waiting import WEEK, dated_for
from alcaide.common.words import day
from alcaide.organization.models import Person, Unit
from alcaide.organization.queries import absences

MOST_OF_A_PERSON = 3
"""More dates of one person in a week clash."""
MOST_OF_A_UNIT = 10
"""More dates of one unit in a week clash."""

State = Literal["ahead", "start", "missed", "past"]


@dataclass(frozen=True)
class Line:
    """One date of the year, as the page shows it."""

    dated: Dated
    room: str
    kind: str
    """The kind of date, in words."""
    unit: str
    owner: str
    starts: date
    """The day on which its work must begin."""
    state: State
    clash: str = ""
    is_work: bool = True

    @property
    def on(self) -> date:
        return self.dated.on

    @property
    def stands_for_many(self) -> bool:
        return is_many(self.dated)

    def is_of(self, *, unit: int | None, owner: int | None) -> bool:
        """Tell whether it is of a unit and a person, or stands for some that are."""
        pairs = self.dated.parts or ((self.dated.unit, self.dated.owner, 1),)
        return any((unit is None or u == unit) and (owner is None or o == owner) for u, o, _n in pairs)


@dataclass(frozen=True)
class YearDates:
    """Every date between two days, earliest first, and what the filters offer."""

    lines: tuple[Line, ...]
    quiet: tuple[QuietTime, ...]
    units: Mapping[int, str]
    owners: Mapping[int, str]

    def only(self, *, room: str, kind: str, unit: int | None, owner: int | None) -> tuple[Line, ...]:
        """Return the lines that filters leave."""
        kept = (each for each in self.lines if not room or each.room == room)
        kept = (each for each in kept if not kind or each.dated.what == kind)
        return tuple(each for each in kept if each.is_of(unit=unit, owner=owner))


def is_many(dated: Dated) -> bool:
    """Tell whether a date stands for all of a week."""
    return dated.subject.partition(":")[2].startswith(WEEK)


def year_of(user: User, first: date, last: date) -> YearDates:
    """Return every room's dates between two days as the user may see them; from memory until something is written."""
    today = timezone.localdate()
    return recall.until_written(
        user, f"year {first} {last} {today}", lambda: _read(user, first, last, today=today), head=recall.trail_head()
    )


def line_of(user: User, subject: str, *, what: str, first: date, last: date) -> Line | None:
    """Return one date with its state, None where it is gone or not to be seen."""
    found = next(
        (each for each in dated_about(user, first, last, about={subject})
         if (each.subject, each.what) == (subject, what)), None,
    )  # fmt: skip
    if found is None:
        return None
    units, owners = _names(user, [found])
    return _line(found, units, owners, today=timezone.localdate())


def _read(user: User, first: date, last: date, *, today: date) -> YearDates:
    every = sorted(dated_for(user, first, last), key=lambda each: (each.on, each.title))
    units, owners = _names(user, every)
    quiet = tuple(quiet_times(user, first, last))
    lines = [_line(each, units, owners, today=today) for each in every]
    return YearDates(tuple(_with_clashes(user, lines, quiet, owners=owners)), quiet, units, owners)


def quiet_times(user: User, first: date, last: date) -> Iterable[QuietTime]:
    """Return the times without dates that touch these days and that the user may see."""
    rows = QuietTime.objects.filter(withdrawn_at=None, from_on__lte=last, until_on__gte=first)
    return rows.visible_to(user).select_related("unit")


def _names(user: User, every: Sequence[Dated]) -> tuple[dict[int, str], dict[int, str]]:
    units: set[int | None] = set()
    owners: set[int | None] = set()
    for each in every:
        for unit, owner, _number in each.parts or ((each.unit, each.owner, 1),):
            units.add(unit)
            owners.add(owner)
    unit_rows = Unit.objects.visible_to(user).order_by("name").values_list("pk", "name")
    known = {pk for pk in owners if pk}
    people = Person.objects.visible_to(user).order_by("name").filter(pk__in=known).values_list("pk", "name")
    return ({pk: name for pk, name in unit_rows if pk in units}, dict(people) if known else {})


def _line(dated: Dated, units: Mapping[int, str], owners: Mapping[int, str], *, today: date) -> Line:
    kind = date_kind(dated.what)
    starts = dated.on - timedelta(days=dated.lead_days)
    state: State = "ahead"
    if dated.on < today:
        state = "missed" if kind.is_work else "past"
    elif kind.is_work and dated.lead_days and starts < today:
        state = "start"
    return Line(
        dated, dated.what.partition(".")[0], str(kind.label), units.get(dated.unit or 0, ""),
        owners.get(dated.owner or 0, ""), starts, state, is_work=kind.is_work,
    )  # fmt: skip


def _with_clashes(
    user: User, lines: list[Line], quiet: Sequence[QuietTime], *, owners: Mapping[int, str]
) -> Iterable[Line]:
    crowded = _crowded(lines)
    inside = _inside(quiet)
    singles = [each for each in lines if each.is_work and not each.stands_for_many and each.dated.owner]
    away = _away(user, singles)
    for line in lines:
        if not line.is_work or line.state == "missed":
            yield line
            continue
        said = [*_crowd(line, crowded, owners), *inside(line)]
        owner = line.dated.owner
        if any(begins <= line.on <= ends for begins, ends in away.get(owner or 0, ())):
            said.append(_("%(name)s is away that day") % {"name": line.owner})
        yield replace(line, clash="; ".join(said)) if said else line


def _crowded(lines: Iterable[Line]) -> tuple[Counter[tuple[int, date]], Counter[tuple[int, date]]]:
    people: Counter[tuple[int, date]] = Counter()
    units: Counter[tuple[int, date]] = Counter()
    for line in lines:
        if not line.is_work or line.state == "missed":
            continue
        for unit, owner, number in line.dated.parts or ((line.dated.unit, line.dated.owner, 1),):
            if owner:
                people[owner, monday(line.on)] += number
            if unit:
                units[unit, monday(line.on)] += number
    return people, units


def _crowd(
    line: Line, crowded: tuple[Counter[tuple[int, date]], Counter[tuple[int, date]]], owners: Mapping[int, str]
) -> Iterable[str]:
    """Yield whose week, or which unit's, holds too much; of a line that stands for many only how many people's."""
    week, (people, units) = monday(line.on), crowded
    if line.stands_for_many:
        over = {owner for _unit, owner, _n in line.dated.parts if owner and people[owner, week] > MOST_OF_A_PERSON}
        if over:
            named = owners.get(min(over), _("one person")) if len(over) == 1 else _("%(n)d people") % {"n": len(over)}
            yield _("more than %(most)d in the week for %(who)s") % {"most": MOST_OF_A_PERSON, "who": named}
        return
    owner, unit = line.dated.owner, line.dated.unit
    if owner and people[owner, week] > MOST_OF_A_PERSON:
        yield _("%(name)s has %(n)d in this week") % {"name": line.owner or _("The owner"), "n": people[owner, week]}
    if unit and units[unit, week] > MOST_OF_A_UNIT:
        yield _("%(name)s has %(n)d in this week") % {"name": line.unit or _("The unit"), "n": units[unit, week]}


def _inside(quiet: Sequence[QuietTime]) -> Callable[[Line], list[str]]:
    """Return what tells which quiet times a line falls into: of its unit, or of one above it."""
    if not quiet:
        return lambda _line: []
    paths: dict[int, str] = dict(Unit.objects.values_list("pk", "path"))

    def told(line: Line) -> list[str]:
        ends = monday(line.on) + timedelta(days=6) if line.stands_for_many else line.on
        units = {unit for unit, _owner, _n in line.dated.parts} or {line.dated.unit}
        where = [paths.get(unit or 0, "") for unit in units]
        return [
            _("quiet time: %(why)s") % {"why": each.why}
            for each in quiet
            if each.from_on <= ends and line.on <= each.until_on
            and any(path.startswith(each.unit.path) for path in where)
        ]  # fmt: skip

    return told


def _away(user: User, lines: Sequence[Line]) -> dict[int, list[tuple[date, date]]]:
    """Return when owners are away, where the user may know it."""
    if not lines:
        return {}
    people = {line.dated.owner for line in lines}
    rows = absences(user).filter(
        person__in=people, from_on__lte=max(line.on for line in lines), until_on__gte=min(line.on for line in lines)
    )
    found: dict[int, list[tuple[date, date]]] = {}
    for person, begins, ends in rows.order_by().values_list("person_id", "from_on", "until_on"):
        found.setdefault(person, []).append((begins, ends))
    return found


def monday(on: date) -> date:
    """Return the first day of a day's week."""
    return on - timedelta(days=on.weekday())


def when(line: Line, *, today: date) -> str:
    """Say a line's day and, where its work takes time, by when it must start."""
    said = day(line.on, today=today)
    if line.stands_for_many:
        said = _("from %(day)s on") % {"day": said}
    if line.state in {"missed", "past"} or not line.dated.lead_days:
        return said
    if line.state == "start":
        return _("%(day)s, begin now") % {"day": said}
    return _("%(day)s, begin %(start)s") % {"day": said, "start": day(line.starts, today=today)}
