"""Moving dates, answering who proposes another day, saying why one was missed, and times without dates."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.board.models import PLAN_YEAR, MissedDay, ProposedDay, QuietTime
from alcaide.board.queries.year import Line, line_of
from alcaide.common import words
from alcaide.common.models import User
from alcaide.common.notices.services import tell
from alcaide.common.permissions import Refused, require, scope_of
from alcaide.common.registries import date_kind
from alcaide.common.trail import audit, write
from alcaide.organization.models import Person, Unit

PROPOSED = "proposed_day"
REACH = timedelta(days=800)
"""How far from today a date is looked for: longer than a fiscal year on both sides."""


class CannotMove(ValidationError):
    """The date stays where it is; the message says why and what to do instead."""

    def __str__(self) -> str:
        return " ".join(self.messages)


def why_fixed(line: Line) -> str:
    """Return why a date cannot move, "" where it can."""
    kind = date_kind(line.dated.what)
    if line.dated.fixed or kind.fixed:
        return str(line.dated.fixed or kind.fixed)
    return "" if kind.move is not None else _("Its room moves no dates from here. Open it and change it there.")


def found(actor: User, subject: str, what: str) -> Line:
    """Return a date as the actor sees it. Raises CannotMove where it is gone."""
    today = timezone.localdate()
    line = line_of(actor, subject, what=what, first=today - REACH, last=today + REACH)
    if line is None:
        raise CannotMove(_("This date is gone: it is done, or it moved. Load the year again."))
    return line


def may_move(actor: User, line: Line) -> bool:
    """Tell whether the actor moves the date themselves; who may not proposes."""
    kind = date_kind(line.dated.what)
    return kind.may_move is not None and kind.may_move(actor, line.dated.subject)


def may_plan(actor: User, line: Line) -> bool:
    """Tell whether the actor may propose another day for a date, or say why it was missed."""
    return scope_of(actor).allows(PLAN_YEAR, line.dated.unit) or _owns(actor, line)


@write
def move_date(actor: User, subject: str, *, what: str, to: date, why: str) -> ProposedDay:
    """Move a date, or propose the day to whoever may; returns what is kept of it. Raises CannotMove, Refused."""
    line = found(actor, subject, what)
    if fixed := why_fixed(line):
        raise CannotMove(fixed)
    if not may_plan(actor, line):
        raise Refused(_("You may not propose dates here. Ask its owner."))
    _check_day(line, to)
    if ProposedDay.objects.filter(about=subject, what=what, state="waiting").exists():
        raise CannotMove(_("Another day is proposed already and waits for an answer."))
    made = ProposedDay(
        about=subject, what=what, title=line.dated.title[:300], url=line.dated.url[:300], was_on=line.on, to_on=to,
        why=_said(why), proposed_by=actor,
    )  # fmt: skip
    if may_move(actor, line):
        _apply(actor, made)
        made.state, made.answered_by, made.answered_at = "moved", actor, timezone.now()
    made.save()
    verb = "move_date" if made.state == "moved" else "propose_day"
    audit(actor, verb, subject=subject, before={"on": line.on}, after={"on": to, "why": made.why, "what": made.title})
    _tell_owner(actor, line, made)
    return made


@write
def answer_proposal(actor: User, proposal: ProposedDay, *, moves: bool, answer: str) -> ProposedDay:
    """Move the date as somebody proposed, or decline with a reason. Raises CannotMove, Refused."""
    held = _waiting(proposal)
    if held.proposed_by_id == actor.pk:
        raise Refused(_("Whoever proposed a day does not answer it."))
    line = found(actor, held.about, held.what)
    if not may_move(actor, line):
        raise Refused(_("You may not move this date. Whoever may change it answers."))
    held.answer = " ".join(answer.split())[:300] if moves else _said(answer)
    if moves:
        if line.on != held.was_on:
            raise CannotMove(_("It moved since it was proposed. Decline, and move it from its day of now."))
        if fixed := why_fixed(line):
            raise CannotMove(fixed)
        _check_day(line, held.to_on)
        _apply(actor, held)
    held.state = "moved" if moves else "declined"
    held.answered_by, held.answered_at = actor, timezone.now()
    held.save(update_fields=["state", "answer", "answered_by", "answered_at", "changed_at"])
    verb = "move_as_proposed" if moves else "decline_day"
    audit(actor, verb, subject=held.about, before={"on": held.was_on}, after={"on": held.to_on, "answer": held.answer})
    said = _("%(name)s moved it as you proposed: %(what)s") if moves else _("%(name)s declined the day of: %(what)s")
    tell(
        held.proposed_by, kind=PROPOSED, subject=held.about, url=held.url, by=actor,
        words=said % {"name": actor.name, "what": held.title},
    )  # fmt: skip
    return held


@write
def withdraw_proposal(actor: User, proposal: ProposedDay) -> None:
    """Take back a proposed day that nobody answered. Raises Refused for somebody else's."""
    held = _waiting(proposal)
    if held.proposed_by_id != actor.pk:
        raise Refused(_("Only whoever proposed this day takes it back."))
    held.state = "withdrawn"
    held.save(update_fields=["state", "changed_at"])
    audit(actor, "withdraw_day", subject=held.about, after={"on": held.to_on})


@write
def say_why_missed(actor: User, subject: str, *, what: str, why: str) -> MissedDay:
    """Keep why a day passed undone; a later word stands beside the earlier one. Raises CannotMove, Refused."""
    line = found(actor, subject, what)
    if line.state != "missed":
        raise CannotMove(_("This day has not been missed."))
    if not may_plan(actor, line):
        raise Refused(_("Whoever answers for it says why it was missed."))
    made = MissedDay.objects.create(
        about=subject, what=what, title=line.dated.title[:300], url=line.dated.url[:300], on=line.on, why=_said(why),
        said_by=actor,
    )  # fmt: skip
    audit(actor, "say_why_missed", subject=subject, after={"on": line.on, "why": made.why, "what": made.title})
    return made


@write
def add_quiet_time(actor: User, *, unit: Unit, from_on: date, until_on: date, why: str) -> QuietTime:
    """Say on which days nothing of a unit should fall due. Raises ValidationError, Refused."""
    require(actor, PLAN_YEAR, unit_id=unit.pk)
    if until_on < from_on:
        raise ValidationError({"until_on": _("The last day lies before the first.")})
    made = QuietTime.objects.create(unit=unit, from_on=from_on, until_on=until_on, why=_said(why)[:200], said_by=actor)
    audit(actor, "add_quiet_time", subject=made.subject,
          after={"unit": unit.subject, "from_on": from_on, "until_on": until_on, "why": made.why})  # fmt: skip
    return made


@write
def end_quiet_time(actor: User, quiet: QuietTime) -> None:
    """Withdraw a time without dates; it stays in the trail."""
    require(actor, PLAN_YEAR, unit_id=quiet.unit_id)
    if QuietTime.objects.filter(pk=quiet.pk, withdrawn_at=None).update(withdrawn_at=timezone.now()):
        audit(actor, "end_quiet_time", subject=quiet.subject, before={"why": quiet.why})


def _apply(actor: User, proposal: ProposedDay) -> None:
    move = date_kind(proposal.what).move
    if move is None:
        raise CannotMove(_("Its room moves no dates from here. Open it and change it there."))
    try:
        move(actor, proposal.about, proposal.to_on)
    except CannotMove:
        raise
    except ValidationError as fault:
        raise CannotMove(fault.messages) from fault


def _check_day(line: Line, to: date) -> None:
    if to < timezone.localdate():
        raise CannotMove(_("That day has passed. Choose one from today on."))
    if to == line.on:
        raise CannotMove(_("That is the day it has. Choose another one."))
    if to > timezone.localdate() + REACH:
        raise CannotMove(_("That is more than two years away. Choose an earlier day."))


def _waiting(proposal: ProposedDay) -> ProposedDay:
    held = ProposedDay.objects.select_for_update(of=("self",)).select_related("proposed_by").get(pk=proposal.pk)
    if held.state != "waiting":
        raise CannotMove(_("This was answered already."))
    return held


def _owner(line: Line) -> User | None:
    person = Person.objects.filter(pk=line.dated.owner).select_related("user").first() if line.dated.owner else None
    return person.user if person else None


def _owns(actor: User, line: Line) -> bool:
    owner = _owner(line)
    return owner is not None and owner.pk == actor.pk


def _tell_owner(actor: User, line: Line, made: ProposedDay) -> None:
    owner = _owner(line)
    if owner is None:
        return
    on = words.day(made.to_on, today=timezone.localdate())
    said = _("%(name)s moved “%(what)s” to %(on)s: %(why)s")
    if made.state == "waiting":
        said = _("%(name)s proposes %(on)s for “%(what)s”: %(why)s")
    about = {"name": actor.name, "what": made.title, "on": on, "why": made.why}
    tell(owner, kind=PROPOSED, words=said % about, subject=made.about, url=made.url, by=actor)


def _said(why: str) -> str:
    said = " ".join(why.split())
    if not said:
        raise CannotMove(_("Say in a few words why; whoever reads the trail will ask."))
    return said[:300]
