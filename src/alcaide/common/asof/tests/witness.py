"""A witness beside the services: it writes down every record after each write, and asks the past of what changed.

What the trail tells of then must be what the witness saw; or it must say that it does not know.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from alcaide.common import trail
from alcaide.common.asof import kinds, queries, walking
from alcaide.common.trail import System

HOUSE = System("witness")
Seen = dict[str, dict[str, Any]]


@dataclass
class Witness:
    """What was seen after each write, and where the trail tells it otherwise."""

    seen: list[tuple[datetime, Seen]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    asked: int = 0
    unknown: set[tuple[str, str, str]] = field(default_factory=set)
    """Kind, field and reason of what was not known."""

    def look(self) -> None:
        """Write down how everything stands, and ask how what has changed now stood at each earlier look."""
        now = everything()
        before = self.seen[-1][1] if self.seen else {}
        changed = [subject for subject, row in now.items() if subject in before and before[subject] != row]
        for moment, then in self.seen:
            for subject in changed:
                if subject in then:
                    self._ask(subject, moment, then[subject])
        self.seen.append((timezone.now(), now))

    def _ask(self, subject: str, moment: datetime, then: dict[str, Any]) -> None:
        told = queries.record(subject, moment, HOUSE)
        for each in told.fields:
            self.asked += 1
            if not each.is_known:
                self.unknown.add((subject.partition(":")[0], each.field, each.why))
            elif each.value != then[each.field]:
                self.wrong.append(f"{subject} {each.field} at {moment}: was {then[each.field]!r}, told {each.value!r}")

    def mend(self) -> None:
        """Forget what was seen of rows that somebody changed outside every write, as only tests do."""
        if not self.seen:
            return
        now, last = everything(), self.seen[-1][1]
        odd = [subject for subject, row in last.items() if now.get(subject) != row]
        for _moment, then in self.seen:
            for subject in odd:
                then.pop(subject, None)


def everything() -> Seen:
    """Return every record whose past can be asked, field by field."""
    found: Seen = {}
    for kind in kinds.kinds():
        columns: list[Any] = [kind.model._meta.get_field(name) for name in kind.told]
        rows = kind.model._base_manager.select_related(*(each.name for each in columns if each.is_relation))
        found |= {row.subject: {each.name: walking.today_of(row, each) for each in columns} for row in rows}
    return found


@contextmanager
def witnessed() -> Iterator[Witness]:
    """Watch every write inside."""
    witness = Witness()
    append, writing = trail._append, trail.writing

    def appended(pending: Any) -> None:
        append(pending)
        witness.look()

    @contextmanager
    def opened() -> Iterator[None]:
        if trail._open.get() is None:
            witness.mend()
        with writing():
            yield

    trail._append, trail.writing = appended, opened  # type: ignore[assignment]  # the witness stands in between
    try:
        yield witness
    finally:
        trail._append, trail.writing = append, writing
