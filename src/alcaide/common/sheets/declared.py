"""What a sheet of a room's rows is: its columns, what makes a row one, and the room's four functions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from alcaide.common.models import SheetImport
from alcaide.common.trail import Actor, plain
from alcaide.intake.sheets.kinds import Reads

Text = Any
"""Words, translated when they are shown or plain."""
Kind = Literal["added", "changed", "unchanged", "refused", "ended"]
UndoKind = Literal["undone", "partly", "left"]


class BadSheet(TypeError):
    """A sheet is declared so that it cannot work; the message says what to change."""


@dataclass(frozen=True)
class SheetColumn:
    """One column. Its heading in a file may be `label`, `key` or one of `also`; case, accents and signs do not matter.

    `required`: the file must have this column, and each row must fill it. `empty` says what an empty cell of another
    column means: `keep` leaves what stands (the row has no value for the key), `clear` takes it away (the value is
    None). A column that the file lacks always leaves what stands. `help` and `example` go into the template.
    """

    key: str
    label: Text
    reads: Reads
    required: bool = False
    also: tuple[str, ...] = ()
    empty: Literal["keep", "clear"] = "keep"
    help: Text = ""
    example: str = ""


@dataclass(frozen=True)
class SheetRow:
    """One row that could be read: its number in the file, and a value for each column that it fills.

    A lookup's value is what its `find` returned. `values` has no key for what the row does not say.
    """

    number: int
    values: Mapping[str, Any]
    identity: tuple[Any, ...]


@dataclass(frozen=True)
class Fault:
    """Why a row is refused: the words, and the key of the column they speak of, "" for the row as a whole."""

    words: str
    column: str = ""


@dataclass(frozen=True)
class Outcome:
    """What becomes of one row.

    `before` and `after` hold only what differs, by column key, as plain values (text, numbers, dates, Money, or
    `named(row)` for another row of the house); they are shown, kept, and given back for the undo. `held` is what
    `compare` hands to `write`, kept nowhere. `subject` is known after the write at the latest. `version` is the
    row's version after the write, by which a later change is noticed.
    """

    number: int
    kind: Kind
    name: str = ""
    subject: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    version: int = 0
    held: Any = None

    def refused(self, words: str, column: str = "") -> "Outcome":
        """Return this row as refused after all."""
        return replace(self, kind="refused", faults=(*self.faults, Fault(words, column)), held=None)

    def written(self, subject: str, version: int) -> "Outcome":
        """Return this row as written."""
        return replace(self, subject=subject, version=version, held=None)


@dataclass(frozen=True)
class Written:
    """What an import did to one row, as it is given back for the undo; `before` and `after` are plain JSON values."""

    number: int
    kind: Kind
    name: str
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    version: int


@dataclass(frozen=True)
class Undone:
    """What becomes of one written row in the undo: taken back, partly taken back, or left, and why.

    `restore` are the values of `before` that come back; `held` goes from `judge` to `take_back`, kept nowhere.
    """

    row: Written
    kind: UndoKind
    why: str = ""
    restore: Mapping[str, Any] = field(default_factory=dict)
    held: Any = None


@dataclass(frozen=True)
class Context:
    """The import a room's functions run in. `holds(identity)` tells whether the file has a readable row of it."""

    subject: str
    file_name: str
    identities: frozenset[tuple[Any, ...]] = frozenset()

    def holds(self, *identity: Any) -> bool:
        """Tell whether some row of the file has this identity."""
        return tuple(same(value) for value in identity) in self.identities


@dataclass(frozen=True)
class Standing:
    """A row of the house that a full list should name, with the identity that the file would give it."""

    identity: tuple[Any, ...]
    subject: str
    name: str
    held: Any = None


@dataclass(frozen=True)
class Waits:
    """Why a tried import may not begin: a second person's word is lacking. `url` is where that person gives it."""

    words: Text
    who: Text = ""
    """Who may give it, or what must happen first."""
    url: str = ""


@dataclass(frozen=True)
class Snapshot:
    """A file that is the whole list: who stands here and is missing in it is ended, if a person says so.

    `standing(actor, context)` returns what the list speaks of, as far as the actor may end it.
    `end(actor, standing, context)` ends a chunk and returns an outcome of kind `ended` (or `refused`) for each.
    `moves` are the columns whose change makes a mover. More than `most` ended rows that are also more than
    `most_share` (0 to 1) of those standing are refused, until a person has typed the number.
    `second(actor, imported)` is asked of a tried import before anything is written; while it returns `Waits`, the
    import does not begin.
    """

    words: Text
    standing: Callable[[Actor, Context], Iterable[Standing]]
    end: Callable[[Actor, Sequence[Standing], Context], Sequence[Outcome]]
    moves: tuple[str, ...] = ()
    most: int = 20
    most_share: float = 0.1
    second: Callable[[Actor, SheetImport], Waits | None] | None = None
    things: Text = ""
    """The word for many of them, such as people."""

    def waits(self, actor: Actor, imported: SheetImport) -> Waits | None:
        """Return why a tried import may not begin yet; nothing for a file that is not the whole list."""
        return self.second(actor, imported) if self.second is not None and imported.ends_missing else None


@dataclass(frozen=True)
class Sheet:
    """What a sheet of a room's rows is, declared once; see "A sheet" in docs/patterns.md.

    `compare(actor, rows, context)` reads only: it returns for each row, in order, what would become of it, refuses
    rows in units where the actor lacks `permission`, and asks the database a fixed number of times for a chunk.
    `write(actor, outcomes, context)` gets those that are added or changed, inside one write, and returns each with
    its subject and version, or refused. It runs within a savepoint; what it refuses must leave nothing behind.
    `judge(actor, written, context)` reads only: it returns what an undo would do to each row (`judged` helps), and
    `take_back(actor, undone, context)` does it for those that are `undone` or `partly`. Without both an import of
    this sheet cannot be undone.
    `identity` are the column keys that make a row one; a second row of the same identity in a file is refused.
    `order_by` is the key of a column whose value names another row of the same file by its one-column identity
    (a parent, a manager): that row is written first; a circle is refused.
    """

    key: str
    label: Text
    permission: str
    columns: tuple[SheetColumn, ...]
    identity: tuple[str, ...]
    compare: Callable[[Actor, Sequence[SheetRow], Context], Sequence[Outcome]]
    write: Callable[[Actor, Sequence[Outcome], Context], Sequence[Outcome]]
    judge: Callable[[Actor, Sequence[Written], Context], Sequence[Undone]] | None = None
    take_back: Callable[[Actor, Sequence[Undone], Context], None] | None = None
    snapshot: Snapshot | None = None
    order_by: str = ""
    list_url: str = ""
    """Name of the address where the rows are listed."""
    about: Text = ""
    """One sentence on what a row is, shown where the kind is chosen."""

    def __post_init__(self) -> None:
        keys = [each.key for each in self.columns]
        if len(keys) != len(set(keys)):
            raise BadSheet(f"The sheet “{self.key}” uses a column key twice: {keys}.")
        lacking = {*self.identity, *([self.order_by] if self.order_by else [])} - set(keys)
        if lacking or not self.identity:
            raise BadSheet(f"The sheet “{self.key}” needs identity columns among its own; not there: {lacking}.")
        if (self.judge is None) != (self.take_back is None):
            raise BadSheet(f"The sheet “{self.key}” gives only one of judge and take_back; an undo needs both.")

    def column(self, key: str) -> SheetColumn:
        """Return a column by its key. Raises KeyError."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)

    @property
    def can_undo(self) -> bool:
        """Whether an import of this sheet can be undone."""
        return self.take_back is not None


def same(value: Any) -> Any:
    """Return a value as identities are compared: text without case and doubled spaces, rows by what they are."""
    if isinstance(value, str):
        return " ".join(value.casefold().split())
    subject = getattr(value, "subject", None)
    return subject if isinstance(subject, str) else value


def named(row: Any) -> dict[str, Any] | None:
    """Return another row of the house as `before` and `after` hold it: its words, its subject, its key.

    None stays None. The undo finds it under `pk`.
    """
    return None if row is None else {"words": str(row), "subject": row.subject, "pk": row.pk}


def compared(
    row: SheetRow, found: Any, *, name: str, is_now: Mapping[str, Any], becomes: Mapping[str, Any], held: Any = None
) -> Outcome:
    """Return the outcome of a row: added where nothing is found, else changed by what differs, else unchanged.

    `is_now` and `becomes` are plain values by column key, or `named(row)`; only keys of `becomes` are compared.
    """
    values = {key: plain(value) for key, value in becomes.items()}
    if found is None:
        return Outcome(row.number, "added", name, after=values, held=held)
    before = {key: plain(is_now.get(key)) for key in values}
    changed = [key for key in values if not _alike(before[key], values[key])]
    return Outcome(
        row.number, "changed" if changed else "unchanged", name, found.subject,
        before={key: before[key] for key in changed}, after={key: values[key] for key in changed},
        version=found.version, held=held,
    )  # fmt: skip


def judged(written: Written, found: Any, *, is_now: Mapping[str, Any], held: Any = None) -> Undone:
    """Return what the undo would do to a row, given how it stands now (None where it is gone).

    An added or ended row is taken back while nobody touched it since, told by its version. Of a changed one each
    field comes back that still stands as the import left it.
    """
    if found is None:
        return Undone(written, "left", "It is no longer there.")
    if written.kind != "changed":
        if found.version != written.version:
            return Undone(written, "left", "Somebody changed it after the import.", held=held)
        return Undone(written, "undone", restore=dict(written.before), held=held)
    kept = [key for key, value in written.after.items() if not _alike(plain(is_now.get(key)), value)]
    restore = {key: value for key, value in written.before.items() if key not in kept}
    if not restore:
        return Undone(written, "left", "Somebody changed the same fields after the import.", held=held)
    why = f"Somebody changed {', '.join(kept)} after the import." if kept else ""
    return Undone(written, "partly" if kept else "undone", why, restore, held)


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict) and "subject" in one:
        return bool(one["subject"] == other.get("subject"))
    return bool(one == other)
