"""What holds want decided: one's own answer; for counsel, who has not answered, who declined, a release to agree to."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common import eyes
from alcaide.common.models import Hold, HoldCustodian, User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Due

from .queries import DUE_DAYS, HOLD_RELEASE, PLACE, late, own


def due(user: User) -> Iterator[Due]:
    """Yield what waits for this user."""
    for each in own(user).filter(acknowledged_at=None, declined_at=None):
        if each.told_at is not None:
            title = _("Answer legal hold %(number)s") % {"number": each.hold.number}
            yield Due(each.subject, title, _("Keep everything it speaks of"), reverse("holds-mine"), _("Read"), "lock",
                      at=each.told_at + timedelta(days=DUE_DAYS), since=each.told_at)  # fmt: skip
    if scope_of(user).allows(PLACE):
        yield from _of_counsel(user)


def _of_counsel(user: User) -> Iterator[Due]:
    theirs = eyes.answers_at(user, HOLD_RELEASE, unit_id=None, maker="release_asked_by")
    asked = Hold.objects.filter(state=Hold.State.RELEASE_ASKED)
    for hold in asked.none() if theirs is None else asked.filter(theirs):
        title = _("Release of hold %(number)s is asked") % {"number": hold.number}
        yield Due(hold.subject, title, hold.release_why, _page(hold), _("Answer"), "lock-open",
                  since=hold.release_asked_at)  # fmt: skip
    waiting: dict[int, list[HoldCustodian]] = {}
    for each in late().select_related("hold"):
        waiting.setdefault(each.hold_id, []).append(each)
    for people in waiting.values():
        hold, n = people[0].hold, len(people)
        title = ngettext(
            "%(n)s custodian of hold %(number)s has not answered",
            "%(n)s custodians of hold %(number)s have not answered",
            n,
        ) % {"n": n, "number": hold.number}  # fmt: skip
        yield Due(hold.subject, title, hold.matter, _page(hold), _("Look"), "lock", since=people[0].told_at)
    declined = HoldCustodian.objects.filter(hold__state__in=Hold.HOLDING, declined_at__isnull=False)
    for each in declined.select_related("hold"):
        title = _("A custodian of hold %(number)s declined") % {"number": each.hold.number}
        yield Due(each.subject, title, each.words, _page(each.hold), _("Look"), "lock", since=each.declined_at)


def _page(hold: Hold) -> str:
    return reverse("hold", args=[hold.uid])
