"""The door for rooms: declare a job, ask for one."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks import task

from alcaide.common.models import JobTrack, User

from .progress import local_address

F = TypeVar("F", bound=Callable[..., str | None])
KEY_LONGEST = 200
ABOUT_LONGEST = 200
TRIES = 10


class JobNameTaken(RuntimeError):
    """Two functions were declared under one name; give one of them another."""


class JobUnknown(LookupError):
    """No function of this name is declared in this installation."""


class ArgumentsUnusable(TypeError):
    """What was handed to the job cannot stand in the queue; the message names it."""


@dataclass(frozen=True)
class Job:
    """A declared function and how asking for it twice is meant."""

    name: str
    function: Callable[..., str | None]
    again: bool


_jobs: dict[str, Job] = {}


def job(name: str, *, again: bool = False) -> Callable[[F], F]:
    """Declare a function as a job, `room.verb`. It gets a Progress first, then its arguments by name.

    It may return the words that stand beside the finished job.
    `again`: the work takes the world as it finds it, so asking while it runs makes it run once more afterwards, with
    the same arguments. Without it, asking while it runs only returns what runs, which may have read older data.
    """

    def declare(function: F) -> F:
        other = _jobs.get(name)
        if other and _place(other.function) != _place(function):
            raise JobNameTaken(f"'{name}' is declared in {_place(other.function)} and {_place(function)}.")
        _jobs[name] = Job(name, function, again)
        return function

    return declare


def job_named(named: str | Callable[..., Any]) -> Job:
    """Return the declared job of this name or function. Raises JobUnknown."""
    if isinstance(named, str):
        if named in _jobs:
            return _jobs[named]
        raise JobUnknown(f"No job '{named}' is declared. Import the module that holds its @job at start.")
    for each in _jobs.values():
        if each.function is named:
            return each
    raise JobUnknown(f"{_place(named)} is no job. Put @job('room.verb') above it.")


def enqueue(
    named: str | Callable[..., Any],
    /,
    *,
    key: str,
    about: str,
    asked_by: User | None,
    url: str = "",
    queue: str = "default",
    **arguments: Any,
) -> JobTrack:
    """Ask for a job; inside a transaction it becomes visible with its commit.

    While a job with this key waits or runs, that one is returned and nothing is added.
    Raises JobUnknown, ArgumentsUnusable, ValueError.
    """
    wanted = job_named(named)
    if not 0 < len(key) <= KEY_LONGEST:
        raise ValueError(f"A job's key has 1 to {KEY_LONGEST} characters; this one has {len(key)}.")
    kept = _as_json(wanted.name, arguments)
    track = JobTrack(
        name=wanted.name, key=key, about=about[:ABOUT_LONGEST], asked_by=asked_by, url=local_address(url),
        asked_at=timezone.now(),
    )  # fmt: skip
    with transaction.atomic():
        for _ in range(TRIES):
            # The job of this key may end between the two looks; then the other look finds it gone.
            found = open_track(wanted, key) or _add(track, arguments=kept, queue=queue)
            if found:
                return found
    raise RuntimeError(f"The job '{wanted.name}' could not be added in {TRIES} tries; the log has the reason.")


def open_track(wanted: Job, key: str) -> JobTrack | None:
    """Return the job with this key that waits or runs; one that is declared `again` is told of the asking."""
    found = JobTrack.objects.filter(key=key, state__in=JobTrack.OPEN)
    # The update holds the row until the asker's commit, so no worker takes or ends the job in between.
    if wanted.again and not found.update(asked_again=True):
        return None
    return found.first()


def _add(track: JobTrack, *, arguments: dict[str, Any], queue: str) -> JobTrack | None:
    """Add the job, or return None where another with its key was added in the same moment."""
    try:
        with transaction.atomic():
            waiting = carry_out.using(queue_name=queue).enqueue(name=track.name, arguments=arguments)
            track.pk, track.result_id = None, waiting.id
            track.save(force_insert=True)
    except IntegrityError:
        return None
    track.refresh_from_db()
    return track


@task()
def carry_out(name: str, arguments: dict[str, Any]) -> None:
    """Stand in the queue for a declared job; `alcaide work` looks the job up and does it."""
    raise RuntimeError(f"The job '{name}' was taken by another program. Run `alcaide work` instead of it.")


def _as_json(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    for each, value in arguments.items():
        try:
            same = json.loads(json.dumps(value, allow_nan=False)) == value
        except (TypeError, ValueError) as fault:
            raise ArgumentsUnusable(
                f"The job '{name}' was handed {each} of type {type(value).__name__}. "
                "Hand over text, whole numbers, finite fractions, lists, or mappings of these; rows by their uid."
            ) from fault
        if not same:
            raise ArgumentsUnusable(f"The job '{name}' would get {each} back changed: use lists, and text as names.")
    return arguments


def _place(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{getattr(function, '__qualname__', function)}"
