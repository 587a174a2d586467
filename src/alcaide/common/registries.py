"""What rooms offer upward: plain functions, listed at start, walked by home, search and packs."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from django.utils import timezone

from alcaide.common.models import User
from alcaide.common.money import Money

Area = Literal["digital", "physical", "people"]


class NameTaken(RuntimeError):
    """Two rooms offered under one name; give one of them another."""


def end_of(day: date) -> datetime:
    """Return the moment at which a day is over, in local time."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


@dataclass(frozen=True)
class Due:
    """Something a room wants decided, with its clock."""

    subject: str
    title: str
    why: str
    url: str
    act: str
    icon: str
    at: datetime | None = None
    """When it is due; None where it only waits."""
    since: datetime | None = None
    """When it began to wait, or when its clock started."""
    money: Money | None = None
    by: date | None = None
    """The last day in time, where days are counted and not hours; its end is then `at`."""
    kind: str = ""
    """What it is one of, where there may be many: see `waiting.Many`."""
    rest: tuple[tuple[str, date | None], ...] = ()
    """Of one that stands for many: each one's subject and last day. Their number is that of the title."""
    counted: Callable[[int], str] | None = None
    """Of one that stands for many: its title for another number of them."""

    def __post_init__(self) -> None:
        if self.by is not None and self.at is None:
            object.__setattr__(self, "at", end_of(self.by))

    @property
    def clock(self) -> date | datetime | None:
        """What is left is counted to this: a day in days, a moment in hours."""
        return self.by or self.at


@dataclass(frozen=True)
class Dated:
    """Something with a date in the coming weeks, and how long before it the work must start."""

    subject: str
    title: str
    url: str
    on: date
    lead_days: int = 0
    kind: Literal["lead", "window"] = "lead"
    what: str = ""
    """The kind of date, as in `DateKind`; with the subject it names this date."""
    unit: int | None = None
    owner: int | None = None
    """Whoever must be done by then, a person of the organization."""
    number: int = 1
    """How many it stands for."""
    parts: tuple[tuple[int | None, int | None, int], ...] = ()
    """Of one that stands for many: unit, owner, how many."""
    done_on: date | None = None
    discreet: str = ""
    """The title without the names of people, for calendars outside the house; empty where the title names none."""
    fixed: str = ""
    """Why this one cannot move, such as the law that sets it."""


@dataclass(frozen=True)
class DateKind:
    """One kind of date: its words, whether somebody must be done by then, and how it is moved."""

    key: str
    label: Any
    is_work: bool = True
    """Whether one that passed and is still told was missed; else it only comes and goes."""
    fixed: Any = ""
    """Why no date of this kind is moved from the calendar, and what to do instead."""
    may_move: Callable[[User, str], bool] | None = None
    """Whether a user may move the date of a subject themselves; the others propose."""
    move: Callable[[User, str, date], None] | None = None
    """Move it; the room's own service asks the permission again. Raises ValidationError, Refused."""


@dataclass(frozen=True)
class Found:
    """One hit of the search."""

    subject: str
    kind: str
    title: str
    second: str
    url: str


@dataclass(frozen=True)
class Subject:
    """What a subject string stands for: its words and its page."""

    title: str
    url: str


@dataclass(frozen=True)
class NavItem:
    """One entry of the side bar; `permission` None shows it to everyone who is signed in."""

    group: str
    label: str
    url_name: str
    icon: str
    order: int
    permission: str | None = None
    count: Callable[[User], int] | None = None


@dataclass(frozen=True)
class Start:
    """Something that the command bar begins: its words, other words people call it by, and its address."""

    label: Any
    url_name: str
    icon: str
    also: str = ""
    permission: str | None = None


@dataclass(frozen=True)
class AuditRow:
    """One line of a part of the auditor's page."""

    at: datetime
    what: str
    who: str = ""
    more: str = ""
    """The reason or the ground, in the words it was given."""
    url: str = ""
    asks: str = ""
    """What somebody must still look at, such as “Not reviewed”; empty where all is done."""


@dataclass(frozen=True)
class AuditPart:
    """What one mechanism tells the auditor of a period: the newest lines, counts of all, where to read on."""

    rows: Sequence[AuditRow] = ()
    """The newest first, at most `AUDIT_ROWS`; `total` says how many there are."""
    counts: Sequence[tuple[Any, int]] = ()
    """Words and number, each over the whole period."""
    url: str = ""
    total: int = 0
    said: Any = ""
    """The answer in one sentence; where empty the page says it from the total."""
    asks: Any = ""
    """What must be looked at in this part; empty where nothing."""
    every: Callable[[], Iterable[AuditRow]] | None = None
    """Every row, for a file; needed where there may be more than `rows` holds."""


AUDIT_ROWS = 50
AuditSource = Callable[[User, datetime, datetime], AuditPart | None]
"""Given the reader and a period, the end left out; None where the reader may not see any of it."""


@dataclass(frozen=True)
class Piece:
    """One part that a room above hangs on a lower room's page; the template gets it as `piece`."""

    template: str
    about: dict[str, Any] = field(default_factory=dict)


class _Resolve(Protocol):
    def __call__(self, uid: str, user: Any, /) -> Subject | None: ...


class _ResolveMany(Protocol):
    def __call__(self, uids: Collection[str], user: Any, /) -> Mapping[str, Subject]: ...


@dataclass
class _Registries:
    due: dict[str, Callable[..., Iterable[Due]]] = field(default_factory=dict)
    brief: dict[str, Callable[[User], Iterable[Due]]] = field(default_factory=dict)
    dated: dict[str, Callable[..., Iterable[Dated]]] = field(default_factory=dict)
    weekly: set[str] = field(default_factory=set)
    date_kinds: dict[str, DateKind] = field(default_factory=dict)
    subjects: dict[str, _Resolve] = field(default_factory=dict)
    many: dict[str, _ResolveMany] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    nav: dict[str, NavItem] = field(default_factory=dict)
    starts: dict[str, Start] = field(default_factory=dict)
    as_of: list[Callable[[User], Any]] = field(default_factory=list)
    pieces: dict[str, Callable[[Any, Any], Iterable[Piece]]] = field(default_factory=dict)
    role_words: list[Callable[[User], str]] = field(default_factory=list)
    audit: dict[str, AuditSource] = field(default_factory=dict)
    audit_labels: dict[str, Any] = field(default_factory=dict)


_all = _Registries()


def offer_due(
    room: str, source: Callable[..., Iterable[Due]], *, brief: Callable[[User], Iterable[Due]] | None = None
) -> None:
    """Offer what a room wants decided, thing by thing.

    A room where much may wait offers it in brief as well: the most pressing of each kind, and one that stands for the
    rest. Its `source` is then also asked, with `about`, what waits among some subjects.
    """
    _put(_all.due, room, source)
    if brief is not None:
        _put(_all.brief, room, brief)


def offer_dates(room: str, source: Callable[..., Iterable[Dated]], *, is_weekly: bool = False) -> None:
    """Offer a room's dates between two days.

    A room that tells many as one a week is also asked, with `about`, those of some subjects one by one.
    """
    _put(_all.dated, room, source)
    if is_weekly:
        _all.weekly.add(room)


def offer_date_kinds(*kinds: DateKind) -> None:
    """Offer the kinds of a room's dates; `what` of each of its dates is the key of one."""
    for kind in kinds:
        _put(_all.date_kinds, kind.key, kind)


def offer_subject(kind: str, label: str, resolve: _Resolve) -> None:
    """Offer how a subject `kind:uid` is named and where its page stands; None where the user may not see it."""
    _put(_all.subjects, kind, resolve)
    _all.kinds[kind] = label


def offer_subjects(kind: str, resolve: _ResolveMany) -> None:
    """Offer how many subjects of a kind are named at once, beside `offer_subject`; what may not be seen is left out.

    Where a page names many subjects this is asked once a kind. `uids` are written as in subject strings.
    """
    _put(_all.many, kind, resolve)


def offer_pieces(kind: str, room: str, source: Callable[[Any, Any], Iterable[Piece]]) -> None:
    """Offer what a room knows of every subject of a lower room's kind, given the row and the user."""
    _put(_all.pieces, f"{kind} {room}", source)


def offer_nav(item: NavItem) -> None:
    """Offer an entry of the side bar."""
    _put(_all.nav, item.url_name, item)


def offer_start(*starts: Start) -> None:
    """Offer what can be begun from the command bar; each opens a page that asks the rest."""
    for start in starts:
        _put(_all.starts, start.url_name, start)


def offer_as_of(source: Callable[[User], Any]) -> None:
    """Offer the line that dates the figures on every page."""
    _all.as_of[:] = [source]


def offer_role_words(source: Callable[[User], str]) -> None:
    """Offer how a user's role is named beside their name."""
    _all.role_words[:] = [source]


def offer_audit(key: str, label: Any, source: AuditSource) -> None:
    """Offer a part of the auditor's page: what a mechanism has to tell of a period."""
    _put(_all.audit, key, source)
    _all.audit_labels[key] = label


def audit_parts() -> dict[str, tuple[Any, AuditSource]]:
    """Return the offered parts of the auditor's page by key: label and source."""
    return {key: (_all.audit_labels[key], source) for key, source in _all.audit.items()}


def everything_due(user: User) -> Iterator[Due]:
    """Walk what every room wants decided by this user, thing by thing."""
    for source in _all.due.values():
        yield from source(user)


def due_in_brief(user: User) -> Iterator[Due]:
    """Walk what every room wants decided by this user, where there is much with one line for what is less pressing."""
    for room, source in _all.due.items():
        yield from _all.brief.get(room, source)(user)


def due_about(user: User, subjects: Collection[str]) -> Iterator[Due]:
    """Walk what waits among some subjects in the rooms that tell of the rest in brief."""
    for room in _all.brief:
        yield from (due for due in _all.due[room](user, about=subjects) if due.subject in subjects)


def everything_dated(user: User, first: date, last: date) -> Iterator[Dated]:
    """Walk every room's dates between two days, both included."""
    for source in _all.dated.values():
        yield from source(user, first, last)


def dated_about(user: User, first: date, last: date, *, about: Collection[str]) -> Iterator[Dated]:
    """Walk the dates of some subjects in the rooms that tell many as one."""
    for room in sorted(_all.weekly):
        yield from _all.dated[room](user, first, last, about=about)


def date_kind(key: str) -> DateKind:
    """Return a kind of date; one that nobody offered is no work and moves nowhere."""
    return _all.date_kinds.get(key) or DateKind(key, key, is_work=False)


def date_kinds() -> list[DateKind]:
    """Return every kind of date, by room."""
    return list(_all.date_kinds.values())


def subject_of(subject: str, user: Any) -> Subject | None:
    """Return the words and page of a subject string, None where unknown, gone or not to be seen."""
    kind, _, uid = subject.partition(":")
    resolve = _all.subjects.get(kind)
    return resolve(uid, user) if resolve else None


def within(subjects: Iterable[str], most: int) -> set[str]:
    """Return the subjects that can be named with so many questions, the kinds that stand most often first."""
    lines: dict[str, list[str]] = defaultdict(list)
    for subject in subjects:
        lines[subject.partition(":")[0]].append(subject)
    # A kind that no room knows costs nothing.
    asks = {kind: 1 if kind in _all.many else len(set(of)) * (kind in _all.subjects) for kind, of in lines.items()}
    kept: set[str] = set()
    for kind in sorted(lines, key=lambda kind: (-len(lines[kind]) / max(1, asks[kind]), kind)):
        if asks[kind] <= most:
            most -= asks[kind]
            kept.update(lines[kind])
    return kept


def subjects_of(subjects: Iterable[str], user: Any) -> dict[str, Subject | None]:
    """Return the words and page of each subject string: one question a kind whose room answers many, else one each."""
    named: dict[str, Subject | None] = {}
    by_kind: dict[str, set[str]] = defaultdict(set)
    for subject in set(subjects):
        kind, _, uid = subject.partition(":")
        if kind in _all.many and is_uid(uid):
            by_kind[kind].add(uid)
        else:
            named[subject] = subject_of(subject, user)
    for kind, uids in by_kind.items():
        found = _all.many[kind](uids, user)
        named |= {f"{kind}:{uid}": found.get(uid) for uid in uids}
    return named


def pieces_of(kind: str, row: Any, user: Any) -> list[Piece]:
    """Return what the rooms above hang on the page of a row."""
    sources = [source for name, source in _all.pieces.items() if name.partition(" ")[0] == kind]
    return [piece for source in sources for piece in source(row, user)]


def kind_label(kind: str) -> str:
    """Return the word for a kind of subject."""
    return _all.kinds.get(kind, kind)


def nav_items() -> list[NavItem]:
    """Return the side bar's entries in order."""
    return sorted(_all.nav.values(), key=lambda item: item.order)


def starts() -> list[Start]:
    """Return what can be begun from the command bar."""
    return list(_all.starts.values())


def as_of(user: User) -> Any:
    """Return what dates the figures of every page, None before the first run."""
    return _all.as_of[0](user) if _all.as_of else None


def role_words(user: User) -> str:
    """Return how the user's role is named."""
    return _all.role_words[0](user) if _all.role_words else ""


def is_uid(text: str) -> bool:
    """Tell whether a text is an identifier as subject strings hold it."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _put(where: dict[str, Any], name: str, what: Any) -> None:
    if name in where and where[name] is not what:
        raise NameTaken(f"'{name}' is offered twice; give one of the two another name.")
    where[name] = what
