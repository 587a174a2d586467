"""Whole lists: who stands here and is missing in the file, guarded, and ended in chunks."""

from collections import Counter
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from alcaide.common.models import SheetImport, SheetLine
from alcaide.common.sheets.declared import Context, Outcome, Sheet, Standing, same
from alcaide.common.sheets.queries import CHECK, DONE
from alcaide.common.sheets.reading import CHUNK, Survey
from alcaide.common.trail import Actor, audit, plain, writing


class MissingGrew(ValueError):
    """More rows are missing now than a person was shown; nothing of them was ended."""


@dataclass(frozen=True)
class Missing:
    """Who is missing in a file that is the whole list."""

    standing: int
    rows: tuple[Standing, ...]
    is_guarded: bool
    """Whether they are so many that a person must type their number."""
    notices: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """Return what the import keeps of it."""
        return {"missing": len(self.rows), "standing": self.standing, "missing_guarded": int(self.is_guarded)}

    def lines(self, imported: SheetImport) -> list[SheetLine]:
        """Return the lines that a page shows of it."""
        return [
            SheetLine(imported=imported, phase=CHECK, number=0, kind="ended", name=row.name[:200], subject=row.subject)
            for row in self.rows
        ]


def missing_from(actor: Actor, sheet: Sheet, found: Survey, context: Context) -> Missing:
    """Return who stands and has no row in the file. While rows name nobody, nobody can be said to be missing."""
    if sheet.snapshot is None:
        return Missing(0, (), is_guarded=False)
    standing = list(sheet.snapshot.standing(actor, context))
    if found.nameless:
        told = _("%(n)s rows do not say whom they mean, so nobody can be said to be missing. Correct them first.")
        return Missing(len(standing), (), is_guarded=False, notices=(told % {"n": f"{found.nameless:,}"},))
    rows = tuple(row for row in standing if tuple(same(value) for value in row.identity) not in found.first_of)
    bound = max(sheet.snapshot.most, sheet.snapshot.most_share * len(standing))
    return Missing(len(standing), rows, is_guarded=len(rows) > bound)


def end_missing(
    actor: Actor, imported: SheetImport, sheet: Sheet, *, found: Survey, context: Context
) -> dict[str, int]:
    """End who is missing, in chunks; called again after a kill it ends those who are left. Raises MissingGrew."""
    snapshot = sheet.snapshot
    if snapshot is None:
        return {}
    tried = set(imported.lines.filter(phase=DONE, kind="refused", number=0).values_list("subject", flat=True))
    ended = imported.lines.filter(phase=DONE, kind="ended").count()
    missing = [row for row in missing_from(actor, sheet, found, context).rows if row.subject not in tried]
    if len(missing) + ended + len(tried) > imported.counts.get("missing", 0):
        raise MissingGrew(
            _("More are missing in the file now than the trial counted, so nobody more was ended. Try the file again.")
        )
    left = iter(missing)
    while part := list(islice(left, CHUNK)):
        with writing():
            outcomes = list(snapshot.end(actor, part, context))
            lines = [_line(imported, row, outcome) for row, outcome in zip(part, outcomes, strict=True)]
            SheetLine.objects.bulk_create(lines, batch_size=500)
            told = Counter(str(each.kind) for each in outcomes)
            audit(actor, "end_missing", subject=imported.subject, after=dict(told))
    lines_of = imported.lines.filter(phase=DONE)
    return {
        "ended": lines_of.filter(kind="ended").count(),
        "not_ended": lines_of.filter(kind="refused", number=0).count(),
    }


def _line(imported: SheetImport, row: Standing, outcome: Outcome) -> SheetLine:
    kind = outcome.kind
    return SheetLine(
        imported=imported, phase=DONE, number=0, kind=kind, name=row.name[:200], subject=row.subject,
        before=plain(outcome.before), after=plain(outcome.after),
        faults=[[each.column, each.words] for each in outcome.faults],
        row_version=outcome.version,
    )  # fmt: skip
