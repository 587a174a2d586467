"""Writes of many rows in numbered chunks: others write in between, and a killed one goes on where it stopped."""

import hashlib
import io
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec
from django.db import OperationalError, connection, transaction
from django.db.models import F, Model
from django.utils import timezone

from alcaide.common import files
from alcaide.common.models import Bulk, BulkChunk, Record
from alcaide.common.trail import Actor, audit, writing

log = logging.getLogger(__name__)
CHUNK = 2_000
# SQLite wakes a waiting writer by polling; without a breath a loop of writes could keep it waiting for long.
BREATH_S = 0.01
LIST_CAP_BYTES = 256 * 1024 * 1024
# From so many rows on the database's idea of its tables may be wrong enough to choose a slow way.
MANY_ROWS = 5_000
# Index entries that SQLite looks at of each index; more say little more and take seconds at a million rows.
LOOKED_AT = 1_000
# A new row gets these by itself, and others at a second try.
MADE_HERE = frozenset({"uid", "version", "created_at", "changed_at"})


class BulkChanged(ValueError):
    """The rows are not those of the first try under this key; nothing was written."""


@dataclass(frozen=True)
class Counts:
    """What a bulk wrote: rows and chunks in all, chunks that stood already, and the sums of what `write` counted."""

    rows: int = 0
    chunks: int = 0
    chunks_before: int = 0
    by: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One chunk on its way: its number from 1, its rows, its change list where that is kept, and the list's digest."""

    number: int
    rows: tuple[Any, ...]
    listed: bytes
    digest: str


Write = Callable[[list[Any]], Mapping[str, int]]


def in_chunks(  # noqa: PLR0913  each is one plain fact of the bulk, all but the actor by name
    actor: Actor,
    *,
    key: str,
    verb: str,
    about: str,
    rows: Iterable[Any],
    write: Write,
    chunk: int = CHUNK,
    keep_list: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Counts:
    """Write rows in chunks of one transaction and one trail line each, and return the counts of all of them.

    `key` names the bulk for ever: a second call with it goes on at the first chunk not finished, and returns the
    same counts where none is left; it never writes a chunk twice, also not beside another process. `about` is the
    trail's subject. `write` takes a chunk's rows and returns what it counted; it runs inside the transaction.
    Call it outside any other write, which would make one transaction of all chunks.
    `keep_list` keeps each chunk's change list as a file by its digest. `progress` is told the rows done so far.
    Raises BulkChanged where the rows differ from those already written under the key.
    """
    bulk, _ = Bulk.objects.get_or_create(key=key, defaults={"verb": verb, "about": about})
    if bulk.finished_at is not None:
        return _counts(bulk, chunks_before=bulk.chunks.count())
    stood = dict(bulk.chunks.values_list("number", "digest"))
    done = 0
    for step in _steps(rows, chunk, keep_list=keep_list):
        if step.number in stood:
            _must_match(step, stood[step.number], key)
        else:
            _write_step(actor, bulk, step, write=write)
            _breathe()
        done += len(step.rows)
        del step  # the next chunk is built while nothing holds this one
        if progress is not None:
            progress(done)
    _finish(bulk, done)
    if done >= MANY_ROWS:
        renew_statistics()
    return _counts(bulk, chunks_before=len(stood))


def renew_statistics() -> None:
    """Let the database look at its tables anew after many rows were written.

    Without it SQLite took the wrong one of two indexes at 100,000 assets: 290 ms a page instead of 74. A database that
    is busy is left alone; it looks by itself later, or after the next bulk.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(f"PRAGMA analysis_limit={LOOKED_AT}")
                cursor.execute("ANALYZE")
                return
            # Rows that only changed leave a table its size; the database looks at that by itself, soon enough.
            cursor.execute(
                "SELECT s.schemaname, s.relname FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid "
                "WHERE s.n_mod_since_analyze >= %s AND s.n_live_tup > 1.1 * greatest(c.reltuples, 0)",
                [MANY_ROWS],
            )
            quote = connection.ops.quote_name
            tables = ", ".join(f"{quote(schema)}.{quote(table)}" for schema, table in cursor.fetchall())
            if tables:
                cursor.execute(f"ANALYZE {tables}")
    except OperationalError:
        log.warning("the database is busy; its statistics stay as they are", exc_info=True)


def change_list(rows: Iterable[Any]) -> bytes:
    """Write rows down as JSON lines, always alike: keys in order, no spaces. A chunk's digest is SHA-256 over it.

    Rows are records: dataclasses, structs, mappings, lists, or model rows. Raises TypeError for anything else.
    """
    return _LISTED.encode_lines(rows)


def _steps(rows: Iterable[Any], chunk: int, *, keep_list: bool) -> Iterator[Step]:
    left, number = iter(rows), 0
    while part := tuple(islice(left, chunk)):
        number += 1
        listed = change_list(part)
        digest = hashlib.sha256(listed).hexdigest()
        if not keep_list:
            listed = b""
        step = Step(number, part, listed, digest)
        del part, listed
        yield step
        del step


def _write_step(actor: Actor, bulk: Bulk, step: Step, *, write: Write) -> None:
    kept = None
    if step.listed:
        name = f"{bulk.key} {step.number}.jsonl"
        kept = files.store(io.BytesIO(step.listed), name, actor=actor, cap_bytes=LIST_CAP_BYTES)
    with writing():
        earlier = _written(bulk, step.number)
        if earlier is not None:
            _must_match(step, earlier, bulk.key)
            return
        counts = {name: int(number) for name, number in write(list(step.rows)).items()}
        BulkChunk.objects.create(
            bulk=bulk, number=step.number, rows=len(step.rows), digest=step.digest, counts=counts, at=timezone.now()
        )
        Bulk.objects.filter(pk=bulk.pk).update(rows_done=F("rows_done") + len(step.rows))
        told = {"bulk": bulk.key, "chunk": step.number, "rows": len(step.rows), "counts": counts}
        where = {"digest": step.digest, **({"list": kept.subject} if kept else {})}
        audit(actor, bulk.verb, subject=bulk.about, after=told | where)


def _written(bulk: Bulk, number: int) -> str | None:
    """Return the digest of a chunk that stands, None where it does not. Of two processes one waits here."""
    if connection.vendor == "postgresql":
        # A statement that waited for the lock would still read the chunks as they stood before it waited.
        Bulk.objects.select_for_update().get(pk=bulk.pk)
    return BulkChunk.objects.filter(bulk=bulk, number=number).values_list("digest", flat=True).first()


def _must_match(step: Step, digest: str, key: str) -> None:
    if step.digest != digest:
        raise BulkChanged(
            f"Chunk {step.number} of “{key}” was written from other rows. Start it under a new key, "
            "or give exactly the rows of the first try, in the same order and size of chunk."
        )


def _finish(bulk: Bulk, rows: int) -> None:
    """Mark the bulk done. Raises BulkChanged where fewer rows came than stand written."""
    if Bulk.objects.filter(pk=bulk.pk, rows_done=rows).update(finished_at=timezone.now()):
        return
    bulk.refresh_from_db()
    raise BulkChanged(
        f"“{bulk.key}” stands with {bulk.rows_done:,} rows written, {rows:,} came now. Start it under a new key."
    )


def _counts(bulk: Bulk, *, chunks_before: int) -> Counts:
    sums: dict[str, int] = {}
    rows = chunks = 0
    for size, counted in bulk.chunks.order_by("number").values_list("rows", "counts"):
        rows, chunks = rows + size, chunks + 1
        for name, number in counted.items():
            sums[name] = sums.get(name, 0) + number
    return Counts(rows, chunks, chunks_before, sums)


def _breathe() -> None:
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(BREATH_S)


def _row(row: Any) -> Any:
    if not isinstance(row, Model):
        raise TypeError(f"A bulk takes records; {type(row).__name__} cannot be written down. Give a dataclass.")
    made_here = MADE_HERE if isinstance(row, Record) and row._state.adding else frozenset()
    fields = row._meta.concrete_fields
    return {
        each.attname: getattr(row, each.attname)
        for each in fields
        if not each.primary_key and each.name not in made_here
    }


_LISTED = msgspec.json.Encoder(order="sorted", enc_hook=_row)
