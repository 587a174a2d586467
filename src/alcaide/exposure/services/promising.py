"""Who does an action, by which day, and how long it takes: named by people, action by action or many at once."""

from collections.abc import Collection
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import search
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, System, audit, differences, write
from alcaide.exposure.models import ASSIGN, Action, Promise
from alcaide.organization.models import Person

from .acting import doc_of, take_hours

MOST_HOURS = 10_000


class NothingToPromise(ValueError):
    """The action cannot be promised so; the message says why."""


@write
def assign(actor: Actor, actions: Collection[Action], *, owner: Person) -> int:
    """Give actions to an owner. A promise that stood is handed on: the new owner names a day of their own.

    Needs the right to assign in each action's unit. Returns how many changed hands.
    """
    changed = 0
    for action in _locked(actions):
        require(actor, ASSIGN, unit_id=action.unit_id)
        if action.owner_id == owner.pk:
            continue
        before = {"owner": action.owner.subject if action.owner else None, "promised_on": action.promised_on}
        _end_promise(action, "handed")
        action.owner, action.promised_on = owner, None
        action.save_version(opened_version=action.version, fields=["owner", "promised_on"])
        audit(actor, "assign_action", subject=action.subject, before=before,
              after={"owner": owner.subject, "promised_on": None})  # fmt: skip
        search.index_many([doc_of(action)])
        changed += 1
    return changed


@write
def promise(actor: Actor, actions: Collection[Action], *, on: date) -> int:
    """Note the day by which each owner promises to be done. Returns how many days were named.

    Needs the right to assign in each action's unit. Raises NothingToPromise where nobody owns it, where it is done, or
    where the day has passed.
    """
    if on < timezone.localdate():
        raise NothingToPromise(_("That day has passed. Name a day from today on."))
    changed = 0
    for action in _locked(actions):
        require(actor, ASSIGN, unit_id=action.unit_id)
        if action.owner is None:
            raise NothingToPromise(f"“{action.title}” has no owner yet. Assign it first; a promise needs somebody.")
        if action.state == "done":
            raise NothingToPromise(f"“{action.title}” is done; a scan no longer sees its findings.")
        if action.promised_on == on:
            continue
        passed = action.promised_on is not None and action.promised_on < timezone.localdate()
        _end_promise(action, "late" if passed else "moved")
        Promise.objects.create(
            action=action, owner=action.owner, promised_on=on, named_by=None if isinstance(actor, System) else actor
        )
        before = {"promised_on": action.promised_on}
        action.promised_on = on
        action.save_version(opened_version=action.version, fields=["promised_on"])
        audit(actor, "promise_action", subject=action.subject, before=before, after={"promised_on": on})
        changed += 1
    return changed


@write
def estimate(actor: Actor, action: Action, *, hours: float, basis: str, why: str, opened_version: int) -> Action:
    """Say how long an action takes and on what grounds; empty grounds are refused.

    Needs the right to assign in the action's unit. Raises LostUpdate, NothingToPromise.
    """
    require(actor, ASSIGN, unit_id=action.unit_id)
    if not 0 < hours <= MOST_HOURS:
        raise NothingToPromise(f"Say the hours as a number above 0, at most {MOST_HOURS:,}.")
    before = {"hours": action.hours, "basis": action.hours_basis, "why": action.hours_why}
    action.hours, action.hours_basis, action.hours_why = hours, basis, why
    take_hours(action)
    action.save_version(opened_version=opened_version, fields=["hours", "hours_basis", "hours_why", "per_hour_minor"])
    after = {"hours": action.hours, "basis": action.hours_basis, "why": action.hours_why}
    sides = differences(before, after)
    audit(actor, "estimate_action", subject=action.subject, before=sides[0], after=sides[1])
    return action


def _locked(actions: Collection[Action]) -> list[Action]:
    rows = Action.objects.select_for_update(of=("self",)).select_related("owner", "unit").order_by("pk")
    return list(rows.filter(pk__in=[action.pk for action in actions]))


def _end_promise(action: Action, end: str) -> None:
    Promise.objects.filter(action=action, end="open").update(end=end, ended_at=timezone.now())
