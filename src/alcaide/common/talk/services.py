"""Commenting, attaching, tagging. For who may talk in the subject's unit; nobody else changes what another said."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import purging
from alcaide.common.about import About, about, is_seen
from alcaide.common.files import clean_name
from alcaide.common.models import Attachment, Comment, Follow, StoredFile, Tag, Tagging, User
from alcaide.common.models.talk import TAG_LONGEST, TEXT_LONGEST
from alcaide.common.notices.queries import followers
from alcaide.common.notices.services import tell
from alcaide.common.permissions import Refused, VisibleSet, require, scope_of
from alcaide.common.trail import Actor, audit, write

from .mentions import resolve
from .queries import MODERATE, TAGS, TALK, files_of, tags_of

TAG = re.compile(r"\w[\w .:/+#&()-]*")
MOST_TAGS = 20
CHUNK = 2_000


class CommentUnusable(ValueError):
    """The comment cannot stand as it was typed; the message says why."""


class MentionUnseen(ValueError):
    """Somebody is mentioned who may not see the subject."""


class AlreadyAttached(ValueError):
    """The same content hangs on this subject already; the message names it."""


class TagUnusable(ValueError):
    """The label cannot be a tag; the message says what can."""


class TagTaken(ValueError):
    """Another tag is called so; the message says to merge."""


@write
def comment(actor: User, subject: str, *, text: str, reply_to: Comment | None = None) -> Comment:
    """Say something of a subject, tell whom it mentions and who follows. For who may talk there.

    Raises Refused, CommentUnusable, NotMentioned, MentionUnseen.
    """
    known = _may_talk(actor, subject)
    if reply_to is not None and (reply_to.on != subject or reply_to.removed_at is not None):
        raise CommentUnusable(_("What you answer was removed. Say it as a comment of its own."))
    cleaned = _clean(text)
    people = _mentioned(cleaned, subject)
    # An answer to an answer stands under the first comment: one level is enough to follow.
    top = reply_to.reply_to or reply_to if reply_to else None
    row = Comment.objects.create(on=subject, by=actor, text=cleaned, reply_to=top)
    row.mentioned.set(people)
    Follow.objects.get_or_create(user=actor, subject=subject)
    # The text itself stays out of the trail: its digest proves it, and removing it removes it everywhere.
    audit(actor, "comment", subject=row.subject, after={"on": subject, "text_sha256": _digest(cleaned)})
    _tell_mentioned(actor, row, people)
    told = {each.pk for each in people}
    words = _("%(who)s commented.") % {"who": actor.name}
    others = [each for each in followers(subject, known) if each.pk not in told]
    tell(others, kind="comment", subject=subject, words=words, url=_place(row), by=actor)
    return row


@write
def change_comment(actor: User, row: Comment, *, text: str, opened_version: int) -> Comment:
    """Change one's own comment; only who is newly mentioned is told. Raises Refused, LostUpdate, and as `comment`."""
    _may_talk(actor, row.on)
    if row.by_id != actor.pk or row.removed_at is not None:
        raise Refused(_("Only who wrote a comment changes it, and only while it stands."))
    cleaned = _clean(text)
    people = _mentioned(cleaned, row.on)
    before = Comment.objects.get(pk=row.pk)
    known = set(before.mentioned.values_list("pk", flat=True))
    row.text, row.edited_at = cleaned, timezone.now()
    row.save_version(opened_version=opened_version, fields=["text", "edited_at"])
    row.mentioned.set(people)
    audit(
        actor, "change_comment", subject=row.subject,
        before={"text_sha256": _digest(before.text)}, after={"text_sha256": _digest(cleaned)},
    )  # fmt: skip
    _tell_mentioned(actor, row, [each for each in people if each.pk not in known])
    return row


@write
def remove_comment(actor: User, row: Comment) -> None:
    """Remove a comment's text for good; that it stood, and who removed it, stays. Its author, or who moderates."""
    known = _sees(actor, row.on)
    require(actor, TALK if row.by_id == actor.pk else MODERATE, unit_id=known.unit_id)
    row = Comment.objects.select_for_update().get(pk=row.pk)
    if row.removed_at is not None:
        return
    digest = _digest(row.text)
    purging.require_free(row)
    row.text, row.removed_at, row.removed_by, row.version = "", timezone.now(), actor, row.version + 1
    row.save()
    row.mentioned.set([])
    audit(actor, "remove_comment", subject=row.subject, before={"text_sha256": digest})


@write
def attach(actor: User, subject: str, *, file: StoredFile, name: str) -> Attachment:
    """Hang a kept file on a subject. For who may talk there. Raises Refused, AlreadyAttached."""
    _may_talk(actor, subject)
    earlier = files_of(subject).filter(file=file).select_related("by").first()
    if earlier is not None:
        raise AlreadyAttached(
            _("The same content is here already, as “%(name)s”, attached by %(who)s.")
            % {"name": earlier.name, "who": earlier.by.name}
        )
    row = Attachment.objects.create(on=subject, file=file, name=clean_name(name), by=actor)
    audit(actor, "attach_file", subject=subject, after={"file": row.name, "sha256": file.sha256})
    return row


@write
def detach(actor: User, row: Attachment) -> None:
    """Take a file off a subject; it is no longer given out from there. Who attached it, or who moderates."""
    known = _sees(actor, row.on)
    require(actor, TALK if row.by_id == actor.pk else MODERATE, unit_id=known.unit_id)
    rows = Attachment.objects.filter(pk=row.pk, removed_at__isnull=True)
    if rows.update(removed_at=timezone.now(), removed_by=actor):
        audit(actor, "remove_file", subject=row.on, before={"file": row.name, "sha256": row.file.sha256})


@write
def tag(actor: User, subject: str, *, name: str) -> Tag:
    """Put a tag on a subject, a new one where none is called so. For who may talk. Raises Refused, TagUnusable."""
    _may_talk(actor, subject)
    before = [each.name for each in tags_of(subject)]
    found = _tag_called(name)
    if found.name in before:
        return found
    if len(before) >= MOST_TAGS:
        raise TagUnusable(_("At most %(n)s tags stand on one record. Take one off first.") % {"n": MOST_TAGS})
    kind, _sep, uid = subject.partition(":")
    Tagging.objects.create(tag=found, kind=kind, of=uid, by=actor)
    audit(actor, "tag", subject=subject, before={"tags": before}, after={"tags": [*before, found.name]})
    return found


@write
def untag(actor: User, subject: str, *, tag: Tag) -> None:
    """Take a tag off a subject. For who may talk there."""
    _may_talk(actor, subject)
    before = [each.name for each in tags_of(subject)]
    kind, _sep, uid = subject.partition(":")
    if purging.remove(actor, Tagging.objects.filter(tag=tag, kind=kind, of=uid), why="Taken off"):
        left = [each for each in before if each != tag.name]
        audit(actor, "untag", subject=subject, before={"tags": before}, after={"tags": left})


def tag_rows(actor: User, rows: VisibleSet[Any], *, name: str) -> int:
    """Put a tag on many rows of one kind, in chunks with one trail line each; returns how many did not carry it.

    Only rows that the actor sees, in units where they may talk. Call it outside any other write.
    """
    require(actor, TALK)
    model: Any = rows.model
    seen = rows.visible_to(actor)
    seen = seen.filter(**{f"{model.UNIT_PATH}__in": scope_of(actor).units_for(TALK)})
    uids = list(seen.order_by().values_list("uid", flat=True))
    return sum(
        _tag_chunk(actor, uids[at : at + CHUNK], kind=model.SUBJECT, name=name) for at in range(0, len(uids), CHUNK)
    )


@write
def rename_tag(actor: User, row: Tag, *, name: str, opened_version: int) -> Tag:
    """Rename a tag everywhere. For who keeps the tags. Raises TagUnusable, TagTaken, LostUpdate."""
    require(actor, TAGS)
    before = row.name
    row.name = clean_tag(name)
    row.folded = fold_tag(row.name)
    if Tag.objects.filter(folded=row.folded).exclude(pk=row.pk).exists():
        raise TagTaken(_("Another tag is called “%(name)s”. Merge the two instead.") % {"name": row.name})
    row.save_version(opened_version=opened_version, fields=["name", "folded"])
    audit(actor, "rename_tag", subject=row.subject, before={"name": before}, after={"name": row.name})
    return row


@write
def merge_tag(actor: User, row: Tag, *, into: Tag) -> int:
    """Make one tag of two: what carries the first carries the other, and the first is gone. For who keeps the tags."""
    require(actor, TAGS)
    if row.pk == into.pk:
        raise TagUnusable(_("A tag cannot be merged into itself. Choose another."))
    carried = Tagging.objects.filter(tag=row)
    twin = Tagging.objects.filter(tag=into, kind=OuterRef("kind"), of=OuterRef("of"))
    moved = carried.filter(~Exists(twin)).update(tag=into)
    name = row.name
    purging.remove(actor, row, why="Merged into another tag")
    audit(actor, "merge_tag", subject=into.subject, before={"merged": name}, after={"name": into.name, "moved": moved})
    return moved


def clean_tag(name: str) -> str:
    """Return a label as a tag keeps it. Raises TagUnusable.

    >>> clean_tag("  Audit   2026 ")
    'Audit 2026'
    """
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())
    if not cleaned:
        raise TagUnusable(_("Type a tag first."))
    if len(cleaned) > TAG_LONGEST:
        raise TagUnusable(
            _("A tag has at most %(n)s letters; this one has %(long)s.") % {"n": TAG_LONGEST, "long": len(cleaned)}
        )
    if not TAG.fullmatch(cleaned):
        raise TagUnusable(
            _(
                "“%(name)s” cannot be a tag. Begin with a letter or a digit; "
                "then letters, digits, spaces and - _ . : / + # & ( ) are taken."
            )
            % {"name": cleaned}
        )
    return cleaned


def fold_tag(name: str) -> str:
    """Return what two labels share that are one tag: no case, no accents.

    >>> fold_tag("Auditoría") == fold_tag("AUDITORIA")
    True
    """
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(char for char in bare if not unicodedata.combining(char))


def _tag_called(name: str) -> Tag:
    cleaned = clean_tag(name)
    folded = fold_tag(cleaned)
    found = Tag.objects.filter(folded=folded).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Tag.objects.create(name=cleaned, folded=folded)
    except IntegrityError:
        return Tag.objects.get(folded=folded)


@write
def _tag_chunk(actor: User, uids: Sequence[Any], *, kind: str, name: str) -> int:
    found = _tag_called(name)
    carried = set(Tagging.objects.filter(tag=found, kind=kind, of__in=uids).values_list("of", flat=True))
    fresh = [uid for uid in uids if uid not in carried]
    Tagging.objects.bulk_create(
        [Tagging(tag=found, kind=kind, of=uid, by=actor) for uid in fresh], ignore_conflicts=True
    )
    if fresh:
        listed = hashlib.sha256("\n".join(str(uid) for uid in fresh).encode()).hexdigest()
        audit(actor, "tag_many", subject=found.subject, after={"kind": kind, "records": len(fresh), "digest": listed})
    return len(fresh)


def _sees(actor: Actor, subject: str) -> About:
    if not is_seen(subject, actor):
        raise Refused(_("There is no such record, or you may not see it."))
    return about(subject)


def _may_talk(actor: Actor, subject: str) -> About:
    known = _sees(actor, subject)
    require(actor, TALK, unit_id=known.unit_id)
    return known


def _clean(text: str) -> str:
    cleaned = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
    if not cleaned:
        raise CommentUnusable(_("Write something first."))
    if len(cleaned) > TEXT_LONGEST:
        raise CommentUnusable(
            _("A comment has at most %(n)s signs; this one has %(long)s. Attach longer text as a file.")
            % {"n": f"{TEXT_LONGEST:,}", "long": f"{len(cleaned):,}"}
        )
    return cleaned


def _mentioned(text: str, subject: str) -> list[User]:
    people = list(User.objects.filter(pk__in=resolve(text)).order_by("name"))
    unseen = [each.name for each in people if not is_seen(subject, each)]
    if unseen:
        raise MentionUnseen(
            _("%(names)s may not see this record and would never read it. Take the @ away, or tell them elsewhere.")
            % {"names": ", ".join(unseen)}
        )
    return people


def _tell_mentioned(actor: User, row: Comment, people: Iterable[User]) -> None:
    words = _("%(who)s mentioned you in a comment.") % {"who": actor.name}
    tell(people, kind="mention", subject=row.on, words=words, url=_place(row), by=actor)


def _place(row: Comment) -> str:
    """Return where a comment is read: the conversation's own page, which stands whatever the room's page does."""
    return f"{reverse('talk', args=[row.on])}#comment-{row.uid}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
