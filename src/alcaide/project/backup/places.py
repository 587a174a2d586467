"""Where backups go and how many stay, as the environment says; the ledger of what was made and rehearsed."""

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from alcaide.engine.proof import key_id
from alcaide.project.home import Home

from .faults import BackupFault, Occupied, Unwritable

TO, KEEP, REHEARSE_DAYS = "ALCAIDE_BACKUP_TO", "ALCAIDE_BACKUP_KEEP", "ALCAIDE_BACKUP_REHEARSE_DAYS"
DAYS, WEEKS, MONTHS = 7, 5, 12
REHEARSE_EVERY_DAYS = 30
LEDGER, LEDGER_KEEPS = "backups.json", 400
LOCK = ".alcaide-backup.lock"
NAME = re.compile(r"alcaide-(?P<house>[0-9a-f]{8})-(?P<at>\d{8}T\d{6}Z)\.backup")


class SettingUnusable(BackupFault):
    """The environment describes the backups in a way that cannot be kept; the message says how to."""


@dataclass(frozen=True)
class Kept:
    """How many backups stay: one for each of so many days, weeks and months."""

    days: int = DAYS
    weeks: int = WEEKS
    months: int = MONTHS


@dataclass(frozen=True)
class Made:
    """A backup as the ledger remembers it; `faults` say in words what it could not hold."""

    file: str
    at: str
    took_s: float
    size_bytes: int
    rows: int
    files: int
    tail: int
    """The number of the trail's last line in it."""
    database: str
    faults: tuple[str, ...] = ()
    error: str = ""
    """Why nothing was made, "" where it was."""


@dataclass(frozen=True)
class Rehearsed:
    """A rehearsed restore as the ledger remembers it."""

    file: str
    at: str
    took_s: float
    size_bytes: int
    rows: int
    files: int
    database: str
    words: str
    is_good: bool
    restored_s: float = 0.0
    """From the command's start until the house could serve again: the honest time of a recovery."""


@dataclass(frozen=True)
class Ledger:
    """What was made and rehearsed here, newest last."""

    made: tuple[Made, ...] = ()
    rehearsed: tuple[Rehearsed, ...] = ()

    @property
    def last_made(self) -> Made | None:
        return next((each for each in reversed(self.made) if not each.error), None)

    @property
    def last_rehearsed(self) -> Rehearsed | None:
        return next((each for each in reversed(self.rehearsed) if each.is_good), None)


def target() -> Path | None:
    """Return the folder that the house is backed up to by itself, None where none is set."""
    named = os.environ.get(TO, "").strip()
    return Path(named).expanduser() if named else None


def kept(environment: Mapping[str, str] = os.environ) -> Kept:
    """Return how many backups stay. Raises SettingUnusable."""
    text = environment.get(KEEP, "").strip()
    if not text:
        return Kept()
    numbers = text.split(",")
    if len(numbers) != 3 or not all(each.strip().isdecimal() for each in numbers) or int(numbers[0]) < 1:
        raise SettingUnusable(f"{KEEP} is “{text}”; write days, weeks and months such as 7,5,12, one day at least.")
    return Kept(*(int(each) for each in numbers))


def rehearse_days() -> int:
    """Return after how many days a restore should be rehearsed again. Raises SettingUnusable."""
    text = os.environ.get(REHEARSE_DAYS, str(REHEARSE_EVERY_DAYS)).strip()
    if not text.isdecimal() or int(text) < 1:
        raise SettingUnusable(f"{REHEARSE_DAYS} is “{text}”; write a number of days such as 30.")
    return int(text)


def house_id(home: Home) -> str:
    """Return the eight digits that name this house among others in one folder: of its trail's key."""
    return key_id(home.trail_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))[:8]


def backups_in(folder: Path, house: str = "") -> list[Path]:
    """Return the backups in a folder, the oldest first; of one house where named."""
    found = ((NAME.fullmatch(path.name), path) for path in folder.glob("alcaide-*.backup"))
    return sorted((path for match, path in found if match and house in {"", match["house"]}), key=_moment_in)


def _moment_in(path: Path) -> str:
    match = NAME.fullmatch(path.name)
    return match["at"] if match else ""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder of backups, and remove what a killed backup left there. Raises Occupied, Unwritable."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / LOCK).open("a+")
    except OSError as fault:
        raise Unwritable(f"{folder} cannot be written: {fault.strerror}. Give another folder.") from fault
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied(f"Another backup is being made in {folder}. Wait until it has ended.") from None
        for left in folder.glob(".alcaide-*.partial"):
            left.unlink(missing_ok=True)
        yield


def read_ledger(home: Home) -> Ledger:
    """Return what was made and rehearsed here; an empty ledger where the file is lost."""
    try:
        read: dict[str, Any] = json.loads((home.path / LEDGER).read_text())
        made = tuple(Made(**each | {"faults": tuple(each["faults"])}) for each in read["made"])
        return Ledger(made, tuple(Rehearsed(**each) for each in read["rehearsed"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Ledger()


def note(home: Home, what: Made | Rehearsed) -> None:
    """Add one thing to the ledger, whole or not at all."""
    with (home.run / "backups.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ledger = read_ledger(home)
        if isinstance(what, Made):
            ledger = replace(ledger, made=(*ledger.made, what)[-LEDGER_KEEPS:])
        else:
            ledger = replace(ledger, rehearsed=(*ledger.rehearsed, what)[-LEDGER_KEEPS:])
        place = home.path / LEDGER
        partial = place.with_suffix(".partial")
        partial.write_text(json.dumps(asdict(ledger)))
        partial.replace(place)


def outdated(files: list[Path], keep: Kept) -> list[Path]:
    """Return the backups that no rule keeps: the newest of each of the last days, weeks and months with one stays."""
    staying: set[Path] = set(files[-1:])
    for form, most in (("%Y-%m-%d", keep.days), ("%G-%V", keep.weeks), ("%Y-%m", keep.months)):
        newest: dict[str, Path] = {}
        for path in files:
            newest[_of(path).strftime(form)] = path
        staying.update(newest[period] for period in sorted(newest)[-most:] if most)
    return [path for path in files if path not in staying]


def _of(path: Path) -> datetime:
    return datetime.strptime(_moment_in(path), "%Y%m%dT%H%M%SZ")  # noqa: DTZ007  compared among themselves, all UTC
