"""Where a monitor runs: off in a unit until everything is recorded for it there, or above it, and agreed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from alcaide.common import words as say
from alcaide.common.clock import today as house_today
from alcaide.common.models import MonitorSetting, User
from alcaide.common.permissions import scope_of

from .declared import monitor_of, widened
from .places import places

SETTLED = (MonitorSetting.State.AGREED, MonitorSetting.State.OFF)


@dataclass(frozen=True)
class State:
    """Whether a monitor runs in a unit, and why not."""

    unit_id: int
    is_on: bool
    because: str
    setting: MonitorSetting | None = None
    """What it runs under, or what keeps it off."""


def states(key: str, units: Iterable[int] | None = None) -> dict[int, State]:
    """Return the state of a monitor in some units, or all. Two queries."""
    above = places().above()
    asked = list(above) if units is None else [unit for unit in units if unit in above]
    settled, drafts = _settings(key)
    now = monitor_of(key).body()
    return {unit: _state(unit, above[unit], settled, drafts, now) for unit in asked}


def state(key: str, unit_id: int) -> State:
    """Return whether a monitor runs in a unit, and why not."""
    return states(key, [unit_id]).get(unit_id) or State(unit_id, is_on=False, because=_("there is no such unit"))


def may_collect(key: str, unit_id: int | None) -> bool:
    """Tell whether rows about the people of a unit may be written; without a unit only what is always written."""
    return bool(monitor_of(key).always) or (unit_id is not None and state(key, unit_id).is_on)


def readable(user: User, key: str, units: Iterable[int] | None = None) -> dict[int, State]:
    """Return, of the units in which a monitor runs, those in which a user holds a role that may read it."""
    held = scope_of(user).units_by_role
    return {
        unit: each
        for unit, each in states(key, units).items()
        if each.is_on and each.setting and any(unit in held.get(role, ()) for role in each.setting.viewers)
    }


def fault_of(setting: MonitorSetting, now: Mapping[str, Any]) -> str:
    """Return why an agreed setting does not hold today, "" where it does."""
    if setting.since > house_today():
        return _("it begins on %(day)s") % {"day": say.day(setting.since, today=house_today())}
    wider = widened(setting.declared, now)
    if wider:
        return _("a new version of the program reaches further (%(what)s) and waits for a new agreement") % {
            "what": "; ".join(wider)
        }
    return ""


def _settings(key: str) -> tuple[dict[int, MonitorSetting], dict[int, MonitorSetting]]:
    """Return the settled setting of each unit, the latest, and the draft of each."""
    settled: dict[int, MonitorSetting] = {}
    drafts: dict[int, MonitorSetting] = {}
    rows = MonitorSetting.objects.filter(Q(state__in=SETTLED) | Q(state="draft"), monitor=key)
    for row in rows.select_related("recorded_by").order_by("pk"):
        if row.state == "draft":
            drafts[row.unit_id] = row
        elif row.state == "agreed" or settled.get(row.unit_id) is None or settled[row.unit_id].state != "agreed":
            settled[row.unit_id] = row
    return settled, drafts


def _state(
    unit: int,
    above: tuple[int, ...],
    settled: Mapping[int, MonitorSetting],
    drafts: Mapping[int, MonitorSetting],
    now: Mapping[str, Any],
) -> State:
    """The nearest unit that says something decides."""
    for each in above:
        found = settled.get(each)
        if found is None or (each != unit and not found.with_below):
            continue
        if found.state == "off":
            return State(unit, is_on=False, because=_("it was switched off: %(why)s") % {"why": found.ended_why},
                         setting=found)  # fmt: skip
        fault = fault_of(found, now)
        return State(unit, is_on=not fault, because=fault, setting=found)
    draft = next((drafts[each] for each in above if each in drafts and (each == unit or drafts[each].with_below)), None)
    if draft is not None:
        return State(unit, is_on=False, because=_("what was recorded waits for somebody else to agree"), setting=draft)
    return State(unit, is_on=False, because=_("nothing is recorded for this unit"))
