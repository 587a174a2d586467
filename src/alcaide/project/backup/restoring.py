"""Restores a backup into an empty place, on either database, all or nothing.

The process that runs this has its settings pointed at the place aside (`aside_of`); only what is whole is moved from
there to where it belongs. On PostgreSQL everything happens in one transaction.
"""

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from alcaide.common.trail import System, audit, writing
from alcaide.common.trail_check import check_trail
from alcaide.project.home import Home

from . import loading
from .faults import BackupFault, Damaged, Occupied, Unfaithful, Unwritable
from .opening import Entry, as_json, begin_of, opened
from .sealing import Openers
from .tables import CACHE, SEARCH_WORDS, Table

MOVED = ("keys", "files", "alcaide.sqlite3")
HOUSE = System("restore")
WAIT_FOR_TABLES = "30s"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Restored:
    """What was restored; `faults` say in words what the backup itself could not hold, or what its trail lacks."""

    file: str
    made_at: str
    version: str
    database: str
    took_s: float
    size_bytes: int
    rows: int
    tables: int
    files: int
    tail: int
    faults: tuple[str, ...]
    held: dict[str, Any]
    """What the backup says it holds: each table's rows and digest, the trail's last line and head, the files."""

    @property
    def told(self) -> dict[str, Any]:
        """The same as JSON."""
        return asdict(self)


def aside_of(home: Home) -> Home:
    """Return the folder in which a restore is built before it is moved into its place."""
    return Home(home.restoring[0])


@contextmanager
def place_for(home: Home, *, over: str, database: Path | None) -> Iterator[None]:
    """Hold the place that is restored into, refuse what holds a house, and clear what a killed restore left.

    `over` is the typed name of the organization that may be replaced. Raises Occupied, Unwritable.
    """
    try:
        home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.run.mkdir(mode=0o700, exist_ok=True)
        with (home.run / "up.lock").open("a+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            aside = aside_of(home).path
            # Loading the house may have read what a killed restore left aside; nothing is written to a file that goes.
            connections.close_all()
            shutil.rmtree(aside, ignore_errors=True)
            _refuse_house(home, over, database or home.database)
            aside.mkdir(mode=0o700)
            try:
                yield
            finally:
                shutil.rmtree(aside, ignore_errors=True)
    except BlockingIOError:
        raise Occupied(
            f"Alcaide runs for {home.path}. Stop it first, or give another folder in ALCAIDE_HOME."
        ) from None
    except OSError as fault:
        raise _no_room(home.path, fault) from fault


def restore(path: Path, openers: Openers, *, home: Home, over: str, database: Path, say: Say) -> Restored:
    """Restore a backup into its place; called with the settings pointed at the place aside. Raises BackupFault."""
    began = time.monotonic()
    aside = aside_of(home)
    try:
        with opened(path, openers) as entries:
            begin = begin_of(entries)
            with _all_or_nothing():
                _empty_database(over, was_killed=_told_by(home, "database") == _database_name())
                restored = _fill(entries, begin, aside=aside, path=path, began=began, say=say)
                # From here until the last file is moved the place holds no whole house, and says so.
                replaced = _mark(home, path)
    except OSError as fault:
        raise _no_room(home.path, fault) from fault
    except DatabaseError as fault:
        raise BackupFault(f"The database failed: {str(fault).splitlines()[0]}. Nothing was restored.") from fault
    connections.close_all()
    _move(home, aside, database=database, replaced=replaced)
    home.restoring[1].unlink()
    return restored


def _fill(
    entries: Iterator[Entry], begin: dict[str, Any], *, aside: Home, path: Path, began: float, say: Say
) -> Restored:
    applied = {(app, name) for app, _, name in (each.partition(".") for each in begin["applied"])}
    targets = loading.targets_of(MigrationExecutor(connection), applied)
    say("Laying the tables …")
    tables = loading.expect(loading.lay_tables(targets), begin["tables"])
    say("Restoring …")
    with _one_load():
        manifest, files = _take_in(entries, tables, aside)
        loading.set_sequences(tables, manifest["sequences"])
        loading.refuse_lost_links()
    say("Comparing with what was backed up …")
    rows = loading.compare(tables, manifest["tables"])
    if files != manifest["files"]["count"]:
        raise Unfaithful(f"{files} of {manifest['files']['count']} files were in the backup. Nothing was restored.")
    connection.check_constraints()
    call_command("migrate", interactive=False, verbosity=0)
    faults = [*manifest["faults"], *_trail_faults(aside, manifest["trail"])]
    with writing():
        told = {
            "from": path.name,
            "made_at": begin["made_at"],
            "version": begin["version"],
            "rows": rows,
            "files": files,
        }
        audit(HOUSE, "restore", subject=f"project.backup:{path.name}", after=told)
    return Restored(
        path.name, begin["made_at"], begin["version"], connection.vendor, round(time.monotonic() - began, 2),
        path.stat().st_size, rows, len(tables), files, manifest["trail"]["seq"], tuple(faults),
        {part: manifest[part] for part in ("tables", "trail", "files")} | {"applied": begin["applied"]},
    )  # fmt: skip


def _take_in(entries: Iterator[Entry], tables: dict[str, Table], aside: Home) -> tuple[dict[str, Any], int]:
    """Take in every entry and return the manifest and the number of files that are what they were. Raises Damaged."""
    files, manifest = 0, None
    for entry in entries:
        if manifest is not None:
            raise Damaged("The backup goes on after its manifest. Take another one.")
        if entry.table:
            if entry.table not in tables:
                raise Damaged(f"The backup holds rows of {entry.table}, which it does not name.")
            loading.load_part(tables[entry.table], entry.read())
        elif entry.sha256:
            files += _put_file(entry, aside)
        elif entry.name == "manifest.json":
            manifest = as_json(entry)
        else:
            _write(aside.path / entry.name, entry.read())
    if manifest is None:
        raise Damaged("The backup ends before its manifest. Take another one.")
    return manifest, files


def _put_file(entry: Entry, aside: Home) -> int:
    """Put a stored file in its place; one that was altered before it was backed up is left out. Returns 1 or 0."""
    place = aside.files / entry.sha256[:2] / entry.sha256[2:4] / entry.sha256
    place.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with place.open("wb") as file:
        while piece := entry.file.read(1024 * 1024):
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if digest.hexdigest() != entry.sha256:
        place.unlink()
        return 0
    return 1


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _all_or_nothing() -> Iterator[None]:
    """PostgreSQL: one transaction. SQLite: a file aside, which nobody sees before it is moved."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            yield
            # What was deferred must hold before anything is moved.
            connection.check_constraints()
        return
    yield
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    descriptor = os.open(settings.DATABASES["default"]["NAME"], os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _one_load() -> Iterator[None]:
    """Load in one transaction, references unchecked until all rows are there."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Laying tables in this same transaction has left them checked at once.
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield
        return
    with connection.cursor() as cursor:
        # Nobody else sees the file yet; it is brought to disk at the end.
        cursor.execute("PRAGMA synchronous=OFF")
    connection.disable_constraint_checking()
    try:
        with transaction.atomic():
            yield
    finally:
        connection.enable_constraint_checking()


def _empty_database(over: str, *, was_killed: bool) -> None:
    """Refuse a PostgreSQL database that holds a house, or drop that house's tables in this transaction."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT_FOR_TABLES])
        present = connection.introspection.table_names(cursor)
        if not present:
            return
        name = _name_on_postgres()
        if not was_killed and (not over or over != (name or connection.settings_dict["NAME"])):
            raise Occupied(_taken(f"The database {connection.settings_dict['NAME']}", name))
        ours = {
            *loading.tables_of(apps.get_models(include_auto_created=True)),
            SEARCH_WORDS,
            CACHE,
            "django_migrations",
        } & set(present)
        for table in sorted(ours):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)} CASCADE")


def _refuse_house(home: Home, over: str, database: Path) -> None:
    if home.restoring[1].exists():
        # What stands there is what a killed restore moved; the house before it, if any, was put aside whole.
        return
    held = [
        place for place in (database, home.keys, home.files)
        if place.is_file() or (place.is_dir() and any(each.is_file() for each in place.rglob("*")))
    ]  # fmt: skip
    if not held:
        return
    name = _name_in(database) or _name_on_postgres() or home.path.name
    if over != name:
        raise Occupied(_taken(f"{home.path} ({held[0].name})", name))


def _name_in(database: Path) -> str:
    if not database.is_file():
        return ""
    try:
        held = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        try:
            row = held.execute("SELECT name FROM organization_organization ORDER BY id LIMIT 1").fetchone()
        finally:
            held.close()
    except sqlite3.Error:
        return ""
    return str(row[0]) if row else ""


def _name_on_postgres() -> str:
    """Return the name of the organization in a PostgreSQL database; "" where none stands there or nobody answers."""
    if connection.vendor != "postgresql":
        return ""
    try:
        with connection.cursor() as cursor:
            if "organization_organization" not in connection.introspection.table_names(cursor):
                return ""
            cursor.execute("SELECT name FROM organization_organization ORDER BY id LIMIT 1")
            return str((cursor.fetchone() or [""])[0])
    except OperationalError:
        # Loading says in words why nobody answers, a moment later.
        return ""


def _taken(what: str, name: str) -> str:
    asked = f'--over "{name}"' if name else "--over and the database's name"
    return (
        f"{what} holds a house already, and nothing was changed. Give an empty place, or {asked} to replace that house."
    )


def _mark(home: Home, path: Path) -> Path:
    """Write that the place is being filled, and return the folder for what stood there: a killed restore's own."""
    mark, now = home.restoring[1], datetime.now(UTC)
    name = _told_by(home, "replaced") or f"replaced-{now:%Y%m%dT%H%M%SZ}"
    told = {"from": path.name, "at": now.isoformat(), "database": _database_name(), "replaced": name}
    partial = mark.with_suffix(".partial")
    partial.write_text(json.dumps(told))
    partial.replace(mark)
    return home.path / name


def _told_by(home: Home, part: str) -> str:
    """Return what the mark of a killed restore says, such as the database it may have filled; "" without one."""
    try:
        return str(json.loads(home.restoring[1].read_text())[part])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _database_name() -> str:
    """Name the database among others; schemas of one database have other options."""
    told = connection.settings_dict
    return ":".join(str(told[part]) for part in ("HOST", "PORT", "NAME")) + str(told["OPTIONS"].get("options", ""))


def _move(home: Home, aside: Home, *, database: Path, replaced: Path) -> None:
    """Move the restored house into its place; what stood there goes into a folder of its own, whole."""
    # A head's tree of the old trail would not be believed anyway.
    (home.run / "trail-tree.json").unlink(missing_ok=True)
    for name in MOVED:
        source, place = aside.path / name, home.path / name
        if name == MOVED[-1]:
            place = database
            for tail in ("-wal", "-shm"):
                _put_by(place.with_name(place.name + tail), replaced)
        if not source.exists():
            continue
        _put_by(place, replaced)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, place)
    descriptor = os.open(home.path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put_by(place: Path, replaced: Path) -> None:
    """Put by what stands in a place; where a killed restore had done so already, its own part stands there and goes."""
    if place.is_dir() and ((replaced / place.name).exists() or not any(each.is_file() for each in place.rglob("*"))):
        shutil.rmtree(place)
    elif (replaced / place.name).exists():
        place.unlink(missing_ok=True)
    elif place.exists():
        replaced.mkdir(mode=0o700, exist_ok=True)
        shutil.move(place, replaced / place.name)


def _trail_faults(aside: Home, told: dict[str, Any]) -> list[str]:
    """Follow the whole trail as it was restored."""
    keys = []
    if aside.trail_key_file.exists():
        keys = [aside.trail_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)]
    check = check_trail(public_keys=keys)
    if check.lines != told["seq"]:
        check.say(f"The trail has {check.lines} lines; the backup spoke of {told['seq']}.")
    return check.faults


def _no_room(place: Path, fault: OSError) -> Unwritable:
    return Unwritable(
        f"The restore cannot be written at {place}: {fault.strerror or fault}. Free some space, or give another "
        "folder. Nothing was restored."
    )
