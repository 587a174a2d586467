"""Holds back what `alcaide up` starts early: it loads while the first content is written, and serves nothing of it."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

NAMED_IN = "ALCAIDE_GATE"
LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Gate:
    """A file that stands as long as the installation is ready; a start takes it away first.

    Who waits is tied to who opens: it ends with it, so nobody waits at a gate that is never opened.
    """

    file: Path

    def shut(self) -> None:
        """Hold back whatever this process starts from now on."""
        self.file.unlink(missing_ok=True)
        os.environ[NAMED_IN] = str(self.file)

    def open(self) -> None:
        """Let through who waits and who comes later."""
        self.file.touch()


def wait_until_open() -> None:
    """Return once the installation is ready; at once where nobody holds this process back."""
    named = os.environ.get(NAMED_IN)
    while named and not Path(named).exists():
        time.sleep(LOOK_EVERY_S)
