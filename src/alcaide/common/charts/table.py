"""The numbers of a drawing as a table: every drawing has one, for whoever reads rather than sees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class RaggedTable(ValueError):
    """A row has more or fewer cells than the table has heads."""


@dataclass(frozen=True)
class ChartTable:
    """A drawing in words and numbers, as `common/_chart_table.html` writes it; the first cell of a row heads it."""

    label: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    """Places of the columns that hold numbers, from 0."""

    @property
    def cells(self) -> list[list[tuple[str, str, bool]]]:
        """The rows as (head, text, is a number), ready to write."""
        return [
            [
                (head, text, place in self.numeric)
                for place, (head, text) in enumerate(zip(self.heads, row, strict=True))
            ]
            for row in self.rows
        ]

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """The heads, each with whether its column holds numbers."""
        return [(head, place in self.numeric) for place, head in enumerate(self.heads)]


def chart_table(
    label: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: Iterable[int] = ()
) -> ChartTable:
    """Return a table beside a drawing. Raises RaggedTable where a row does not fit its heads."""
    kept = tuple(tuple(row) for row in rows)
    if any(len(row) != len(heads) for row in kept):
        raise RaggedTable(f"Every row of “{label}” needs {len(heads)} cells, one for each head.")
    return ChartTable(label, tuple(heads), kept, frozenset(numeric))
