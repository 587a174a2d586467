"""A record as it was at a moment, and who could see it then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from alcaide.common import registries
from alcaide.common.asof import walking
from alcaide.common.asof.kinds import Gone, Trailed, kind_of, units_above
from alcaide.common.asof.values import Shown, label_of, show, subjects_in
from alcaide.common.asof.walking import Walked
from alcaide.common.models import Matter
from alcaide.common.permissions import VisibleSet, permissions
from alcaide.common.rights.queries import Holder, who_could
from alcaide.common.trail import System
from alcaide.common.walls.queries import NoSuchMatter, within


class NotThere(LookupError):
    """There is no such record, or the reader may not see it, or not read its past."""


@dataclass(frozen=True)
class Then:
    """One field as it was: its value in the house's own form, and in words."""

    field: str
    label: str
    value: Any
    shown: Shown
    is_known: bool = True
    why: str = ""
    """Where it is not known: why not."""


@dataclass(frozen=True)
class AsOf:
    """A record as it was at a moment. `fields` are all that the trail can tell; `quiet` those that it does not."""

    subject: str
    moment: datetime
    title: str
    url: str
    fields: tuple[Then, ...]
    quiet: tuple[tuple[str, str], ...]
    """Label and reason."""
    made_at: datetime
    changed_since: int
    """How many lines about it the trail has since."""
    is_turned: bool = False
    """Whether the clock of the house was turned back around then: the order of the lines is what counts."""

    @property
    def existed(self) -> bool:
        return self.moment >= self.made_at

    @cached_property
    def by_name(self) -> Mapping[str, Then]:
        return {each.field: each for each in self.fields}


@dataclass(frozen=True)
class CouldSee:
    """Who could see a record at a moment, and by which rule; `is_sure` says whether its place then is known."""

    words: str
    holders: tuple[Holder, ...]
    is_sure: bool
    existed: bool


def record(subject: str, moment: datetime, user: Any) -> AsOf:
    """Return a record as it was at a moment, for whoever sees it today and may read its past. Raises NotThere."""
    kind, row = _row(subject, user)
    told = walking.told_lines(kind, row)
    cut, events = walking.cut_at(told, moment), walking.events_of(kind, row, told)
    is_sure = not kind.is_counted or row.version - 1 <= _writes(kind, told, events)
    walked = {name: _walked(kind, row, name, _Parts(events, cut, moment, is_sure)) for name in kind.told}
    named = registries.subjects_of(subjects_in(kind, walked), user) if not isinstance(user, System) else {}
    known = registries.subject_of(subject, user) if not isinstance(user, System) else None
    return AsOf(
        subject, moment,
        known.title if known else str(row), known.url if known else "",
        tuple(_then(kind, name, walked, named) for name in kind.told),
        tuple((label_of(kind, name), str(why)) for name, why in kind.quiet.items()),
        walking.made_at(kind, row, told), sum(each.line.seq > cut.seq for each in told), cut.is_turned,
    )  # fmt: skip


def may_read(subject: str, user: Any) -> bool:
    """Tell whether a user may read the past of a record."""
    try:
        _row(subject, user)
    except NotThere:
        return False
    return True


def who_could_see(subject: str, moment: datetime, user: Any) -> CouldSee | None:
    """Return who held the right to see a record, in the unit where it stood then, at a moment. Raises NotThere.

    None where the kind has no rule of its own: whoever was let in to the page it stands on saw it. Of a matter behind
    a wall its counsel learns who was let in then; for anybody else there is no such record.
    """
    if subject.startswith(f"{Matter.SUBJECT}:"):
        return _let_in(subject.partition(":")[2], moment, user)
    kind, row = _row(subject, user)
    model: Any = kind.model
    see = getattr(model, "SEE", "")
    if see not in permissions():
        return None
    existed = moment >= walking.made_at(kind, row, walking.told_lines(kind, row))
    unit_id, is_sure = _unit_then(kind, row, moment)
    if unit_id is None or not existed:
        return CouldSee(permissions()[see].label, (), is_sure=not existed, existed=existed)
    above, is_tree_sure = units_above(unit_id, moment)
    holders = tuple(each for each in who_could(see, None, moment) if each.unit.pk in above)
    return CouldSee(permissions()[see].label, holders, is_sure and is_tree_sure, existed)


def _let_in(uid: str, moment: datetime, user: Any) -> CouldSee:
    try:
        inside = within(uid, user)
    except NoSuchMatter:
        inside = None
    if inside is None or not inside.is_counsel:
        raise NotThere(_("There is no such record, or you may not see it."))
    then = inside.members.filter(Q(until=None) | Q(until__gt=moment), since__lte=moment)
    roles = {True: _("counsel of the matter"), False: _("let in by counsel")}
    holders = tuple(Holder(each.user, "", roles[each.is_counsel], None, each) for each in then)
    return CouldSee(_("Let in by name"), holders, is_sure=True, existed=moment >= inside.matter.created_at)


def value_then(row: Any, name: str, moment: datetime) -> Walked:
    """Return one field of a row at a moment, for the house itself: rooms that work out what was then."""
    kind = kind_of(row.subject)
    if kind is None or name not in kind.told:
        return Walked(is_known=False, why=walking.UNTOLD)
    told = walking.told_lines(kind, row)
    events = walking.events_of(kind, row, told)
    is_sure = not kind.is_counted or row.version - 1 <= _writes(kind, told, events)
    return _walked(kind, row, name, _Parts(events, walking.cut_at(told, moment), moment, is_sure))


def _row(subject: str, user: Any) -> tuple[Trailed, Any]:
    """Return how a subject's kind is told, and its row of today where the user sees it. Raises NotThere.

    Only the model's own manager is asked: what it keeps from everyone is not there.
    """
    kind = kind_of(subject)
    uid = subject.partition(":")[2]
    if kind is None or not registries.is_uid(uid):
        raise NotThere(_("There is no such record, or you may not see it."))
    rows = kind.model._default_manager.all()
    if isinstance(rows, VisibleSet):
        rows = rows.visible_to(user)
    row = rows.filter(uid=uid).first()
    if row is None or not _may_see(kind, row, user) or (kind.lets is not None and not kind.lets(user, row)):
        raise NotThere(_("There is no such record, or you may not see it."))
    return kind, row


def _may_see(kind: Trailed, row: Any, user: Any) -> bool:
    """Ask as the page on which the row stands would."""
    if isinstance(user, System):
        return True
    if kind.sees is not None:
        return kind.sees(user, row)
    if kind.parent:
        above = getattr(row, kind.parent)
        return registries.subject_of(above.subject, user) is not None
    return registries.subject_of(row.subject, user) is not None


@dataclass(frozen=True)
class _Parts:
    events: list[Any]
    cut: walking.Cut
    moment: datetime
    is_sure: bool


def _walked(kind: Trailed, row: Any, name: str, parts: _Parts) -> Walked:
    if kind.erased is not None and name in kind.erased(row):
        return Walked(is_known=False, why=walking.ERASED)
    column: Any = kind.model._meta.get_field(name)
    until, after = parts.cut.parts([each for each in parts.events if each.field == name], parts.moment)
    now = walking.today_of(row, column)
    if name in kind.fixed and not until and not after:
        return Walked(now) if not isinstance(now, Gone) else Walked(is_known=False, why=walking.UNREAD)
    return walking.walk(until, after, now=now, is_sure=parts.is_sure)


def _writes(kind: Trailed, told: Any, events: Any) -> int:
    """Return how many changes of a row are told of: its lines but the one that made it, and what is told elsewhere."""
    verbs = [each.line.verb for each in told if each.line.verb in kind.verbs]
    is_made = bool(verbs) and verbs[0] in kind.making
    return len(verbs) - is_made + len({each.at for each in events if not each.seq})


def _then(kind: Trailed, name: str, walked: Mapping[str, Walked], named: Mapping[str, Any]) -> Then:
    found = walked[name]
    shown = show(kind, name, walked, named) if found.is_known else Shown("")
    return Then(name, label_of(kind, name), found.value, shown, found.is_known, _why(found.why) if found.why else "")


def _why(reason: str) -> str:
    return {
        walking.UNTOLD: _("It was written in a way that left no line about this record, so the trail does not say."),
        walking.ERASED: _("It was erased by a rule of retention."),
        walking.UNREAD: _("The trail says that it changed, but not as a value."),
        walking.TWO: _("The trail tells two different values for then: something changed it without a line."),
        walking.BEFORE: _("The trail says that it changed later, but not from what."),
    }[reason]


def _unit_then(kind: Trailed, row: Any, moment: datetime) -> tuple[int | None, bool]:
    """Return the number of the unit in which a row stood at a moment, and whether that is sure; else today's."""
    model: Any = kind.model
    path = model.UNIT_PATH.removesuffix("_id").split("__")
    if path == ["pk"]:
        return row.pk, True
    is_sure = True
    for name in path:
        found = value_then(row, name, moment)
        today = getattr(row, name)
        if found.is_known and found.value is not None and today is not None and found.value != today.subject:
            uid = found.value.partition(":")[2]
            row = type(today)._default_manager.filter(uid=uid).first() or today
            is_sure = is_sure and row is not today
        else:
            is_sure = is_sure and found.is_known
            row = today
        if row is None:
            return None, False
    return row.pk, is_sure
