"""What the processes of the torture test do once Django is loaded."""

import json
import random
import select
import statistics
import sys
import time
from collections import Counter

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from alcaide.common import jobs
from alcaide.common.jobs import schedule, worker
from alcaide.common.models import Change, Done, JobTrack, TrailLine
from alcaide.common.trail import System, audit, write
from alcaide.engine import proof

HOUSE = System("torture")
APPS = ("django_tasks_database", "common")
UNDO_EVERY = 10


class Undone(Exception):
    """Undoes a write after it asked for a job."""


@write
def change(number: int) -> None:
    """One effect of one job, with its trail line."""
    Change.objects.create(room="torture", subject=str(number), at=timezone.now())
    audit(HOUSE, "change", subject=f"torture.job:{number}")


@jobs.job("torture.work")
def do_one(progress: jobs.Progress, number: int) -> None:
    """Wait, change once, wait: a kill may fall before, inside and after the effect."""
    rng = random.Random(number)  # noqa: S311  moments, not secrets
    progress.step(0, 2, "before")
    time.sleep(rng.uniform(0, 0.03))
    progress.check_cancel()
    with jobs.once(f"torture:{number}"):
        change(number)
        time.sleep(rng.uniform(0, 0.01))
    progress.step(2, 2, "after")
    time.sleep(rng.uniform(0, 0.02))


@jobs.job("torture.slow")
def do_slowly(progress: jobs.Progress, seconds: float) -> None:
    """Say that it began, then take its time."""
    with jobs.once("torture:slow"):
        Change.objects.create(room="torture", subject="slow", at=timezone.now())
        _say("slow begins")
        time.sleep(seconds)


@write
def ask(number: int, *, undo: bool = False) -> None:
    """What a page does: change something and ask for a job in one transaction."""
    audit(HOUSE, "ask", subject=f"torture.job:{number}")
    name = f"phantom {number}" if undo else str(number)
    jobs.enqueue("torture.work", key=f"torture {name}", about=name, asked_by=None, number=number)
    if undo:
        raise Undone


def prepare(waiting: int) -> None:
    """Lay the tables and let so many jobs wait."""
    for app in APPS:
        call_command("migrate", app, verbosity=0)
    for number in range(waiting):
        ask(number)


def ask_for_slow(seconds: float) -> None:
    """Let one slow job wait, and a quick one behind it."""
    prepare(0)
    jobs.enqueue("torture.slow", key="slow", about="slow", asked_by=None, seconds=seconds)
    ask(0)


def ask_in_a_crowd(asks: int) -> None:
    """Ask for the same jobs as other processes do, all from the same moment on."""
    connection.ensure_connection()
    _say("ready")
    sys.stdin.readline()
    for number in range(asks):
        jobs.enqueue("torture.work", key=f"crowd {number}", about="crowd", asked_by=None, number=number)


def states() -> dict[str, str]:
    return dict(JobTrack.objects.values_list("about", "state"))


def count() -> int:
    return JobTrack.objects.count()


def be_a_worker() -> None:
    """Say a word when the loop begins, so that a kill falls into the loop, not into the start of Python.

    The house's own repeating jobs stay away: their tables are not laid here.
    """
    schedule._entries.clear()
    serve = worker.Worker._serve

    def serve_and_say(self: worker.Worker, identity: object) -> None:
        _say("begins")
        serve(self, identity)

    worker.Worker._serve = serve_and_say


def write_until_told(first: int, end: int) -> dict:
    """Ask for the jobs of the range, one write each, then go on writing until a line comes in."""
    took, errors, number = [], [], first
    while number < end or not select.select([sys.stdin], [], [], 0)[0]:
        began = time.perf_counter()
        try:
            if number < end:
                if number % UNDO_EVERY == 0:
                    _ask_and_undo(number)
                ask(number)
            else:
                visit(number)
        except Exception as fault:  # noqa: BLE001  every error of the writer is a finding
            errors.append(repr(fault))
        took.append((time.perf_counter() - began) * 1000)
        number += 1
        time.sleep(0.02)
    cuts = statistics.quantiles(took, n=100)
    return {"writes": len(took), "write_errors": errors, "p50_ms": round(cuts[49], 1), "p99_ms": round(cuts[98], 1)}


def report_when_asked(expected: int) -> None:
    for _ in sys.stdin:
        _say(json.dumps(report(expected)))


def report(expected: int) -> dict:
    """Count what went wrong: a job without effect is lost where it is not open, and stuck where it still is."""
    effects = Counter(Change.objects.filter(room="torture").values_list("subject", flat=True))
    tracks = JobTrack.objects.filter(name="torture.work")
    still_open = set(tracks.filter(state__in=JobTrack.OPEN).values_list("about", flat=True))
    wanted = {str(number) for number in range(expected)}
    return {
        "ended": tracks.exclude(state__in=JobTrack.OPEN).count(),
        "lost": len(wanted - set(effects) - still_open),
        "doubled": sum(count - 1 for count in effects.values()),
        "stuck": len(still_open),
        "failed": tracks.filter(state__in=["failed", "stopped"]).count(),
        "hit": tracks.filter(attempts__gt=1).count(),
        "phantoms": tracks.filter(about__startswith="phantom").count(),
        "unnoted": len(set(effects) ^ _noted()),
        "trail_faults": _trail_faults(),
    }


@write
def visit(number: int) -> None:
    """What most pages do: one small write."""
    audit(HOUSE, "visit", subject=f"torture.visit:{number}")


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _ask_and_undo(number: int) -> None:
    try:
        ask(number, undo=True)
    except Undone:
        connection.ensure_connection()


def _noted() -> set[str]:
    keys = Done.objects.filter(key__startswith="torture:").values_list("key", flat=True)
    return {key.removeprefix("torture:") for key in keys}


def _trail_faults() -> int:
    """Count the lines that do not follow the one before."""
    previous, faults = proof.GENESIS, 0
    for line in TrailLine.objects.order_by("seq").values_list("previous", "hash"):
        faults += line[0] != previous
        previous = line[1]
    return faults
