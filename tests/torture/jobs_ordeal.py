"""Kills workers at seeded moments while jobs run and a writer writes, then counts what was lost, doubled or stuck.

Everything runs in processes of its own on a database of its own, whose environment is given.
This file is also their program:
`python tests/torture/jobs_ordeal.py prepare|worker|writer|report`.
"""

import json
import random
import subprocess
import sys
import time
from argparse import Namespace
from dataclasses import dataclass, field

from alcaide.project.commands.base import say, with_house
from alcaide.project.commands.work import WORK

WORKERS = 2
WORKING = "alcaide job"
END_WITHIN_S = 240


@dataclass
class Figures:
    """What one run found."""

    jobs: int
    kills: int
    ended: int
    lost: int
    doubled: int
    stuck: int
    failed: int
    hit: int
    """Jobs that needed more than one attempt."""
    phantoms: int
    """Jobs of writes that were undone."""
    unnoted: int
    """Effects without the note that they are done, or the reverse."""
    trail_faults: int
    writes: int = 0
    write_errors: list[str] = field(default_factory=list)
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    took_s: float = 0.0

    @property
    def faults(self) -> dict[str, int]:
        """Everything that must be nought."""
        return {
            "missing": self.jobs - self.ended, "lost": self.lost, "doubled": self.doubled, "stuck": self.stuck,
            "failed": self.failed, "phantoms": self.phantoms, "unnoted": self.unnoted,
            "trail_faults": self.trail_faults, "write_errors": len(self.write_errors),
        }  # fmt: skip


def torture(env: dict[str, str], *, jobs: int, kills: int, seed: int) -> Figures:
    """Run the whole ordeal: half of the jobs wait at the start, the writer asks for the other half."""
    began = time.monotonic()
    rng = random.Random(seed)  # noqa: S311  moments, not secrets
    # The name tells the sessions in which workers work from the writer's.
    named = (
        env | {"DATABASE_URL": f"{env['DATABASE_URL']}&application_name={WORKING}"} if "DATABASE_URL" in env else env
    )
    program("prepare", env, str(jobs // 2))
    writer = start("writer", env, str(jobs // 2), str(jobs))
    reporter = start("report", env, str(jobs))
    workers = [start("worker", named) for _ in range(WORKERS)]
    try:
        for kill in range(kills):
            place = kill % WORKERS
            _wait_for_word(workers[place])
            time.sleep(rng.uniform(0.02, 0.7))
            workers[place].kill()
            workers[place].wait()
            workers[place].stdin.close()
            workers[place].stdout.close()
            workers[place] = start("worker", named)
        _wait_until_ended(reporter, jobs)
        told = _end_writer(writer)
        found = _ask_for_report(reporter)
    finally:
        for each in [writer, reporter, *workers]:
            each.kill()
            each.wait()
            each.stdin.close()
            each.stdout.close()
    return Figures(jobs=jobs, kills=kills, **found, **told, took_s=round(time.monotonic() - began, 1))


def start(role: str, env: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    """Start a process."""
    return subprocess.Popen(
        [sys.executable, __file__, role, *arguments],
        env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def program(role: str, env: dict[str, str], *arguments: str) -> str:
    """Run a process to its end and return what it said."""
    done = subprocess.run(
        [sys.executable, __file__, role, *arguments], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{role} failed:\n{done.stderr[-3000:]}")
    return done.stdout


def _wait_for_word(process: subprocess.Popen[str]) -> None:
    if not process.stdout.readline():
        raise RuntimeError("a worker ended before it began")


def _wait_until_ended(reporter: subprocess.Popen[str], jobs: int) -> None:
    ends_at = time.monotonic() + END_WITHIN_S
    while time.monotonic() < ends_at and _ask_for_report(reporter)["ended"] < jobs:
        time.sleep(0.3)


def _ask_for_report(reporter: subprocess.Popen[str]) -> dict:
    reporter.stdin.write("report\n")
    reporter.stdin.flush()
    return json.loads(reporter.stdout.readline())


def _end_writer(writer: subprocess.Popen[str]) -> dict:
    out, _ = writer.communicate("stop\n", timeout=60)
    return json.loads(out.strip().splitlines()[-1])


def _main(role: str, *arguments: str) -> None:
    with_house()
    import jobs_ordeal_roles as roles  # noqa: PLC0415  needs the house

    if role == "worker":
        roles.be_a_worker()
        sys.exit(WORK.run(Namespace(queue=None, name="torture", once="once" in arguments)))
    acts = {
        "prepare": roles.prepare,
        "slow": roles.ask_for_slow,
        "crowd": roles.ask_in_a_crowd,
        "report": roles.report_when_asked,
        "writer": roles.write_until_told,
        "states": roles.states,
        "count": roles.count,
    }
    told = acts[role](*(json.loads(each) for each in arguments))
    if told is not None:
        say(json.dumps(told))


if __name__ == "__main__":
    _main(*sys.argv[1:])
