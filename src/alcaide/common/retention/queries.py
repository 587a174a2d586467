"""Reads of retention: what rules there are, what would go tonight, when, and what went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.clock import house_zone
from alcaide.common.counts import Count, capped
from alcaide.common.models import PurgeRun, RetentionAsk, RetentionRule, TrailLine
from alcaide.common.permissions import ROLES, permissions, permit, scope_of
from alcaide.common.purging.held import NONE, holds_in_force, keeps, midnight
from alcaide.common.purging.running import in_use
from alcaide.common.trail import System

from .declared import Rule, rule_of, rules

LOOKERS = tuple(
    role for role in ROLES.values() if role.key in {"chief", "counsel", "dpo", "auditor", "compliance", "works_council"}
)
SEE = permit("common.retention_see", "See how long data is kept", *LOOKERS)
CHANGE = permit(
    "common.retention", "Adopt and change retention rules", *(r for r in ROLES.values() if r.key in {"chief", "dpo"})
)
# The act that needs a second person.
PURGE_RULE = "common.purge_rule"
FIRST_ROWS = 50
CLOCK_SLACK = timedelta(minutes=2)
REVIEW_DAYS = 365
NIGHTLY = "02:40"


@dataclass(frozen=True)
class KeptTonight:
    """How many of a rule's rows one hold would keep."""

    number: int
    matter: str
    count: Count


@dataclass(frozen=True)
class Preview:
    """What a rule would do tonight."""

    cut: datetime
    counted: Count
    kept: tuple[KeptTonight, ...]
    in_use: Count
    rows: Sequence[Any]

    @property
    def is_empty(self) -> bool:
        """Whether nothing comes under the rule."""
        return self.counted.shown == 0


def may_see(user: Any) -> bool:
    """Tell whether a user sees the register."""
    return isinstance(user, System) or scope_of(user).allows(SEE)


def registered(user: Any) -> QuerySet[RetentionRule]:
    """Return the rows of the register for whoever may see it, those of rooms that are gone left out."""
    if not may_see(user):
        return RetentionRule.objects.none()
    return RetentionRule.objects.filter(key__in=[rule.key for rule in rules()]).select_related("owner")


def ledger(user: Any) -> QuerySet[PurgeRun]:
    """Return the runs of every purge for whoever may see them."""
    return PurgeRun.objects.select_related("asked_by") if may_see(user) else PurgeRun.objects.none()


def open_ask(rule: RetentionRule) -> RetentionAsk | None:
    """Return the change that waits for a second person."""
    return rule.asks.filter(answer="").select_related("asked_by", "owner").first()


def cut_of(days: int, now: datetime | None = None) -> datetime:
    """Return the moment before which rows come under a rule: a midnight of the organization, so many days ago."""
    today = timezone.localdate(now or timezone.now(), house_zone())
    return midnight(today - timedelta(days=days))


def next_run(now: datetime | None = None) -> datetime:
    """Return when the nightly run comes next."""
    moment = (now or timezone.now()).astimezone(UTC)
    hour, minute = map(int, NIGHTLY.split(":"))
    today = moment.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today if today > moment else today + timedelta(days=1)


def preview(key: str, *, days: int, now: datetime | None = None) -> Preview:
    """Return what would go now under a rule of so many days, what holds would keep, and the first rows."""
    rule = rule_of(key)
    cut = cut_of(days, now)
    rows = rule.rows(cut)
    kept = []
    for hold in holds_in_force():
        condition = keeps(rule.table, hold)
        if condition is not NONE:
            count = capped(rows.filter(condition))
            if count.shown:
                kept.append(KeptTonight(hold.number, hold.matter, count))
    used = in_use(rule.table) if rule.then == "purge" else NONE
    return Preview(
        cut, capped(rows), tuple(kept), capped(rows.filter(used)) if used is not NONE else Count(0),
        list(rows.order_by("pk")[:FIRST_ROWS]),
    )  # fmt: skip


def clock_fault(now: datetime) -> str:
    """Return why the clock cannot be trusted to purge by, "" where it can."""
    last = TrailLine.objects.order_by("-seq").values_list("at", flat=True).first()
    if last is not None and last > now + CLOCK_SLACK:
        return _("The clock stands before the trail's last line, so nothing is purged. Set the clock.")
    return ""


def who_sees(rule: Rule) -> str:
    """Say which roles see records of a class of data."""
    key = getattr(rule.table, "SEE", "")
    if not key:
        return _("Each person their own, or who looks after the house.")
    held = permissions()[key].roles
    return ", ".join(str(role.label) for role in ROLES.values() if role.key in held)
