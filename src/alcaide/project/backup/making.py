"""Makes a backup: one snapshot, its tables, the stored files and the keys, sealed into one file."""

import gzip
import hashlib
import io
import json
import os
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from alcaide import __version__
from alcaide.common.files import place_of
from alcaide.common.models import StoredFile, TrailHead, TrailLine
from alcaide.common.purging.held import holds_in_force
from alcaide.common.trail import Actor, audit, writing
from alcaide.project.home import Home

from .faults import BackupFault, Unwritable
from .places import Kept, Made, alone_in, backups_in, house_id, note, outdated
from .sealing import SealedWriter, Sealers
from .snapshot import snapshot
from .tables import Digester, Table, as_line, rows_of, tables_of, unknown_tables

FORM = 1
PART_BYTES = 1024 * 1024
# Most of the file is text that shrinks tenfold at the first levels; the higher ones cost three times the time.
ZIP_LEVEL = 3
SUBJECT = "project.backup"
Tell = Callable[[int, int, str], None]
"""Told how much is done, of how much, in words; may raise to stop the work."""


@dataclass
class _Pack:
    """The archive while it is written, and what its manifest will say."""

    archive: tarfile.TarFile
    tell: Tell
    rows_all: int
    tables: dict[str, dict[str, Any]]
    rows: int = 0
    files: int = 0
    bytes_of_files: int = 0

    def put(self, name: str, content: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(content), 0o600
        self.archive.addfile(info, io.BytesIO(content))


def silent(done: int, of: int, words: str) -> None:
    """Tell nobody."""


def make(
    actor: Actor, home: Home, *, folder: Path, sealers: Sealers, keep: Kept | None = None, tell: Tell = silent
) -> Made:
    """Back the house up into a folder while it goes on serving; whole or not at all.

    What no row could be found for, and files that are lost or altered, are named in `faults`; the rest is in the
    backup. Old backups of this house go as `keep` says, after the new one stands and
    only while no legal hold is in force. Raises BackupFault.
    """
    began, at = time.monotonic(), datetime.now(UTC)
    with alone_in(folder):
        name = f"alcaide-{house_id(home)}-{at:%Y%m%dT%H%M%SZ}.backup"
        try:
            with _whole(folder / name) as file:
                manifest = _write(file, home, sealers=sealers, at=at, tell=tell)
                file.flush()
                size = file.tell()
        except OSError as fault:
            raise Unwritable(
                f"The backup cannot be written to {folder}: {fault.strerror or fault}. Free some space there, or give "
                "another folder. Nothing half written was left."
            ) from fault
        made = Made(
            file=str(folder / name), at=at.isoformat(timespec="seconds"), took_s=round(time.monotonic() - began, 2),
            size_bytes=size, rows=sum(each["rows"] for each in manifest["tables"].values()),
            files=manifest["files"]["count"], tail=manifest["trail"]["seq"], database=manifest["database"],
            faults=tuple(manifest["faults"]),
        )  # fmt: skip
        with writing():
            told = {
                "file": name,
                "size_bytes": size,
                "rows": made.rows,
                "files": made.files,
                "faults": len(made.faults),
            }
            audit(actor, "back_up", subject=f"{SUBJECT}:{name}", after=told)
        note(home, made)
        # An old backup may be the only copy of what was purged before a hold was placed.
        if keep is not None and not holds_in_force():
            _remove_old(actor, folder, house_id(home), keep)
    return made


def _write(file: BinaryIO, home: Home, *, sealers: Sealers, at: datetime, tell: Tell) -> dict[str, Any]:
    """Write the sealed archive and return its manifest."""
    sealed = SealedWriter(file, sealers)
    packed = gzip.GzipFile(fileobj=cast(BinaryIO, sealed), mode="wb", compresslevel=ZIP_LEVEL, mtime=0)
    with closing(packed), tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        with snapshot() as view:
            tables = tables_of(apps.get_models(include_auto_created=True))
            pack = _Pack(archive, tell, _rows_about(view, tables), {})
            pack.put("begin.json", _json(_begin(view, tables, at)))
            _put_keys(pack, home)
            for table in tables.values():
                _put_table(pack, view, table)
            faults = [
                f"The table {name} belongs to no model; it was left out." for name in unknown_tables(view, tables)
            ]
            faults += _put_files(pack, view)
            manifest = {
                "form": FORM, "version": __version__, "made_at": at.isoformat(), "database": view.vendor,
                "tables": pack.tables, "sequences": _sequences(view, tables), "trail": _trail(view),
                "files": {"count": pack.files, "bytes": pack.bytes_of_files}, "faults": faults,
            }  # fmt: skip
        pack.put("manifest.json", _json(manifest))
    sealed.finish()
    return manifest


def _begin(view: BaseDatabaseWrapper, tables: dict[str, Table], at: datetime) -> dict[str, Any]:
    """What a restore must know before it takes the first row."""
    applied = sorted(f"{app}.{name}" for app, name in MigrationRecorder(view).applied_migrations())
    return {
        "form": FORM, "version": __version__, "made_at": at.isoformat(), "database": view.vendor, "applied": applied,
        "tables": {
            table.name: [[column.name, column.kind] for column in table.columns] for table in tables.values()
        },
    }  # fmt: skip


def _put_keys(pack: _Pack, home: Home) -> None:
    for path in sorted(home.keys.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.suffix != ".partial":
            pack.put(f"keys/{path.relative_to(home.keys).as_posix()}", path.read_bytes())


def _put_table(pack: _Pack, view: BaseDatabaseWrapper, table: Table) -> None:
    digester = Digester(table)
    for number, part in enumerate(_parts(view, table, digester)):
        pack.put(f"tables/{table.name}/{number:06}.jsonl", part)
        pack.tell(pack.rows + digester.tally.rows, pack.rows_all, table.name)
    pack.rows += digester.tally.rows
    pack.tables[table.name] = digester.tally.told


def _parts(view: BaseDatabaseWrapper, table: Table, digester: Digester) -> Iterator[bytes]:
    """Yield a table's rows as lines, about a megabyte together."""
    lines: list[bytes] = []
    size = 0
    for row in rows_of(view, table):
        line = as_line(row)
        digester.add(row, line)
        lines.append(line)
        size += len(line) + 1
        if size >= PART_BYTES:
            yield b"\n".join(lines) + b"\n"
            lines, size = [], 0
    if lines:
        yield b"\n".join(lines) + b"\n"


def _put_files(pack: _Pack, view: BaseDatabaseWrapper) -> list[str]:
    """Put every stored file in and return, in words, which are lost or altered; those are not restored."""
    faults = []
    with view.chunked_cursor() as cursor:
        table = StoredFile._meta.db_table
        cursor.execute(f"SELECT sha256, size_bytes, name FROM {table} ORDER BY id")  # noqa: S608  a model's own table
        while piece := cursor.fetchmany(500):
            for sha256, size, name in piece:
                fault = _put_file(pack, sha256, size)
                if fault:
                    faults.append(f"The file “{name}” ({sha256[:12]}…) {fault}")
    return faults


def _put_file(pack: _Pack, sha256: str, size: int) -> str:
    try:
        content = place_of(sha256).open("rb")
    except OSError:
        return "is missing from the store."
    with content:
        if os.fstat(content.fileno()).st_size != size:
            return "was altered: its size is another. It was left out."
        info = tarfile.TarInfo(f"files/{sha256}")
        info.size, info.mode = size, 0o600
        watched = _Hashing(content)
        pack.archive.addfile(info, cast(BinaryIO, watched))
    if watched.digest.hexdigest() != sha256:
        return "was altered; what stands there now is in the backup, but will not be restored."
    pack.files += 1
    pack.bytes_of_files += size
    pack.tell(pack.rows, pack.rows_all, f"{pack.files:,} files")
    return ""


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


def _sequences(view: BaseDatabaseWrapper, tables: dict[str, Table]) -> dict[str, int]:
    """Return the last number that each table gave out, so that no number of a row that is gone is given again."""
    with view.cursor() as cursor:
        if view.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            return {name: int(last) for name, last in cursor.fetchall() if name in tables}
        found = {}
        for table in tables.values():
            if table.sequence:
                cursor.execute(
                    "SELECT last_value FROM pg_sequences WHERE format('%%I.%%I', schemaname, sequencename)::regclass "
                    "= pg_get_serial_sequence(%s, %s)::regclass",
                    [view.ops.quote_name(table.name), table.sequence],
                )
                row = cursor.fetchone()
                if row and row[0]:
                    found[table.name] = int(row[0])
        return found


def _trail(view: BaseDatabaseWrapper) -> dict[str, Any]:
    with view.cursor() as cursor:
        line, head = TrailLine._meta.db_table, TrailHead._meta.db_table
        cursor.execute(f"SELECT seq, hash FROM {line} ORDER BY seq DESC LIMIT 1")  # noqa: S608  a model's own table
        last = cursor.fetchone() or (0, "")
        cursor.execute(f"SELECT size, root FROM {head} ORDER BY size DESC LIMIT 1")  # noqa: S608  as above
        signed = cursor.fetchone() or (0, "")
    return {"seq": last[0], "hash": last[1], "head_size": signed[0], "head_root": signed[1]}


def _rows_about(view: BaseDatabaseWrapper, tables: dict[str, Table]) -> int:
    """Count the rows, for telling how far the work is."""
    count = 0
    with view.cursor() as cursor:
        for table in tables.values():
            cursor.execute(f"SELECT count(*) FROM {view.ops.quote_name(table.name)}")  # noqa: S608  as above
            count += cursor.fetchone()[0]
    return count


def _remove_old(actor: Actor, folder: Path, house: str, keep: Kept) -> None:
    """Remove the backups that no rule keeps, and say so in the trail; a file that cannot be removed stays."""
    gone = []
    for path in outdated(backups_in(folder, house), keep):
        try:
            path.unlink()
        except OSError:
            continue
        gone.append(path.name)
    if gone:
        with writing():
            audit(actor, "remove_backups", subject=f"{SUBJECT}:{house}", after={"files": gone})


@contextmanager
def _whole(place: Path) -> Iterator[BinaryIO]:
    """Open a file that takes its name only once it is whole and on disk."""
    partial = place.with_name(f".{place.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            raise BackupFault(f"{place.name} stands there already. Wait a second and try again.")
        partial.replace(place)
    finally:
        partial.unlink(missing_ok=True)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _json(what: dict[str, Any]) -> bytes:
    return json.dumps(what, ensure_ascii=False, indent=1).encode()
