"""Reads of notices: what is unread, what each may still show, who follows, what waits at the post."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common import registries
from alcaide.common.about import About
from alcaide.common.counts import Count, capped
from alcaide.common.models import Follow, Letter, Notice, NoticeChoice, NoticeSetting, User
from alcaide.common.models.notices import DIGEST_AT
from alcaide.common.permissions import ADMINISTRATOR, AUDITOR, CHIEF, ROLES, permit, scope_of

from .kinds import Way, kind_of, kinds_to_choose

READ = permit("common.notices", "Read own notices", *ROLES.values())
MAIL = permit("common.mail", "Look after the e-mail", CHIEF, ADMINISTRATOR)
MAIL_SEE = permit("common.mail_see", "See whether e-mail goes out", CHIEF, AUDITOR, ADMINISTRATOR)

MOST_SHOWN = 99
RECENT_LETTERS = 50


@dataclass(frozen=True)
class Shown:
    """What a notice still says to its reader; nothing of a subject that they may no longer see."""

    title: str
    words: str
    url: str
    is_withheld: bool = False


def unread(user: User) -> Count:
    """Count the unread notices up to 99. One query over an index of unread ones alone."""
    return capped(Notice.objects.filter(user=user, read_at__isnull=True), MOST_SHOWN)


def notices(user: Any) -> QuerySet[Notice]:
    """Return a person's own notices."""
    return Notice.objects.filter(user=user) if isinstance(user, User) else Notice.objects.none()


def show(rows: Sequence[Notice], user: Any) -> dict[int, Shown]:
    """Return what each notice may show now; each subject is asked once, by its room, as the reader."""
    known = registries.subjects_of((row.subject for row in rows if row.subject), user)
    return {row.pk: _shown(row, known.get(row.subject)) for row in rows}


def dress(rows: Sequence[Any], user: Any) -> None:
    """Hang on each notice of a page what it may show."""
    shown = show(rows, user)
    for row in rows:
        row.shown = shown[row.pk]
        row.is_unread = row.read_at is None


def ways_of(users: Iterable[int], kind: str) -> dict[int, Way]:
    """Return how each user wants to be told of a kind. One query."""
    ids = list(users)
    default = kind_of(kind).way
    if kind_of(kind).is_always:
        return dict.fromkeys(ids, default)
    chosen = dict(NoticeChoice.objects.filter(user__in=ids, kind=kind).values_list("user_id", "way"))
    return {pk: Way(chosen.get(pk, default)) for pk in ids}


def ways_chosen(user: User) -> dict[str, Way]:
    """Return how the user is told of each kind."""
    chosen = dict(NoticeChoice.objects.filter(user=user).values_list("kind", "way"))
    return {kind.key: Way(chosen.get(kind.key, kind.way)) for kind in kinds_to_choose()}


def setting_of(user: User) -> NoticeSetting:
    """Return the user's setting, an unsaved one where they never changed it."""
    return NoticeSetting.objects.filter(user=user).first() or NoticeSetting(user=user)


def digest_times(users: Iterable[int]) -> dict[int, time]:
    """Return when each user gets the digest, in their own time zone."""
    ids = list(users)
    known = dict(NoticeSetting.objects.filter(user__in=ids).values_list("user_id", "digest_at"))
    return {pk: known.get(pk, DIGEST_AT) for pk in ids}


def followers(subject: str, known: About) -> list[User]:
    """Return who follows a subject and can sign in: those who chose to, and its owner unless they chose not to."""
    said = dict(Follow.objects.filter(subject=subject).values_list("user_id", "is_on"))
    ids = {pk for pk, is_on in said.items() if is_on}
    if known.owner_id is not None and said.get(known.owner_id, True):
        ids.add(known.owner_id)
    return list(User.objects.filter(pk__in=ids, is_active=True))


def follows(user: User, subject: str, known: About) -> bool:
    """Tell whether a user follows a subject."""
    said = Follow.objects.filter(user=user, subject=subject).values_list("is_on", flat=True).first()
    return said if said is not None else known.owner_id == user.pk


def letters_in_trouble() -> QuerySet[Letter]:
    """Return the letters that somebody must look at: failed, or perhaps not arrived."""
    return Letter.objects.filter(state__in=[Letter.State.FAILED, Letter.State.UNSURE])


def letters_shown() -> list[Letter]:
    """Return the newest letters, those in trouble first."""
    trouble = list(letters_in_trouble().select_related("to").order_by("-id")[:RECENT_LETTERS])
    rest = Letter.objects.exclude(pk__in=[each.pk for each in trouble]).select_related("to").order_by("-id")
    return [*trouble, *rest[: RECENT_LETTERS - len(trouble)]]


def letter_subject(uid: str, user: Any) -> registries.Subject | None:
    """Name a letter to who looks after the e-mail; its words show to nobody but its reader."""
    if not scope_of(user).allows(MAIL_SEE) or not Letter.objects.filter(uid=uid).exists():
        return None
    return registries.Subject(_("A letter"), reverse("notice-mail"))


def _shown(row: Notice, known: registries.Subject | None) -> Shown:
    if row.subject and known is None:
        return Shown(_("Something that you may no longer see."), "", "", is_withheld=True)
    if known is None:
        return Shown(row.words, "", row.url)
    return Shown(known.title, "" if row.words == known.title else row.words, row.url or known.url)
