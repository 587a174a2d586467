"""Who does an action, by which day, and how long it takes: named by people, action by action or many at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import purging, search
from alcaide.common.lists import Kept, keep, keep_undo
from alcaide.common.models import LostUpdate, Record, Undo
from alcaide.common.permissions import require
from alcaide.common.trail import Actor, System, audit, differences, write
from alcaide.exposure.models import ASSIGN, Action, Promise
from alcaide.organization.models import Person

from .acting import doc_of, take_hours

MOST_HOURS = 10_000
UNDO = "exposure.promising"


class NothingToPromise(ValueError):
    """The action cannot be promised so; the message says why."""


@dataclass(frozen=True)
class ManyDone:
    """How many actions changed, and how to take it back."""

    changed: int
    undo: Undo | None = None


@write
def assign(actor: Actor, actions: Collection[Action], *, owner: Person) -> ManyDone:
    """Give actions to an owner. A promise that stood is handed on: the new owner names a day of their own.

    Needs the right to assign in each action's unit.
    """
    changed: list[tuple[Record, Mapping[str, Any]]] = []
    for action in _locked(actions):
        require(actor, ASSIGN, unit_id=action.unit_id)
        if action.owner_id == owner.pk:
            continue
        before = {"owner": action.owner.subject if action.owner else None, "promised_on": action.promised_on}
        kept = _kept(action)
        _end_promise(action, "handed")
        action.owner, action.promised_on = owner, None
        action.save_version(opened_version=action.version, fields=["owner", "promised_on"])
        audit(actor, "assign_action", subject=action.subject, before=before,
              after={"owner": owner.subject, "promised_on": None})  # fmt: skip
        search.index_many([doc_of(action)])
        changed.append((action, kept))
    words = _("Actions given to %(name)s") % {"name": owner.name}
    return ManyDone(len(changed), keep_undo(actor, UNDO, words=words, rows=changed))


@write
def promise(actor: Actor, actions: Collection[Action], *, on: date) -> ManyDone:
    """Note the day by which each owner promises to be done.

    Needs the right to assign in each action's unit. Raises NothingToPromise where nobody owns it, where it is done, or
    where the day has passed.
    """
    for unit_id in {action.unit_id for action in actions}:
        require(actor, ASSIGN, unit_id=unit_id)
    if on < timezone.localdate():
        raise NothingToPromise(_("That day has passed. Name a day from today on."))
    changed: list[tuple[Record, Mapping[str, Any]]] = []
    for action in _locked(actions):
        require(actor, ASSIGN, unit_id=action.unit_id)
        if action.owner is None:
            said = _("“%(title)s” has no owner yet. Assign it first; a promise needs somebody.")
            raise NothingToPromise(said % {"title": action.title})
        if action.state == "done":
            said = _("“%(title)s” is done; a scan no longer sees its findings.")
            raise NothingToPromise(said % {"title": action.title})
        if action.promised_on == on:
            continue
        kept = _kept(action)
        passed = action.promised_on is not None and action.promised_on < timezone.localdate()
        _end_promise(action, "late" if passed else "moved")
        Promise.objects.create(
            action=action, owner=action.owner, promised_on=on, named_by=None if isinstance(actor, System) else actor
        )
        before = {"promised_on": action.promised_on}
        action.promised_on = on
        action.save_version(opened_version=action.version, fields=["promised_on"])
        audit(actor, "promise_action", subject=action.subject, before=before, after={"promised_on": on})
        changed.append((action, kept))
    return ManyDone(len(changed), keep_undo(actor, UNDO, words=_("Days promised"), rows=changed))


def put_back(actor: Actor, kept: Kept) -> None:
    """Give an action back its owner and its promise, as they stood before it was assigned or promised with others.

    Needs the right to assign in its unit. A promise that the act made is withdrawn, for nobody ever relied on it; the
    one that it ended stands again. Raises LostUpdate for one changed or done since, Refused, DoesNotExist.
    """
    seen = Action.objects.all().visible_to(actor).get(uid=kept.uid)
    [action] = _locked([seen])
    require(actor, ASSIGN, unit_id=action.unit_id)
    if action.version != kept.version or action.state == "done":
        raise LostUpdate(action, opened_version=kept.version, mine=dict(kept.before))
    before = {"owner": action.owner.subject if action.owner else None, "promised_on": action.promised_on}
    made = Promise.objects.filter(action=action, end="open")
    purging.remove(actor, made, why="The act that made the promise was taken back")
    Promise.objects.filter(action=action, pk=kept.before["promise"]).update(end="open", ended_at=None)
    action.owner = Person.objects.get(pk=kept.before["owner"]) if kept.before["owner"] else None
    day = kept.before["promised_on"]
    action.promised_on = date.fromisoformat(day) if day else None
    action.save_version(opened_version=kept.version, fields=["owner", "promised_on"])
    after = {"owner": action.owner.subject if action.owner else None, "promised_on": action.promised_on}
    sides = differences(before, after)
    audit(actor, "give_action_back", subject=action.subject, before=sides[0], after=sides[1])
    search.index_many([doc_of(action)])


@write
def estimate(actor: Actor, action: Action, *, hours: float, basis: str, why: str, opened_version: int) -> Action:
    """Say how long an action takes and on what grounds; empty grounds are refused.

    Needs the right to assign in the action's unit. Raises LostUpdate, NothingToPromise.
    """
    require(actor, ASSIGN, unit_id=action.unit_id)
    if not 0 < hours <= MOST_HOURS:
        said = _("Say the hours as a number above 0, at most %(most)s.")
        raise NothingToPromise(said % {"most": f"{MOST_HOURS:,}"})
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


def _kept(action: Action) -> dict[str, Any]:
    """Return what an action was before the act, with the promise that stood."""
    standing = Promise.objects.filter(action=action, end="open").values_list("pk", flat=True).first()
    return {**keep(action, name=action.title, fields=("promised_on",)), "owner": action.owner_id, "promise": standing}


def _end_promise(action: Action, end: str) -> None:
    Promise.objects.filter(action=action, end="open").update(end=end, ended_at=timezone.now())
