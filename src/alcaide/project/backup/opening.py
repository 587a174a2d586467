"""Reads a backup from its beginning to its proven end, one entry after the other, in constant memory."""

import gzip
import io
import json
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from .faults import BackupFault, Damaged
from .making import FORM
from .sealing import Openers, SealedReader

# What an archive of ours may hold; a name that leads elsewhere is never followed.
NAMES = re.compile(
    r"begin\.json|manifest\.json|keys/(?:[A-Za-z0-9_][\w.-]*/)*[A-Za-z0-9_][\w.-]*"
    r"|tables/(?P<table>[A-Za-z0-9_]+)/\d{6,}\.jsonl|files/(?P<sha256>[0-9a-f]{64})"
)
# Nothing but stored files is larger; they are read piece by piece.
PART_CAP_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True)
class Entry:
    """One entry of the archive; `file` must be read before the next entry is asked for."""

    name: str
    size: int
    file: BinaryIO
    table: str = ""
    sha256: str = ""

    def read(self) -> bytes:
        """Return the whole content. Raises Damaged."""
        if self.size > PART_CAP_BYTES:
            raise Damaged(f"The entry {self.name} is larger than any backup of ours makes it.")
        return self.file.read()


@contextmanager
def opened(path: Path, openers: Openers) -> Iterator[Iterator[Entry]]:
    """Yield the entries of a backup. Raises BackupFault; only who reads to the end knows that it is whole."""
    try:
        with path.open("rb") as file:
            yield _entries(file, openers)
    except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile) as fault:
        raise Damaged(f"The backup is sealed well but cannot be read inside ({fault}). Take another one.") from fault


def as_json(entry: Entry) -> dict[str, Any]:
    """Return an entry that holds one JSON object. Raises Damaged."""
    try:
        found = json.loads(entry.read())
    except ValueError as fault:
        raise Damaged(f"{entry.name} of the backup cannot be read ({fault}).") from fault
    if not isinstance(found, dict):
        raise Damaged(f"{entry.name} of the backup cannot be read.")
    return found


def begin_of(entries: Iterator[Entry]) -> dict[str, Any]:
    """Return what the first entry says. Raises Damaged, BackupFault."""
    first = next(entries, None)
    if first is None or first.name != "begin.json":
        raise Damaged("The backup does not begin as one of Alcaide's. Take another one.")
    begin = as_json(first)
    if begin.get("form") != FORM:
        raise BackupFault(
            f"The backup has the form {begin.get('form')}, this Alcaide reads {FORM}. Restore it with "
            f"Alcaide {begin.get('version')}."
        )
    return begin


def _entries(file: BinaryIO, openers: Openers) -> Iterator[Entry]:
    sealed = io.BufferedReader(SealedReader(file, openers), 1024 * 1024)
    with gzip.GzipFile(fileobj=cast(BinaryIO, sealed), mode="rb") as packed:
        with tarfile.open(fileobj=packed, mode="r|") as archive:
            for info in archive:
                match = NAMES.fullmatch(info.name)
                content = archive.extractfile(info) if info.isreg() else None
                if match is None or ".." in info.name or content is None:
                    raise Damaged(f"The backup holds “{info.name[:80]}”, which is no part of one. It was not followed.")
                yield Entry(info.name, info.size, cast(BinaryIO, content), match["table"] or "", match["sha256"] or "")
        # The last chunk's mark is only proven once everything was read.
        while packed.read(1024 * 1024):
            continue
