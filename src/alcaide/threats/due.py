"""What this room wants decided: a feed that is missing or has grown old."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Due
from alcaide.threats.models import TAKE_IN
from alcaide.threats.queries import FRESH_DAYS, Edition, editions


def due(user: User) -> Iterator[Due]:
    """Yield the feeds that need a newer edition, for whoever may bring one in."""
    if scope_of(user).allows(TAKE_IN):
        yield from (_due(each) for each in editions() if each.is_old or not each.is_loaded)


def _due(edition: Edition) -> Due:
    title = _("%(feed)s is out of date") if edition.is_loaded else _("%(feed)s is not loaded")
    since = edition.taken_in_at
    if edition.dated_on is not None:
        old_on = edition.dated_on + timedelta(days=FRESH_DAYS[edition.kind] + 1)
        since = timezone.make_aware(datetime.combine(old_on, time.min))
    return Due(
        subject=f"threats.feed:{edition.uid or edition.kind}", title=title % {"feed": edition.label}, why=edition.words,
        url=reverse("feed-new"), act=_("Bring in"), icon="radar-2", since=since,
    )  # fmt: skip
