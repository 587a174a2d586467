"""Reads of what people say of a subject: the conversation, the files, the tags, what is due."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from alcaide.common import registries
from alcaide.common.about import About, about, is_seen
from alcaide.common.histories import place_in
from alcaide.common.models import Attachment, Comment, StoredFile, Tag, Tagging, User
from alcaide.common.notices.queries import READ as READ_NOTICES
from alcaide.common.notices.queries import follows
from alcaide.common.permissions import (
    ANALYST,
    AUDITOR,
    CHIEF,
    COMPLIANCE,
    COUNSEL,
    DPO,
    EMPLOYEE,
    EXECUTIVE,
    GUARD,
    HEAD,
    RECEPTION,
    SITE_MANAGER,
    permit,
    scope_of,
)
from alcaide.common.registries import Dated, Due
from alcaide.common.waiting import dated_about, due_about

from .mentions import Known, Part, parts

TALK = permit(
    "common.talk", "Comment, attach files and tag",
    CHIEF, ANALYST, HEAD, EXECUTIVE, EMPLOYEE, COMPLIANCE, SITE_MANAGER, RECEPTION, GUARD, COUNSEL, DPO,
)  # fmt: skip
MODERATE = permit("common.moderate", "Remove what others wrote or attached", CHIEF)
SEE_TAGS = permit(
    "common.tags_see", "See the tags",
    CHIEF, ANALYST, HEAD, EXECUTIVE, AUDITOR, COMPLIANCE, SITE_MANAGER,
)  # fmt: skip
TAGS = permit("common.tags", "Rename and merge tags", CHIEF, ANALYST, COMPLIANCE)

PAGE = 20
MOST_REPLIES = 200
MOST_FILES = 100
MOST_TAGS_OFFERED = 200
DATES_AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class Said:
    """One comment as a reader sees it, with its replies."""

    row: Comment
    parts: list[Part]
    may_edit: bool
    may_remove: bool
    replies: list["Said"] = field(default_factory=list)


@dataclass(frozen=True)
class Conversation:
    """A page of comments, the newest last; `older` begins the page before it."""

    said: list[Said]
    older: int | None
    is_newest: bool


@dataclass(frozen=True)
class Rights:
    """What a user may do with a subject's talk."""

    may_talk: bool
    may_moderate: bool
    may_follow: bool


@dataclass(frozen=True)
class Talk:
    """Everything that people said of one subject, for one reader."""

    subject: str
    conversation: Conversation
    files: list[Attachment]
    tags: list[Tag]
    offered: list[str]
    due: list[Due]
    dates: list[Dated]
    rights: Rights
    is_followed: bool
    user_id: int


def talk_of(subject: str, user: User, *, before: Any = None) -> Talk:
    """Return the talk of a subject, for who was let in to its page. A fixed number of queries."""
    known = about(subject)
    rights = rights_of(user, known)
    today = timezone.localdate()
    return Talk(
        subject=subject,
        conversation=conversation(subject, user, rights=rights, before=before),
        files=list(files_of(subject).select_related("file", "by")[:MOST_FILES]),
        tags=list(tags_of(subject)),
        offered=list(Tag.objects.order_by("folded").values_list("name", flat=True)[:MOST_TAGS_OFFERED])
        if rights.may_talk
        else [],
        due=due_about(user, {subject}),
        dates=dated_about(user, subject, first=today, last=today + DATES_AHEAD),
        rights=rights,
        is_followed=rights.may_follow and follows(user, subject, known),
        user_id=user.pk,
    )


def rights_of(user: User, known: About) -> Rights:
    """Return what a user may do with the talk of a subject that they see."""
    scope = scope_of(user)
    return Rights(scope.allows(TALK, known.unit_id), scope.allows(MODERATE, known.unit_id), scope.allows(READ_NOTICES))


def conversation(subject: str, user: User, *, rights: Rights, before: Any = None) -> Conversation:
    """Return a page of a subject's comments. Three queries where there are any, however many."""
    first = Comment.objects.filter(on=subject, reply_to__isnull=True).order_by("-id")
    at = place_in(before)
    if at is not None:
        first = first.filter(pk__lt=at)
    found = list(_dressed(first)[: PAGE + 1])
    shown = found[:PAGE][::-1]
    older = shown[0].pk if len(found) > PAGE else None
    replies: dict[int | None, list[Said]] = {}
    for row in _dressed(Comment.objects.filter(reply_to__in=[each.pk for each in shown]).order_by("id"))[:MOST_REPLIES]:
        replies.setdefault(row.reply_to_id, []).append(said(row, user, rights))
    return Conversation([said(row, user, rights, replies.get(row.pk)) for row in shown], older, at is None)


def said(row: Comment, user: User, rights: Rights, replies: list[Said] | None = None) -> Said:
    """Return a comment for a reader."""
    stands = row.removed_at is None
    mentioned = [Known(each.pk, each.name, each.email) for each in row.mentioned.all()]
    is_own = row.by_id == user.pk
    return Said(
        row,
        parts(row.text, mentioned),
        may_edit=stands and is_own and rights.may_talk,
        may_remove=stands and ((is_own and rights.may_talk) or rights.may_moderate),
        replies=replies or [],
    )


def files_of(subject: str) -> QuerySet[Attachment]:
    """Return the files that hang on a subject, the newest first."""
    return Attachment.objects.filter(on=subject, removed_at__isnull=True).order_by("-id")


def tags_of(subject: str) -> QuerySet[Tag]:
    """Return the tags of a subject, by name."""
    kind, _, uid = subject.partition(":")
    return Tag.objects.filter(taggings__kind=kind, taggings__of=uid).order_by("folded")


def tags_along(subjects: Iterable[str]) -> dict[str, list[str]]:
    """Return the names of the tags of many subjects, for a list's `dress`. One query."""
    wanted = [subject.partition(":") for subject in subjects]
    found: dict[str, list[str]] = {}
    rows = Tagging.objects.filter(kind__in={kind for kind, _, _ in wanted}, of__in=[uid for _, _, uid in wanted])
    for kind, of, name in rows.order_by("tag__folded").values_list("kind", "of", "tag__name"):
        found.setdefault(f"{kind}:{of}", []).append(name)
    return found


def may_read_file(file: StoredFile, user: Any) -> bool:
    """Tell whether a file hangs on something that the user may see; a reader of this room's files."""
    subjects = Attachment.objects.filter(file=file, removed_at__isnull=True).values_list("on", flat=True).distinct()
    return any(is_seen(subject, user) for subject in subjects)


def comment_subject(uid: str, user: Any) -> registries.Subject | None:
    """Name a comment to who may see what it stands on."""
    on = Comment.objects.filter(uid=uid).values_list("on", flat=True).first()
    known = registries.subject_of(on, user) if on else None
    return registries.Subject(known.title, f"{known.url}#comment-{uid}") if known else None


def tag_subject(uid: str, user: Any) -> registries.Subject | None:
    """Name a tag to who may see tags."""
    if not scope_of(user).allows(SEE_TAGS):
        return None
    tag = Tag.objects.filter(uid=uid).first()
    return registries.Subject(tag.name, tag_url(tag)) if tag else None


def tag_url(tag: Tag) -> str:
    """Return the address of a tag's page."""
    return reverse("tag", args=[tag.uid])


def _dressed(rows: QuerySet[Comment]) -> QuerySet[Comment]:
    people = Prefetch("mentioned", queryset=User.objects.only("pk", "name", "email"))
    return rows.select_related("by", "removed_by").prefetch_related(people)
