"""Reads of what is tolerated: the figure then and now, what it is measured against, and who may decide."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from alcaide.common import eyes
from alcaide.common.models import EyesStandIn
from alcaide.common.money import Kind, Money, to_engine
from alcaide.common.permissions import scope_of
from alcaide.organization.queries import appetite_of, root_unit
from alcaide.risk.models import ACCEPTANCE, ACCEPTANCE_ABOVE, ASK, NO_PRICE, Run, Scenario, Tolerance
from alcaide.risk.pricing import chance_of_passing

from .figures import Figures, latest_run

LONGEST = timedelta(days=366)
"""A risk is tolerated for a year at most; then it is looked at again."""
RISE_PERCENT = 25
"""A figure that rose by more than this over the one that was agreed to waits for a decision again."""
SOON = timedelta(days=30)


@dataclass(frozen=True)
class Standing:
    """A scenario's figure in the newest run, and how it stands to its unit's appetite."""

    run: Run
    loss: Money
    low: Money
    high: Money
    limit: Money | None
    limit_chance: float | None
    chance: float | None

    @property
    def is_above(self) -> bool:
        """Whether the scenario alone passes the appetite too often; where there is no appetite nothing is within it."""
        if self.chance is None or self.limit_chance is None:
            return True
        return self.chance > self.limit_chance


@dataclass(frozen=True)
class ToleranceShown:
    """A tolerance beside the scenario's figure of today, and what the user may do about it."""

    tolerance: Tolerance
    now: Money | None
    is_out: bool
    """Whether it was agreed to and its day has passed."""
    has_risen: bool
    may_agree: bool
    may_alone: bool
    """Whether the user may agree alone in an emergency, which is within the appetite only."""
    is_own: bool
    """Whether the user asked for it, so that somebody else decides."""
    may_withdraw: bool


def standing(scenario: Scenario) -> Standing | None:
    """Return how a scenario stands by the newest run, None where it has no price there."""
    run = latest_run()
    if run is None:
        return None
    shown = Figures.of(run)
    uid = str(scenario.uid)
    row = next((each for each in shown.results["scenarios"] if each["uid"] == uid), None)
    stored = next((each for each in shown.inputs["scenarios"] if each["uid"] == uid), None)
    if row is None or stored is None:
        return None
    held = appetite_of(scenario.unit)
    # An appetite in another currency measures nothing here; then only the top decides.
    held = held if held is not None and held.currency == run.currency else None
    return Standing(
        run=run,
        loss=shown.money(row["mean"]),
        low=shown.money(row["range"][0]),
        high=shown.money(row["range"][1]),
        limit=held.limit if held else None,
        limit_chance=held.chance if held else None,
        chance=chance_of_passing(shown.inputs, stored, to_engine(held.limit)) if held else None,
    )


def has_risen() -> Q:
    """Return the condition for tolerances whose scenario costs more by now than was agreed to, by too much."""
    limit = F("loss_minor") * (100 + RISE_PERCENT) / 100
    return Q(scenario__loss_minor__gt=limit) | ~Q(scenario__currency=F("currency")) & ~Q(scenario__loss_minor=NO_PRICE)


def is_owner(user: Any, scenario: Scenario) -> bool:
    """Tell whether the user is the person who answers for a scenario."""
    return scenario.owner is not None and scenario.owner.user_id is not None and scenario.owner.user_id == user.pk


def may_ask(user: Any, scenario: Scenario) -> bool:
    """Tell whether the user may ask that a scenario be tolerated: by role there, or because they answer for it."""
    return is_owner(user, scenario) or scope_of(user).allows(ASK, scenario.unit_id)


def may_agree(
    user: Any,
    scenario: Scenario,
    *,
    above_appetite: bool,
    asked_by: int | None = None,
    given: Collection[EyesStandIn] | None = None,
) -> bool:
    """Tell whether the user may agree to what somebody asked: above the appetite only those of the top."""
    act, unit_id = _act(scenario, above_appetite=above_appetite)
    return eyes.may_answer(user, act, unit_id=unit_id, makers={asked_by}, given=given)


def others_who_may_agree(user: Any, scenario: Scenario, *, above_appetite: bool, asked_by: int | None) -> eyes.Others:
    """Return who may agree besides whoever asks: above the appetite only who may for the whole organization."""
    act, unit_id = _act(scenario, above_appetite=above_appetite)
    return eyes.others_who_may(act, unit_id=unit_id, but={asked_by}, user=user)


def _act(scenario: Scenario, *, above_appetite: bool) -> tuple[str, int]:
    return (ACCEPTANCE_ABOVE, root_unit().pk) if above_appetite else (ACCEPTANCE, scenario.unit_id)


def tolerances_of(user: Any) -> QuerySet[Tolerance]:
    """Return what was asked and agreed, as far as the user sees the scenarios."""
    rows = Tolerance.objects.visible_to(user).select_related(
        "scenario__unit", "scenario__owner", "run", "asked_by", "decided_by", "ended_by"
    )
    # A run holds every input and result that it had: megabytes, once for each row.
    return rows.defer("run__inputs", "run__results")


def tolerance_shown(
    tolerance: Tolerance, user: Any, *, today: date | None = None, given: Collection[EyesStandIn] | None = None
) -> ToleranceShown:
    """Return a tolerance with what became of it. The caller has asked who may see it.

    given: the user's stand-ins, where many tolerances are shown.
    """
    scenario = tolerance.scenario
    now = None
    if scenario.loss_minor != NO_PRICE:
        now = Money(scenario.loss_minor, scenario.currency, Kind.EXPECTED)
    is_open, is_agreed = tolerance.state in {"asked", "agreed"}, tolerance.state == "agreed"
    is_own = tolerance.asked_by_id == user.pk
    agrees = tolerance.state == "asked" and may_agree(
        user, scenario, above_appetite=tolerance.above_appetite, asked_by=tolerance.asked_by_id, given=given
    )
    alone = tolerance.state == "asked" and not agrees and not tolerance.above_appetite
    return ToleranceShown(
        tolerance=tolerance,
        now=now,
        is_out=is_agreed and tolerance.until < (today or timezone.localdate()),
        has_risen=is_open and _rose(tolerance, now),
        may_agree=agrees,
        may_alone=alone and scope_of(user).allows(ASK, scenario.unit_id),
        is_own=is_own,
        may_withdraw=is_open and (is_own or may_ask(user, scenario)),
    )  # fmt: skip


def _rose(tolerance: Tolerance, now: Money | None) -> bool:
    if now is None:
        return False
    if now.currency != tolerance.currency:
        return True
    return now.minor > tolerance.loss_minor * (100 + RISE_PERCENT) // 100
