"""The gate: the one place that says whether somebody may answer what somebody asked."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.models import EyesAnswer, EyesAttempt, EyesOverride, EyesRequest, User
from alcaide.common.permissions import Refused, require
from alcaide.common.trail import Actor, System, afterwards, audit

from .acts import Act, act_of
from .people import people
from .rights import Rights, holds, others_who_may, rights_of

FAST = 10
"""More answers of one person within a minute than can have been read are marked."""
LONGEST_WHY = 2_000


class SamePerson(Refused):
    """Whoever asked may not answer, nor who stands in for them. The try is kept; nothing else was written."""


class NoOverride(Refused):
    """This act waits for a second person in every case."""


@dataclass(frozen=True)
class Passed:
    """By which right an answer was let through, and what is odd about it."""

    right: str
    instead_of: User | None = None
    flags: tuple[str, ...] = ()
    override: EyesOverride | None = None

    @property
    def is_override(self) -> bool:
        return self.right == "override"


@dataclass(frozen=True)
class _Question:
    """What somebody is about to answer."""

    act: Act
    about: str
    unit_id: int | None
    makers: frozenset[int]
    asked_at: datetime
    title: str
    request: EyesRequest | None


def gate(  # noqa: PLR0913  what is asked, all named
    actor: Actor,
    act: str,
    *,
    about: str,
    unit_id: int | None,
    makers: Iterable[User | int | None],
    asked_at: datetime | None = None,
    permission: str = "",
    override: str = "",
    title: str = "",
    request: EyesRequest | None = None,
) -> Passed:
    """Let somebody answer a question, or refuse; call it inside the write that answers.

    about: the subject string of the question. makers: whoever asked; they never answer. permission: what answering
    needs this time, where that is more than the act says. override: the reason for which somebody who may ask, but
    not answer, goes on alone in an emergency, where the act allows it; the act is then listed until somebody else
    reviews it. Raises SamePerson, NoOverride, Refused.
    """
    told = replace(act_of(act), answer=permission) if permission else act_of(act)
    if isinstance(actor, System):
        return Passed("house")
    asked = frozenset(each.pk if isinstance(each, User) else each for each in makers if each is not None)
    question = _Question(told, about, unit_id, asked, asked_at or timezone.now(), title or str(told.label), request)
    rights = rights_of(actor, told, unit_id=unit_id, makers=asked)
    if actor.pk not in asked and rights:
        return _let_through(actor, question, rights)
    if override.strip():
        return _override(actor, question, why=override.strip())
    if actor.pk in asked:
        _remember(actor, question, how="maker_stands_in" if rights.through and not rights.is_own else "own")
        raise SamePerson(f"{_('You asked for this, so somebody else answers.')} {_others(question, actor)}")
    if rights.through_makers:
        _remember(actor, question, how="for_maker")
        named = rights.through_makers[0].name
        first = _("%(name)s asked for this, so whoever stands in for %(name)s does not answer it.") % {"name": named}
        raise SamePerson(f"{first} {_others(question, actor)}")
    require(actor, told.answer, unit_id=unit_id)
    raise Refused(_("This concerns the whole organization; your role reaches only a part. Ask whoever grants roles."))


def _let_through(actor: User, question: _Question, rights: Rights) -> Passed:
    who = actor if rights.is_own else rights.through[0]
    flags = []
    if question.makers and people().granted_since(
        who, question.act.answer, question.unit_id, question.makers, question.asked_at
    ):
        flags.append("granted_by_asker")
    now = timezone.now()
    if EyesAnswer.objects.filter(by=actor, at__gt=now - timedelta(minutes=1), at__lte=now).count() >= FAST:
        flags.append("fast")
    passed = Passed("own" if rights.is_own else "standin", None if rights.is_own else who, tuple(flags))
    _keep(actor, question, passed)
    return passed


def _override(actor: User, question: _Question, *, why: str) -> Passed:
    act = question.act
    if not act.may_override:
        raise NoOverride(_("“%(act)s” has no emergency way: a second person answers, always.") % {"act": act.label})
    if not holds(actor, act.ask, question.unit_id):
        require(actor, act.ask, unit_id=question.unit_id)
    made = EyesOverride.objects.create(
        act=act.key, about=question.about, unit_id=question.unit_id, title=question.title[:300],
        request=question.request, why=why[:LONGEST_WHY], by=actor, makers=sorted(question.makers),
        at=timezone.now(),
    )  # fmt: skip
    audit(actor, "override", subject=made.subject, after={"act": act.key, "about": question.about, "why": made.why})
    passed = Passed("override", override=made)
    _keep(actor, question, passed)
    return passed


def _keep(actor: User, question: _Question, passed: Passed) -> None:
    EyesAnswer.objects.create(
        act=question.act.key, about=question.about, unit_id=question.unit_id, by=actor,
        maker_id=min(question.makers, default=None), right=passed.right, instead_of=passed.instead_of,
        flags=" ".join(passed.flags), at=timezone.now(),
    )  # fmt: skip


def _remember(actor: User, question: _Question, *, how: str) -> None:
    """Keep the try in a write of its own: the one that is refused now leaves nothing behind."""
    at = timezone.now()

    def keep() -> None:
        EyesAttempt.objects.create(
            act=question.act.key, about=question.about, unit_id=question.unit_id, by=actor, how=how, at=at
        )
        audit(actor, "try_own_answer", subject=question.about, after={"act": question.act.key, "how": how})

    afterwards(keep)


def _others(question: _Question, reader: User) -> str:
    return others_who_may(
        question.act.key, unit_id=question.unit_id, but=question.makers, user=reader, permission=question.act.answer
    ).words
