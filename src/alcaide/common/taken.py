"""What leaves the house as a file is told in the trail: before the first byte, and at the end with its digest."""

import hashlib
from collections.abc import Iterator
from typing import IO, Any

from alcaide.common.trail import Actor, audit, write

LIST = "common.list"
PIECE_BYTES = 1 << 20


@write
def tell_taken(actor: Actor, subject: str, **told: Any) -> None:
    """Say in the trail that somebody takes this out: its format, rows, and the filter that led to them."""
    audit(actor, "export", subject=subject, after=told)


@write
def tell_sent(actor: Actor, subject: str, *, sha256: str, size_bytes: int, rows: int, is_whole: bool) -> None:
    """Say in the trail what was sent in the end, and whether the reader stayed until its last row."""
    told = {"sha256": sha256, "bytes": size_bytes, "rows": rows, "is_whole": is_whole}
    audit(actor, "export_done", subject=subject, after=told)


def sent(lines: Iterator[str], actor: Actor, subject: str) -> Iterator[bytes]:
    """Hand on the lines of a file, the first of them its head, and tell the trail their digest when they end.

    A file that streams has no digest before its last row; one that is broken off has that of what was sent.
    """
    digest, size, rows, is_whole = hashlib.sha256(), 0, -1, False
    try:
        for line in lines:
            piece = line.encode()
            digest.update(piece)
            size, rows = size + len(piece), rows + 1
            yield piece
        is_whole = True
    finally:
        tell_sent(actor, subject, sha256=digest.hexdigest(), size_bytes=size, rows=max(rows, 0), is_whole=is_whole)


def digest_of(file: IO[bytes]) -> dict[str, Any]:
    """Return the digest and size of a file as the trail tells them; the file stands at its beginning again."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while part := file.read(PIECE_BYTES):
        digest.update(part)
        size += len(part)
    file.seek(0)
    return {"sha256": digest.hexdigest(), "bytes": size}
