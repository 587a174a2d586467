"""The loop that does the waiting jobs, one at a time."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event

from django.db import InterfaceError, OperationalError, connection, connections

from alcaide.common import clock

from . import locks, tracking
from .door import job_named
from .locks import Identity
from .once import AlreadyDone, Running, running
from .progress import Cancelled, LostLock, Progress, refuse_when_lost
from .tracking import Claimed, Outcome, State
from .upkeep import Upkeep

QUEUES = ("default", "heavy")
PAUSE_FIRST_S, PAUSE_LONGEST_S, PAUSE_GROWS = 0.2, 1.0, 1.3
WATCH_EVERY_S = 1.0
OUTAGE_PAUSE_FIRST_S, OUTAGE_PAUSE_LONGEST_S = 0.5, 10.0
CLOSE_TRIES = 3
OUTAGES = (OperationalError, InterfaceError)

log = logging.getLogger("alcaide.jobs")


def run_worker(
    stop: Event,
    *,
    queues: Sequence[str] = QUEUES,
    name: str | None = None,
    at_most: int | None = None,
    idle_exit: bool = False,
    keeps_schedule: bool = True,
) -> int:
    """Do waiting jobs until `stop` is set; the job at hand is finished first. Returns how many were done.

    at_most: leave after so many jobs.  idle_exit: leave when nothing waits; then an unreachable database is an error.
    keeps_schedule: ask for repeating jobs that are due; a test of one job leaves that out.
    Works in any thread. Raises LockUnusable, and with idle_exit the database's own errors.
    """
    return Worker(stop, tuple(queues), name or "work", at_most, idle_exit, keeps_schedule).run()


@dataclass
class Worker:
    """One process or thread that does jobs, under one identity until its lock is lost, then under the next."""

    stop: Event
    queues: tuple[str, ...]
    name: str
    at_most: int | None
    idle_exit: bool
    keeps_schedule: bool
    carried_out: int = 0
    is_idle: bool = False

    def run(self) -> int:
        pause = OUTAGE_PAUSE_FIRST_S
        while self._goes_on():
            try:
                with locks.identity(self.name) as identity:
                    log.info("worker %s looks at %s", identity.worker_id, ", ".join(self.queues))
                    self._serve(identity)
                    pause = OUTAGE_PAUSE_FIRST_S
            except OUTAGES as fault:
                if self.idle_exit:
                    raise
                first_line = str(fault).partition("\n")[0]
                log.warning("the database does not answer (%s); next try in %.1f s", first_line, pause)
                _let_go_of_a_broken_connection()
                self.stop.wait(pause)
                pause = min(pause * 2, OUTAGE_PAUSE_LONGEST_S)
        return self.carried_out

    def _goes_on(self) -> bool:
        has_room = self.at_most is None or self.carried_out < self.at_most
        return has_room and not self.is_idle and not self.stop.is_set()

    def _serve(self, identity: Identity) -> None:
        upkeep = Upkeep(keeps_schedule=self.keeps_schedule)
        upkeep.attend()
        pause = PAUSE_FIRST_S
        with _watched(identity, None if self.idle_exit else upkeep.attend):
            while self._goes_on() and identity.check():
                claimed = tracking.claim(identity.worker_id, self.queues)
                if claimed is None:
                    self.is_idle = self.idle_exit
                    if not self.is_idle:
                        self.stop.wait(pause)
                    pause = min(pause * PAUSE_GROWS, PAUSE_LONGEST_S)
                    continue
                pause = PAUSE_FIRST_S
                if not _carry_out(claimed, identity):
                    return
                self.carried_out += 1


def _carry_out(claimed: Claimed, identity: Identity) -> bool:
    """Do one job and write its end. Returns False where this identity must not go on."""
    log.info("%s begins", claimed)
    progress = Progress(claimed.track, is_lost=lambda: identity.lost)
    try:
        outcome = _attempt(claimed, identity, progress=progress)
    finally:
        progress.close()
        _let_go_of_a_broken_connection()
    if outcome is None:
        log.warning("%s lost the lock of %s and is left to another worker", claimed, identity.worker_id)
        return False
    log.info("%s is %s", claimed, outcome.state)
    return _write_end(claimed, outcome, progress=progress)


def _attempt(claimed: Claimed, identity: Identity, *, progress: Progress) -> Outcome | None:
    """Call the job's function. Returns how it ended, None where the worker's lock was lost."""
    attempt = Running(claimed.track.result_id, claimed.worker_id, lambda: identity.lost)
    try:
        function = job_named(claimed.track.name).function
        with running(attempt), connection.execute_wrapper(refuse_when_lost(attempt.is_lost)):
            clock.settle()
            said = function(progress, **claimed.arguments)
        return Outcome(State.DONE, said or progress.words)
    except AlreadyDone:
        return Outcome(State.DONE, "This was done before; nothing was done twice.")
    except Cancelled as fault:
        return Outcome(State.STOPPED, tracking.STOPPED_WORDS, fault)
    except LostLock:
        identity.release()
        return None
    except OUTAGES as fault:
        # A restart of the database ends the lock's session too; then the job belongs to whoever takes it next.
        log.warning("%s: the database failed", claimed, exc_info=True)
        return Outcome(State.WAITING, "", fault) if identity.check() else None
    except (Exception, SystemExit) as fault:
        log.exception("%s failed", claimed)
        return Outcome(State.FAILED, _sentence(fault), fault) if identity.check() else None


def _write_end(claimed: Claimed, outcome: Outcome, *, progress: Progress) -> bool:
    """Write how a job ended. Returns False where that failed: the identity is given up, so the job is taken back."""
    for left in reversed(range(CLOSE_TRIES)):
        try:
            return tracking.close(claimed, outcome, progress=progress)
        except OUTAGES:
            log.warning("the end of %s could not be written; %d more tries", claimed, left, exc_info=True)
            _let_go_of_a_broken_connection()
            time.sleep(PAUSE_FIRST_S)
    return False


def _let_go_of_a_broken_connection() -> None:
    """Close the connection if it no longer works or is old; not inside a caller's transaction, which it would end."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _sentence(fault: BaseException) -> str:
    """Say in one sentence what failed; only the house's own errors were written for people."""
    if type(fault).__module__.startswith("alcaide.") and str(fault):
        return str(fault)
    return f"It failed with an error nobody foresaw ({type(fault).__name__}). The workers' log has the details."


@contextmanager
def _watched(identity: Identity, attend: Callable[[], None] | None) -> Iterator[None]:
    """Keep an eye on the lock, and on what is due, while the loop is busy with a job."""
    ended = Event()
    watcher = threading.Thread(target=_watch, args=(identity, attend, ended), name=identity.worker_id, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _watch(identity: Identity, attend: Callable[[], None] | None, ended: Event) -> None:
    while not ended.wait(WATCH_EVERY_S):
        if not identity.check():
            log.warning("worker %s has lost its lock; it stops and takes a new name", identity.worker_id)
            return
        if attend is None:
            continue
        try:
            attend()
        except Exception:
            log.exception("the worker's upkeep failed; it is tried again")
        finally:
            # Connections belong to their thread; this one is needed once a minute.
            connections.close_all()
