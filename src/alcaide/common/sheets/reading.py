"""From a file's cells to rows that a room understands, and what becomes of each; nothing is written here."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from alcaide.common import files
from alcaide.common.models import SheetImport
from alcaide.common.sheets.declared import BadSheet, Context, Fault, Outcome, Sheet, SheetColumn, SheetRow, same
from alcaide.common.trail import Actor
from alcaide.intake.sheets.cells import BadCell, RawRow, is_blank
from alcaide.intake.sheets.table import Layout, Rows

CHUNK = 2_000
MOST_CIRCLES_SHOWN = 5


@dataclass(frozen=True)
class Reader:
    """How the cells of one import are read: by which actor, which column from which place, in which style."""

    sheet: Sheet
    actor: Actor
    columns: Mapping[str, int]
    styles: Mapping[str, str]

    def read(self, raws: Sequence[RawRow], *, only: frozenset[str] | None = None) -> list[SheetRow | Outcome]:
        """Read rows in order; one that cannot be read is an outcome with all that is wrong with it."""
        columns = [each for each in self.sheet.columns if each.key in self.columns and (not only or each.key in only)]
        given: list[dict[str, Any]] = [{} for _ in raws]
        faults: list[list[Fault]] = [[] for _ in raws]
        for column in columns:
            for at, raw in enumerate(raws):
                self._cell(column, raw, values=given[at], faults=faults[at])
            if column.reads.find is not None:
                self._look_up(column, given, faults)
        return [
            Outcome(raw.number, "refused", _name(raw), faults=tuple(wrong)) if wrong
            else SheetRow(raw.number, values, tuple(same(values.get(key)) for key in self.sheet.identity))
            for raw, values, wrong in zip(raws, given, faults, strict=True)
        ]  # fmt: skip

    def _cell(self, column: SheetColumn, raw: RawRow, *, values: dict[str, Any], faults: list[Fault]) -> None:
        at = self.columns[column.key]
        cell = raw.cells[at] if at < len(raw.cells) else None
        if is_blank(cell):
            if column.required:
                faults.append(Fault("This must not be empty.", column.key))
            elif column.empty == "clear":
                values[column.key] = None
            return
        try:
            values[column.key] = column.reads.read(cell, self.styles.get(column.key, ""))
        except BadCell as fault:
            faults.append(Fault(str(fault), column.key))

    def _look_up(self, column: SheetColumn, given: list[dict[str, Any]], faults: list[list[Fault]]) -> None:
        texts = sorted({values[column.key] for values in given if values.get(column.key) is not None})
        find = column.reads.find
        found = find(self.actor, texts) if find is not None and texts else {}
        for values, wrong in zip(given, faults, strict=True):
            text = values.get(column.key)
            if text is None:
                continue
            value = found.get(text, BadCell(f"“{text}” is not known here, or you may not see it."))
            if isinstance(value, BadCell):
                del values[column.key]
                wrong.append(Fault(str(value), column.key))
            else:
                values[column.key] = value


@dataclass
class Survey:
    """What must be known of all rows before the first is judged: who is named twice, who is named at all."""

    rows: int = 0
    first_of: dict[tuple[Any, ...], int] = field(default_factory=dict)
    doubles: dict[int, int] = field(default_factory=dict)
    nameless: int = 0
    """Rows whose identity cannot be read; while there are any, nobody can be said to be missing."""
    ranks: dict[int, int] = field(default_factory=dict)
    circles: frozenset[int] = frozenset()

    def context(self, imported: SheetImport) -> Context:
        """Return the context of the rooms' functions."""
        return Context(imported.subject, imported.file_name, frozenset(self.first_of))


@contextmanager
def rows_of(imported: SheetImport) -> Iterator[Rows]:
    """Open an import's file as rows. Raises SheetRefused, FileLost."""
    with files.open_stored(imported.file) as stream:
        yield Rows(stream, Layout.of_json(imported.layout))


def reader_of(imported: SheetImport, sheet: Sheet, actor: Actor) -> Reader:
    """Return how an import's cells are read."""
    return Reader(sheet, actor, imported.columns, imported.styles)


def chunks(rows: Iterator[RawRow] | Rows, size: int = CHUNK) -> Iterator[list[RawRow]]:
    """Walk rows in chunks."""
    left = iter(rows)
    while part := list(islice(left, size)):
        yield part


def survey(reader: Reader, rows: Rows, *, tick: Any = None) -> Survey:
    """Walk all rows once for what names them."""
    sheet, found = reader.sheet, Survey()
    only = frozenset({*sheet.identity, *([sheet.order_by] if sheet.order_by in reader.columns else [])})
    names: dict[int, tuple[Any, Any]] = {}
    for part in chunks(rows):
        for row in reader.read(part, only=only):
            found.rows += 1
            if isinstance(row, Outcome):
                found.nameless += any(fault.column in sheet.identity for fault in row.faults)
                continue
            first = found.first_of.setdefault(row.identity, row.number)
            if first != row.number:
                found.doubles[row.number] = first
            elif sheet.order_by in reader.columns:
                names[row.number] = (row.identity[0], same(row.values.get(sheet.order_by)))
        if tick is not None:
            tick(found.rows)
    if names:
        found.ranks, found.circles = _ranks(names)
    return found


def in_order(rows: Rows, found: Survey) -> Iterator[RawRow]:
    """Walk the rows so that each stands behind the row it names; held in memory only where one names another."""
    if not found.ranks:
        yield from rows
        return
    yield from sorted(rows, key=lambda raw: (found.ranks.get(raw.number, 0), raw.number))


def judge(reader: Reader, raws: Sequence[RawRow], *, found: Survey, context: Context) -> list[Outcome]:
    """Return what would become of each row, in order; the trial and the import both ask here."""
    ready: list[SheetRow] = []
    outcomes: dict[int, Outcome] = {}
    for raw, row in zip(raws, reader.read(raws), strict=True):
        if isinstance(row, Outcome):
            outcomes[raw.number] = row
        elif raw.number in found.doubles:
            fault = Fault(f"Row {found.doubles[raw.number]} names the same one. Keep one of the two rows.")
            outcomes[raw.number] = Outcome(raw.number, "refused", _name(raw), faults=(fault,))
        elif raw.number in found.circles:
            fault = Fault("This row and others name each other in a circle.", reader.sheet.order_by)
            outcomes[raw.number] = Outcome(raw.number, "refused", _name(raw), faults=(fault,))
        else:
            ready.append(row)
    compared = list(reader.sheet.compare(reader.actor, ready, context)) if ready else []
    if [each.number for each in compared] != [row.number for row in ready]:
        raise BadSheet(f"`compare` of “{reader.sheet.key}” must return one outcome for each row, in order.")
    outcomes.update({each.number: each for each in compared})
    return [_named(outcomes[raw.number], raw) for raw in raws]


def _ranks(names: Mapping[int, tuple[Any, Any]]) -> tuple[dict[int, int], frozenset[int]]:
    """Return how many rows must stand before each one that names another, and the rows that name a circle."""
    number_of = {name: number for number, (name, _) in names.items()}
    above = {number: number_of.get(named) for number, (_, named) in names.items() if named is not None}
    ranks: dict[int, int] = {}
    circles: set[int] = set()
    for start in above:
        path: list[int] = []
        on_path: set[int] = set()
        at: int | None = start
        while at is not None and at not in ranks and at not in circles and at not in on_path:
            path.append(at)
            on_path.add(at)
            at = above.get(at)
        if at in circles or at in on_path:
            circles.update(path)
            continue
        rank = -1 if at is None else ranks[at]
        for each in reversed(path):
            rank += 1
            ranks[each] = rank
    return {number: rank for number, rank in ranks.items() if rank}, frozenset(circles)


def _name(raw: RawRow) -> str:
    first = next((cell for cell in raw.cells if isinstance(cell, str) and cell.strip()), "")
    return str(first).strip()[:200]


def _named(outcome: Outcome, raw: RawRow) -> Outcome:
    return replace(outcome, name=outcome.name[:200] or _name(raw))
