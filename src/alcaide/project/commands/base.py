"""What a command is, and how one stops with a plain sentence."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass


class Stop(Exception):
    """The command cannot go on; the message says what to do."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Command:
    """One command: its name, one line of help, its arguments, and what it does."""

    name: str
    help: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


def say(text: str) -> None:
    """Print one line to the person at the terminal."""
    sys.stdout.write(text + "\n")


def with_house() -> None:
    """Load Django for a command that needs the database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alcaide.project.settings")
    import django  # noqa: PLC0415  commands without a database must not pay for this

    django.setup()
