"""What `alcaide check` asks of an installation; each answer is ok, look at this, or broken, and says what to do."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from alcaide.common import guards
from alcaide.common.eyes.queries import unreviewed_overrides
from alcaide.common.files import check_store, place_of
from alcaide.common.jobs.locks import workers_now
from alcaide.common.models import StoredFile, TrailLine
from alcaide.common.purging import check_ledger
from alcaide.common.signing.breaking import sealed_now, waiting
from alcaide.common.signing.queries import second_factor_roles
from alcaide.common.trail_check import check_trail
from alcaide.project import tls
from alcaide.project.backup import asked
from alcaide.project.home import Home

OK, LOOK, BROKEN = "ok", "look at this", "broken"
LOW_DISK_BYTES, NO_DISK_BYTES = 2 * 1024**3, 300 * 1024**2
CLOCK_SLACK = timedelta(minutes=2)
NAMED_AT_MOST = 3
# What an everyday check looks at; a whole one reads everything.
NEWEST_LINES, NEWEST_FILES, NEWEST_PURGES = 20_000, 2_000, 500


@dataclass(frozen=True)
class Answer:
    """How one thing stands, in words that say what to do."""

    state: str
    words: str


@dataclass(frozen=True)
class Question:
    """One thing that is asked; `needs_database` ones are left out where the database does not answer."""

    name: str
    ask: Callable[[Home], Answer]
    needs_database: bool = True


def answers(home: Home, *, whole: bool = False) -> Iterator[tuple[str, Answer]]:
    """Ask everything in turn, `whole` also of every line and file there is. A question that fails is an answer too."""
    has_database = True
    for question in (*QUESTIONS, *(WHOLE if whole else EVERYDAY)):
        if question.needs_database and not has_database:
            continue
        try:
            answer = question.ask(home)
        except (DatabaseError, OSError, RuntimeError, ValueError) as fault:
            answer = Answer(BROKEN, f"This could not be asked: {_one_line(fault)}")
        if question.name == "database" and answer.state == BROKEN:
            has_database = False
        yield question.name, answer


def _database(home: Home) -> Answer:
    try:
        connection.ensure_connection()
    except DatabaseError as fault:
        where = "that PostgreSQL runs and DATABASE_URL is right" if _on_postgres() else f"that {home.path} can be read"
        return Answer(BROKEN, f"It does not answer ({_one_line(fault)}). Check {where}.")
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return Answer(BROKEN, f"{len(waiting)} changes are not applied yet. Run `alcaide migrate`.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT version()" if _on_postgres() else "SELECT 'SQLite ' || sqlite_version()")
        version = cursor.fetchone()[0].partition(" on ")[0]
    return Answer(OK, f"{version}, every change applied")


def _links(home: Home) -> Answer:
    """Foreign keys hold: the database enforces them, and no row points at nothing."""
    with connection.cursor() as cursor:
        if _on_postgres():
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE contype = 'f' AND NOT (convalidated AND conenforced)"
            )
            off = [row[0] for row in cursor.fetchall()]
            if off:
                return Answer(BROKEN, f"{_named(off)} not enforced. Validate these constraints.")
            return Answer(OK, "Foreign keys are enforced")
        cursor.execute("PRAGMA foreign_keys")
        if cursor.fetchone()[0] != 1:
            return Answer(BROKEN, "Foreign keys are switched off in this SQLite. Use a Python with a usual SQLite.")
        cursor.execute("PRAGMA foreign_key_check")
        lost = {row[0] for row in cursor.fetchall()}
    if lost:
        return Answer(BROKEN, f"Rows of {_named(sorted(lost))} point at rows that are gone. Restore a backup.")
    return Answer(OK, "Foreign keys are enforced, no row points at nothing")


def _triggers(home: Home) -> Answer:
    gone = guards.missing()
    if gone:
        return Answer(
            BROKEN,
            f"{len(gone)} guards are missing ({_named(gone)}), so past lines could be changed. Find out who can reach "
            "the database, then run `alcaide migrate`, which puts them back, and `alcaide check` again.",
        )
    return Answer(OK, f"All guards of the {len(guards.guarded_tables())} tables that only grow are in place")


def _worker(home: Home) -> Answer:
    count = workers_now()
    if not count:
        return Answer(LOOK, "No worker runs, so jobs wait. `alcaide up` starts one; so does `alcaide work`.")
    return Answer(OK, f"{count} at work")


def _clock(home: Home) -> Answer:
    last = TrailLine.objects.order_by("-seq").values_list("at", flat=True).first()
    now = timezone.now()
    if last and last > now + CLOCK_SLACK:
        return Answer(
            BROKEN,
            f"This machine says {now:%Y-%m-%d %H:%M} UTC, but the trail's last line is of {last:%Y-%m-%d %H:%M}. "
            "Set the clock, or legal deadlines will be wrong.",
        )
    return Answer(OK, f"{now:%Y-%m-%d %H:%M} UTC, not before the trail's last line")


def _alone(home: Home) -> Answer:
    """What somebody applied alone in an emergency is reviewed by another person."""
    waiting = unreviewed_overrides()
    number, first = waiting.count(), waiting.first()
    if first is None:
        return Answer(OK, "Nothing applied alone waits for a review")
    return Answer(
        LOOK,
        f"{number} applied alone and not reviewed, the oldest by {first.by.name} on {first.at:%Y-%m-%d}: "
        f"{first.title}. Somebody else reviews them under Emergencies.",
    )


def _certificate(home: Home) -> Answer:
    server = home.keys / "tls" / "server.pem"
    if not server.exists():
        return Answer(OK, "None of the house's own")
    try:
        ends = tls.ends_at(server)
    except tls.TlsUnusable as fault:
        return Answer(BROKEN, f"{fault} Remove the file; the next start with --tls makes a new one.")
    days = (ends - timezone.now()).days
    if days < tls.RENEW_BEFORE_DAYS:
        return Answer(LOOK, f"The house's certificate ends on {ends:%Y-%m-%d}. Start again with --tls to renew it.")
    return Answer(OK, f"The house's own, good until {ends:%Y-%m-%d}")


def _secrets(home: Home) -> Answer:
    wanted = [home.trail_key_file, home.sealing_key_file, home.pseudonym_key_file]
    if not os.environ.get("ALCAIDE_SECRET"):
        wanted.append(home.secret_file)
    gone = [path.name for path in wanted if not path.exists()]
    if gone:
        return Answer(
            BROKEN, f"{_named(gone)} missing from {home.keys}. Restore from your backup, or run `alcaide up`."
        )
    loose = [path for path in wanted if stat.S_IMODE(path.stat().st_mode) & 0o077]
    if loose:
        return Answer(
            BROKEN,
            f"Others on this machine may read {_named([path.name for path in loose])}. "
            f"Run: chmod 600 {' '.join(str(path) for path in loose)}",
        )
    home.trail_key()
    return Answer(OK, "Present, and readable by their owner alone")


def _folder(home: Home) -> Answer:
    if not os.access(home.path, os.W_OK | os.X_OK):
        return Answer(BROKEN, f"{home.path} cannot be written by this user. Run as the user who owns it.")
    mode = stat.S_IMODE(home.path.stat().st_mode)
    if mode & 0o002:
        return Answer(BROKEN, f"Anybody on this machine may write in {home.path}. Run: chmod 700 {home.path}")
    if mode & 0o055:
        return Answer(LOOK, f"Others on this machine may look into {home.path}. Run: chmod 700 {home.path}")
    return Answer(OK, f"{home.path}, open to its owner alone")


def _settings(home: Home) -> Answer:
    if settings.DEBUG:
        return Answer(BROKEN, "ALCAIDE_DEBUG is set: error pages show secrets. Unset it and start again.")
    if "*" in settings.ALLOWED_HOSTS:
        return Answer(LOOK, "ALCAIDE_HOSTS is *: name the hosts under which people reach this installation.")
    return Answer(OK, "No debugging; the hosts are named")


def _sign_in(home: Home) -> Answer:
    """Who must have a second factor, and whether emergency access was used and not looked at."""
    if waiting() is not None:
        return Answer(LOOK, "Emergency access was used and nobody has reviewed it. Home shows it to who may.")
    roles = second_factor_roles()
    if not {"chief", "administrator"} & set(roles):
        return Answer(LOOK, "A password alone opens the house to chief and administrator. Set it under Sign-ins.")
    sealed = "a credential waits in the safe" if sealed_now() else "no credential for emergencies is made"
    return Answer(OK, f"{len(roles)} roles must have a second factor; {sealed}")


def _newest_lines(home: Home) -> Answer:
    return _trail(home, last=NEWEST_LINES)


def _all_lines(home: Home) -> Answer:
    return _trail(home, last=None)


def _trail(home: Home, *, last: int | None) -> Answer:
    key = home.trail_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    check = check_trail(last=last, public_keys=[key])
    if not check.is_sound:
        return Answer(BROKEN, f"{' '.join(check.faults[:NAMED_AT_MOST])} Compare with your last export of the trail.")
    which = "All" if check.is_whole else "The newest"
    return Answer(OK, f"{which} {check.lines:,} lines chain; {check.heads:,} signed heads hold")


def _newest_files(home: Home) -> Answer:
    """The newest files are there with their size; reading them again is for a whole check."""
    newest = StoredFile.objects.order_by("-id").values_list("name", "sha256", "size_bytes")[:NEWEST_FILES]
    wrong = [name for name, sha256, size in newest if _size_of(place_of(sha256)) != size]
    if wrong:
        return Answer(BROKEN, f"{_named(wrong)}: missing or of another size. Restore `files` from your backup.")
    return Answer(OK, f"The newest {len(newest):,} are in place")


def _all_files(home: Home) -> Answer:
    faults = list(islice(check_store(), NAMED_AT_MOST))
    if faults:
        return Answer(BROKEN, " ".join(faults))
    return Answer(OK, f"All {StoredFile.objects.count():,} are as they were stored")


def _newest_purges(home: Home) -> Answer:
    return _purges(most=NEWEST_PURGES)


def _all_purges(home: Home) -> Answer:
    return _purges(most=None)


def _purges(*, most: int | None) -> Answer:
    """What went, what holds kept and what is left add up, chunk by chunk, and the trail says the same."""
    check = check_ledger(most=most)
    if check.faults:
        return Answer(BROKEN, f"{' '.join(check.faults[:NAMED_AT_MOST])} Find out who can reach the database.")
    if check.unfinished:
        return Answer(LOOK, f"{check.unfinished:,} purges stopped on the way. `alcaide retain` goes on with them.")
    return Answer(OK, f"{check.runs:,} runs in {check.chunks:,} chunks add up")


def _size_of(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def _disk(home: Home) -> Answer:
    free = shutil.disk_usage(_nearest(home.path)).free
    words = f"{free / 1024**3:.1f} GB free"
    if free < NO_DISK_BYTES:
        return Answer(BROKEN, f"Only {words}. Free some space now: writing will fail soon.")
    if free < LOW_DISK_BYTES:
        return Answer(LOOK, f"Only {words}. Free some space.")
    return Answer(OK, words)


def _backup(home: Home) -> Answer:
    is_well, words = asked.told(home, timezone.now())
    return Answer(OK if is_well else LOOK, words)


def _rehearsal(home: Home) -> Answer:
    is_well, words = asked.told_of_rehearsals(home, timezone.now())
    return Answer(OK if is_well else LOOK, words)


QUESTIONS = (
    Question("settings", _settings, needs_database=False),
    Question("folder", _folder, needs_database=False),
    Question("secrets", _secrets, needs_database=False),
    Question("certificate", _certificate, needs_database=False),
    Question("disk", _disk, needs_database=False),
    Question("backup", _backup, needs_database=False),
    Question("rehearsal", _rehearsal, needs_database=False),
    Question("database", _database, needs_database=False),
    Question("links", _links),
    Question("guards", _triggers),
    Question("clock", _clock),
    Question("worker", _worker),
    Question("sign-in", _sign_in),
    Question("alone", _alone),
)
EVERYDAY = (
    Question("trail", _newest_lines),
    Question("files", _newest_files),
    Question("purges", _newest_purges),
)
WHOLE = (Question("trail", _all_lines), Question("files", _all_files), Question("purges", _all_purges))


def _on_postgres() -> bool:
    return connection.vendor == "postgresql"


def _nearest(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())


def _named(names: list[str]) -> str:
    shown = ", ".join(names[:NAMED_AT_MOST])
    left = len(names) - NAMED_AT_MOST
    return f"{shown} and {left} more" if left > 0 else shown


def _one_line(fault: Exception) -> str:
    return next(iter(str(fault).strip().splitlines()), type(fault).__name__)
