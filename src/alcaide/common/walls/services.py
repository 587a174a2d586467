"""Writes behind walls: opening a matter, letting people in and out, words, files, tasks, links, and its end."""

import hashlib
from io import BufferedReader, BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from alcaide.common import files, purging
from alcaide.common.files import FileTooLarge
from alcaide.common.media import media_type_of
from alcaide.common.models import Matter, MatterFile, MatterLink, MatterMember, MatterNote, MatterTask, Notice, User
from alcaide.common.notices import tell
from alcaide.common.permissions import Refused, require, scope_of
from alcaide.common.registries import subject_of
from alcaide.common.trail import System, audit, write

from .queries import OPEN, Within, emergency_of, inside_of, within
from .sealing import seal, unseal

HOUSE = System("walls")
NEWS, OPENED = "matter", "matter_emergency"
CAP_BYTES = 25_000_000
SEALED_NAME = "sealed"
Kind = MatterNote.Kind


class WrongStep(ValueError):
    """The matter or its record stands otherwise by now; the message says how."""


@write
def open_matter(actor: User, *, title: str, ground: str, ground_text: str, apart_text: str) -> Matter:
    """Open a matter behind its own wall, with the one who opens it as its counsel. For counsel.

    Raises Refused, ValidationError.
    """
    require(actor, OPEN)
    number = (Matter._base_manager.aggregate(last=Max("number"))["last"] or 0) + 1
    made = Matter(
        number=number, title=title, ground=ground, ground_text=ground_text, apart_text=apart_text, opened_by=actor,
        opened_at=timezone.now(),
    )  # fmt: skip
    made.full_clean(exclude=["opened_by", "closed_at"], validate_unique=False)
    made.save()
    MatterMember._base_manager.create(matter=made, user=actor, let_in_by=actor, is_counsel=True, since=made.opened_at)
    audit(actor, "open_matter", subject=made.subject,
          after={"number": number, "title": title, "ground": ground, "ground_text": ground_text,
                 "apart_text": apart_text, "counsel": actor.subject})  # fmt: skip
    return made


@write
def let_in(actor: User, matter: Matter, *, user: User, is_counsel: bool = False) -> MatterMember:
    """Name one person on a matter. For its counsel; a second counsel needs that role. Raises Refused, WrongStep."""
    inside = directed(actor, matter)
    if is_counsel and not scope_of(user).allows(OPEN):
        raise WrongStep(_("Only who holds the role of counsel directs a matter."))
    if not user.is_active or inside.inside_now.filter(user=user).exists():
        raise WrongStep(_("This person is let in already, or cannot sign in."))
    made = MatterMember._base_manager.create(
        matter=inside.matter, user=user, is_counsel=is_counsel, let_in_by=actor, since=timezone.now()
    )
    after = {"who": user.subject, "is_counsel": is_counsel}
    audit(actor, "let_in", subject=inside.matter.subject, after=after)
    news(inside, [user])
    return made


@write
def let_out(actor: User, matter: Matter, *, user: User) -> None:
    """End a person's way in. For the matter's counsel, or for oneself; its last counsel stays. Raises WrongStep."""
    inside = within(matter, actor) if actor == user else directed(actor, matter)
    Matter._base_manager.select_for_update().get(pk=inside.matter.pk)
    member = inside.inside_now.filter(user=user).first()
    if member is None:
        raise WrongStep(_("This person is not let in."))
    others = inside.inside_now.filter(is_counsel=True).exclude(user=user)
    if member.is_counsel and not others.exists():
        raise WrongStep(_("Its last counsel stays. Let another counsel in first."))
    MatterMember._base_manager.filter(pk=member.pk).update(until=timezone.now())
    audit(actor, "let_out", subject=inside.matter.subject, before={"who": user.subject})


@write
def write_note(actor: User, matter: Matter, *, kind: str, text: str, source: str = "") -> MatterNote:
    """Write a fact, advice or a draft. Advice is for the matter's counsel alone. Raises Refused, ValidationError."""
    inside = still_open(within(matter, actor))
    _may_write(inside, kind)
    made = inside.make(MatterNote, kind=kind, text=_text(text), source=source.strip()[:300], written_by=actor)
    audit(actor, f"write_{kind}", subject=made.subject, after={"text_sha256": _digest(made.text)})
    news(inside)
    return made


@write
def change_draft(actor: User, note: MatterNote, *, opened_version: int, text: str, source: str = "") -> MatterNote:
    """Change a draft; facts and advice stand as written. For who wrote it. Raises Refused, WrongStep, LostUpdate."""
    inside, held = _own_draft(actor, note)
    held.text, held.source = _text(text), source.strip()[:300]
    held.save_version(opened_version=opened_version, fields=["text", "source"])
    audit(actor, "change_draft", subject=held.subject, after={"text_sha256": _digest(held.text)})
    news(inside)
    return held


@write
def keep_draft(actor: User, note: MatterNote, *, kind: str) -> MatterNote:
    """Let a draft stand as fact or advice, so that it no longer goes by rule. Raises Refused, WrongStep."""
    inside, held = _own_draft(actor, note)
    if kind == Kind.DRAFT:
        raise WrongStep(_("It is a draft already."))
    _may_write(inside, kind)
    held.kind = kind
    held.save_version(opened_version=held.version, fields=["kind"])
    after = {"kind": kind, "text_sha256": _digest(held.text)}
    audit(actor, "keep_draft", subject=held.subject, before={"kind": Kind.DRAFT}, after=after)
    news(inside)
    return held


@write
def drop_draft(actor: User, note: MatterNote) -> None:
    """Delete a draft of one's own, where no hold keeps it. Raises Refused, Held."""
    _inside, held = _own_draft(actor, note)
    audit(actor, "drop_draft", subject=held.subject, before={"text_sha256": _digest(held.text)})
    purging.remove(actor, held, why="Given up")


def add_file(actor: User, matter: Matter, *, stream: Any, name: str) -> MatterFile:
    """Seal a file and keep it behind the wall. Raises FileTooLarge, StoreUnwritable, NoSuchMatter, WrongStep."""
    still_open(within(matter, actor))
    content = stream.read(CAP_BYTES + 1)
    if len(content) > CAP_BYTES:
        raise FileTooLarge(_("The file is larger than 25 MB, the most a matter takes. Nothing of it was kept."))
    sealed, key = seal(content)
    stored = files.store(BytesIO(sealed), SEALED_NAME, actor=HOUSE, cap_bytes=CAP_BYTES + 1_000)
    return _keep_file(actor, matter, content=content, stored=stored, key=key, name=name)


@write
def _keep_file(actor: User, matter: Matter, *, content: bytes, stored: Any, key: str, name: str) -> MatterFile:
    inside = still_open(within(matter, actor))
    made = inside.make(
        MatterFile, name=files.clean_name(name), media_type=media_type_of(content), size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(), file=stored, key_secret=key, added_by=actor,
    )  # fmt: skip
    after = {"name": made.name, "sha256": made.sha256, "size_bytes": made.size_bytes}
    audit(actor, "add_file", subject=made.subject, after=after)
    news(inside)
    return made


@write
def read_file(actor: User, file: MatterFile) -> bytes:
    """Return a file's content to a member, with a line in the matter's history. Raises FileLost, SealBroken."""
    _inside, held = inside_of(file, actor)
    with open_sealed(held) as content:
        opened = unseal(content.read(), key=held.key_secret)
    audit(actor, "read_file", subject=held.subject, after={"sha256": held.sha256})
    return opened


@write
def add_task(actor: User, matter: Matter, *, text: str, owner: User, due_on: Any = None) -> MatterTask:
    """Give somebody who is let in something to do. Raises WrongStep."""
    inside = still_open(within(matter, actor))
    if not inside.inside_now.filter(user=owner).exists():
        raise WrongStep(_("Let this person in first; nobody outside has a task in here."))
    made = inside.make(MatterTask, text=_text(text)[:300], owner=owner, due_on=due_on)
    audit(actor, "add_task", subject=made.subject, after={"owner": owner.subject, "due_on": due_on})
    news(inside)
    return made


@write
def finish_task(actor: User, task: MatterTask) -> MatterTask:
    """Say that a task is done. For any member. Raises WrongStep."""
    inside, held = inside_of(task, actor)
    still_open(inside)
    if held.done_at is not None:
        raise WrongStep(_("It is done already."))
    held.done_at = timezone.now()
    held.save_version(opened_version=held.version, fields=["done_at"])
    audit(actor, "finish_task", subject=held.subject, after={"done_at": held.done_at})
    news(inside)
    return held


@write
def look_at(actor: User, matter: Matter, *, about: str, why: str = "") -> MatterLink:
    """Let a matter point at an ordinary record that the actor sees; the record shows nothing of it.

    Raises ValidationError.
    """
    inside = still_open(within(matter, actor))
    if subject_of(about, actor) is None:
        raise ValidationError({"about": _("There is no such record, or it is not yours to see.")})
    if inside.rows(MatterLink).filter(about=about).exists():
        raise ValidationError({"about": _("The matter looks at this already.")})
    made = inside.make(MatterLink, about=about, why=why.strip()[:300])
    audit(actor, "look_at", subject=made.subject, after={"about": about, "why": made.why})
    return made


@write
def close(actor: User, matter: Matter) -> Matter:
    """Close a matter: it is read on, and nothing is added. For its counsel. Raises Refused, WrongStep."""
    inside = still_open(directed(actor, matter))
    return _step(inside, Matter.State.CLOSED, "close_matter")


@write
def reopen(actor: User, matter: Matter) -> Matter:
    """Open a closed matter again. For its counsel. Raises Refused, WrongStep."""
    inside = directed(actor, matter)
    if inside.matter.state == Matter.State.OPEN:
        raise WrongStep(_("This matter is open."))
    return _step(inside, Matter.State.OPEN, "reopen_matter")


@write
def open_in_emergency(actor: User, *, number: int, why: str) -> Matter:
    """Let emergency access behind a wall until it ends; counsel of the matter is told at once, and it is listed.

    Raises Refused where this is no emergency access, NoSuchMatter, ValidationError.
    """
    used = emergency_of(actor)
    if used is None:
        raise Refused(_("Only emergency access opens the wall of a matter. Ask its counsel to let you in."))
    if len(why.strip()) < 10:
        raise ValidationError({"why": _("Say in a sentence why this cannot wait for counsel.")})
    matter = Matter._base_manager.filter(number=number).first()
    if matter is None:
        raise ValidationError({"number": _("There is no matter of this number.")})
    MatterMember._base_manager.create(
        matter=matter, user=actor, let_in_by=actor, since=timezone.now(), until=used.until,
        emergency_why=why.strip()[:400],
    )  # fmt: skip
    audit(actor, "open_in_emergency", subject=matter.subject, after={"why": why.strip()[:400], "until": used.until})
    counsel = [each.user for each in within(matter, actor).inside_now.filter(is_counsel=True)]
    words = _("Emergency access opened one of your matters.")
    tell(counsel, kind=OPENED, words=words, url=_page(matter), insist=True)
    return matter


def open_sealed(file: MatterFile) -> BufferedReader:
    """Open a file's sealed content, inside a service that has asked who may. Raises FileLost."""
    return files.open_stored(file.file)


def directed(actor: User, matter: Matter) -> Within:
    """Return the inside for counsel of the matter. Raises Refused, NoSuchMatter."""
    inside = within(matter, actor)
    if not inside.is_counsel:
        raise Refused(_("Only counsel of this matter may do this."))
    return inside


def still_open(inside: Within) -> Within:
    """Return the inside of a matter that takes more. Raises WrongStep."""
    if inside.matter.state != Matter.State.OPEN:
        raise WrongStep(_("This matter is closed. Its counsel can open it again."))
    return inside


def _may_write(inside: Within, kind: str) -> None:
    if kind == Kind.ADVICE and not inside.is_counsel:
        raise Refused(_("Advice is written by counsel of the matter. Write what you know as facts."))
    if kind not in Kind.values:
        raise ValidationError({"kind": _("Say whether it is fact, advice or a draft.")})


def _own_draft(actor: User, note: MatterNote) -> tuple[Within, MatterNote]:
    inside, held = inside_of(note, actor)
    still_open(inside)
    if held.written_by != actor:
        raise Refused(_("Only who wrote a draft changes it."))
    if held.kind != Kind.DRAFT:
        raise WrongStep(_("What stands as fact or advice is not changed. Write another note."))
    return inside, held


def _step(inside: Within, state: str, verb: str) -> Matter:
    matter = inside.matter
    before, matter.state = matter.state, state
    matter.closed_at = timezone.now() if state == Matter.State.CLOSED else None
    matter.save_version(opened_version=matter.version, fields=["state", "closed_at"])
    audit(inside.user, verb, subject=matter.subject, before={"state": before}, after={"state": state})
    return matter


def news(inside: Within, whom: list[User] | None = None) -> None:
    """Tell members in words that say nothing, once until they have read it."""
    url = _page(inside.matter)
    people = whom or [each.user for each in inside.inside_now.exclude(user=inside.user)]
    unread = set(Notice.objects.filter(kind=NEWS, url=url, read_at=None).values_list("user_id", flat=True))
    waiting = [each for each in people if each.pk not in unread]
    tell(waiting, kind=NEWS, words=_("A matter has news."), url=url, by=inside.user)


def _page(matter: Matter) -> str:
    return reverse("matter", args=[matter.uid])


def _text(typed: str) -> str:
    if not typed.strip():
        raise ValidationError({"text": _("Write something.")})
    return typed.strip()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
