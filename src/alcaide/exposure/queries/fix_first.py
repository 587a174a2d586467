"""Reads for the page that says what to fix first: actions, what they come to, what they rest on."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from alcaide.common import eyes
from alcaide.common.counts import capped
from alcaide.common.models import User
from alcaide.common.money import Kind, Money
from alcaide.common.rows import numbered
from alcaide.exposure.models import EXCEPTION, Action, Decision, Finding, FindingFlaw, Promise, Sighting
from alcaide.organization.models import Unit
from alcaide.threats.models import Exploitation

from .actions import ActionPressure, action_pressure

HEADED_BY = 3
MOST_LOOKED_AT = 50
MOST_SHOWN = 3
# Units whose deciders are looked for when an exception is asked for many actions.
MOST_UNITS = 10


@dataclass(frozen=True, slots=True)
class Sums:
    """What some actions come to. The money adds what each removes alone; None where none is priced.

    Only a single action has a range: ends of ranges do not add, and neither do actions that mend the same host.
    """

    actions: int
    hours: float
    priced: int
    removes: Money | None
    low: Money | None = None
    high: Money | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """How an owner has kept promises so far."""

    kept: int
    ended: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What stands behind one action: how the chances of its hosts fall, and what is known of its findings."""

    falls: Sequence[tuple[str, ActionPressure]]
    more_hosts: int
    scanned_at: datetime | None
    credentialed: bool | None
    findings: int
    exploited_since: date | None
    epss: float | None
    reach_unknown: int
    why: str
    solution: str


def actions(user: Any) -> QuerySet[Action]:
    """Return the actions that the user sees."""
    return Action.objects.visible_to(user).select_related("unit", "owner")


def late_actions() -> Q:
    """Return the condition of an open action past its limit."""
    return Q(state="open", limit_on__lt=timezone.localdate())


def late_action_count(user: User) -> int:
    """Return how many actions are past their limit, up to the cap of counts. One query."""
    return capped(Action.objects.visible_to(user).filter(late_actions())).shown


def heading(user: Any) -> list[Action]:
    """Return the few actions that remove most for an hour of work. One query."""
    rows = Action.objects.visible_to(user).filter(state="open", per_hour_minor__gt=0)
    return list(rows.order_by("-per_hour_minor", "-pk")[:HEADED_BY])


def summed(rows: Iterable[Action]) -> Sums:
    """Add up actions that are read already."""
    kept = list(rows)
    priced = [row for row in kept if row.is_priced]
    hours = sum(row.hours for row in kept)
    if not priced:
        return Sums(len(kept), hours, 0, None)
    amounts = [sum(row.removes_minor for row in kept)]
    if len(kept) == 1:
        amounts += [kept[0].removes_low_minor, kept[0].removes_high_minor]
    return Sums(len(kept), hours, len(priced), *(Money(minor, priced[0].currency, Kind.EXPECTED) for minor in amounts))


def promises_of(owners: Collection[int]) -> dict[int, Kept]:
    """Return how each owner kept promises; one handed on or moved in time counts neither way. One query."""
    rows = (
        Promise.objects.filter(owner__in=numbered(owners), end__in=("kept", "late"))
        .order_by()
        .values_list("owner_id")
        .annotate(kept=Count("pk", filter=Q(end="kept")), ended=Count("pk"))
    )
    return {owner: Kept(kept, ended) for owner, kept, ended in rows}


def proof_of(action: Action) -> Proof:
    """Return what stands behind an action, from at most 50 of its hosts. A fixed number of queries."""
    rows = Finding.objects.filter(action=action, state="open")
    names = dict(rows.order_by("asset_id").values_list("asset_id", "asset__name").distinct()[:MOST_LOOKED_AT])
    falls = [each for each in action_pressure(list(names)) if each.action_id == action.pk]
    falls.sort(key=lambda each: (each.high_after - each.high, each.asset_id))
    told = rows.aggregate(
        since=Min("exploited_since"), number=Count("pk"),
        unknown=Count("asset_id", distinct=True, filter=Q(asset__reached_from="unknown")),
    )  # fmt: skip
    first = rows.order_by("limit_on", "pk").first()
    look = Sighting.objects.filter(asset__in=numbered(names.keys())).order_by("-scanned_at").first()
    flaws = FindingFlaw.objects.filter(finding__action=action, finding__state="open").values("cve")
    epss = Exploitation.objects.filter(cve__in=flaws).aggregate(worst=Max("probability"))["worst"]
    return Proof(
        falls=[(names[each.asset_id], each) for each in falls[:MOST_SHOWN]],
        more_hosts=max(0, action.assets - MOST_SHOWN),
        scanned_at=look.scanned_at if look else None,
        credentialed=look.credentialed if look else None,
        findings=told["number"],
        exploited_since=told["since"],
        epss=epss,
        reach_unknown=told["unknown"],
        why=first.due_why if first else "",
        solution=action.detail or (first.solution if first else ""),
    )


def nobody_else(user: Any, units: Iterable[Unit]) -> eyes.Others | None:
    """Return the first of the units in which nobody besides the user may decide what they ask. One query a unit."""
    first = sorted(set(units), key=str)[:MOST_UNITS]
    told = (eyes.others_who_may(EXCEPTION, unit_id=unit.pk, but={user.pk}, user=user) for unit in first)
    return next((others for others in told if not others.names), None)


def decisions(user: Any) -> QuerySet[Decision]:
    """Return the decisions that the user sees."""
    return Decision.objects.visible_to(user).select_related("unit", "owner", "asked_by", "decided_by")


def decisions_on(action: Action, user: Any) -> list[Decision]:
    """Return the decisions that cover or covered any finding of an action, the newest first."""
    keys = Finding.objects.filter(action=action).values("key")
    return list(decisions(user).filter(covered__key__in=keys).distinct().order_by("-pk")[:20])


def decisions_on_finding(finding: Finding, user: Any) -> list[Decision]:
    """Return the decisions that cover or covered a finding, the newest first."""
    return list(decisions(user).filter(covered__key=finding.key).order_by("-pk")[:20])
