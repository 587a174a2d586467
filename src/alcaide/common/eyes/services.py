"""Asking, answering, withdrawing, going on alone in an emergency and reviewing that, and standing in for somebody."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import Any

import rfc8785
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import words as say
from alcaide.common.about import version_of
from alcaide.common.models import EyesOverride, EyesRequest, EyesStandIn, User
from alcaide.common.notices import tell
from alcaide.common.permissions import Refused, require, scope_of
from alcaide.common.registries import end_of
from alcaide.common.trail import Actor, System, afterwards, audit, plain, write

from .acts import Act, act_of, acts
from .gate import LONGEST_WHY, Passed, gate
from .people import people
from .rights import holds

HOUSE = System("eyes")
LONGEST_STAND_IN = timedelta(days=366)
MOST_TOLD = 20
State = EyesRequest.State


class EyesRefused(ValueError):
    """It cannot be asked or answered so; the message says what to do. Nothing was written."""


class AlreadyAsked(EyesRefused):
    """The same waits for an answer already."""


class AlreadyAnswered(EyesRefused):
    """Somebody answered or withdrew it meanwhile."""


class Expired(EyesRefused):
    """Its last day for an answer has passed; it can be asked again."""


class Stale(EyesRefused):
    """What it concerns changed since it was asked; it can be asked again."""


@write
def ask(
    actor: User,
    act: str,
    *,
    subject: str,
    unit_id: int | None,
    given: Mapping[str, Any],
    why: str,
    title: str = "",
) -> EyesRequest:
    """Ask that something be done; it is done when another person approves it, exactly as it is frozen here.

    Needs the right to ask in the unit (everywhere, where `unit_id` is None). Raises AlreadyAsked, EyesRefused.
    """
    told = _applied(act)
    _must_hold(actor, told.ask, unit_id)
    reason = _said(why, _("Say why: whoever answers has nothing else to go by."))
    if EyesRequest.objects.filter(act=act, about=subject, state=State.WAITING).exists():
        raise AlreadyAsked(_("This was asked already and waits for an answer. Withdraw that first, or wait for it."))
    frozen, today = plain(given), timezone.localdate()
    made = EyesRequest(
        act=act, about=subject, about_version=version_of(subject), unit_id=unit_id,
        title=(title or str(told.label))[:300], given=frozen, why=reason, asked_by=actor, asked_at=timezone.now(),
        sha256=fingerprint(act, subject, unit_id, frozen), answer_by=today + timedelta(days=told.lives_days),
        ends_at=end_of(today + timedelta(days=told.lives_days)),
    )  # fmt: skip
    fault = told.check(made) if told.check else ""
    if fault:
        raise EyesRefused(fault)
    made.save()
    audit(
        actor, "ask_second", subject=made.subject,
        after={"act": act, "about": subject, "given": frozen, "sha256": made.sha256, "why": reason},
    )  # fmt: skip
    _tell_those_who_may(made, told)
    return made


def approve(actor: User, request: EyesRequest, *, words: str = "", sha256: str = "") -> EyesRequest:
    """Approve what was asked: it is applied in the same transaction, as it was frozen.

    sha256: what the page showed; where it is given it must be what is frozen. Raises SamePerson, AlreadyAnswered,
    Expired, Stale, EyesRefused, and what applying it refuses.
    """
    return _answer(actor, request, words=words, sha256=sha256, state=State.APPROVED)


def refuse(actor: User, request: EyesRequest, *, words: str) -> EyesRequest:
    """Refuse what was asked, and say why. Raises SamePerson, AlreadyAnswered, Expired, EyesRefused."""
    said = _said(words, _("Say why it is refused: whoever asked will read it."))
    return _answer(actor, request, words=said, state=State.REFUSED)


def answer(actor: User, request: EyesRequest, verdict: str, words: str = "") -> EyesRequest:
    """Answer with `approve` or `refuse`. Raises what these raise."""
    verdicts: dict[str, Callable[..., EyesRequest]] = {"approve": approve, "refuse": refuse}
    return verdicts[verdict](actor, request, words=words)


def override(actor: User, request: EyesRequest, why: str) -> EyesRequest:
    """Apply what was asked at once, alone: for who may ask, with a reason, where the act allows it.

    It is listed until somebody else reviews it. Raises NoOverride, AlreadyAnswered, Expired, Stale, EyesRefused.
    """
    reason = _said(why, _("Say what cannot wait: it is read by everybody who reviews it."))
    return _answer(actor, request, words=reason, state=State.OVERRIDDEN)


@write
def withdraw(actor: User, request: EyesRequest) -> EyesRequest:
    """Take back one's own question that nobody answered. Raises AlreadyAnswered, Refused."""
    held = _waiting(request)
    if held.asked_by_id != actor.pk:
        raise Refused(_("Only who asked may withdraw it. Refuse it instead, if you may answer."))
    _end(held, State.WITHDRAWN, by=None, words="")
    audit(actor, "withdraw_second", subject=held.subject, before={"state": "waiting"}, after={"state": held.state})
    return held


@write
def review(actor: User, row: EyesOverride, *, verdict: str, words: str) -> EyesOverride:
    """Look at what somebody applied alone: agree, undo it where the act can be undone, or refer it onward.

    By a person who could have answered it, never by who did it or asked. Raises SamePerson, EyesRefused.
    """
    held = EyesOverride.objects.select_for_update().get(pk=row.pk)
    act = act_of(held.act)
    said = _said(words, _("Say what you found: the auditor reads it."))
    if verdict not in {"agreed", "undone", "referred"}:
        raise EyesRefused(_("Agree, undo it, or refer it to somebody."))
    if not held.is_open:
        raise AlreadyAnswered(_("This was reviewed already; nothing was changed."))
    gate(actor, held.act, about=held.subject, unit_id=held.unit_id, makers=[held.by_id, *held.makers])
    if verdict == "undone":
        if act.undo is None:
            raise EyesRefused(_("This cannot be undone from here. Refer it, and say what must be done."))
        act.undo(actor, held)
    was, held.state, held.words = held.state, verdict, said
    held.reviewed_by, held.reviewed_at = actor, timezone.now()
    held.save_version(opened_version=held.version, fields=["state", "words", "reviewed_by", "reviewed_at"])
    audit(actor, "review_override", subject=held.subject, before={"state": was},
          after={"state": held.state, "words": said})  # fmt: skip
    tell(held.by, kind="eyes", subject=held.subject, words=_("%(who)s reviewed it.") % {"who": actor.name}, by=actor)
    return held


@write
def stand_in(
    actor: User,
    taker: User,
    *,
    acts_given: Collection[str],
    unit_id: int | None,
    from_on: date,
    until_on: date,
    why: str,
) -> EyesStandIn:
    """Let somebody answer in one's own place, for some acts (none for all) and a unit, between two days.

    It grants no more than the giver holds on the day, and nothing that giver or taker asked. Raises EyesRefused.
    """
    today = timezone.localdate()
    reason = _said(why, _("Say why, such as an absence."))[:300]
    if taker.pk == actor.pk:
        raise EyesRefused(_("Name somebody else: you answer for yourself already."))
    if not taker.is_active:
        raise EyesRefused(_("%(name)s cannot sign in any more. Name somebody else.") % {"name": taker.name})
    if until_on < from_on or until_on < today:
        raise EyesRefused(_("The last day comes after the first, and not before today."))
    if until_on - from_on > LONGEST_STAND_IN:
        raise EyesRefused(_("At most a year. Name them again then."))
    asked = [act_of(key) for key in acts_given] or [act for act in acts() if scope_of(actor).units_for(act.answer)]
    if not asked:
        raise EyesRefused(_("You may answer nothing that needs a second person, so there is nothing to hand over."))
    for act in asked:
        _must_hold(actor, act.answer, unit_id, anywhere=unit_id is None)
        if acts_given and act.see and not scope_of(taker).allows(act.see, unit_id):
            raise EyesRefused(
                _("%(name)s may not read “%(act)s” there, and so cannot answer it. Have them granted a role first.")
                % {"name": taker.name, "act": act.label}
            )
    made = EyesStandIn.objects.create(
        giver=actor, taker=taker, acts=sorted(acts_given), unit_id=unit_id, from_on=from_on, until_on=until_on,
        why=reason,
    )  # fmt: skip
    audit(
        actor, "stand_in", subject=made.subject,
        after={"taker": taker.subject, "acts": made.acts, "unit": people().unit_name(unit_id), "from": from_on,
               "until": until_on, "why": reason},
    )  # fmt: skip
    told = _("You answer for %(name)s from %(first)s to %(last)s.")
    days = {"first": say.day(from_on, today=today), "last": say.day(until_on, today=today)}
    tell(taker, kind="eyes", subject=made.subject, words=told % {"name": actor.name, **days}, by=actor)
    return made


@write
def end_stand_in(actor: User, row: EyesStandIn) -> EyesStandIn:
    """End a stand-in before its day: for who gave it and who took it. Raises AlreadyAnswered, Refused."""
    held = EyesStandIn.objects.select_for_update().get(pk=row.pk)
    if actor.pk not in {held.giver_id, held.taker_id}:
        raise Refused(_("Only the two of them may end it."))
    if held.ended_at is not None:
        raise AlreadyAnswered(_("This has ended already; nothing was changed."))
    held.ended_at, held.ended_by = timezone.now(), actor
    held.save_version(opened_version=held.version, fields=["ended_at", "ended_by"])
    audit(actor, "end_stand_in", subject=held.subject, after={"ended_at": held.ended_at})
    return held


def expire(actor: Actor = HOUSE) -> int:
    """End what nobody answered in time, and stand-ins whose last day is over. Once ended, it stays so."""
    now, today = timezone.now(), timezone.localdate()
    late = EyesRequest.objects.filter(state=State.WAITING, ends_at__lte=now).order_by("pk")
    for row in late:
        _expire(actor, row)
    EyesStandIn.objects.filter(ended_at__isnull=True, until_on__lt=today).update(ended_at=now)
    return len(late)


def fingerprint(act: str, subject: str, unit_id: int | None, given: Any) -> str:
    """Return the SHA-256 of what is frozen, as RFC 8785 writes it."""
    return hashlib.sha256(rfc8785.dumps([act, subject, unit_id, given])).hexdigest()


@write
def _answer(actor: User, request: EyesRequest, *, words: str, state: str, sha256: str = "") -> EyesRequest:
    held = _waiting(request)
    act = _applied(held.act)
    if held.ends_at <= timezone.now():
        afterwards(lambda: _expire(HOUSE, held))
        raise Expired(_("Its last day for an answer was %(day)s. Whoever asked may ask again.") % {
            "day": say.day(held.answer_by, today=timezone.localdate()),
        })  # fmt: skip
    why = words if state == State.OVERRIDDEN else ""
    passed = gate(
        actor, held.act, about=held.subject, unit_id=held.unit_id, makers=[held.asked_by_id],
        asked_at=held.asked_at, override=why, title=held.title, request=held,
    )  # fmt: skip
    if state != State.REFUSED:
        _must_stand(held, act, sha256=sha256)
        # Who could have answered anyway does so, however urgent they called it.
        state = State.OVERRIDDEN if passed.is_override else State.APPROVED
    _end(held, state, by=actor, words=words)
    if state != State.REFUSED:
        assert act.apply is not None  # noqa: S101  _applied asked
        made = act.apply(actor, held)
        EyesRequest.objects.filter(pk=held.pk).update(result=made)
        held.result = made
    audit(actor, {State.REFUSED: "refuse_second"}.get(State(state), "approve_second"), subject=held.subject,
          before={"state": "waiting"}, after=_answered(held, passed))  # fmt: skip
    said = _("%(who)s answered: %(state)s.") % {"who": actor.name, "state": State(state).label.lower()}
    tell(held.asked_by, kind="eyes", subject=held.subject, by=actor, words=said)
    return held


def _answered(held: EyesRequest, passed: Passed) -> dict[str, Any]:
    told: dict[str, Any] = {"state": str(held.state), "sha256": held.sha256, "words": held.words, "right": passed.right}
    if passed.instead_of is not None:
        told["instead_of"] = passed.instead_of.subject
    return {**told, "flags": list(passed.flags)} if passed.flags else told


def _must_stand(held: EyesRequest, act: Act, *, sha256: str) -> None:
    """Refuse what is no longer what was asked, or what was shown."""
    if fingerprint(held.act, held.about, held.unit_id, held.given) != held.sha256:
        raise EyesRefused(_("What stands here is not what was asked: its fingerprint differs. Tell the auditor."))
    if sha256 and sha256 != held.sha256:
        raise EyesRefused(_("This page showed something else. Open it again and read what is asked."))
    if held.about_version is not None and version_of(held.about) != held.about_version:
        raise Stale(_("It changed since this was asked. Refuse it; whoever asked may ask again."))
    fault = act.check(held) if act.check else ""
    if fault:
        raise Stale(fault)


def _waiting(request: EyesRequest) -> EyesRequest:
    held = EyesRequest.objects.select_for_update().get(pk=request.pk)
    if held.state != State.WAITING:
        raise AlreadyAnswered(_("This was answered already: %(state)s.") % {"state": held.get_state_display().lower()})
    return held


def _end(held: EyesRequest, state: str, *, by: User | None, words: str) -> None:
    held.state, held.answered_by, held.answered_at, held.words = state, by, timezone.now(), words.strip()[:LONGEST_WHY]
    held.save_version(opened_version=held.version, fields=["state", "answered_by", "answered_at", "words"])


@write
def _expire(actor: Actor, row: EyesRequest) -> None:
    held = EyesRequest.objects.select_for_update().get(pk=row.pk)
    if held.state != State.WAITING:
        return
    _end(held, State.EXPIRED, by=None, words="")
    audit(actor, "expire_second", subject=held.subject, before={"state": "waiting"}, after={"state": "expired"})
    tell(held.asked_by, kind="eyes", subject=held.subject, words=_("Nobody answered in time. You may ask again."))


def _applied(key: str) -> Act:
    act = act_of(key)
    if act.apply is None:
        raise EyesRefused(_("“%(act)s” is asked in its own room.") % {"act": act.label})
    return act


def _must_hold(actor: User, permission: str, unit_id: int | None, *, anywhere: bool = False) -> None:
    if not (scope_of(actor).allows(permission) if anywhere else holds(actor, permission, unit_id)):
        require(actor, permission, unit_id=unit_id)
        raise Refused(_("This concerns the whole organization; your role reaches only a part."))


def _tell_those_who_may(made: EyesRequest, act: Act) -> None:
    rest = [each for each in people().holders(act.answer, made.unit_id) if each.pk != made.asked_by_id][:MOST_TOLD]
    words = _("%(who)s asks: %(what)s") % {"who": made.asked_by.name, "what": made.title}
    tell(rest, kind="eyes", subject=made.subject, words=words, by=made.asked_by)


def _said(text: str, otherwise: str) -> str:
    words = text.strip()
    if not words:
        raise EyesRefused(otherwise)
    if len(words) > LONGEST_WHY:
        raise EyesRefused(_("At most %(n)s letters.") % {"n": say.count(LONGEST_WHY)})
    return words
