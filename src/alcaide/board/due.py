"""What the board wants decided: days that somebody proposes for dates that this person may move."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.board.models import ProposedDay
from alcaide.common.models import User
from alcaide.common.registries import Due, date_kind
from alcaide.common.words import day

MOST = 20


def due(user: User) -> Iterator[Due]:
    """Yield the proposed days that wait for this user's answer, the oldest first."""
    waiting = ProposedDay.objects.filter(state="waiting").exclude(proposed_by=user).select_related("proposed_by")
    for each in waiting.order_by("id")[:MOST]:
        may_move = date_kind(each.what).may_move
        if may_move is None or not may_move(user, each.about):
            continue
        today = timezone.localdate()
        about = {"name": each.proposed_by.name, "was": day(each.was_on, today=today), "why": each.why}
        yield Due(
            each.about, _("Move “%(what)s” to %(on)s?") % {"what": each.title, "on": day(each.to_on, today=today)},
            _("%(name)s asks, from %(was)s: %(why)s") % about, reverse("year-answer", args=[each.uid]), _("Answer"),
            "calendar-due", since=each.created_at,
        )  # fmt: skip
