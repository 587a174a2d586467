"""What this room wants decided: targets of scans that could be more than one asset."""

from collections.abc import Collection, Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.assets.models import CHANGE, MatchDoubt
from alcaide.common.models import User
from alcaide.common.permissions import scope_of
from alcaide.common.registries import Due
from alcaide.common.waiting import Many, in_units
from alcaide.common.words import count


def due(user: User, *, about: Collection[str] | None = None) -> Iterator[Due]:
    """Yield the doubts that the user may answer, the latest seen first."""
    for kind in _kinds(user):
        yield from kind.singly(about)


def brief(user: User) -> Iterator[Due]:
    """Yield the latest doubts, and one thing that stands for the rest."""
    for kind in _kinds(user):
        yield from kind.briefly()


def _kinds(user: User) -> Iterator[Many]:
    if scope_of(user).allows(CHANGE):
        rows = MatchDoubt.objects.filter(in_units(user, CHANGE), answer="").order_by("-last_seen_at", "-pk")
        yield Many("assets.doubts", rows, _doubt, _more, "git-merge", MatchDoubt.SUBJECT)


def _doubt(doubt: MatchDoubt) -> Due:
    return Due(
        subject=doubt.subject,
        title=_("Which asset is %(name)s?") % {"name": doubt.name},
        why=doubt.get_why_display(),
        url=reverse("doubt", args=[doubt.uid]),
        act=_("Decide"),
        icon="git-merge",
        since=doubt.created_at,
    )


def _more(number: int) -> str:
    words = ngettext(
        "%(n)s more target could be more than one asset", "%(n)s more targets could be more than one asset", number
    )
    return words % {"n": count(number)}
