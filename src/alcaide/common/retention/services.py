"""Writes of retention: adopting a rule by two people, stopping it, and the nightly run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import eyes, purging
from alcaide.common.clock import house_zone
from alcaide.common.models import PurgeRun, RetentionAsk, RetentionRule, User
from alcaide.common.notices import tell
from alcaide.common.permissions import require_everywhere
from alcaide.common.trail import Actor, System, audit, write

from .declared import Rule, rule_of, rules
from .queries import CHANGE, PURGE_RULE, clock_fault, cut_of, open_ask

HOUSE = System("retention")
KIND = "retention"
MOST_DAYS = 36_500
State = RetentionRule.State


class WrongStep(ValueError):
    """The rule stands otherwise by now; the message says how."""


class ClockWrong(RuntimeError):
    """The clock cannot be trusted, so nothing was purged; the message says what to do."""


@dataclass(frozen=True)
class Ran:
    """What one rule did in a nightly run."""

    key: str
    label: str
    words: str
    gone: int = 0
    kept: int = 0


@write
def register() -> int:
    """Write a row for every class of data that has none; proposals, but for the house's own working records."""
    known = set(RetentionRule.objects.values_list("key", flat=True))
    fresh = [rule for rule in rules() if rule.key not in known]
    now = timezone.now()
    for rule in fresh:
        state = State.ADOPTED if rule.built_in else State.PROPOSED
        RetentionRule.objects.get_or_create(
            key=rule.key,
            defaults={"label": str(rule.label)[:200], "state": state, "days": rule.days,
                      "adopted_at": now if rule.built_in else None},
        )  # fmt: skip
    if fresh:
        audit(HOUSE, "register_retention", subject="common.retention:register",
              after={rule.key: {"days": rule.days, "built_in": rule.built_in} for rule in fresh})  # fmt: skip
    return len(fresh)


@write
def ask(
    actor: Actor, rule: RetentionRule, *, days: int, why: str, owner: User | None = None, purpose: str = ""
) -> RetentionAsk:
    """Ask that a rule be adopted or changed. What is only kept longer holds at once; else another person answers.

    Purging cannot be taken back, so nobody adopts or shortens alone. Raises ValidationError, WrongStep.
    """
    require_everywhere(actor, CHANGE)
    held = RetentionRule.objects.select_for_update().get(pk=rule.pk)
    if open_ask(held) is not None:
        raise WrongStep(_("A change of this rule waits for an answer already. Answer or withdraw it first."))
    if not 1 <= days <= MOST_DAYS:
        raise ValidationError({"days": _("Between 1 and %(most)s days.") % {"most": f"{MOST_DAYS:,}"}})
    if not why.strip():
        raise ValidationError({"why": _("Say why; the second person reads it.")})
    made = RetentionAsk.objects.create(
        rule=held, days=days, owner=owner, purpose=purpose.strip()[:400], why=why.strip()[:400], asked_by=_user(actor),
        asked_at=timezone.now(),
    )  # fmt: skip
    audit(actor, "ask_retention", subject=held.subject, after={"days": days, "why": made.why})
    if held.state == State.ADOPTED and days >= held.days:
        made.answer, made.answered_at = "yes", timezone.now()
        made.words = _("Kept at least as long as before, so nobody else is asked.")
        made.save(update_fields=["answer", "answered_at", "words", "changed_at"])
        _adopt(actor, held, made)
    return made


@write
def answer(actor: Actor, asked: RetentionAsk, *, agree: bool, words: str = "") -> RetentionAsk:
    """Agree to a change that another person asked for, or refuse it. Raises WrongStep, eyes.SamePerson, Refused."""
    require_everywhere(actor, CHANGE)
    held = RetentionAsk.objects.select_for_update(of=("self",)).select_related("rule", "asked_by").get(pk=asked.pk)
    if held.answer:
        raise WrongStep(_("This was answered already."))
    is_own = held.asked_by == _user(actor)
    if agree or not is_own:
        eyes.gate(
            actor, PURGE_RULE, about=held.subject, unit_id=None, makers=[held.asked_by_id], asked_at=held.asked_at,
            title=held.rule.label,
        )  # fmt: skip
    held.answer = "yes" if agree else "withdrawn" if is_own else "no"
    held.answered_by, held.answered_at, held.words = _user(actor), timezone.now(), words.strip()[:400]
    held.save(update_fields=["answer", "answered_by", "answered_at", "words", "changed_at"])
    audit(actor, "answer_retention", subject=held.rule.subject, after={"answer": held.answer, "words": held.words})
    if agree:
        _adopt(actor, held.rule, held)
    if held.asked_by and not is_own:
        said = _("Your change of the retention of “%(what)s” was answered: %(answer)s.") % {
            "what": rule_of(held.rule.key).label, "answer": held.get_answer_display().lower(),
        }  # fmt: skip
        tell(held.asked_by, kind=KIND, subject=held.rule.subject, words=said)
    return held


@write
def stop(actor: Actor, rule: RetentionRule, *, why: str) -> RetentionRule:
    """Stop a rule at once: from now on nothing goes by it. Raises WrongStep, ValidationError."""
    require_everywhere(actor, CHANGE)
    held = RetentionRule.objects.select_for_update().get(pk=rule.pk)
    if held.state != State.ADOPTED:
        raise WrongStep(_("This rule is not in force."))
    if not why.strip():
        raise ValidationError({"why": _("Say why.")})
    held.state, held.version = State.STOPPED, held.version + 1
    held.save(update_fields=["state", "version", "changed_at"])
    audit(actor, "stop_retention", subject=held.subject, before={"state": State.ADOPTED}, after={"why": why.strip()})
    return held


@write
def review(actor: Actor, rule: RetentionRule) -> RetentionRule:
    """Say that a rule was looked at and still fits."""
    require_everywhere(actor, CHANGE)
    held = RetentionRule.objects.select_for_update().get(pk=rule.pk)
    before, held.reviewed_on = held.reviewed_on, timezone.localdate(timezone=house_zone())
    held.save(update_fields=["reviewed_on", "changed_at"])
    audit(actor, "review_retention", subject=held.subject, before={"on": before}, after={"on": held.reviewed_on})
    return held


def run_all(
    actor: Actor = HOUSE, *, now: datetime | None = None, progress: Callable[[str], None] | None = None
) -> list[Ran]:
    """Carry out every rule in force, once a day of the organization's calendar. Call it in no other write.

    A second run on the same day, or after the clock was set back, does nothing twice and nothing early; one that was
    killed goes on. Raises ClockWrong.
    """
    moment = now or timezone.now()
    fault = clock_fault(moment)
    if fault:
        raise ClockWrong(fault)
    register()
    found = []
    for row in RetentionRule.objects.filter(state=State.ADOPTED).order_by("key"):
        rule = next((each for each in rules() if each.key == row.key), None)
        if rule is None or rule.run_by:
            continue
        found.append(_carry_out(actor, rule, row, moment))
        if progress is not None:
            progress(f"{found[-1].label}: {found[-1].words}")
    return found


def _carry_out(actor: Actor, rule: Rule, row: RetentionRule, moment: datetime) -> Ran:
    label = str(rule.label)
    if rule.then == "ask":
        return _ask_owner(rule, row, moment)
    today = timezone.localdate(moment, house_zone())
    unfinished = PurgeRun.objects.filter(rule=rule.key, finished_at=None, cut_at__isnull=False).order_by("id").first()
    if unfinished is not None:
        _purge(actor, rule, row, key=unfinished.key, cut=unfinished.cut_at)
    last = PurgeRun.objects.filter(rule=rule.key, key__startswith=f"{rule.key} on ").order_by("-key").first()
    key = f"{rule.key} on {today:%Y-%m-%d}"
    if last is not None and last.key >= key:
        return Ran(rule.key, label, _("done already"))
    done = _purge(actor, rule, row, key=key, cut=cut_of(row.days, moment))
    return Ran(rule.key, label, done.words, done.gone, done.kept_rows)


def _purge(actor: Actor, rule: Rule, row: RetentionRule, *, key: str, cut: datetime | None) -> purging.Purged:
    moment = cut or cut_of(row.days)
    why = f"Kept {row.days} days from {rule.counted_from}"
    given: dict[str, Any] = {"rule": rule.key, "why": why, "key": key, "cut_at": moment, "also": rule.also}
    if rule.then == "erase":
        fields = rule.fields() if rule.fields else {}
        return purging.erase(actor, rule.rows(moment), fields=fields, **given)
    return purging.purge(actor, rule.rows(moment), **given)


@write
def _ask_owner(rule: Rule, row: RetentionRule, moment: datetime) -> Ran:
    """Tell the owner of a class of data that some of it is old enough to be looked at; nothing goes."""
    count = rule.rows(cut_of(row.days, moment)).count()
    label = str(rule.label)
    words = _("%(n)s records of “%(what)s” are past their days; look at what shall become of them.") % {
        "n": f"{count:,}", "what": label,
    }  # fmt: skip
    if count and row.owner and timezone.localdate(moment, house_zone()).day == 1:
        tell(row.owner, kind=KIND, subject=row.subject, words=words)
    return Ran(rule.key, label, words if count else _("nothing to look at"))


def _adopt(actor: Actor, rule: RetentionRule, asked: RetentionAsk) -> None:
    before = {"state": rule.state, "days": rule.days, "owner": rule.owner.subject if rule.owner else None}
    rule.state, rule.days, rule.adopted_at = State.ADOPTED, asked.days, timezone.now()
    rule.owner, rule.purpose = asked.owner or rule.owner, asked.purpose or rule.purpose
    rule.reviewed_on, rule.version = timezone.localdate(timezone=house_zone()), rule.version + 1
    rule.save()
    after = {"state": rule.state, "days": rule.days, "owner": rule.owner.subject if rule.owner else None}
    audit(actor, "adopt_retention", subject=rule.subject, before=before, after=after)


def _user(actor: Actor) -> User | None:
    return actor if isinstance(actor, User) else None
