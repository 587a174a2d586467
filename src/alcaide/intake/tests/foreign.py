"""Short ways to write a report and to read it back."""

import json
from typing import TypeVar

from alcaide.intake import Limits, Reading, examine, read
from alcaide.intake.records import Notice
from alcaide.intake.tests.nessus_text import stream

R = TypeVar("R")


def as_bytes(content: object) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content).encode()


def found(content: object, kind: type[R], limits: Limits | None = None) -> list[R]:
    return [record for record in read(stream(as_bytes(content)), limits) if isinstance(record, kind)]


def look(content: object, limits: Limits | None = None) -> Reading:
    return examine(stream(as_bytes(content)), limits)


def notices(content: object) -> list[str]:
    return [notice.text for notice in found(content, Notice)]
