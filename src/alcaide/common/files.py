"""Files kept by their SHA-256: received in a stream, typed by their content, given out only as attachments."""

import errno
import hashlib
import os
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.http import FileResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common import registries
from alcaide.common.media import media_type_of
from alcaide.common.models import StoredFile
from alcaide.common.registries import Subject
from alcaide.common.trail import Actor, System, audit, writing

PIECE_BYTES = 1024 * 1024
HEAD_BYTES = 8192
LONGEST_NAME = 200
INCOMING = ".incoming"
# What the system says when there is no room: disk, quota, or a limit set on one file.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
POLICY = "sandbox; default-src 'none'"


class FileTooLarge(ValueError):
    """The file is larger than this place takes; nothing of it was kept."""


class StoreUnwritable(RuntimeError):
    """The store cannot take the file; the message says why and what to do."""


class FileLost(LookupError):
    """The file's row stands, its content does not; the message says what to do."""


class Readable(Protocol):
    """Whatever hands out bytes: an uploaded file, an open file, a response."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class _Received:
    path: Path
    sha256: str
    size_bytes: int
    head: bytes


def store(stream: Readable, name: str, *, actor: Actor, cap_bytes: int) -> StoredFile:
    """Keep a file and return its row; the same content is kept once, under the name it first came with.

    The content is on disk before the row says so, and no transaction is open while it is received.
    Raises FileTooLarge, StoreUnwritable; both leave nothing behind.
    """
    try:
        received = _receive(stream, cap_bytes)
        _put_away(received)
    except OSError as fault:
        raise _unwritable(fault) from fault
    with writing():
        file, is_new = StoredFile.objects.get_or_create(
            sha256=received.sha256,
            defaults={
                "size_bytes": received.size_bytes,
                "media_type": media_type_of(received.head),
                "name": clean_name(name),
            },
        )
        if is_new:
            after = {name: getattr(file, name) for name in ("sha256", "size_bytes", "media_type", "name")}
            audit(actor, "store_file", subject=file.subject, after=after)
    return file


def open_stored(file: StoredFile) -> BufferedReader:
    """Open a kept file for reading. Raises FileLost."""
    try:
        return place_of(file.sha256).open("rb")
    except OSError as fault:
        raise FileLost(
            f"The content of “{file.name}” ({file.sha256[:12]}…) cannot be read. Restore the folder of files "
            "from your backup, or store the same file again."
        ) from fault


def serve(file: StoredFile, *, name: str = "") -> FileResponse:
    """Answer with a kept file, always to be saved and never to be shown. `name` is what this room calls it."""
    response = FileResponse(
        open_stored(file), as_attachment=True, filename=clean_name(name or file.name), content_type=file.media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def place_of(sha256: str) -> Path:
    """Return where the content of a hash stands in the store."""
    return _folder() / sha256[:2] / sha256[2:4] / sha256


def clean_name(name: str) -> str:
    """Return a file's name without path, control characters, tricks of direction and signs that systems forbid.

    >>> clean_name("../../etc/pass\\u202ewd\\x00.txt")
    'passwd.txt'
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if unicodedata.category(char)[0] != "C" and char not in '<>:"|?*')
    bare = " ".join(kept.split()).strip(". ")
    stem, dot, ending = bare.rpartition(".")
    if len(bare) > LONGEST_NAME:
        bare = stem[: LONGEST_NAME - len(ending) - 1] + dot + ending if 0 < len(ending) <= 16 else bare[:LONGEST_NAME]
    return bare or "file"


MayRead = Callable[[StoredFile, Any], bool]
_owners: dict[str, MayRead] = {}


def offer_owner(room: str, may_read: MayRead) -> None:
    """Offer a room's answer to "may this user read this file"; False where the file is none of the room's."""
    _owners[room] = may_read


def may_read(file: StoredFile, user: Any) -> bool:
    """Tell whether a room that holds the file lets the user read it; the house itself may."""
    return isinstance(user, System) or any(owner(file, user) for owner in _owners.values())


def check_store() -> Iterator[str]:
    """Read every kept file again and yield, in words, each that is missing or was altered."""
    for file in StoredFile.objects.order_by("id").iterator(chunk_size=500):
        try:
            with open_stored(file) as content:
                found = hashlib.file_digest(content, "sha256").hexdigest()
        except FileLost as fault:
            yield str(fault)
            continue
        except OSError as fault:
            yield f"“{file.name}” ({file.sha256[:12]}…) cannot be read: {fault.strerror}."
            continue
        if found != file.sha256:
            yield (
                f"“{file.name}” was altered on disk: it was stored as {file.sha256[:12]}…, it is {found[:12]}… now. "
                "Restore it from your backup."
            )


def clear_unfinished(*, older_than_s: float = 24 * 3600, now_s: float) -> int:
    """Remove what killed uploads left behind; returns how many. `now_s` is the clock in seconds since 1970."""
    removed = 0
    for path in (_folder() / INCOMING).glob("*"):
        with suppress(FileNotFoundError):
            if now_s - path.stat().st_mtime > older_than_s:
                path.unlink()
                removed += 1
    return removed


def _receive(stream: Readable, cap_bytes: int) -> _Received:
    """Write a stream beside the store, hashing on the way; a file that is not wholly received is removed."""
    incoming = _folder() / INCOMING
    incoming.mkdir(parents=True, exist_ok=True)
    descriptor, named = tempfile.mkstemp(dir=incoming)
    path = Path(named)
    digest, size_bytes, head = hashlib.sha256(), 0, b""
    try:
        with os.fdopen(descriptor, "wb") as file:
            while piece := stream.read(PIECE_BYTES):
                size_bytes += len(piece)
                if size_bytes > cap_bytes:
                    raise FileTooLarge(_too_large(cap_bytes))
                head = head or piece[:HEAD_BYTES]
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return _Received(path, digest.hexdigest(), size_bytes, head)


def _put_away(received: _Received) -> None:
    """Move a received file to its place; it replaces a copy already there, which heals an altered one."""
    place = place_of(received.sha256)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        received.path.replace(place)
    except BaseException:
        received.path.unlink(missing_ok=True)
        raise
    for folder in (place.parent, place.parent.parent, _folder()):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _folder() -> Path:
    return Path(settings.HOME.files)


def _too_large(cap_bytes: int) -> str:
    cap = f"{cap_bytes / 1e6:,.0f} MB" if cap_bytes >= 1e6 else f"{cap_bytes / 1e3:,.0f} kB"
    return _("The file is larger than %(cap)s, the most this place takes. Nothing of it was kept.") % {"cap": cap}


def _unwritable(fault: OSError) -> StoreUnwritable:
    if fault.errno in NO_ROOM:
        return StoreUnwritable(_("The disk that holds the files is full. Free some space and send the file again."))
    return StoreUnwritable(
        _("The file could not be kept (%(why)s). Nothing of it was stored; check the folder of files and try again.")
        % {"why": fault.strerror or fault}
    )


def _subject(uid: str, user: Any, /) -> Subject | None:
    file = StoredFile.objects.filter(uid=uid).first()
    if file is None or not may_read(file, user):
        return None
    return Subject(file.name, reverse("file", args=[file.uid]))


registries.offer_subject(StoredFile.SUBJECT, "File", _subject)
