"""What this room wants decided: targets of scans that could be more than one asset."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.assets.models import CHANGE, MatchDoubt
from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Due

MOST = 20


def due(user: User) -> Iterator[Due]:
    """Yield the doubts that the user may answer, the latest seen first."""
    units = scope_of(user).units_for(CHANGE)
    if not units:
        return
    open_ones = MatchDoubt.objects.filter(answer="", unit__in=units).order_by("-last_seen_at", "-pk")
    for doubt in open_ones[:MOST]:
        yield Due(
            subject=doubt.subject,
            title=_("Which asset is %(name)s?") % {"name": doubt.name},
            why=doubt.get_why_display(),
            url=reverse("doubt", args=[doubt.uid]),
            act=_("Decide"),
            icon="git-merge",
            since=doubt.created_at,
        )
