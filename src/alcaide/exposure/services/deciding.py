"""Decisions on findings: asked for, approved by somebody else, in force until a day, and back when that day has passed.

A decision names findings by their identity, so it outlives a new rating and another import. It moves the day after
which they are late, never the limit itself: when it ends, they are late again from the limit they always had.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, DateField, F, Q, QuerySet, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import eyes
from alcaide.common.changes import note_change
from alcaide.common.models import User
from alcaide.common.permissions import require
from alcaide.common.rows import listed, numbered
from alcaide.common.trail import Actor, System, audit, write
from alcaide.exposure.models import (
    ASK,
    EXCEPTION,
    NO_LIMIT,
    Action,
    Covered,
    Decision,
    Finding,
)
from alcaide.organization.models import Person

from .acting import recount

MOST_DAYS = 366
ANSWER_WITHIN_DAYS = 5
AT_ONCE = 5_000
WAITING = ("proposed", "asked")


class DecisionRefused(ValueError):
    """The decision cannot be asked for or taken so; the message says what to do. Nothing was written."""


@write
def ask(
    actor: Actor,
    about: Action | Finding,
    *,
    kind: str,
    reason: str,
    owner: Person | None = None,
    until: date | None = None,
    evidence: str = "",
) -> Decision:
    """Ask that an action's open findings, or one finding, be left: until a day, for a window, or as false positives.

    Needs the right to ask in the unit. It moves nothing until somebody else approves it. Raises DecisionRefused.
    """
    rows = Finding.objects.filter(pk=about.pk) if isinstance(about, Finding) else Finding.objects.filter(action=about)
    keys = list(rows.filter(state="open", decision__isnull=True).values_list("key", flat=True))
    asked = _Asked(kind, reason.strip(), owner, None if kind == "false_positive" else until, evidence.strip())
    return _ask(actor, asked, keys, unit_id=about.unit_id, title=str(about), about=about.subject)


@write
def ask_all(actor: Actor, actions: Collection[Action], **given: Any) -> list[Decision]:
    """Ask the same for several actions, one decision each; all of them or none. Takes what `ask` takes."""
    return [ask(actor, action, **given) for action in actions]


@write
def renew(
    actor: Actor,
    decision: Decision,
    *,
    kind: str,
    reason: str,
    owner: Person | None = None,
    until: date | None = None,
    evidence: str = "",
) -> Decision:
    """Ask that a decision in force go on; it takes the other's place once somebody else approves it.

    Needs the right to ask in the unit. Raises DecisionRefused.
    """
    require(actor, ASK, unit_id=decision.unit_id)
    if decision.state != "in_force":
        raise DecisionRefused(_("Only a decision in force can be renewed. Ask anew for what is over."))
    keys = list(Finding.objects.filter(decision=decision, state="open").values_list("key", flat=True))
    asked = _Asked(kind, reason.strip(), owner, None if kind == "false_positive" else until, evidence.strip())
    return _ask(
        actor, asked, keys, unit_id=decision.unit_id, title=decision.title, about=decision.subject, renews=decision
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for."""

    kind: str
    reason: str
    owner: Person | None
    until: date | None
    evidence: str


def _ask(
    actor: Actor,
    asked: _Asked,
    keys: list[str],
    *,
    unit_id: int,
    title: str,
    about: str,
    renews: Decision | None = None,
) -> Decision:
    require(actor, ASK, unit_id=unit_id)
    _check(asked)
    if not keys:
        raise DecisionRefused(_("No open finding of “%(title)s” is left to decide on.") % {"title": title})
    if Covered.objects.filter(key__in=listed(keys), decision__state__in=WAITING).exists():
        raise DecisionRefused(
            _("“%(title)s” already waits for an answer. Withdraw that first, or wait for it.") % {"title": title}
        )
    decision = Decision.objects.create(
        kind=asked.kind, state="asked", unit_id=unit_id, title=title[:400], findings=len(keys), until=asked.until,
        owner=asked.owner, reason=asked.reason, evidence=asked.evidence,
        asked_by=actor if isinstance(actor, User) else None,
        answer_by=timezone.localdate() + timedelta(days=ANSWER_WITHIN_DAYS), renews=renews,
    )  # fmt: skip
    _cover(decision, keys)
    audit(actor, "ask_exception", subject=decision.subject, after={**_facts(decision), "about": about})
    return decision


@write
def propose(  # noqa: PLR0913  what a statement says, all named
    actor: Actor,
    *,
    unit_id: int,
    title: str,
    keys: Collection[str],
    reason: str,
    source: str,
    evidence: str = "",
    kind: str = "false_positive",
    until: date | None = None,
) -> Decision | None:
    """Propose a decision that a document states, such as a maker's "not affected"; a person confirms or refuses it.

    keys: identities of findings. Those that wait, stand decided, or were refused from the same source are left out;
    None where nothing is left. Called by an import, inside or outside its write.
    """
    settled = Covered.objects.filter(key__in=listed(keys)).filter(
        Q(decision__state__in=(*WAITING, "in_force")) | Q(decision__state="refused", decision__source=source[:300])
    )
    left = set(keys) - set(settled.values_list("key", flat=True))
    left &= set(Finding.objects.filter(key__in=listed(left), state="open").values_list("key", flat=True))
    if not left:
        return None
    decision = Decision.objects.create(
        kind=kind, state="proposed", unit_id=unit_id, title=title[:400], findings=len(left), until=until,
        reason=reason.strip(), evidence=evidence.strip(), source=source[:300],
        answer_by=timezone.localdate() + timedelta(days=ANSWER_WITHIN_DAYS),
    )  # fmt: skip
    _cover(decision, left)
    audit(actor, "propose_exception", subject=decision.subject, after=_facts(decision))
    return decision


@write
def approve(actor: Actor, decision: Decision, *, answer: str = "", emergency: str = "") -> Decision:
    """Put a decision in force: what it covers is late only after its last day, or never for a false positive.

    Needs the right to decide in the unit, and another person than the one who asked. emergency: why somebody who may
    ask goes on alone; it is then listed until another reviews it. Raises eyes.SamePerson, DecisionRefused.
    """
    held, passed = _to_answer(actor, decision, emergency=emergency)
    if held.is_over(today=timezone.localdate()):
        raise DecisionRefused(_("Its last day has passed. Refuse it; whoever asked may ask again with a later day."))
    if held.renews is not None and held.renews.state == "in_force":
        _close(held.renews, "ended", why="Renewed.")
    held.is_alone = passed.is_override
    _answer(held, actor, "in_force", answer=answer or emergency)
    keys = held.covered.values("key")
    rows = Finding.objects.filter(key__in=keys)
    touched = _actions(rows)
    rows.update(decision=held, limit_on=_limit_under(held), changed_at=timezone.now())
    recount(actor, touched)
    audit(actor, "approve_exception", subject=held.subject, before={"state": decision.state}, after=_facts(held))
    note_change("exposure", held.subject)
    return held


@write
def refuse(actor: Actor, decision: Decision, *, answer: str) -> Decision:
    """Refuse what was asked or proposed; needs the right to decide in the unit, another person, and a reason."""
    held, _passed = _to_answer(actor, decision)
    if not answer.strip():
        raise DecisionRefused(_("Say why it is refused: whoever asked will read it."))
    _answer(held, actor, "refused", answer=answer)
    audit(actor, "refuse_exception", subject=held.subject, before={"state": decision.state}, after=_facts(held))
    return held


@write
def withdraw(actor: Actor, decision: Decision) -> Decision:
    """Take back a question that nobody has answered yet; whoever may ask in the unit may."""
    held = _locked(decision)
    require(actor, ASK, unit_id=held.unit_id)
    if held.state != "asked":
        raise DecisionRefused(_("Only a question that waits for its answer can be withdrawn."))
    _close(held, "withdrawn", why="Withdrawn before an answer.")
    audit(actor, "withdraw_exception", subject=held.subject, before={"state": "asked"}, after={"state": "withdrawn"})
    return held


@write
def end_early(actor: Actor, decision: Decision, *, why: str) -> Decision:
    """End a decision in force: its findings are due again by the limit they always had. Needs the right to ask."""
    held = _locked(decision)
    require(actor, ASK, unit_id=held.unit_id)
    if held.state != "in_force":
        raise DecisionRefused(_("Only a decision in force can be ended."))
    if not why.strip():
        raise DecisionRefused(_("Say why it ends before its day."))
    _close(held, "ended", why=why.strip()[:300])
    recount(actor, _let_go(held))
    audit(actor, "end_exception", subject=held.subject, before={"state": "in_force"},
          after={"state": "ended", "why": why.strip()})  # fmt: skip
    note_change("exposure", held.subject)
    return held


def end_over(actor: Actor) -> set[int]:
    """End every decision whose last day has passed. Returns the actions of their findings, to be counted anew."""
    touched: set[int] = set()
    over = Decision.objects.filter(state="in_force", until__lt=timezone.localdate()).order_by("pk")
    for decision in over:
        touched |= _end_over(actor, decision)
    return touched


@write
def _end_over(actor: Actor, decision: Decision) -> set[int]:
    held = _locked(decision)
    if held.state != "in_force":
        return set()
    _close(held, "ended", why="Its last day has passed.")
    touched = _let_go(held)
    audit(actor, "end_exception", subject=held.subject, before={"state": "in_force"},
          after={"state": "ended", "until": held.until})  # fmt: skip
    note_change("exposure", held.subject)
    return touched


def cover_again(actor: Actor) -> set[int]:
    """Put decisions in force back onto findings that lost them. Returns the actions to be counted anew.

    Of two decisions in force on one finding the later asked for stands.
    """
    held = Covered.objects.filter(decision__state="in_force")
    lost = Finding.objects.filter(decision__isnull=True, key__in=held.values("key"))
    numbers = dict(lost.values_list("key", "pk"))
    if not numbers:
        return set()
    rows = held.filter(key__in=listed(list(numbers))).order_by("decision_id").values_list("key", "decision_id")
    by_decision: dict[int, list[int]] = {}
    for key, decision_id in dict(rows).items():
        by_decision.setdefault(decision_id, []).append(numbers[key])
    touched: set[int] = set()
    for decision in Decision.objects.filter(pk__in=numbered(by_decision)).order_by("pk"):
        touched |= _cover_again(actor, decision, by_decision[decision.pk])
    return touched


@write
def _cover_again(actor: Actor, decision: Decision, numbers: list[int]) -> set[int]:
    rows = Finding.objects.filter(pk__in=numbered(numbers))
    touched = _actions(rows)
    rows.update(decision=decision, limit_on=_limit_under(decision), changed_at=timezone.now())
    audit(actor, "cover_again", subject=decision.subject, after={"findings": len(numbers)})
    return touched


def _check(asked: _Asked) -> None:
    today = timezone.localdate()
    if asked.kind not in dict(Decision.KINDS):
        raise DecisionRefused(
            _("“%(kind)s” is no kind of exception. Take one of: %(named)s.")
            % {"kind": asked.kind, "named": ", ".join(dict(Decision.KINDS))}
        )
    if not asked.reason:
        raise DecisionRefused(_("Say why: whoever decides has nothing else to go by."))
    if asked.kind == "false_positive":
        if not asked.evidence:
            raise DecisionRefused(_("Say what shows that it is none: a false positive needs evidence."))
        return
    if asked.owner is None:
        raise DecisionRefused(_("Name who answers for it until then."))
    if asked.until is None or asked.until <= today:
        raise DecisionRefused(_("Name the last day it shall hold; it lies ahead."))
    if (asked.until - today).days > MOST_DAYS:
        raise DecisionRefused(_("At most a year ahead. Ask again then, with what is known by that time."))


def _cover(decision: Decision, keys: Iterable[str]) -> None:
    Covered.objects.bulk_create([Covered(decision=decision, key=key) for key in sorted(keys)], batch_size=AT_ONCE)


def _locked(decision: Decision) -> Decision:
    return Decision.objects.select_for_update(of=("self",)).select_related("renews").get(pk=decision.pk)


def _to_answer(actor: Actor, decision: Decision, *, emergency: str = "") -> tuple[Decision, eyes.Passed]:
    held = _locked(decision)
    if held.state not in WAITING:
        raise DecisionRefused(_("This was answered already: %(state)s.") % {"state": held.get_state_display().lower()})
    passed = eyes.gate(
        actor, EXCEPTION, about=held.subject, unit_id=held.unit_id, makers=[held.asked_by_id],
        asked_at=held.asked_at, override=emergency, title=held.title,
    )  # fmt: skip
    return held, passed


def _answer(held: Decision, actor: Actor, state: str, *, answer: str) -> None:
    held.state, held.answer, held.decided_at = state, answer.strip(), timezone.now()
    held.decided_by = None if isinstance(actor, System) else actor
    held.save_version(opened_version=held.version, fields=["state", "answer", "decided_at", "decided_by", "is_alone"])


def _close(held: Decision, state: str, *, why: str) -> None:
    held.state, held.ended_at, held.ended_why = state, timezone.now(), why
    held.save_version(opened_version=held.version, fields=["state", "ended_at", "ended_why"])


def _let_go(held: Decision) -> set[int]:
    """Give findings their own limit back. Returns their actions."""
    rows = Finding.objects.filter(decision=held)
    touched = _actions(rows)
    own = Case(When(due_on__isnull=True, then=Value(NO_LIMIT)), default=F("due_on"), output_field=DateField())
    rows.update(decision=None, limit_on=own, changed_at=timezone.now())
    return touched


def _limit_under(held: Decision) -> Any:
    if held.kind == "false_positive":
        return Value(NO_LIMIT, output_field=DateField())
    until = Value(held.until, output_field=DateField())
    return Case(
        When(due_on__isnull=True, then=Value(NO_LIMIT)), default=Greatest(F("due_on"), until), output_field=DateField()
    )  # fmt: skip


def _actions(rows: QuerySet[Finding]) -> set[int]:
    return set(rows.filter(action__isnull=False).values_list("action_id", flat=True).distinct())


def _facts(decision: Decision) -> dict[str, Any]:
    return {
        "kind": decision.kind, "state": decision.state, "findings": decision.findings, "until": decision.until,
        "owner": decision.owner.subject if decision.owner else None, "reason": decision.reason,
        "answer": decision.answer,
    }  # fmt: skip
