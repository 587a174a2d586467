"""Draws why the expected loss moved: the moves as a waterfall, and their sums by kind; nothing is left out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from alcaide.common import charts
from alcaide.common.money import Kind, Money, from_engine
from alcaide.common.words import money_signed

MOST = 12
LOOKS: Mapping[str, charts.Look] = {
    "verified action": "ours", "world": "world", "revised opinion": "opinion", "scope": "scope",
}  # fmt: skip


@dataclass(frozen=True)
class KindSum:
    """What all moves of one kind come to."""

    kind: str
    look: str
    amount: Money
    words: str
    count: int


@dataclass(frozen=True)
class DrawnMoves:
    """The waterfall in its two widths, the same in numbers, and the sums by kind."""

    drawn: tuple[SafeString, SafeString]
    table: charts.ChartTable
    kinds: tuple[KindSum, ...]
    moved: str

    @property
    def kinds_words(self) -> str:
        """The sums by kind in one line."""
        said = [f"{each.kind} {each.words}" for each in self.kinds if each.count]
        return ", ".join(said)[:1].upper() + ", ".join(said)[1:]


def draw_moves(
    moves: Sequence[Mapping[str, Any]], *, before: float, labels: tuple[str, str], currency: str
) -> DrawnMoves:
    """Draw the moves from the sum before; the smallest of many are drawn as one bar for each kind."""
    ends = charts.Ends(before, *labels)
    bars = _bars(moves)
    kinds = []
    for kind, look in LOOKS.items():
        own = [move["sum"] for move in moves if move["kind"] == kind]
        amount = from_engine(math.fsum(own), currency, Kind.EXPECTED)
        kinds.append(
            KindSum(kind, _as_it_went(look, math.fsum(own)), amount, money_signed(amount.major, currency), len(own))
        )
    every = [_bar(move) for move in moves]
    return DrawnMoves(
        drawn=(
            charts.waterfall(ends, bars, currency=currency),
            charts.waterfall(ends, bars, currency=currency, wide=False),
        ),
        table=charts.waterfall_table(ends, every, currency=currency),
        kinds=tuple(kinds),
        moved=money_signed(from_engine(sum(move["sum"] for move in moves), currency, Kind.EXPECTED).major, currency),
    )


def _bars(moves: Sequence[Mapping[str, Any]]) -> list[charts.Move]:
    if len(moves) <= MOST:
        return [_bar(move) for move in moves]
    largest = sorted(moves, key=lambda move: -abs(move["sum"]))[: MOST - len(LOOKS)]
    rest = [move for move in moves if move not in largest]
    bars = [_bar(move) for move in largest]
    for kind, look in LOOKS.items():
        own = [move["sum"] for move in rest if move["kind"] == kind]
        if own:
            total = math.fsum(own)
            words = _("%(n)s smaller moves") % {"n": len(own)}
            bars.append(charts.Move(words, total, kind, _as_it_went(look, total)))
    return bars


def _bar(move: Mapping[str, Any]) -> charts.Move:
    look = _as_it_went(LOOKS.get(move["kind"], "world"), move["sum"])
    return charts.Move(move["what"], move["sum"], move["kind"], look)


def _as_it_went(look: charts.Look, amount: float) -> charts.Look:
    """Return the look of a move of ours that raised the loss, such as a measure that failed its test, as slipped."""
    return "slipped" if look == "ours" and amount > 0 else look
