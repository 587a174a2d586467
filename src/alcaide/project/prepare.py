"""Makes an installation ready before it is served: the database, the static files, the first content."""

import hashlib
import io
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from sesame.utils import get_token

from alcaide.common.bulk import renew_statistics
from alcaide.common.models import User
from alcaide.common.trail import System
from alcaide.organization.models import Organization
from alcaide.organization.queries import first_chief
from alcaide.organization.services import found
from alcaide.project.commands.base import Stop, say
from alcaide.project.first import Beginning, example

SET_UP = System("set-up")
# Any constant does, but the trail's; it names this lock among a database's advisory locks.
MIGRATION_LOCK = 0x616C6D69
# Joined migrations that later ones took the place of; a house that began with one has each of its steps on record too.
ONCE_JOINED = frozenset({
    ("organization", "0001_squashed_0002"), ("assets", "0001_squashed_0005"), ("exposure", "0001_squashed_0006"),
})  # fmt: skip


class _Progress(io.TextIOBase):
    """Counts migrate's lines, and shows the count to a person at a terminal."""

    def __init__(self, steps: int, *, done: int) -> None:
        self.steps, self.done = steps, done

    def write(self, text: str) -> int:
        self.done += text.count(" OK")
        if sys.stdout.isatty():
            sys.stdout.write(f"\rDatabase: change {min(self.done + 1, self.steps)} of {self.steps} …\r")
            sys.stdout.flush()
        return len(text)


def prepare_database() -> int:
    """Bring the tables up to this version. Returns how many changes were applied. Raises Stop."""
    began = time.monotonic()
    try:
        with _one_at_a_time():
            executor = MigrationExecutor(connection)
            _refuse_newer(executor)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if not plan:
                return 0
            say(f"Database: {len(plan)} changes to apply …")
            progress = _Progress(len(plan), done=_begin_with_others(executor))
            call_command("migrate", interactive=False, verbosity=1, stdout=progress, no_color=True)
        # Changed tables and indexes are new to the planner; in an empty house there is nothing to look at.
        renew_statistics()
    except OperationalError as fault:
        raise Stop(f"The database cannot be used: {_first_line(fault)}. {_hint()}") from fault
    except DatabaseError as fault:
        raise Stop(
            f"The database could not be brought up to this version: {_first_line(fault)}. Nothing of the failing "
            "change was kept. Restore your last backup if you had changed tables by hand."
        ) from fault
    say(f"Database: {len(plan)} changes applied in {time.monotonic() - began:.1f} s")
    return len(plan)


def prepare_static_files() -> bool:
    """Copy, name by content and compress the static files where they changed. Tells whether they had."""
    began = time.monotonic()
    stamp = settings.HOME.run / "static-files.sha256"
    digest = _static_digest()
    if stamp.exists() and stamp.read_text() == digest and (settings.STATIC_ROOT / "staticfiles.json").exists():
        return False
    say("Pages' files: preparing …")
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(digest)
    say(f"Pages' files: prepared in {time.monotonic() - began:.1f} s")
    return True


def prepare_content(beginning: Beginning) -> None:
    """Fill a database that holds no organization: with the example, or with the bare beginning asked for."""
    if Organization.objects.exists():
        return
    began = time.monotonic()
    if beginning.is_empty:
        found(
            SET_UP, name=beginning.organization, currency=beginning.currency, time_zone=settings.TIME_ZONE,
            chief_email=beginning.chief_email, chief_name="Chief security officer",
            employees_by_rule=True,
        )  # fmt: skip
        return
    say("Example organization: building …")
    # One write: a first start that is killed half-way leaves no half organization behind.
    example().build()
    say(f"Example organization: built in {time.monotonic() - began:.1f} s")


def first_link(address: str) -> str | None:
    """Return a one-time sign-in link for the first chief, as long as nobody has set a password."""
    if User.objects.filter(is_active=True).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists():
        return None
    chief = first_chief()
    return link_for(chief, address) if chief else None


def link_for(user: User, address: str) -> str:
    """Return a link that signs a user in once, within the hour."""
    return f"{address}{reverse('sign-in-link')}?key={get_token(user)}"


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let one process migrate a shared database; SQLite stands in a folder that is locked already."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def _begin_with_others(executor: MigrationExecutor) -> int:
    """Lay the tables of the installed packages first in an empty database. Returns how many changes that took.

    They are made in many small steps, and for several of them Django draws all models anew that stand by then.
    """
    loader = executor.loader
    if loader.applied_migrations:
        return 0
    rooms = {config.label for config in apps.get_app_configs() if config.name in settings.ROOMS}
    others = [leaf for leaf in loader.graph.leaf_nodes() if leaf[0] not in rooms]
    plan = executor.migration_plan(others)
    executor.migrate(others, plan)
    return len(plan)


def _refuse_newer(executor: MigrationExecutor) -> None:
    loader = executor.loader
    unknown = [
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in loader.migrated_apps and (app, name) not in loader.disk_migrations
        and (app, name) not in loader.replacements and (app, name) not in ONCE_JOINED
    ]  # fmt: skip
    if unknown:
        raise Stop(
            f"The database was made by a newer Alcaide ({unknown[0]} is not known here). "
            "Install that version again, or restore the backup made before it."
        )


def _static_digest() -> str:
    """Digest of every static file's name, size and time of change: fast, and different after any edit."""
    found_files = sorted(
        (path, stat.st_size, stat.st_mtime_ns)
        for finder in get_finders()
        for path, storage in finder.list([])
        for stat in [Path(storage.path(path)).stat()]
    )
    return hashlib.sha256(repr(found_files).encode()).hexdigest()


def _first_line(fault: Exception) -> str:
    return next(iter(str(fault).strip().splitlines()), type(fault).__name__).strip().rstrip(".")


def _hint() -> str:
    if connection.vendor == "postgresql":
        return "Check that PostgreSQL runs and that DATABASE_URL names its host, user, password and database."
    return f"Check that {settings.HOME.path} can be written and that its disk has space."
