"""The home page of each role: what an analyst, a department head, an auditor and an employee land on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Sum

from alcaide.assets.models import Asset
from alcaide.board.models import Decision, Pack
from alcaide.common.models import Notice, TrailHead, TrailLine, User
from alcaide.common.money import Kind, Money
from alcaide.common.permissions import ANALYST, AUDITOR, CHIEF, EMPLOYEE, EXECUTIVE, HEAD, Hidden, scope_of
from alcaide.controls.models import Measure
from alcaide.exposure.models import Action, Report
from alcaide.exposure.queries import fix_first, reports
from alcaide.organization.models import Person
from alcaide.risk.models import Run, Scenario

from .decide import Agenda, agenda

HomeOf = Literal["whole", "analyst", "head", "auditor", "employee"]
MOST_ROWS = 6
# The first of these that somebody holds decides what they land on.
LANDS: tuple[tuple[str, HomeOf], ...] = (
    (CHIEF.key, "whole"),
    (EXECUTIVE.key, "whole"),
    (ANALYST.key, "analyst"),
    (HEAD.key, "head"),
    (AUDITOR.key, "auditor"),
    (EMPLOYEE.key, "employee"),
)


@dataclass(frozen=True)
class AnalystHome:
    """Work: what to fix first, and what came in."""

    agenda: Agenda
    actions: tuple[Action, ...]
    reports: tuple[Report, ...]


@dataclass(frozen=True)
class Told:
    """One scenario of somebody's units with its expected loss a year; no sums where no run has priced it."""

    scenario: Scenario
    loss: Money | None
    low: Money | None
    high: Money | None

    @classmethod
    def of(cls, scenario: Scenario) -> "Told":
        """Read what the newest run kept on the row."""
        if scenario.priced_run is None:
            return cls(scenario, None, None, None)
        ends = (scenario.loss_minor, scenario.loss_low_minor, scenario.loss_high_minor)
        return cls(scenario, *(Money(each, scenario.currency, Kind.EXPECTED) for each in ends))


@dataclass(frozen=True)
class HeadHome:
    """A department's own: what it may lose, what it promised, what nobody answers for."""

    agenda: Agenda
    scenarios: tuple[Told, ...]
    loss: Money | None
    """What its scenarios cost together a year, as the newest run said; None where nothing is priced."""
    priced: int
    promised: tuple[Action, ...]
    ownerless: int
    measures: tuple[Measure, ...]
    hidden: tuple[Hidden, ...]


@dataclass(frozen=True)
class AuditorHome:
    """What can be verified: the trail and its signed heads, runs, decisions, packs."""

    agenda: Agenda
    lines: int
    head: TrailHead | None
    runs: tuple[Run, ...]
    decisions: tuple[Decision, ...]
    packs: tuple[Pack, ...]

    @property
    def unsigned(self) -> int:
        """How many lines came after the last signed head."""
        return self.lines - (self.head.size if self.head else 0)


@dataclass(frozen=True)
class EmployeeHome:
    """Somebody's own: what waits, what they were told, what they answer for."""

    agenda: Agenda
    notices: tuple[Notice, ...]
    assets: tuple[Asset, ...]
    measures: tuple[Measure, ...]


RoleHome = AnalystHome | HeadHome | AuditorHome | EmployeeHome


def home_of(user: User) -> HomeOf:
    """Return what somebody lands on, by the widest role they hold; who holds none lands where an employee does."""
    held = scope_of(user).units_by_role
    return next((home for role, home in LANDS if held.get(role)), "employee")


def role_home(user: User, which: HomeOf, *, now: datetime) -> RoleHome:
    """Collect the home page of a role."""
    waits = agenda(user, now=now)
    match which:
        case "analyst":
            return _analyst(user, waits)
        case "head":
            return _head(user, waits)
        case "auditor":
            return _auditor(waits)
        case _:
            return _employee(user, waits)


def _analyst(user: User, waits: Agenda) -> AnalystHome:
    first = fix_first.actions(user).filter(state="open").order_by("-per_hour_minor", "-pk")[:MOST_ROWS]
    return AnalystHome(waits, tuple(first), tuple(reports(user).order_by("-pk")[:MOST_ROWS]))


def _head(user: User, waits: Agenda) -> HeadHome:
    rows = Scenario.objects.visible_to(user).filter(retired_at=None).select_related("unit", "owner")
    priced = rows.filter(priced_run__isnull=False)
    whole = priced.aggregate(sum=Sum("loss_minor"))["sum"]
    first = priced.first()
    person = _person(user)
    promised = fix_first.actions(user).filter(owner=person, state="open") if person else Action.objects.none()
    measures = (
        Measure.objects.visible_to(user).filter(owner=person, state="adopted") if person else Measure.objects.none()
    )
    return HeadHome(
        agenda=waits,
        scenarios=tuple(Told.of(each) for each in rows.order_by("-loss_minor", "-pk")[:MOST_ROWS]),
        loss=Money(whole, first.currency, Kind.EXPECTED) if whole is not None and first else None,
        priced=priced.count(),
        promised=tuple(promised.order_by("limit_on", "pk")[:MOST_ROWS]),
        ownerless=Asset.objects.visible_to(user).filter(owner=None, retired_at=None)[:1000].count(),
        measures=tuple(measures.order_by("due_on", "pk")[:MOST_ROWS]),
        hidden=tuple(Scenario.objects.filter(retired_at=None).hidden_from(user)),
    )


def _auditor(waits: Agenda) -> AuditorHome:
    last = TrailLine.objects.order_by("-seq").values_list("seq", flat=True).first()
    taken = Decision.objects.select_related("decided_by", "proposal__run").prefetch_related("measures")
    return AuditorHome(
        agenda=waits,
        lines=last or 0,
        head=TrailHead.objects.order_by("-size").first(),
        runs=tuple(Run.objects.defer("inputs", "results", "versions").select_related("asked_by")[:MOST_ROWS]),
        decisions=tuple(taken[:MOST_ROWS]),
        packs=tuple(Pack.objects.select_related("run", "file", "made_by")[:MOST_ROWS]),
    )


def _employee(user: User, waits: Agenda) -> EmployeeHome:
    person = _person(user)
    told = Notice.objects.filter(user=user, read_at=None).order_by("-at")[:MOST_ROWS]
    own = Asset.objects.visible_to(user).filter(owner=person, retired_at=None) if person else Asset.objects.none()
    mine = (
        Measure.objects.visible_to(user).filter(owner=person).exclude(state="dropped")
        if person
        else Measure.objects.none()
    )
    return EmployeeHome(waits, tuple(told), tuple(own[:MOST_ROWS]), tuple(mine[:MOST_ROWS]))


def _person(user: User) -> Person | None:
    return Person.objects.filter(user=user).first()
