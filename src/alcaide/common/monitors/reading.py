"""The one way to a monitored stream: rows with masked names, each time noted; and the one way into it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from types import SimpleNamespace
from typing import Any, NoReturn

from django.db.models import Count, Q, QuerySet
from django.db.models.query import ModelIterable
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.clock import today as house_today
from alcaide.common.models import MonitorLook, OutsideMonitor, User
from alcaide.common.models.monitored import opened
from alcaide.common.permissions import Refused
from alcaide.common.purging.held import midnight
from alcaide.common.trail import audit, writing

from .declared import Monitor, monitor_of
from .names import masked
from .places import places
from .states import may_collect, readable, states

CHUNK = 2_000
UNKNOWN = "–"
KEYS = {"pk", "id"}


class MonitorOff(Refused):
    """The stream is not to be read here; the message says why."""


class MaskedRow(SimpleNamespace):
    """One row of a stream: `who` is a pseudonym, the rest is what the declaration lets be shown."""


def collect(key: str, unit_id: int | None, rows: Sequence[Any]) -> int:
    """Write rows of a stream about people of a unit; returns how many. Where the monitor is off they are dropped."""
    if not may_collect(key, unit_id):
        return 0
    with opened(key):
        return len(monitor_of(key).table._default_manager.bulk_create(rows))


def read(user: User, key: str, *, units: Iterable[int] | None = None, days: int | None = None) -> "MaskedSet":
    """Return rows of a stream with masked names, of the units in which it runs and the user's role may read it.

    It can be narrowed and sorted like any rows; each time that rows are taken out of it who took how many is noted.
    Never further back than the days recorded for each unit. Raises MonitorOff, which says why.
    """
    monitor = monitor_of(key)
    wanted = None if units is None else list(units)
    found = readable(user, key, wanted)
    if not found:
        raise MonitorOff(off_because(user, key, wanted))
    now, within, furthest = timezone.now(), Q(pk__in=[]), 0
    by_days: dict[int, list[int]] = {}
    for unit, each in found.items():
        kept = each.setting.retention_days if each.setting else 0
        by_days.setdefault(min(kept, days or kept), []).append(unit)
    for kept, there in by_days.items():
        furthest = max(furthest, kept)
        begins = {f"{monitor.at}__gte": now - timedelta(days=kept)}
        within |= places().of_people(monitor.person, there) & Q(**begins)
    first = house_today() - timedelta(days=furthest)
    return _masked_set(user, monitor, within, first=first, units=sorted(found))


def named_rows(user: User, key: str, *, of: User, first: date, last: date, unit_id: int) -> list[Any]:
    """Return the rows of one person between two days, whole; only unmasking calls this, once two have agreed."""
    monitor = monitor_of(key)
    within = {f"{monitor.at}__gte": midnight(first), f"{monitor.at}__lt": midnight(last + timedelta(days=1))}
    with opened(key):
        rows = list(monitor.table._default_manager.filter(**{monitor.person: of}, **within).order_by("-pk")[:CHUNK])
    _note(user, monitor, units=[unit_id], first=first, number=len(rows), how="named", last=last)
    return rows


def own(user: User, key: str) -> QuerySet[Any]:
    """Return a person's own rows of a stream, whole: what is held about oneself is never masked."""
    monitor = monitor_of(key)
    with opened(key):
        return monitor.table._default_manager.filter(**{monitor.person: user}).order_by("-pk")


def numbers(key: str, by: str, *, since: datetime, until: datetime | None = None) -> dict[str, int]:
    """Return how many rows of each kind came in the whole house in a period: numbers without people, so never off.

    by: a choice that the declaration lets be shown. Raises OutsideMonitor for anything finer.
    """
    monitor = monitor_of(key)
    if by not in monitor.shown or not getattr(monitor.table._meta.get_field(by), "choices", None):
        raise OutsideMonitor(f"“{key}” is counted only by a choice that it shows, not by {by}.")
    ends = {f"{monitor.at}__lt": until} if until else {}
    with opened(key):
        rows = monitor.table._default_manager.filter(**{f"{monitor.at}__gte": since}, **ends).order_by()
    return dict(rows.values(by).annotate(n=Count("pk")).values_list(by, "n"))


def off_because(user: User, key: str, units: Iterable[int] | None = None) -> str:
    """Return, in words, why a user reads nothing of a stream."""
    found = states(key, units)
    if not any(each.is_on for each in found.values()):
        words = next((each.because for each in found.values()), _("there is no unit"))
        return _("“%(monitor)s” is off here, because %(why)s.") % {"monitor": monitor_of(key).label, "why": words}
    return _("“%(monitor)s” is not yours to read: none of your roles is among those recorded for these units.") % {
        "monitor": monitor_of(key).label
    }


class MaskedSet(QuerySet[Any]):
    """Rows of a stream that leave it only masked. Narrow and sort it by anything but the person."""

    _hints: dict[str, Any]

    def _closed(self, *_args: Any, **_named: Any) -> NoReturn:
        raise OutsideMonitor("Rows of a monitored stream leave it only masked: walk them, do not take values of them.")

    dates = datetimes = aggregate = update = _closed  # type: ignore[assignment]  # all shut

    def values(self, *fields: Any, **expressions: Any) -> Any:
        """Let nothing but keys be taken, as lists count by them."""
        return self._closed() if not fields or expressions or set(fields) - KEYS else super().values(*fields)

    def values_list(self, *fields: Any, flat: bool = False, named: bool = False) -> Any:
        """Let nothing but keys be taken."""
        if not fields or set(fields) - KEYS:
            self._closed()
        return super().values_list(*fields, flat=flat, named=named)


class _Masking:
    """Walks rows and gives them masked; before the first of a chunk is given it is noted who takes them."""

    def __init__(self, rows: Any, *_arguments: Any, **_named: Any) -> None:
        self.rows = rows

    def __iter__(self) -> Iterator[MaskedRow]:
        about = self.rows._hints["masking"]
        whole: Iterator[Any] = iter(ModelIterable(self.rows, chunked_fetch=False))
        while chunk := list(islice(whole, CHUNK)):
            about["note"](number=len(chunk))
            people = _uids(chunk, about["monitor"])
            yield from (_mask(row, about["monitor"], people) for row in chunk)


def _masked_set(user: User, monitor: Monitor, within: Q, *, first: date, units: list[int]) -> MaskedSet:
    note = partial(_note, user, monitor, units=units, first=first)
    hints: Any = {"masking": {"monitor": monitor, "note": note}}
    rows = MaskedSet(monitor.table, hints=hints).filter(within)
    rows._iterable_class = _Masking  # type: ignore[assignment]  # as `values` sets another walk over the same rows
    return rows.order_by("-pk")


def written_field(row: Any, name: str) -> Any:
    """Return a field of a row, in words where it is a choice."""
    words = getattr(row, f"get_{name}_display", None)
    return words() if words else getattr(row, name)


def _mask(row: Any, monitor: Monitor, people: dict[int, str]) -> MaskedRow:
    """Return what may be shown of a row, and nothing else of it."""
    given: dict[str, Any] = {"pk": row.pk, "id": row.pk}
    given["who"] = people.get(getattr(row, f"{monitor.person}_id"), UNKNOWN)
    for name in monitor.shown:
        given[name] = getattr(row, name)
        words = getattr(row, f"get_{name}_display", None)
        if words is not None:
            given[f"get_{name}_display"] = words
    for name, coarse in monitor.coarse.items():
        given[name] = coarse(getattr(row, name))
    return MaskedRow(**given)


def _uids(rows: Sequence[Any], monitor: Monitor) -> dict[int, str]:
    keys = {getattr(row, f"{monitor.person}_id") for row in rows} - {None}
    return {pk: masked(monitor.key, uid) for pk, uid in User.objects.filter(pk__in=keys).values_list("pk", "uid")}


def _note(
    user: User,
    monitor: Monitor,
    *,
    units: list[int],
    first: date,
    number: int,
    how: str = "masked",
    last: date | None = None,
) -> None:
    until = last or house_today()
    with writing():
        MonitorLook.objects.create(
            monitor=monitor.key, by=user, at=timezone.now(), units=units, from_on=first, until_on=until, rows=number,
            how=how,
        )  # fmt: skip
        audit(
            user, "look_at_monitor", subject=f"common.monitor:{monitor.key}",
            after={"from": first, "until": until, "rows": number, "how": how, "units": len(units)},
        )  # fmt: skip
