"""What the pages show of questions, answers and emergencies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import registries, words
from alcaide.common.models import EyesAnswer, EyesOverride, EyesRequest, User
from alcaide.common.permissions import scope_of

from .acts import FLAGS, Act, Change, act_of
from .people import people
from .rights import holds, may_answer, others_who_may

LOOK_AHEAD = timedelta(days=14)


def act_words(key: str) -> str:
    """Return what an act is called; its key where its room no longer declares it."""
    try:
        return str(act_of(key).label)
    except LookupError:
        return key


def dress_requests(rows: Sequence[Any], user: Any) -> None:
    """Hang on each question what its act is called, its unit, and what would change."""
    named = {label.pk: label.name for label in scope_of(user).labels}
    for row in rows:
        row.act_label = act_words(row.act)
        row.unit_name = named.get(row.unit_id) or people().unit_name(row.unit_id)


def changes_of(row: EyesRequest) -> list[Change]:
    """Return what exactly will change, in the words of the act's room; else what was given, as it is frozen."""
    act = act_of(row.act)
    if act.changes is not None:
        return list(act.changes(row))
    return [Change(name.replace("_", " "), "–", str(value)) for name, value in sorted(row.given.items())]


@dataclass(frozen=True)
class RequestShown:
    """One question and what the reader may do about it."""

    row: EyesRequest
    act: Act
    unit: str
    about: registries.Subject | None
    result: registries.Subject | None
    changes: list[Change]
    others: Any
    away: tuple[str, ...]
    answer: EyesAnswer | None
    flags: tuple[str, ...]
    is_own: bool
    is_late: bool
    may_answer: bool
    may_alone: bool


def request_shown(row: EyesRequest, user: User) -> RequestShown:
    """Return one question as a page shows it. The caller has asked who may see it."""
    act, makers = act_of(row.act), {row.asked_by_id}
    is_open = row.is_waiting and row.ends_at > timezone.now()
    may = is_open and may_answer(user, row.act, unit_id=row.unit_id, makers=makers)
    given = EyesAnswer.objects.filter(about=row.subject).select_related("by", "instead_of").first()
    return RequestShown(
        row=row, act=act, unit=people().unit_name(row.unit_id),
        about=registries.subject_of(row.about, user),
        result=registries.subject_of(row.result, user) if row.result else None,
        changes=changes_of(row),
        others=others_who_may(row.act, unit_id=row.unit_id, but=makers, user=user) if is_open else None,
        away=_away(row, act) if is_open else (), answer=given,
        flags=tuple(str(FLAGS[flag]) for flag in given.flags.split()) if given else (),
        is_own=row.asked_by_id == user.pk, is_late=row.is_waiting and not is_open, may_answer=may,
        may_alone=is_open and not may and act.may_override and holds(user, act.ask, row.unit_id),
    )  # fmt: skip


def _away(row: EyesRequest, act: Act) -> tuple[str, ...]:
    """Say which of those who could answer are away, so that they name a stand-in or somebody else is asked."""
    today = timezone.localdate()
    who = {each.pk: each.name for each in people().holders(act.answer, row.unit_id)}
    found = people().away([pk for pk in who if pk != row.asked_by_id], today, today + LOOK_AHEAD)
    told = _("%(name)s is away from %(first)s to %(last)s.")
    return tuple(
        told % {"name": who[pk], "first": words.day(each.from_on, today=today),
                "last": words.day(each.until_on, today=today)}
        for pk, each in found.items() if pk in who
    )  # fmt: skip


def may_review(row: EyesOverride, user: User) -> bool:
    """Tell whether a user may review what somebody applied alone."""
    return row.is_open and may_answer(user, row.act, unit_id=row.unit_id, makers={row.by_id, *row.makers})
