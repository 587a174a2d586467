"""Reads of imports: who sees which, and what became of their lines."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from alcaide.common.models import SheetImport, SheetLine, StoredFile, User
from alcaide.common.money import Money
from alcaide.common.permissions import ANALYST, AUDITOR, CHIEF, HEAD, SITE_MANAGER, VisibleSet, permit, scope_of
from alcaide.common.registries import Subject
from alcaide.common.sheets.declared import Sheet, Written
from alcaide.common.sheets.matching import said
from alcaide.common.sheets.offered import sheet_of
from alcaide.common.trail import System

OPEN = permit("imports.open", "Open the list of imports", CHIEF, ANALYST, HEAD, AUDITOR, SITE_MANAGER)
SEE = permit("imports.see", "See what others import", CHIEF, AUDITOR)
State = SheetImport.State
COUNTED = ("added", "changed", "unchanged", "refused")
DONE = "done"
CHECK = "check"


class Imports(VisibleSet[SheetImport]):
    """Imports; a user sees their own, and others' that reach no unit beyond those they change or oversee."""

    def _rules(self, user: Any) -> Iterable[tuple[str, Q]]:
        kept = Q(brought_by=user) if isinstance(user, User) else Q(pk__in=())
        scope = scope_of(user)
        # The reaches are few: one for each kind and set of units that somebody may change.
        reaches = SheetImport.objects.order_by().values_list("kind", "reach").distinct()
        for kind, reach in reaches if scope.units_by_role else ():
            sheet = sheet_of(kind)
            seen = scope.units_for(SEE) | (scope.units_for(sheet.permission) if sheet else frozenset())
            if _units(reach) <= seen:
                kept |= Q(kind=kind, reach=reach)
        yield "imports of others", kept


def imports(user: Any) -> QuerySet[SheetImport]:
    """Return the imports that a user sees."""
    return Imports(SheetImport).visible_to(user).select_related("file", "brought_by", "undone_by", "corrects")


def all_imports(_user: Any) -> QuerySet[SheetImport]:
    """Return every import, for the list, which asks itself what the user sees."""
    return Imports(SheetImport).select_related("brought_by")


def reach_of(actor: Any, sheet: Sheet) -> str:
    """Return the units in which an actor may change such rows, as an import keeps them."""
    if isinstance(actor, System):
        return "house"
    return ",".join(map(str, sorted(scope_of(actor).units_for(sheet.permission))))


def _units(reach: str) -> frozenset[Any]:
    return frozenset(int(each) if each.isdecimal() else each for each in reach.split(",") if each)


def may_read_file(file: StoredFile, user: Any) -> bool:
    """Tell whether a user sees an import of this file."""
    return imports(user).filter(file=file).exists()


def subject(uid: str, user: Any) -> Subject | None:
    """Name an import and its page, None where the user may not see it."""
    found = imports(user).filter(uid=uid).first()
    return Subject(found.file_name, reverse("import", args=[found.uid])) if found else None


def subjects(uids: Collection[str], user: Any) -> dict[str, Subject]:
    """Name many imports at once, as `subject` does one."""
    found = imports(user).filter(uid__in=uids)
    return {str(each.uid): Subject(each.file_name, reverse("import", args=[each.uid])) for each in found}


def earlier(imported: SheetImport, user: Any) -> SheetImport | None:
    """Return the last import of the very same file into the same kind that was carried out."""
    rows = imports(user).filter(kind=imported.kind, file_id=imported.file_id, state__in=[State.DONE, State.UNDONE])
    return rows.exclude(pk=imported.pk).order_by("-finished_at").first()


@dataclass(frozen=True)
class LineShown:
    """One line as a page shows it."""

    number: int
    kind: str
    name: str
    url: str
    pairs: tuple[tuple[str, str, str], ...]
    """Of each value that differs: the column, before, after."""
    faults: tuple[tuple[str, str], ...]
    """What is wrong: the column ("" for the row) and the words."""
    undo_kind: str = ""
    undo_why: str = ""


def lines_shown(rows: Iterable[SheetLine], sheet: Sheet | None, resolve: Any) -> list[LineShown]:
    """Return lines with their columns in words; `resolve` names a subject's page, None where there is none."""
    labels = {each.key: each for each in sheet.columns} if sheet else {}
    found = []
    for row in rows:
        where = resolve(row.subject) if row.subject else None
        pairs = tuple(
            (str(labels[key].label) if key in labels else key, value_words(labels.get(key), row.before.get(key)),
             value_words(labels.get(key), row.after.get(key)))
            for key in {**row.before, **row.after}
            if row.kind != "added" or row.after.get(key) not in (None, "")
        )  # fmt: skip
        faults = tuple((str(labels[key].label) if key in labels else "", words) for key, words in row.faults)
        url = where.url if where else ""
        found.append(LineShown(row.number, row.kind, row.name, url, pairs, faults, row.undo_kind, row.undo_why))
    return found


def value_words(column: Any, value: Any) -> str:
    """Return a kept value in words."""
    match value:
        case None | "":
            return _("empty")
        case {"words": words}:
            return str(words)
        case {"minor": minor, "currency": str(currency)}:
            return f"{Money(int(minor), currency).major:,f} {currency}"
        case list():
            return ", ".join(map(str, value))
    return said(column, value)


def written_lines(imported: SheetImport) -> QuerySet[SheetLine]:
    """Return the lines that an import wrote and that are not undone yet, last first."""
    rows = imported.lines.filter(phase=DONE, kind__in=["added", "changed", "ended"], undo_kind="")
    return rows.order_by("-pk")


def as_written(row: SheetLine) -> Written:
    """Return a line as a room's undo is given it."""
    # Kinds of lines are these words.
    return Written(row.number, row.kind, row.name, row.subject, row.before, row.after, row.row_version)  # type: ignore[arg-type]


def wrong_numbers(imported: SheetImport) -> dict[int, str]:
    """Return what is wrong with each refused row, by its number in the file."""
    sheet = sheet_of(imported.kind)
    phase = DONE if imported.state in {State.DONE, State.UNDONE, State.UNDOING} else CHECK
    rows = imported.lines.filter(phase=phase, kind="refused", number__gt=0).order_by("number")
    return {row.number: fault_words(row.faults, sheet) for row in rows.iterator(chunk_size=2_000)}


def fault_words(faults: Iterable[tuple[str, str]], sheet: Sheet | None) -> str:
    """Return what is wrong with a row in one text."""
    labels = {each.key: str(each.label) for each in sheet.columns} if sheet else {}
    return " ".join(f"{labels[key]}: {words}" if key in labels else words for key, words in faults)
