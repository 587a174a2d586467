"""The auditor's page: what every mechanism tells of a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common import words
from alcaide.common.models import User
from alcaide.common.registries import AuditPart, AuditRow, audit_parts, end_of

OPEN_ROWS = 8
ORDER = (
    "trail", "overrides", "emergencies", "attempts", "together", "decisions", "figures", "monitors", "walls", "exports",
    "holds", "purges", "roles", "settings", "sign_ins", "lists", "reports",
)  # fmt: skip
LONGEST = timedelta(days=3660)


@dataclass(frozen=True)
class Period:
    """Two days, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """The moment at which it begins, in local time."""
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def until(self) -> datetime:
        """The moment at which it is over."""
        return end_of(self.last)


@dataclass(frozen=True)
class Part:
    """One part of the page, named."""

    key: str
    label: str
    told: AuditPart

    @property
    def said(self) -> str:
        """The answer in one sentence."""
        if self.told.said:
            return str(self.told.said)
        if not self.told.total:
            return _("Nothing in this period.")
        said = ngettext("%(n)s in this period.", "%(n)s in this period.", self.told.total)
        return said % {"n": words.count(self.told.total)}

    @property
    def first(self) -> Sequence[AuditRow]:
        """The rows that stand open."""
        return self.told.rows[:OPEN_ROWS]

    @property
    def others(self) -> Sequence[AuditRow]:
        """The rows that are folded."""
        return self.told.rows[OPEN_ROWS:]

    @property
    def left(self) -> int:
        """How many rows are not shown; a part that only counts shows none."""
        return self.told.total - len(self.told.rows) if self.told.rows else 0


@dataclass(frozen=True)
class Audit:
    """What a reader is told of a period; `hidden` are the labels of parts whose content they may not see."""

    period: Period
    parts: tuple[Part, ...]
    hidden: tuple[str, ...]

    @property
    def asking(self) -> tuple[Part, ...]:
        """The parts in which something must be looked at."""
        return tuple(part for part in self.parts if part.told.asks)


def audit_of(user: User, period: Period) -> Audit:
    """Ask every mechanism what it tells this reader."""
    parts: list[Part] = []
    hidden: list[str] = []
    offered = audit_parts()
    # What a room offers that is not named there stands at the end.
    for key in sorted(offered, key=lambda key: ORDER.index(key) if key in ORDER else len(ORDER)):
        label, source = offered[key]
        told = source(user, period.since, period.until)
        if told is None:
            hidden.append(str(label))
        else:
            parts.append(Part(key, str(label), told))
    return Audit(period, tuple(parts), tuple(hidden))
