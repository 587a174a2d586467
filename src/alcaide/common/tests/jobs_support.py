"""What the tests of the job loop share."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from alcaide.common import jobs, permissions
from alcaide.common.jobs import door, schedule
from alcaide.common.models import JobTrack, User
from alcaide.common.permissions import Scope


@pytest.fixture(autouse=True)
def own_jobs(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Jobs and repetitions declared in a test end with it; its workers know no others."""
    monkeypatch.setattr(door, "_jobs", dict(door._jobs))
    monkeypatch.setattr(schedule, "_entries", {})
    settings.HOME = replace(settings.HOME, path=tmp_path)


@pytest.fixture
def roles() -> Iterator[dict[str, str]]:
    """Roles by e-mail address, held everywhere."""
    held: dict[str, str] = {}
    before = list(permissions._scope_of)
    permissions.provide_scopes(lambda user: Scope({held[user.email]: frozenset({1})} if user.email in held else {}))
    yield held
    permissions._scope_of[:] = before


def ask(named, key: str = "key", **more) -> JobTrack:
    return jobs.enqueue(named, key=key, about=more.pop("about", "a test"), asked_by=more.pop("asked_by", None), **more)


def work(**more) -> int:
    """Do all that waits."""
    return jobs.run_worker(Event(), idle_exit=True, **more)


def row(track: JobTrack) -> DBTaskResult:
    return DBTaskResult.objects.get(pk=track.result_id)


def fresh(track: JobTrack) -> JobTrack:
    return JobTrack.objects.get(pk=track.pk)


def make_user(roles: dict[str, str], role: str | None = "chief") -> User:
    user = User.objects.create_user(f"user{User.objects.count()}@example.org", "Ana Ruiz", "correct horse battery")
    if role:
        roles[user.email] = role
    return user
