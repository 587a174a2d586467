"""Work that repeats: each due moment is a row that only one worker can add, and that worker asks for the job."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from alcaide.common.models import Schedule

from .door import enqueue, job_named

SHORTEST_S = 5
NAME_LONGEST = 80
CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")

log = logging.getLogger("alcaide.jobs")


class ScheduleUnusable(ValueError):
    """A repetition was declared in a way that cannot be kept; the message says how to."""


@dataclass(frozen=True)
class Entry:
    """One declared repetition."""

    name: str
    job: str
    about: str
    key: str
    queue: str
    seconds: int | None
    at: time | None

    def due_at(self, now: datetime) -> datetime:
        """Return the latest due moment that is not after now, in UTC."""
        now = now.astimezone(UTC)
        if self.at is None:
            # Counted from the epoch, so that every worker finds the same moments.
            return datetime.fromtimestamp(now.timestamp() // self.seconds * self.seconds, UTC) if self.seconds else now
        today = datetime.combine(now.date(), self.at, UTC)
        return today if today <= now else today - timedelta(days=1)


_entries: dict[str, Entry] = {}


def every(
    name: str,
    *,
    function: str | Callable[..., Any],
    seconds: int | None = None,
    at: str | None = None,
    about: str = "",
    key: str = "",
    queue: str = "default",
) -> None:
    """Repeat a job every so many seconds, or daily at a UTC time such as "02:15". Declared in `AppConfig.ready`.

    After a pause it is caught up once, however many moments were missed. A daily job waits for its first moment;
    one that repeats by seconds begins at once. `key` is the job's name unless given.
    Raises ScheduleUnusable, JobUnknown.
    """
    if (seconds is None) == (at is None):
        raise ScheduleUnusable(f"Give '{name}' either seconds or a time of day, one of the two.")
    if seconds is not None and seconds < SHORTEST_S:
        raise ScheduleUnusable(f"'{name}' would repeat every {seconds} s; {SHORTEST_S} s is the shortest.")
    if at is not None and not CLOCK.fullmatch(at):
        raise ScheduleUnusable(f"'{name}' is at '{at}'; write a UTC time of day as 02:15.")
    if not 0 < len(name) <= NAME_LONGEST:
        raise ScheduleUnusable(f"A repetition's name has 1 to {NAME_LONGEST} characters.")
    named = job_named(function)
    moment = time.fromisoformat(at) if at else None
    entry = Entry(name, named.name, about or name, key or named.name, queue, seconds, moment)
    if _entries.get(name, entry) != entry:
        raise ScheduleUnusable(f"'{name}' is declared twice; give one of the two another name.")
    _entries[name] = entry


def enqueue_due(now: datetime, *, handled: dict[str, datetime]) -> int:
    """Ask for what is due and nobody asked for yet. Returns how many this call asked for.

    handled: what this worker has already looked at, so that a moment costs one look at the database, not one a second.
    """
    asked = 0
    for entry in list(_entries.values()):
        due_at = entry.due_at(now)
        if handled.get(entry.name) != due_at:
            asked += _ask(entry, due_at, now=now)
            handled[entry.name] = due_at
    return asked


def _ask(entry: Entry, due_at: datetime, *, now: datetime) -> bool:
    with transaction.atomic():
        last = Schedule.objects.filter(name=entry.name).aggregate(last=Max("due_at"))["last"]
        if last is not None and last >= due_at:
            # Asked for already, or the machine's clock was set back over moments that were.
            return False
        try:
            with transaction.atomic():
                row = Schedule.objects.create(name=entry.name, due_at=due_at)
        except IntegrityError:
            return False
        if last is None and entry.at is not None:
            return False
        enqueue(entry.job, key=entry.key, about=entry.about, asked_by=None, queue=entry.queue)
        row.enqueued_at = now
        row.save(update_fields=["enqueued_at"])
    log.info("%s was due at %s", entry.name, due_at)
    return True
