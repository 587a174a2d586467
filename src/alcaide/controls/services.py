"""Writes of measures: propose, change, adopt, put in place, drop; test them; do the work on them."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import purging
from alcaide.common.changes import note_change
from alcaide.common.models import User
from alcaide.common.permissions import require
from alcaide.common.search import forget, index
from alcaide.common.trail import Actor, audit, differences, write
from alcaide.organization.models import Unit
from alcaide.organization.queries import the_organization

from .models import ADOPT, CHANGE, TEST, Measure, MeasureLink, MeasureTask, MeasureTest

ROOM = "controls"
LONGEST_CADENCE = 3_653
MOST_OPEN_TASKS = 50
DONE_RESULTS = ("works", "partly", "fails")


class WrongState(ValidationError):
    """The measure is not in the state that this step begins from."""


@write
def propose(actor: Actor, *, name: str, area: str, unit: Unit, cost_minor: int, currency: str, **more: Any) -> Measure:
    """Propose a measure with its cost in cash a year."""
    require(actor, CHANGE, unit_id=unit.pk)
    _same_currency(currency)
    _must_say_why(more)
    measure = Measure(name=name.strip(), area=area, unit=unit, cost_minor=cost_minor, currency=currency, **more)
    measure.full_clean(exclude=["adopted_by"])
    measure.save()
    audit(
        actor, "propose_measure", subject=measure.subject,
        after={"name": name, "area": area, "cost": measure.cost, "unit": unit.subject},
    )  # fmt: skip
    _tell(measure)
    return measure


@write
def change_measure(actor: Actor, measure: Measure, *, opened_version: int, **values: Any) -> Measure:
    """Change what a measure is or costs. A dropped one is left as it was. Raises LostUpdate."""
    require(actor, CHANGE, unit_id=measure.unit_id)
    if "unit" in values:
        require(actor, CHANGE, unit_id=values["unit"].pk)
    if measure.state == "dropped":
        raise WrongState(_("“%(name)s” was dropped. Propose it anew to change it.") % {"name": measure.name})
    if "currency" in values:
        _same_currency(values["currency"])
    _must_say_why({"mandatory": measure.mandatory, "mandatory_why": measure.mandatory_why, **values})
    before, after = differences({name: getattr(measure, name) for name in values}, values)
    if not after:
        return measure
    for name, value in after.items():
        setattr(measure, name, value)
    measure.full_clean(exclude=["adopted_by"])
    measure.save_version(opened_version=opened_version, fields=list(after))
    audit(actor, "change_measure", subject=measure.subject, before=before, after=after)
    _tell(measure)
    return measure


@write
def link(actor: Actor, measure: Measure, *, kind: str, other: Measure) -> MeasureLink:
    """Say that a measure needs another, or that the two cannot stand side by side."""
    require(actor, CHANGE, unit_id=measure.unit_id)
    if measure.pk == other.pk:
        raise ValidationError({"other": "A measure cannot be bound to itself. Choose another one."})
    for each in MeasureLink.objects.filter(measure__in=[measure, other], other__in=[measure, other]):
        if each.kind == "excludes" or kind == "excludes" or each.measure_id == measure.pk:
            raise ValidationError({"other": f"The two are bound already: “{each.measure}” {each.kind} “{each.other}”."})
    made = MeasureLink(kind=kind, measure=measure, other=other)
    made.full_clean()
    made.save()
    audit(actor, "link_measures", subject=measure.subject, after={"kind": kind, "other": other.subject})
    note_change(ROOM, measure.subject)
    return made


@write
def unlink(actor: Actor, held: MeasureLink) -> None:
    """Take a rule between two measures away."""
    require(actor, CHANGE, unit_id=held.measure.unit_id)
    measure, before = held.measure, {"kind": held.kind, "other": held.other.subject}
    purging.remove(actor, held, why="The rule between two measures was taken away")
    audit(actor, "unlink_measures", subject=measure.subject, before=before)
    note_change(ROOM, measure.subject)


@write
def adopt(actor: Actor, measure: Measure) -> Measure:
    """Decide that a proposed measure will be done."""
    require(actor, ADOPT, unit_id=measure.unit_id)
    user = actor if isinstance(actor, User) else None
    return _step(actor, measure, "adopt", start="proposed", end="adopted", adopted_at=timezone.now(), adopted_by=user)


@write
def put_in_place(actor: Actor, measure: Measure) -> Measure:
    """Say that an adopted measure now stands; from here its effect counts in the figures."""
    require(actor, CHANGE, unit_id=measure.unit_id)
    now = timezone.now()
    due_on = _next_test(measure, timezone.localdate(now))
    return _step(actor, measure, "put_in_place", start="adopted", end="in_place", in_place_at=now, test_due_on=due_on)


@write
def drop(actor: Actor, measure: Measure) -> Measure:
    """Give up a measure that is proposed or adopted."""
    require(actor, ADOPT, unit_id=measure.unit_id)
    if measure.state not in {"proposed", "adopted"}:
        state = measure.get_state_display().lower()
        raise WrongState(
            _("“%(name)s” is %(state)s; only a proposed or adopted measure can be dropped.")
            % {"name": measure.name, "state": state}
        )
    if measure.mandatory:
        raise WrongState(
            _("“%(name)s” is mandatory: %(mandatory_why)s. Take that mark away first, with the reason.")
            % {"name": measure.name, "mandatory_why": measure.mandatory_why}
        )
    return _step(actor, measure, "drop_measure", start=measure.state, end="dropped")


@write
def withdraw(actor: Actor, measure: Measure) -> None:
    """Remove a measure that was only proposed and that nothing speaks of yet, as the undo of an import does.

    Needs the right to change measures in its unit. What stands is dropped instead, so that it stays known.
    Raises WrongState.
    """
    require(actor, CHANGE, unit_id=measure.unit_id)
    if measure.state != "proposed":
        raise WrongState(_("Only a measure that is proposed can be withdrawn. Drop it instead."))
    before = {"name": measure.name, "cost": measure.cost, "unit": measure.unit.subject}
    subject = measure.subject
    forget(subject)
    note_change(ROOM, subject)
    purging.remove(actor, measure, why="Only proposed, and withdrawn")
    audit(actor, "withdraw_measure", subject=subject, before=before)


@write
def set_cadence(
    actor: Actor,
    measure: Measure,
    *,
    opened_version: int,
    every_days: int | None,
    overdue_low: float = 1.0,
    overdue_high: float = 1.0,
) -> Measure:
    """Say how often a measure is tested, and what share of its effect counts while a test is overdue.

    Who changes measures of the unit may. Refused: a dropped measure, a reversed share. Raises LostUpdate.
    """
    require(actor, CHANGE, unit_id=measure.unit_id)
    if measure.state == "dropped":
        raise WrongState(_("“%(name)s” was dropped; nothing is tested any more.") % {"name": measure.name})
    if every_days is None:
        overdue_low = overdue_high = 1.0
    elif not 1 <= every_days <= LONGEST_CADENCE:
        raise ValidationError({"every_days": f"Give 1 to {LONGEST_CADENCE:,} days, or leave it empty."})
    _check_share("overdue", overdue_low, overdue_high)
    values: dict[str, Any] = {
        "test_every_days": every_days, "overdue_low": overdue_low, "overdue_high": overdue_high
    }  # fmt: skip
    before, after = differences({name: getattr(measure, name) for name in values}, values)
    if not after:
        return measure
    measure.test_every_days = every_days
    values["test_due_on"] = _next_test(measure, measure.tested_on or _placed_on(measure))
    for name, value in values.items():
        setattr(measure, name, value)
    measure.save_version(opened_version=opened_version, fields=list(values))
    audit(actor, "set_test_cadence", subject=measure.subject, before=before, after=after)
    note_change(ROOM, measure.subject)
    return measure


@dataclass(frozen=True)
class Outcome:
    """What came out of a test, and the share of the measure's effect that is still there, a 90 % range of 0..1."""

    result: str
    found: str = ""
    low: float = 1.0
    high: float = 1.0


@write
def record_test(
    actor: Actor, measure: Measure, *, what: str, tested_on: date, by_whom: str, outcome: Outcome, how: str = ""
) -> MeasureTest:
    """Record a test of a measure in place; from here what it found is in force counts.

    Who tests in the unit may. A test that could not be done changes nothing but is kept with its reason. A test
    entered late takes its place by its day.
    """
    require(actor, TEST, unit_id=measure.unit_id)
    # The row is held, so that two tests entered at once are both counted.
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if measure.state != "in_place":
        raise WrongState(
            _("“%(name)s” does not stand, so there is nothing to test. Put it in place first.") % {"name": measure.name}
        )
    if tested_on > timezone.localdate():
        raise ValidationError({"tested_on": "This day is still to come. Record the test once it is done."})
    low, high = _share_in_force(outcome)
    made = MeasureTest(
        measure=measure, what=what.strip(), how=how.strip(), tested_on=tested_on, by_whom=by_whom.strip(),
        result=outcome.result, found=outcome.found.strip(), held_low=low, held_high=high,
        entered_by=actor if isinstance(actor, User) else None,
    )  # fmt: skip
    made.full_clean(exclude=["entered_by"])
    made.save()
    before, after = _keep_what_tests_say(measure)
    audit(
        actor, "test_measure", subject=measure.subject, before=before,
        after={**after, "test": made.subject, "result": made.result, "tested_on": tested_on},
    )  # fmt: skip
    note_change(ROOM, measure.subject)
    return made


def _share_in_force(outcome: Outcome) -> tuple[float, float]:
    """Return the share that an outcome leaves in force; a test that works, or that was not done, is given none."""
    if outcome.result not in dict(MeasureTest.RESULTS):
        raise ValidationError({"result": "Choose what came out of the test."})
    if outcome.result != "works" and not outcome.found.strip():
        raise ValidationError({"found": "Say what was found, or why it could not be tested."})
    if outcome.result in {"works", "untested"}:
        return 1.0, 1.0
    _check_share("held", outcome.low, outcome.high)
    if outcome.low == 1:
        raise ValidationError({"held_low": "A measure that does not wholly work holds less than 100 %."})
    return outcome.low, outcome.high


def _keep_what_tests_say(measure: Measure) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write onto a measure what its tests, taken by their days, say of it; return what changed."""
    rows = list(measure.tests.filter(result__in=DONE_RESULTS))
    if not rows:
        return {}, {}
    newest, failing = rows[0], None
    for each in rows:
        if each.result == "works":
            break
        failing = each.tested_on
    values: dict[str, Any] = {
        "tested_on": newest.tested_on, "last_result": newest.result, "failing_since": failing,
        "held_low": newest.held_low, "held_high": newest.held_high,
        "test_due_on": _next_test(measure, newest.tested_on),
    }  # fmt: skip
    before, after = differences({name: getattr(measure, name) for name in values}, values)
    for name, value in after.items():
        setattr(measure, name, value)
    if after:
        measure.save_version(opened_version=measure.version, fields=list(after))
    return before, after


@write
def add_task(
    actor: Actor, measure: Measure, *, what: str, owner: Any = None, due_on: date | None = None
) -> MeasureTask:
    """Add a piece of the work on a measure. Who changes measures of the unit may."""
    require(actor, CHANGE, unit_id=measure.unit_id)
    if measure.state == "dropped":
        raise WrongState(_("“%(name)s” was dropped; there is no work on it any more.") % {"name": measure.name})
    if measure.tasks.filter(done_at__isnull=True).count() >= MOST_OPEN_TASKS:
        raise ValidationError({"what": f"{MOST_OPEN_TASKS} tasks are open already. Finish some first."})
    task = MeasureTask(measure=measure, what=what.strip(), owner=owner, due_on=due_on)
    task.full_clean()
    task.save()
    audit(
        actor, "add_task", subject=measure.subject,
        after={"task": task.subject, "what": task.what, "owner": owner.subject if owner else None, "due_on": due_on},
    )  # fmt: skip
    return task


@write
def finish_task(actor: Actor, task: MeasureTask) -> None:
    """Say that a task is done: who changes measures of the unit may, and whose task it is."""
    _require_task(actor, task)
    if task.done_at is not None:
        raise WrongState(_("“%(what)s” is done already; nothing was changed.") % {"what": task.what})
    task.done_at, task.done_by = timezone.now(), actor if isinstance(actor, User) else None
    task.save_version(opened_version=task.version, fields=["done_at", "done_by"])
    audit(actor, "finish_task", subject=task.measure.subject, after={"task": task.subject, "what": task.what})


@write
def reopen_task(actor: Actor, task: MeasureTask) -> None:
    """Say that a task is not done after all: who changes measures of the unit may, and whose task it is."""
    _require_task(actor, task)
    if task.done_at is None:
        raise WrongState(_("“%(what)s” is open already; nothing was changed.") % {"what": task.what})
    task.done_at = task.done_by = None
    task.save_version(opened_version=task.version, fields=["done_at", "done_by"])
    audit(actor, "reopen_task", subject=task.measure.subject, after={"task": task.subject, "what": task.what})


def _require_task(actor: Actor, task: MeasureTask) -> None:
    is_theirs = isinstance(actor, User) and task.owner is not None and task.owner.user_id == actor.pk
    if not is_theirs:
        require(actor, CHANGE, unit_id=task.measure.unit_id)


def _next_test(measure: Measure, last: date | None) -> date | None:
    if measure.test_every_days is None or last is None:
        return None
    return last + timedelta(days=measure.test_every_days)


def _placed_on(measure: Measure) -> date | None:
    return timezone.localdate(measure.in_place_at) if measure.in_place_at else None


def _check_share(name: str, low: float, high: float) -> None:
    if not (math.isfinite(low) and math.isfinite(high) and 0 <= low <= 1 and 0 <= high <= 1):
        raise ValidationError({f"{name}_low": "A share runs from 0 to 100 %."})
    if low > high:
        raise ValidationError({f"{name}_low": "The range runs backwards: this end is more than the other. Swap them."})


def _step(actor: Actor, measure: Measure, verb: str, *, start: str, end: str, **stamps: Any) -> Measure:
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if measure.state != start:
        raise WrongState(
            _("“%(name)s” is %(state)s already; nothing was changed.")
            % {"name": measure.name, "state": measure.get_state_display().lower()}
        )
    for name, value in {"state": end, **stamps}.items():
        setattr(measure, name, value)
    measure.save_version(opened_version=measure.version, fields=["state", *stamps])
    audit(actor, verb, subject=measure.subject, before={"state": start}, after={"state": end})
    _tell(measure)
    return measure


def _must_say_why(values: dict[str, Any]) -> None:
    if values.get("mandatory") and not str(values.get("mandatory_why", "")).strip():
        raise ValidationError({"mandatory_why": "Say which law, contract or decision asks for it."})


def _same_currency(currency: str) -> None:
    ours = the_organization().currency
    if currency != ours:
        raise ValidationError({"currency": f"Figures are kept in {ours}. Convert the sum first and name the rate."})


def _tell(measure: Measure) -> None:
    note_change(ROOM, measure.subject)
    index(
        measure.subject, kind="controls.measure", title=measure.name, second=measure.get_state_display(),
        words=measure.what, unit_id=measure.unit_id,
    )  # fmt: skip
