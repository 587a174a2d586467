"""Signed heads of the trail, hour by hour, and the trail as a file that a stranger can verify."""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from alcaide.common.models import TrailHead, TrailLine, TrailValue
from alcaide.common.trail import WALLED, Actor, audit, stamp, writing
from alcaide.engine import proof

PIECE = 2_000
STATE_FILE = "trail-tree.json"
TRAIL = "common.trail:all"


class TrailBroken(RuntimeError):
    """The trail does not follow from its own earlier lines; no head is signed over it."""


class ExportUnwritable(RuntimeError):
    """The export cannot be written to its file; the message says why and what to do."""


@dataclass(frozen=True)
class Exported:
    """What an export holds; `heads_left_out` were signed with a key that is not at hand."""

    path: Path
    lines: int
    heads: int
    heads_left_out: int


def sign_head(key: Ed25519PrivateKey) -> TrailHead | None:
    """State under the key what the trail is now; None where it is empty, the last head where nothing was added.

    Reads only the lines since the last head: the tree's state at that head stands in a file of this machine, and is
    believed only if it gives the head's root. Without it every line is read once. Raises TrailBroken.
    """
    last = TrailHead.objects.order_by("-size").first()
    tree, previous = _resumed(last)
    _grow(tree, previous, head=last)
    if last is not None and tree.size == last.size:
        return last
    if tree.size == 0:
        return None
    head = _signed(tree, key)
    _remember(tree, last_hash=TrailLine.objects.values_list("hash", flat=True).get(seq=tree.size))
    return head


def as_line(row: TrailLine) -> proof.Line:
    """Return a row as the proof reads it. A side that is no JSON object stays wrong, and so fails its check."""
    return proof.Line(
        row.seq, stamp(row.at), row.actor, row.verb, row.subject, _side(row.before), _side(row.after),
        row.previous, row.hash,
    )  # fmt: skip


def as_head(row: TrailHead) -> proof.Head:
    """Return a row as the proof reads it."""
    return proof.Head(row.size, row.root, stamp(row.at), row.key, row.signature)


def rows_from(first: int, *, last: int) -> Iterator[TrailLine]:
    """Read the lines of a stretch, both ends included, a few thousand at a time."""
    return TrailLine.objects.filter(seq__gte=first, seq__lte=last).order_by("seq").iterator(chunk_size=PIECE)


def export_trail(
    actor: Actor,
    path: Path,
    *,
    key: Ed25519PrivateKey,
    organization: str,
    with_values: bool = False,
    former_keys: Sequence[bytes] = (),
) -> Exported:
    """Write the whole trail to a file, whole or not at all; the line that tells of the export is its last.

    `former_keys` are raw public keys of earlier heads. Without `with_values` the file holds commitments only.
    Raises ExportUnwritable.
    """
    with writing():
        audit(actor, "export_trail", subject=TRAIL, after={"with_values": with_values, "file": path.name})
    last = TrailLine.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    known = {proof.key_id(key.public_key()), *map(proof.key_id, former_keys)}
    every = [as_head(row) for row in TrailHead.objects.filter(size__lte=last).order_by("size")]
    heads = [head for head in every if head.key in known]
    header = proof.Header(organization, stamp(timezone.now()), lines=last, former_keys=tuple(former_keys))
    entries = _opened(last) if with_values else (as_line(row) for row in rows_from(1, last=last))
    _write_whole(path, proof.write_export(entries, header, private_key=key, heads=heads))
    return Exported(path, last, len(heads), len(every) - len(heads))


def _resumed(last: TrailHead | None) -> tuple[proof.CompactRange, proof.Line | None]:
    """Return the tree as it stood at the last head with its last line; an empty tree where its state is lost."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(_state_file().read_text())
        tree = proof.CompactRange.resume(kept["size"], kept["peaks"])
        row = TrailLine.objects.filter(seq=tree.size, hash=kept["last_hash"]).first()
        if last and row and (tree.size, tree.root()) == (last.size, last.root):
            return tree, as_line(row)
    return proof.CompactRange(), None


def _grow(tree: proof.CompactRange, previous: proof.Line | None, *, head: TrailHead | None) -> None:
    """Take in the lines after the tree's size, each checked against the one before. Raises TrailBroken."""
    newest = TrailLine.objects.order_by("-seq").values_list("seq", flat=True).first() or 0

    def taken_in() -> Iterator[proof.Line]:
        for row in rows_from(tree.size + 1, last=newest):
            line = as_line(row)
            yield line
            tree.append(line.hash)
            if head and tree.size == head.size and tree.root() != head.root:
                raise TrailBroken(f"The first {tree.size} lines are not those of the head signed over them.")

    fault = proof.follow(previous, taken_in())
    if fault is not None:
        raise TrailBroken(f"Line {fault.seq} of the trail: {fault.sentence}. Run `alcaide check`.")
    if head and tree.size < head.size:
        raise TrailBroken(f"A head was signed over {head.size} lines, {tree.size} are left. Restore a backup.")


def _signed(tree: proof.CompactRange, key: Ed25519PrivateKey) -> TrailHead:
    now = timezone.now()
    head = proof.sign_head(key, tree.size, root=tree.root(), at=stamp(now))
    try:
        with transaction.atomic():
            return TrailHead.objects.create(
                size=head.size, root=head.root, at=now, key=head.key, signature=head.signature
            )
    except IntegrityError:
        # Another process signed over the same lines a moment ago.
        return TrailHead.objects.get(size=tree.size)


def _remember(tree: proof.CompactRange, *, last_hash: str) -> None:
    # Losing it costs one slow head, so a folder that cannot be written must not stop this one.
    with suppress(OSError):
        place = _state_file()
        partial = place.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps({"size": tree.size, "peaks": tree.peaks, "last_hash": last_hash}))
        partial.replace(place)


def _state_file() -> Path:
    return Path(settings.HOME.run) / STATE_FILE


def _side(text: str) -> dict[str, str]:
    try:
        side = json.loads(text)
    except ValueError:
        side = None
    return side if isinstance(side, dict) else {"": text}


def _opened(last: int) -> Iterator[proof.Entry]:
    for first in range(1, last + 1, PIECE):
        end = min(first + PIECE - 1, last)
        shown: dict[tuple[int, str], dict[str, proof.Opened]] = {}
        kept = TrailValue.objects.filter(line_id__gte=first, line_id__lte=end)
        # What was done behind a wall leaves the house only as commitments.
        for value in kept.exclude(line__subject__startswith=f"{WALLED}:"):
            opened = proof.Opened(bytes.fromhex(value.salt), json.loads(value.value))
            shown.setdefault((value.line_id, value.side), {})[value.field] = opened
        for row in rows_from(first, last=end):
            yield proof.Entry(as_line(row), shown.get((row.seq, "before"), {}), shown.get((row.seq, "after"), {}))


def _write_whole(path: Path, pieces: Iterable[str]) -> None:
    """Write a file so that no moment leaves it half written. Raises ExportUnwritable."""
    partial: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        partial = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as fault:
        raise ExportUnwritable(
            f"{path} cannot be written: {fault.strerror}. Give another file, or free some space."
        ) from fault
    except ValueError as fault:
        raise ExportUnwritable(f"The trail cannot be written down ({fault}). Run `alcaide check`.") from fault
    finally:
        if partial is not None:
            partial.unlink(missing_ok=True)
