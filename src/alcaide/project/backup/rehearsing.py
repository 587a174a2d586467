"""Rehearses a restore: brings a backup back aside, compares all of it, asks it how it stands, and removes it.

What restores and what asks are the very commands that a person would run, in processes of their own. This process
serves the house meanwhile and touches nothing of it but the ledger and the trail.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Sum

from alcaide.common.models import StoredFile, TrailHead, TrailLine
from alcaide.common.trail import Actor, audit, writing
from alcaide.project.home import Home

from .asides import Aside, aside_for, clear
from .faults import BackupFault, Occupied, Unwritable
from .making import SUBJECT
from .places import Rehearsed, backups_in, house_id, note, read_ledger, target
from .tables import digest_of, tables_of

# Left free for the house that goes on serving on the same disk.
RESERVE_BYTES = 500 * 1024**2
LOOK_EVERY_S = 0.25
LOCK = "rehearse.lock"
# A restore adds a line about itself to the trail, so those tables are compared by what the backup ends with.
GROWN = "common_trail"
# Of these `alcaide check` speaks of the machine and its environment, not of the house that was restored.
OF_THE_PLACE = frozenset({"settings", "folder", "disk", "certificate", "backup", "rehearsal", "worker"})
NAMED_AT_MOST = 3
Tell = Callable[[int, int, str], None]
"""Told how much is done, of how much, in words; may raise to stop the work."""


@dataclass
class _Found:
    """What a rehearsal has found so far."""

    rows: int = 0
    files: int = 0
    tables: int = 0
    faults: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


def newest(home: Home) -> Path:
    """Return the backup that a restore would begin with: the newest of this house. Raises BackupFault."""
    folder, made = target(), read_ledger(home).last_made
    found = backups_in(folder, house_id(home)) if folder is not None and folder.is_dir() else []
    if found:
        return found[-1]
    if made is None or not Path(made.file).is_file():
        raise BackupFault("No backup of this house is at hand. Name its file, or make one with `alcaide backup`.")
    return Path(made.file)


def rehearse(
    actor: Actor, home: Home, *, file: Path | None, keys: Sequence[str], tell: Tell, wait_s: float = 0
) -> Rehearsed:
    """Restore a backup aside, the newest where none is named, and keep what came of it in the ledger and the trail.

    A restore that fails, or is not what was backed up, is a result and no error. `keys` are the options of
    `alcaide restore` that open the backup. Raises BackupFault where no rehearsal could begin.
    """
    with _alone(home, wait_s, tell) as lock:
        chosen = (file or newest(home)).absolute()
        if not chosen.is_file():
            raise BackupFault(f"{chosen} is not there. Give a file that `alcaide backup` made.")
        began, at = time.monotonic(), datetime.now(UTC)
        found, restored_s, where = _Found(), 0.0, ""
        try:
            _refuse_full_disk(home)
            with aside_for(home) as aside:
                where = aside.words
                told = _restore(aside, chosen, keys, lock=lock, tell=tell)
                restored_s = time.monotonic() - began
                _compare(aside, told, found, tell)
                _ask(aside, found, lock=lock, tell=tell)
        except BackupFault as fault:
            found.faults.append(str(fault))
        except OSError as fault:
            found.faults.append(f"The place aside failed ({fault.strerror or fault}). Free some space on this disk.")
        done = Rehearsed(
            file=str(chosen), at=at.isoformat(timespec="seconds"), took_s=round(time.monotonic() - began, 2),
            size_bytes=chosen.stat().st_size, rows=found.rows, files=found.files, database=where,
            words=" ".join(found.faults[:NAMED_AT_MOST]) or " ".join(found.said), is_good=not found.faults,
            restored_s=round(restored_s, 2),
        )  # fmt: skip
        note(home, done)
        with writing():
            told = {"file": chosen.name, "is_good": done.is_good, "restored_s": done.restored_s, "rows": done.rows,
                    "files": done.files, "faults": len(found.faults)}  # fmt: skip
            audit(actor, "rehearse", subject=f"{SUBJECT}:{chosen.name}", after=told)
    return done


def clear_left(home: Home) -> bool:
    """Remove what a killed rehearsal left, unless one is at work now; tells whether something was there."""
    was_left = home.rehearsing.exists()
    if was_left:
        try:
            with _alone(home, 0, lambda done, of, words: None):
                clear(home)
        except Occupied:
            return False
    return was_left


@contextmanager
def _alone(home: Home, wait_s: float, tell: Tell) -> Iterator[IO[str]]:
    """Hold the rehearsals' lock. What a killed rehearsal started holds it too, until that has ended."""
    ends_at = time.monotonic() + wait_s
    with (home.run / LOCK).open("a+") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= ends_at:
                    raise Occupied("Another rehearsal is at work. Wait until it has ended.") from None
                tell(0, 4, "Waiting for another rehearsal to end")
                time.sleep(LOOK_EVERY_S)
        yield lock


def _refuse_full_disk(home: Home) -> None:
    """Refuse to fill the disk of the house that goes on serving. Raises Unwritable."""
    needed = int(StoredFile.objects.aggregate(all=Sum("size_bytes"))["all"] or 0)
    if connection.vendor == "sqlite":
        # A new file is smaller than one that was long written to; its write-ahead log stands beside it meanwhile.
        database = Path(connection.settings_dict["NAME"])
        needed += 2 * database.stat().st_size if database.is_file() else 0
    free = shutil.disk_usage(home.path).free
    if free < needed + RESERVE_BYTES:
        raise Unwritable(
            f"Restoring aside may need {needed / 1e9:,.1f} GB at {home.path}, and {free / 1e9:,.1f} GB are free. Free "
            "some space; the house must not run full for a rehearsal."
        )


def _restore(aside: Aside, file: Path, keys: Sequence[str], *, lock: IO[str], tell: Tell) -> dict[str, Any]:
    """Run `alcaide restore` into the place aside and return what it tells. Raises BackupFault."""
    code, told, said = _run(aside, "restore", str(file), "--json", *keys, lock=lock, tell=tell, words="Restoring aside")
    try:
        found: dict[str, Any] = json.loads(told)
    except ValueError:
        last = said.strip().splitlines()[-1:] or [f"it ended with {code}"]
        raise BackupFault(f"The restore failed: {last[0].removeprefix('alcaide: ')}") from None
    return found


def _compare(aside: Aside, told: dict[str, Any], found: _Found, tell: Tell) -> None:
    """Read the restored house again, and compare it with what the backup says it holds."""
    found.faults += told["faults"]
    held = told["held"]
    with aside.view() as view:
        applied = sorted(f"{app}.{name}" for app, name in MigrationRecorder(view).applied_migrations())
        if applied == sorted(held["applied"]):
            _compare_tables(view, held["tables"], found, tell)
        else:
            found.rows, found.tables = told["rows"], told["tables"]
            found.said.append("It is of an older version: its tables were compared before they were brought up.")
        _compare_trail(view, held["trail"], found)
    found.files = sum(1 for each in aside.home.files.rglob("*") if each.is_file())
    if found.files != held["files"]["count"]:
        found.faults.append(f"{found.files:,} of {held['files']['count']:,} files came back.")
    _tell_lost(held["trail"], found)


def _compare_tables(view: BaseDatabaseWrapper, told: dict[str, Any], found: _Found, tell: Tell) -> None:
    tables = tables_of(apps.get_models(include_auto_created=True))
    for number, (name, table) in enumerate(tables.items()):
        tell(1, 4, f"Comparing table {number + 1} of {len(tables)}")
        tally = digest_of(view, table)
        wanted = told.get(name, {})
        found.rows, found.tables = found.rows + wanted.get("rows", 0), found.tables + 1
        if name.startswith(GROWN):
            if tally.rows < wanted.get("rows", 0):
                found.faults.append(f"The table {name} lost rows.")
        elif tally.told != wanted:
            found.faults.append(f"The table {name} has {tally.rows:,} rows of {wanted.get('rows', 0):,}, or others.")


def _compare_trail(view: BaseDatabaseWrapper, told: dict[str, Any], found: _Found) -> None:
    """The line and the signed head that the backup ends with stand in the restored trail, and in the house's own."""
    line, head = TrailLine._meta.db_table, TrailHead._meta.db_table
    with view.cursor() as cursor:
        cursor.execute(f"SELECT hash FROM {line} WHERE seq = %s", [told["seq"]])  # noqa: S608  a model's own table
        if [row[0] for row in cursor.fetchall()] != ([told["hash"]] if told["seq"] else []):
            found.faults.append(f"The trail's line {told['seq']:,} is another than in the backup.")
        cursor.execute(f"SELECT root FROM {head} WHERE size = %s", [told["head_size"]])  # noqa: S608  as above
        if told["head_size"] and told["head_root"] not in {row[0] for row in cursor.fetchall()}:
            found.faults.append("The trail's signed head is another than in the backup.")
    own = TrailLine.objects.filter(seq=told["seq"]).values_list("hash", flat=True).first()
    if told["seq"] and own != told["hash"]:
        found.faults.append(
            "The backup's trail is not this house's: it is of another house, or one of them was changed."
        )


def _tell_lost(told: dict[str, Any], found: _Found) -> None:
    """Say what was compared, and what a restore of this backup would lose."""
    since = (TrailLine.objects.order_by("-seq").values_list("seq", flat=True).first() or 0) - told["seq"]
    found.said.append(
        f"{found.rows:,} rows of {found.tables} tables, {found.files:,} files and the trail are the same."
    )
    found.said.append(f"Lines of the trail written since, which a restore would lose: {since:,}.")


def _ask(aside: Aside, found: _Found, *, lock: IO[str], tell: Tell) -> None:
    """Run `alcaide check --whole` on the restored house."""
    code, told, said = _run(aside, "check", "--whole", "--json", lock=lock, tell=tell, words="Asking how it stands")
    try:
        answers: list[dict[str, str]] = json.loads(told)
    except ValueError:
        found.faults.append(f"`alcaide check` of the restored house ended with {code}: {said.strip()[-300:]}")
        return
    wrong = [each for each in answers if each["state"] == "broken" and each["name"] not in OF_THE_PLACE]
    found.faults += [f"{each['name']}: {each['words']}" for each in wrong]


def _run(aside: Aside, *arguments: str, lock: IO[str], tell: Tell, words: str) -> tuple[int, str, str]:
    """Run a command of Alcaide in the place aside; it ends where `tell` stops the work."""
    stage = 0 if arguments[0] == "restore" else 2
    began = time.monotonic()
    out, err = aside.home.path / "told.json", aside.home.path / "said.txt"
    with out.open("w+") as told, err.open("w+") as said:
        # The lock goes along: a command that outlives this process keeps the place until it has ended.
        child = subprocess.Popen(  # noqa: S603  our own command; a file's name is one argument, never a shell's word
            [sys.executable, "-m", "alcaide.project.cli", *arguments], env=os.environ | aside.environment,
            stdin=subprocess.DEVNULL, stdout=told, stderr=said, pass_fds=[lock.fileno()],
        )  # fmt: skip
        try:
            while child.poll() is None:
                tell(stage, 4, f"{words}, {time.monotonic() - began:.0f} s")
                time.sleep(LOOK_EVERY_S)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        told.seek(0)
        said.seek(0)
        return child.returncode, told.read(), said.read()
