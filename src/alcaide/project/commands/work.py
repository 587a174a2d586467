"""`alcaide work`: do the waiting jobs."""

import _thread
import logging
import signal
from argparse import ArgumentParser, Namespace
from contextlib import suppress
from threading import Event
from types import FrameType

from alcaide.project.gate import wait_until_open

from .base import Command, Stop, say, with_house

LEAVE_ON = (signal.SIGTERM, signal.SIGINT)


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--queue", action="append", metavar="NAME", help="a queue to look at; may be given twice")
    parser.add_argument("--name", help="how this worker is named in the log and in the queue")
    parser.add_argument("--once", action="store_true", help="do what waits now, then leave")


def _run(chosen: Namespace) -> int:
    with_house()
    from django.conf import settings  # noqa: PLC0415  needs the house, as all below
    from django.db import DatabaseError, InterfaceError, connection  # noqa: PLC0415  Django is set up only now

    from alcaide.common import jobs  # noqa: PLC0415  Django is set up only now

    wait_until_open()
    queues = settings.TASKS["default"]["QUEUES"]
    unknown = set(chosen.queue or ()) - set(queues)
    if unknown:
        raise Stop(f"There is no queue '{min(unknown)}'. The queues are {', '.join(queues)}.")
    # A database that does not answer yet is waited for in the loop; one without tables is not.
    with suppress(DatabaseError, InterfaceError):
        if "common_jobtrack" not in connection.introspection.table_names():
            raise Stop("The database has no tables yet. Run `alcaide up` once; it makes them.")
    stop = Event()
    _leave_when_asked(stop)
    logging.getLogger("alcaide.jobs").setLevel(logging.INFO)
    try:
        done = jobs.run_worker(stop, queues=chosen.queue or jobs.QUEUES, name=chosen.name, idle_exit=chosen.once)
    except (DatabaseError, InterfaceError) as fault:
        raise Stop(f"The database does not answer: {fault}", code=1) from fault
    say(f"{done} {'job' if done == 1 else 'jobs'} done.")
    return 0


def _leave_when_asked(stop: Event) -> None:
    """Let the first signal end the loop after the job at hand, and the second end the process at once.

    The second is left to the system, so that it works even while the job is deep in a library. The job it cuts off
    goes back to the queue: the lock of this worker ends with the process.
    """

    def asked(number: int, frame: FrameType | None) -> None:
        for each in LEAVE_ON:
            signal.signal(each, signal.SIG_DFL)
        # Event.set takes a lock that this very thread may hold in Event.wait; another thread can wait for it.
        _thread.start_new_thread(stop.set, ())

    for each in LEAVE_ON:
        signal.signal(each, asked)


WORK = Command("work", "do the waiting jobs", _arguments, _run)
