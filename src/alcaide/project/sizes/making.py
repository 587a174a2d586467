"""What every stage of the making shares: the actor, the seed, the moment, and the way rows are written."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Max, Model

from alcaide.common.bulk import in_chunks
from alcaide.common.rows import Table
from alcaide.common.trail import System

from .sizes import Size

HOUSE = System("demo")
CURRENCY = "EUR"
CHIEF = ("ines.robledo@almena.example", "Inés Robledo Sanz")
CHUNK = 4_000


class Rows:
    """A model's rows by the columns that are given; every other column takes the model's own default.

    A column that has none and is not given stops the making with the database's own words: a model changed.
    """

    def __init__(self, model: type[Model], *given: str, moment: datetime) -> None:
        self.model = model
        rest = [each for each in model._meta.concrete_fields if each.attname not in given]
        self._same = tuple(
            moment if getattr(each, "auto_now", False) or getattr(each, "auto_now_add", False) else each.get_default()
            for each in rest
        )
        self._table = Table(model, *given, *(each.attname for each in rest))

    def insert(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows."""
        self._table.insert((*row, *self._same) for row in rows)


@dataclass
class Making:
    """One making on its way."""

    size: Size
    seed: int
    moment: datetime
    """The present of everything that is made."""
    say: Callable[[str], None]
    about: str = ""
    began_s: float = field(default_factory=time.monotonic)

    def chance(self, stage: str) -> random.Random:
        """Return the random numbers of one stage; other stages do not move them."""
        return random.Random(f"{self.seed}:{stage}")  # noqa: S311  invented figures need no secrecy

    def numbers(self, stage: str) -> np.random.Generator:
        """Return the same for arrays."""
        return np.random.default_rng(list(f"{self.seed}:{stage}".encode()))

    def uids(self, stage: str) -> Iterator[UUID]:
        """Yield public identifiers in the form of version 7, dated now, alike for equal seeds and moments."""
        chance = self.chance(f"uids of {stage}")
        start = int(self.moment.timestamp() * 1000)
        number = 0
        while True:
            bits = chance.getrandbits(74)
            head = (start + number // 64) << 80 | 7 << 76 | (bits >> 62) << 64
            yield UUID(int=head | 2 << 62 | (bits & (2**62 - 1)))
            number += 1

    def write(
        self, stage: str, rows: Iterable[Any], write: Callable[[list[Any]], Any], *, models: Sequence[type[Model]]
    ) -> None:
        """Write one stage's rows in chunks, one transaction and one trail line each."""

        def counted(chunk: list[Any]) -> dict[str, int]:
            write(chunk)
            return {stage: len(chunk)}

        counts = in_chunks(
            HOUSE, key=f"demo:{stage}", verb="make_rows", about=self.about, rows=rows, write=counted, chunk=CHUNK
        )
        follow_numbers(models)
        self.tell(stage, counts.rows)

    def tell(self, stage: str, rows: int) -> None:
        """Say what was made, and how long it has taken so far."""
        self.say(f"{time.monotonic() - self.began_s:6.0f} s  {rows:>9,} {stage}")

    def table(self, model: type[Model], *given: str) -> Rows:
        """Return the way to write rows of a model."""
        return Rows(model, *given, moment=self.moment)


def next_id(model: type[Model]) -> int:
    """Return the first number that no row of the model bears."""
    return (model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1


def follow_numbers(models: Sequence[type[Model]]) -> None:
    """Let PostgreSQL count on after rows that brought their own numbers; SQLite does so by itself."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)


def today_at(hour: int, *, now: datetime) -> datetime:
    """Return a whole hour of a day, so that equal days give equal organizations."""
    return now.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
