"""Keeps the web process and the worker running: starts them, restarts one that dies, stops both together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

LOOK_EVERY_S = 0.2
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
LIVED_WELL_S = 60.0
STOP_WITHIN_S = 20.0
LOG_CAP_BYTES = 10 * 1024 * 1024


@dataclass
class Child:
    """One process that is kept running, and how its last starts went."""

    name: str
    module: str
    arguments: Sequence[str]
    log: Path
    ends_by: signal.Signals
    """What it gets when the supervisor itself is killed."""
    process: subprocess.Popen[bytes] | None = None
    started_at_s: float = 0.0
    wait_s: float = FIRST_WAIT_S
    start_after_s: float = 0.0

    def start(self) -> None:
        """Start the process, tied to this one, with its output in its log."""
        _turn_over(self.log)
        command = [sys.executable, "-m", "alcaide.project.tied", str(int(self.ends_by)), self.module, *self.arguments]
        with self.log.open("ab") as out:
            # A session of its own: Ctrl-C reaches the supervisor alone, which then stops its children in order.
            self.process = subprocess.Popen(  # noqa: S603  our own modules, no shell
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.started_at_s = time.monotonic()

    @property
    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def send(self, what: signal.Signals) -> None:
        """Send a signal to the process and to what it started."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, what)
            except ProcessLookupError:
                return

    def end(self) -> None:
        """End the process and what it started, by force."""
        self.send(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def tail(self, lines: int = 8) -> str:
        """Return the last lines of the log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


@dataclass
class Supervisor:
    """Holds the children until someone asks it to stop."""

    children: Sequence[Child]
    say: Callable[[str], None]
    asked: int = 0
    _before: dict[int, object] = field(default_factory=dict)

    def start(self) -> None:
        """Start every child."""
        for child in self.children:
            child.start()

    def take_signals(self) -> None:
        """Take the signals that stop the house: from now on they stop it in order."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            self._before[number] = signal.signal(number, self._ask)

    def drop(self) -> None:
        """End every child at once: none has begun its work."""
        for child in self.children:
            child.end()

    def keep(self) -> None:
        """Restart what dies, until asked to stop; then stop everything."""
        while not self.asked:
            for child in self.children:
                self._look_after(child)
            time.sleep(LOOK_EVERY_S)
        self.stop()

    def stop(self) -> None:
        """Ask every child to end, wait, and end by force what does not."""
        for child in self.children:
            if not child.has_ended:
                child.send(signal.SIGTERM)
        ends_at = time.monotonic() + STOP_WITHIN_S
        # A second Ctrl-C means at once.
        already = self.asked
        while any(_lives(child) for child in self.children) and time.monotonic() < ends_at and self.asked == already:
            time.sleep(0.05)
        for child in self.children:
            if _lives(child):
                self.say(f"The {child.name} did not end by itself; it was stopped.")
            child.end()

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked += 1

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_after_s:
                child.start()
            return
        if not child.has_ended:
            return
        if now - child.started_at_s > LIVED_WELL_S:
            child.wait_s = FIRST_WAIT_S
        if child.wait_s < LONGEST_WAIT_S:
            self.say(
                f"The {child.name} ended ({_how(child.process.returncode)}). "
                f"It starts again in {child.wait_s:.0f} s; its log is {child.log}."
            )
        # What the dead process had started would hold its port.
        child.send(signal.SIGKILL)
        child.process, child.start_after_s = None, now + child.wait_s
        child.wait_s = min(child.wait_s * 2, LONGEST_WAIT_S)


def _lives(child: Child) -> bool:
    return child.process is not None and not child.has_ended


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"


def _turn_over(log: Path) -> None:
    """Begin a new log where the old one has grown large; one older log is kept."""
    if log.exists() and log.stat().st_size > LOG_CAP_BYTES:
        log.replace(log.with_suffix(".log.1"))
