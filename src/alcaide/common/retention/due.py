"""What retention wants decided: a change that waits for a second person, and rules nobody reviewed for a year."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import eyes
from alcaide.common.models import RetentionAsk, RetentionRule, User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Due

from .declared import rules
from .queries import PURGE_RULE, REVIEW_DAYS, SEE


def due(user: User) -> Iterator[Due]:
    """Yield what waits for this user."""
    if not scope_of(user).allows(SEE):
        return
    labels = {rule.key: str(rule.label) for rule in rules()}
    theirs = eyes.answers_at(user, PURGE_RULE, unit_id=None)
    asks = RetentionAsk.objects.none() if theirs is None else RetentionAsk.objects.filter(theirs, answer="")
    waiting = asks.select_related("rule", "asked_by")
    for each in waiting.filter(rule__key__in=labels):
        title = _("Retention of “%(what)s” shall change") % {"what": labels[each.rule.key]}
        yield Due(each.subject, title, each.why, _page(each.rule), _("Answer"), "hourglass", since=each.asked_at)
    last = timezone.localdate() - timedelta(days=REVIEW_DAYS)
    for row in RetentionRule.objects.filter(owner=user, state="adopted", reviewed_on__lt=last, key__in=labels):
        if row.reviewed_on is not None:
            title = _("Review the retention of “%(what)s”") % {"what": labels[row.key]}
            yield Due(row.subject, title, _("Last looked at a year ago"), _page(row), _("Look"), "hourglass",
                      by=row.reviewed_on + timedelta(days=REVIEW_DAYS))  # fmt: skip


def _page(row: RetentionRule) -> str:
    return reverse("retention-rule", args=[row.key])
