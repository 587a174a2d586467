"""What waits for a second person: questions to answer, and what somebody applied alone."""

from collections.abc import Collection, Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alcaide.common.models import EyesOverride, EyesRequest, User
from alcaide.common.registries import Due
from alcaide.common.waiting import Many
from alcaide.common.words import count

from .acts import act_of
from .queries import overrides_to_review, to_answer


def due(user: User, *, about: Collection[str] | None = None) -> Iterator[Due]:
    """Yield what this user can answer or review, one by one."""
    for many in _kinds(user):
        yield from many.singly(about)


def brief(user: User) -> Iterator[Due]:
    """Yield the most pressing, and one line for the rest."""
    for many in _kinds(user):
        yield from many.briefly()


def _kinds(user: User) -> Iterator[Many]:
    yield Many("eyes.asked", to_answer(user), _asked, _more_asked, "gavel", EyesRequest.SUBJECT, last_day="answer_by")
    yield Many("eyes.alone", overrides_to_review(user), _alone, _more_alone, "alert-triangle", EyesOverride.SUBJECT)


def _asked(row: EyesRequest) -> Due:
    return Due(
        subject=row.subject, title=row.title,
        why=_("%(act)s; %(who)s asks, somebody else answers") % {"act": act_of(row.act).label,
                                                                 "who": row.asked_by.name},
        url=reverse("eyes-request", args=[row.uid]), act=_("Answer"), icon="gavel", by=row.answer_by,
        since=row.asked_at,
    )  # fmt: skip


def _alone(row: EyesOverride) -> Due:
    return Due(
        subject=row.subject, title=_("Applied alone: %(title)s") % {"title": row.title},
        why=_("%(who)s called it an emergency; nobody else has looked at it") % {"who": row.by.name},
        url=reverse("eyes-override", args=[row.uid]), act=_("Review"), icon="alert-triangle", since=row.at,
    )  # fmt: skip


def _more_asked(number: int) -> str:
    return ngettext("%(n)s more question waits for a second person",
                    "%(n)s more questions wait for a second person", number) % {"n": count(number)}  # fmt: skip


def _more_alone(number: int) -> str:
    return ngettext("%(n)s more act was applied alone",
                    "%(n)s more acts were applied alone", number) % {"n": count(number)}  # fmt: skip
