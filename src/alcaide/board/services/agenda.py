"""Putting off and handing on what waits: each with its reason, its way back, and its line in the trail."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.board.models import Delegation, Snooze
from alcaide.board.queries.decide import Item, may_take, waiting_item
from alcaide.common import words
from alcaide.common.models import User
from alcaide.common.notices.services import tell
from alcaide.common.permissions import Refused
from alcaide.common.trail import audit, write

# What has no clock may rest this long before somebody must look at it again.
LONGEST_REST = timedelta(days=60)
HANDED = "handed"


class NotSo(ValidationError):
    """This cannot be put off or handed on so; the message says why."""

    def __str__(self) -> str:
        return " ".join(self.messages)


@write
def snooze(actor: User, key: str, *, until: datetime, reason: str) -> Snooze:
    """Take one thing off the actor's own list until a moment. Others' lists are not touched.

    What is overdue cannot be put off, nor anything past the end of its own clock. Raises NotSo.
    """
    item, now = _item(actor, key), timezone.now()
    reason = _said(reason)
    _check_rest(item, until, now=now)
    due = item.due
    # One that came back by itself is over; only then can the thing be in the list.
    Snooze.objects.filter(user=actor, key=key, woken_at=None).update(woken_at=now)
    made = Snooze.objects.create(
        user=actor, key=key, about=due.subject, title=due.title[:300], url=due.url[:300], until=until,
        clock_was=due.at, reason=reason,
    )  # fmt: skip
    audit(actor, "snooze", subject=due.subject, after={"until": until, "reason": reason, "what": due.title})
    return made


@write
def wake(actor: User, snoozed: Snooze) -> None:
    """Bring back at once what the actor put off. Raises Refused for somebody else's."""
    held = Snooze.objects.select_for_update().get(pk=snoozed.pk)
    if held.user_id != actor.pk:
        raise Refused(_("Only whoever put this off can bring it back."))
    if held.woken_at is None:
        held.woken_at = timezone.now()
        held.save(update_fields=["woken_at", "changed_at"])
        audit(actor, "wake", subject=held.about, after={"what": held.title})


@write
def delegate(actor: User, key: str, *, taker: User, note: str = "") -> Delegation:
    """Hand one thing that waits to somebody who may see it. Raises NotSo.

    It leaves the actor's list and stands in the taker's, and comes back when declined, taken back, or overdue.
    """
    item = _item(actor, key)
    if item.giver is not None:
        raise NotSo(_("This was handed to you by %(name)s. Do it, or decline it.") % {"name": item.giver.name})
    if taker.pk == actor.pk:
        raise NotSo(_("This is in your own list already. Choose somebody else."))
    if not may_take(taker, item.due):
        raise NotSo(
            _("%(name)s may not see this. Choose somebody who may, or have a role granted.") % {"name": taker.name}
        )
    due = item.due
    # One that came back because it is overdue is over; nobody else has it then but by this.
    Delegation.objects.filter(giver=actor, key=key, ended_at=None).update(
        ended_at=timezone.now(), ended_how="taken_back", ended_why=_("overdue")
    )
    made = Delegation.objects.create(
        giver=actor, taker=taker, key=key, about=due.subject, title=due.title[:300], url=due.url[:300],
        note=" ".join(note.split())[:300],
    )  # fmt: skip
    audit(actor, "delegate", subject=due.subject, after={"to": taker.subject, "what": due.title, "note": made.note})
    words_told = _("%(name)s handed you: %(what)s") % {"name": actor.name, "what": due.title}
    tell(taker, kind=HANDED, words=words_told, subject=due.subject, url=due.url, by=actor)
    return made


@write
def decline(actor: User, given: Delegation, *, why: str) -> None:
    """Hand back what somebody else handed to the actor, saying why. Raises Refused, NotSo."""
    _end(actor, given, by=given.taker_id, how="declined", why=_said(why))


@write
def take_back(actor: User, given: Delegation) -> None:
    """Take back what the actor handed on. Raises Refused."""
    _end(actor, given, by=given.giver_id, how="taken_back", why="")


def _end(actor: User, given: Delegation, *, by: int, how: str, why: str) -> None:
    if actor.pk != by:
        raise Refused(_("Only the two between whom this was handed can end it."))
    held = Delegation.objects.select_for_update().get(pk=given.pk)
    if held.ended_at is not None:
        return
    held.ended_at, held.ended_how, held.ended_why = timezone.now(), how, why
    held.save(update_fields=["ended_at", "ended_how", "ended_why", "changed_at"])
    audit(actor, how, subject=held.about, after={"what": held.title, "why": why})
    told, said = (held.giver, _("%(name)s declined: %(what)s (%(why)s)"))
    if how == "taken_back":
        told, said = (held.taker, _("%(name)s took back: %(what)s"))
    about = {"name": actor.name, "what": held.title, "why": why}
    tell(told, kind=HANDED, words=said % about, subject=held.about, url=held.url, by=actor)


def _item(actor: User, key: str) -> Item:
    item = waiting_item(actor, key, now=timezone.now())
    if item is None:
        raise NotSo(_("This no longer waits for you. Load the page again to see what does."))
    return item


def _check_rest(item: Item, until: datetime, *, now: datetime) -> None:
    if until <= now:
        raise NotSo(_("Choose a moment that is still to come."))
    if item.state == "late":
        raise NotSo(_("This is overdue, so it cannot be put off. Decide it, or hand it to somebody."))
    if item.due.at is not None and until >= item.due.at:
        ends = words.moment(timezone.localtime(item.due.at), today=timezone.localdate())
        raise NotSo(_("Its clock runs out %(ends)s. Choose an earlier moment.") % {"ends": ends})
    if until > now + LONGEST_REST:
        raise NotSo(
            _("Nothing rests for more than %(days)d days. Choose an earlier day.") % {"days": LONGEST_REST.days}
        )


def _said(reason: str) -> str:
    said = " ".join(reason.split())
    if not said:
        raise NotSo(_("Say in a few words why; whoever reads the trail will ask."))
    return said[:300]
